"""A record is whole or not there: what each way of failing leaves behind (cases K24, K26), revisions, verify, sign-off."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from popanalysis.errors import ParameterError, PopAnalysisError, RecordError
from popanalysis.run import run_period
from popanalysis.signing import sign_off, verify_record

PARAMS = "params/2025Q1.yaml"
OUT = "outputs/2025Q1"
REVISION = {
    "publish/quarterly_record.ipynb", "publish/record.html", "publish/results.json", "publish/run_record.json",
    *(f"publish/tables/{name}.csv" for name in (
        "absences_by_reason", "absences_explained", "agreement", "arrivals", "births_by_facility", "births_by_month", "births_by_place_of_birth", "births_by_sex", "births_by_town", "case_balance", "cases_by_recipient",
        "certificates_by_reason", "changes_by_class", "changes_by_item", "days_to_act", "deliveries_by_class", "faults", "index",
        "marriages", "marriages_agreement", "marriages_by_town", "moves", "pending_by_reason", "pending_by_time", "register_entries",
        "reported_totals", "row_accounting", "row_checks")),
    *(f"restricted/{name}" for name in (
        "births_by_town_month_sex_place.csv", "carried_forward.parquet", "case_sentences.csv", "cases.csv", "faults.csv", "linked_records.csv", "links.csv", "records.parquet", "relations.csv", "joint_review.html",
        "joint_review.xlsx", "lookups/lookup_birth_certificates.xlsx", "lookups/lookup_marriages.xlsx")),
    *(f"restricted/returns/{name}.xlsx" for name in (
        "civil_affairs_民政_婚姻登记", "health_卫生_出生医学登记", "police_公安_出生申报", "police_公安_暂缓落户", "township_乡镇_出生调查", "township_乡镇_新婚调查")),
}
#: made by a second notebook
OF_THE_MEETING = {"restricted/joint_review.html", "restricted/joint_review.xlsx", "restricted/lookups/lookup_birth_certificates.xlsx", "restricted/lookups/lookup_marriages.xlsx"}
WITHOUT_NOTEBOOK = {".lock", "FAILED/FAILED.txt"}
FAILED_IN_NOTEBOOK = WITHOUT_NOTEBOOK | {"FAILED/FAILED_quarterly_record.ipynb"}


def left_in(root: Path) -> set[str]:
    out = root / OUT
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} if out.is_dir() else set()


def of_revision(name: str) -> set[str]:
    return {f"{name}/{file}" for file in REVISION}


def insert_cell(root: Path, source: str, *, after: str = "check") -> None:
    path = root / "notebooks/quarterly_record.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == after)
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(source, id="inserted"))
    nbformat.write(notebook, path)


def test_a_run_leaves_exactly_the_files_of_the_contract(recorded: Path) -> None:
    assert left_in(recorded) == {".lock", "current", *of_revision("r1")}
    assert (recorded / OUT / "current").read_text(encoding="utf-8") == "r1\n"


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX matter")
def test_only_the_owner_may_enter_the_restricted_folder(recorded: Path) -> None:
    assert (recorded / OUT / "r1/restricted").stat().st_mode & 0o777 == 0o700


# --- what failing leaves


def test_K26_a_failing_cell_leaves_the_reason_and_no_record(project: Path) -> None:
    insert_cell(project, "1 / 0")
    with pytest.raises(RecordError, match="ZeroDivisionError") as caught:
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK and caught.value.cell > 1
    text = (project / OUT / "FAILED/FAILED.txt").read_text(encoding="utf-8")
    assert text.startswith("FAILED") and "2025Q1" in text.splitlines()[0] and "quarterly_record.ipynb" in text.splitlines()[0]
    first = nbformat.read(project / OUT / "FAILED/FAILED_quarterly_record.ipynb", as_version=4).cells[0]
    assert first.source.startswith("# FAILED")


@pytest.mark.parametrize("leaving", ["raise SystemExit(0)", "import sys; sys.exit()", "exit()"])
def test_K26_leaving_early_is_no_success(project: Path, leaving: str) -> None:
    insert_cell(project, leaving)
    with pytest.raises(PopAnalysisError):
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK


def test_K26_a_kernel_that_is_killed_leaves_no_record(project: Path) -> None:
    insert_cell(project, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)" if os.name == "posix" else "import os; os._exit(9)")
    with pytest.raises(RecordError):
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK


def test_K24_an_unknown_parameter_stops_before_anything_is_made(project: Path) -> None:
    with (project / PARAMS).open("a", encoding="utf-8") as handle:
        handle.write('quater: "2025Q1"\n')
    with pytest.raises(ParameterError, match="quater"):
        run_period(project / PARAMS)
    assert left_in(project) == set()


def test_K24_a_notebook_without_the_parameters_tag_is_refused(project: Path) -> None:
    path = project / "notebooks/quarterly_record.ipynb"
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.id == "parameters").metadata["tags"] = []
    nbformat.write(notebook, path)
    with pytest.raises(ParameterError, match="parameters"):
        run_period(project / PARAMS)
    assert left_in(project) == set()


def test_K24_the_same_goes_for_the_notebook_of_the_meeting(project: Path) -> None:
    path = project / "notebooks/joint_review.ipynb"
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])).metadata["tags"] = []
    nbformat.write(notebook, path)
    with pytest.raises(ParameterError, match=r"joint_review\.ipynb.*parameters"):
        run_period(project / PARAMS)
    assert left_in(project) == set()


def test_K26_a_failing_cell_of_the_meetings_notebook_leaves_no_record_and_names_the_notebook(project: Path) -> None:
    path = project / "notebooks/joint_review.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(notebook, path)
    with pytest.raises(RecordError, match=r"joint_review\.ipynb.*ZeroDivisionError"):
        run_period(project / PARAMS)
    assert left_in(project) == WITHOUT_NOTEBOOK | {"FAILED/FAILED_joint_review.ipynb"}
    assert "joint_review.ipynb" in (project / OUT / "FAILED/FAILED.txt").read_text(encoding="utf-8").splitlines()[0]


def test_K24_the_period_the_code_used_is_the_one_asked_for(project: Path) -> None:
    insert_cell(project, 'params = params.model_copy(update={"period": "2025Q2"})', after="rooms")
    with pytest.raises(PopAnalysisError, match=r"2025Q2|2025年第二季度"):
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK


def test_an_input_that_changes_during_the_run_is_noticed(project: Path) -> None:
    insert_cell(project, "with open('data/2025Q1/公安_出生申报.csv', 'ab') as handle:\n    handle.write(b'\\r\\n')", after="write")
    with pytest.raises(RecordError, match=r"公安_出生申报\.csv"):
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK


def test_a_notebook_that_shows_a_row_about_a_person_is_not_published(project: Path) -> None:
    insert_cell(project, "cleaned.records['birth_cert'].head(1)", after="clean")
    with pytest.raises(RecordError, match=r"record\.html|quarterly_record\.ipynb"):
        run_period(project / PARAMS)
    assert left_in(project) == FAILED_IN_NOTEBOOK - {"FAILED/FAILED_quarterly_record.ipynb"}


def test_a_failure_leaves_the_record_there_was_untouched(recorded: Path) -> None:
    before = {name: (recorded / OUT / name).read_bytes() for name in of_revision("r1")}
    insert_cell(recorded, "1 / 0")
    with pytest.raises(RecordError):
        run_period(recorded / PARAMS)
    assert left_in(recorded) == {"current", *of_revision("r1"), *FAILED_IN_NOTEBOOK}
    assert {name: (recorded / OUT / name).read_bytes() for name in before} == before


def start_run(root: Path) -> subprocess.Popen[bytes]:
    """Start a run in a process of its own whose notebook waits in the cell that was inserted."""
    insert_cell(root, "import pathlib, time\npathlib.Path('waiting').touch()\ntime.sleep(120)")
    process = subprocess.Popen([sys.executable, "-m", "popanalysis.cli", "run", PARAMS], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if (root / "waiting").exists():
            return process
        assert process.poll() is None, "the run ended before it came to wait"
        time.sleep(0.1)
    process.kill()
    raise AssertionError("the run never came to wait")


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait()


def test_kill_9_leaves_nothing_that_looks_official_and_the_next_run_cleans_up(project: Path) -> None:
    process = start_run(project)
    end(process)
    assert left_in(project) == {".lock", ".unfinished/task.json", ".unfinished/quarterly_record.ipynb"}
    shutil.copyfile(Path(__file__).parents[1] / "notebooks/quarterly_record.ipynb", project / "notebooks/quarterly_record.ipynb")
    run_period(project / PARAMS)
    assert left_in(project) == {".lock", "current", *of_revision("r1")}


def test_two_runs_of_one_period_do_not_meet(project: Path) -> None:
    process = start_run(project)
    try:
        with pytest.raises(RecordError, match="2025Q1"):
            run_period(project / PARAMS)
        assert left_in(project) == {".lock", ".unfinished/task.json", ".unfinished/quarterly_record.ipynb"}
    finally:
        end(process)


def test_a_machine_that_stops_between_rename_and_pointer_loses_no_revision(recorded: Path) -> None:
    (recorded / OUT / "current").unlink()
    revision = run_period(recorded / PARAMS)
    assert revision.name == "r2" and json.loads((revision / "publish/run_record.json").read_text(encoding="utf-8"))["revision_before"]["revision"] == "r1"


# --- same in, same out


def test_a_second_run_gives_the_same_sealed_bytes_and_keeps_ids(recorded: Path) -> None:
    again = run_period(recorded / PARAMS)
    first, second = (json.loads((recorded / OUT / name / "publish/run_record.json").read_text(encoding="utf-8")) for name in ("r1", "r2"))
    assert again.name == "r2" and second["sealed"] == first["sealed"] and second["fingerprint"] == first["fingerprint"]
    assert (recorded / OUT / "current").read_text(encoding="utf-8") == "r2\n"


def content(root: Path, revision: str) -> dict[str, object]:
    """What must not depend on the order of rows: events by the content of their records, cases, figures."""
    folder = root / OUT / revision
    listed = pd.read_csv(folder / "restricted/linked_records.csv", dtype=str, keep_default_na=False)
    cases = pd.read_csv(folder / "restricted/cases.csv", dtype=str, keep_default_na=False)
    events = sorted(listed.loc[listed["event_id"].ne(""), ["record_id", "fate", "event_id", "set_id", "link_status"]].itertuples(index=False, name=None))
    return {
        "events": events, "cases": sorted(cases.drop(columns=["cell_a", "cell_b"]).itertuples(index=False, name=None)),
        "figures": json.loads((folder / "publish/results.json").read_text(encoding="utf-8"))["figures"]}


def test_the_order_of_rows_changes_no_event_case_or_figure(recorded: Path) -> None:
    path = recorded / "data/2025Q1/公安_出生申报.csv"
    head, *rows = path.read_bytes().split(b"\r\n")
    rows = [row for row in rows if row]
    path.write_bytes(b"\r\n".join([head, *rows[1::2], *rows[0::2][::-1], b""]))
    shutil.rmtree(recorded / OUT)
    run_period(recorded / PARAMS)
    first = content(recorded, "r1")
    path.write_bytes(b"\r\n".join([head, *rows, b""]))
    shutil.rmtree(recorded / OUT)
    run_period(recorded / PARAMS)
    assert content(recorded, "r1") == first


def test_verify_finds_a_record_equal_to_its_re_execution_and_leaves_nothing(recorded: Path) -> None:
    before = left_in(recorded)
    found = verify_record(recorded / OUT)
    assert found.is_equal and not found.hints and left_in(recorded) == before


def test_verify_says_which_input_is_no_longer_the_one_the_record_was_made_from(recorded: Path) -> None:
    path = recorded / "data/2025Q1/公安_出生申报.csv"
    path.write_bytes(b"\r\n".join(line for i, line in enumerate(path.read_bytes().split(b"\r\n")) if i != 5))
    found = verify_record(recorded / OUT)
    assert "restricted/linked_records.csv" in found.differing
    assert any("公安_出生申报.csv" in hint.message("zh") for hint in found.hints)


@pytest.mark.parametrize("name", ["publish/record.html", "restricted/cases.csv", "publish/tables/agreement.csv"])
def test_a_record_edited_after_sealing_is_neither_verified_nor_signed(recorded: Path, name: str) -> None:
    with (recorded / OUT / "r1" / name).open("a", encoding="utf-8") as handle:
        handle.write(" ")
    for act in (lambda: verify_record(recorded / OUT), lambda: sign_off(recorded / OUT, by="赵一", date="2025-04-12")):
        with pytest.raises(RecordError) as caught:
            act()
        assert caught.value.files == (name,)
    assert "sign_off.json" not in left_in(recorded)


def test_sign_off_says_who_made_which_fingerprint_official(recorded: Path) -> None:
    told = json.loads((recorded / OUT / "r1/publish/run_record.json").read_text(encoding="utf-8"))
    sign_off(recorded / OUT, by="赵一", date="2025-04-12")
    signed = json.loads((recorded / OUT / "sign_off.json").read_text(encoding="utf-8"))
    assert signed["sign_offs"] == [{"revision": "r1", "fingerprint": told["fingerprint"], "by": "赵一", "date": "2025-04-12"}]
    with pytest.raises(RecordError):
        sign_off(recorded / OUT, by="赵一", date="2025-04-13")


@pytest.mark.parametrize(("by", "date"), [(" ", "2025-04-12"), ("赵一", "12.4.2025"), ("赵一", "2025-04-01")])
def test_sign_off_needs_a_name_and_a_date_not_before_the_record(recorded: Path, by: str, date: str) -> None:
    with pytest.raises(ParameterError):
        sign_off(recorded / OUT, by=by, date=date)


def test_plain_papermill_makes_a_draft_and_nothing_else(project: Path) -> None:
    import papermill

    papermill.execute_notebook("notebooks/quarterly_record.ipynb", "out.ipynb", parameters={"as_of": "2025-04-11"}, cwd=project, progress_bar=False)
    assert left_in(project) == {f"draft/{name}" for name in REVISION - OF_THE_MEETING - {"publish/record.html", "publish/quarterly_record.ipynb"}}
    told = json.loads((project / OUT / "draft/publish/run_record.json").read_text(encoding="utf-8"))
    assert told["state"] == "draft" and told["fingerprint"] is None and told["parameters"]["as_of"] == "2025-04-11"
    assert "草稿" in nbformat.read(project / "out.ipynb", as_version=4).cells[0].source


# --- from quarter to quarter


def test_a_birth_certified_in_one_quarter_and_declared_in_the_next_is_one_event_and_its_case_is_closed(recorded: Path) -> None:
    run_period(recorded / "params/2025Q2.yaml")
    first, second = (pd.read_csv(recorded / f"outputs/{p}/r1/restricted/cases.csv", dtype=str, keep_default_na=False) for p in ("2025Q1", "2025Q2"))
    listed = pd.read_csv(recorded / "outputs/2025Q2/r1/restricted/linked_records.csv", dtype=str, keep_default_na=False)
    waited = set(first.loc[first["code"].eq("missing_at") & first["list_b"].eq("hukou_birth"), "event_id"])
    declared = set(listed.loc[listed["kind"].eq("hukou_birth") & listed["event_id"].str.startswith("B-2025Q1-"), "event_id"])
    assert len(declared & waited) > 10
    closed = second[second["code"].eq("missing_at") & second["list_b"].eq("hukou_birth") & second["event_id"].isin(declared & waited)]
    assert set(closed["state"]) == {"closed"} and set(closed["closed_in"]) == {"2025Q2"} and set(closed["opened_in"]) == {"2025Q1"}
    kept = second.merge(first, on="case_id", suffixes=("", "_before"))
    assert len(kept) > 10 and (kept["event_id"] == kept["event_id_before"]).all() and (kept["code"] == kept["code_before"]).all()


def test_a_previous_record_that_was_edited_stops_the_next_quarter(recorded: Path) -> None:
    with (recorded / OUT / "r1/restricted/cases.csv").open("a", encoding="utf-8") as handle:
        handle.write(" ")
    with pytest.raises(RecordError):
        run_period(recorded / "params/2025Q2.yaml")
    assert not (recorded / "outputs/2025Q2").exists()
