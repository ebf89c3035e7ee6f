"""What a newcomer ran into: each is refused or taken up with a sentence, and none stops as a program error."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis.errors import NotYetError, ParameterError, PopAnalysisError, RecordError
from popanalysis.run import run_period
from popanalysis.signing import sign_off, verify_record

OUT = "outputs/2025Q1"


def change(root: Path, *pairs: tuple[str, str], period: str = "2025Q1") -> Path:
    path = root / f"params/{period}.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def refused(params: Path, kind: type[Exception] = PopAnalysisError) -> str:
    with pytest.raises(kind) as caught:
        run_period(params)
    assert isinstance(caught.value, PopAnalysisError)
    return caught.value.message("zh")


@pytest.mark.parametrize("name", ["publish/quarterly_record.ipynb", "publish/run_record.json"])
def test_files_the_fingerprint_leaves_out_cannot_be_edited_either(recorded, name):
    path = recorded / OUT / "r1" / name
    path.write_text(path.read_text(encoding="utf-8").replace('"fingerprint": "', '"fingerprint": "0').replace("2025", "2026", 1), encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        sign_off(recorded / OUT, by="赵一", date="2025-04-12")
    assert caught.value.files == (name,)


def test_a_file_added_to_what_is_published_is_noticed(recorded):
    (recorded / OUT / "r1/publish/名单.csv").write_text("x", encoding="utf-8")
    with pytest.raises(RecordError, match=r"名单\.csv"):
        sign_off(recorded / OUT, by="赵一", date="2025-04-12")


def test_a_damaged_run_record_is_told_in_a_sentence(recorded):
    (recorded / OUT / "r1/publish/run_record.json").write_text("{", encoding="utf-8")
    with pytest.raises(RecordError, match=r"run_record\.json"):
        verify_record(recorded / OUT)


def test_verify_works_from_a_sub_folder_with_a_relative_path(recorded, in_folder):
    in_folder(recorded / "data")
    assert verify_record(Path("../outputs/2025Q1")).is_equal


def test_verify_asks_for_inputs_that_were_moved(recorded):
    shutil.move(recorded / "data/2025Q1/公安_出生申报.csv", recorded / "moved.csv")
    with pytest.raises(RecordError, match=r"公安_出生申报\.csv"):
        verify_record(recorded / OUT)


def test_a_record_does_not_follow_itself(recorded):
    params = change(recorded, ('as_of: "', 'previous_record: "outputs/2025Q1"\nas_of: "'))
    assert "2025Q1" in refused(params) and not (recorded / OUT / "r2").exists()


def test_a_banner_that_no_address_lies_in_is_refused_with_the_likelier_one(project):
    assert "159901" in refused(change(project, ('home_division: "159901"', 'home_division: "150121"')), ParameterError)


def test_no_list_at_all_is_refused(project):
    text = (project / "params/2025Q1.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("  ")]
    (project / "params/none.yaml").write_text("\n".join(lines).replace("inputs:", "inputs: {}"), encoding="utf-8")
    assert "inputs" in refused(project / "params/none.yaml", ParameterError)


@pytest.mark.parametrize(("old", "new", "word"), [('period: "2025Q1"', 'period: "2025"', "2025Q1"), ('as_of: "', 'engine: spark\nas_of: "', "local")])
def test_what_is_not_there_yet_says_what_to_write_meanwhile(project, old, new, word):
    assert word in refused(change(project, (old, new)), NotYetError)


def test_a_damaged_notebook_is_told_in_a_sentence(project):
    (project / "notebooks/quarterly_record.ipynb").write_text("{", encoding="utf-8")
    assert "quarterly_record.ipynb" in refused(project / "params/2025Q1.yaml")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_output_folder_that_cannot_be_written_is_told_in_a_sentence(project):
    (project / "outputs").mkdir()
    (project / "outputs").chmod(0o500)
    assert "写入" in refused(project / "params/2025Q1.yaml")


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_an_interrupt_is_told_and_leaves_no_record(project):
    path = project / "notebooks/quarterly_record.ipynb"
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "check")
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell("import pathlib, time\npathlib.Path('waiting').touch()\ntime.sleep(60)", id="waits"))
    nbformat.write(notebook, path)
    process = subprocess.Popen([sys.executable, "-m", "popanalysis.cli", "run", "params/2025Q1.yaml", "--lang", "zh"], cwd=project,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while not (project / "waiting").exists():
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "已按要求中断" in told
    assert not list((project / OUT).glob("r*")) and "已按要求中断" in (project / OUT / "FAILED/FAILED.txt").read_text(encoding="utf-8")


# --- lists as they come


def edit_certificates(root: Path, change_row: Callable[[dict[str, openpyxl.cell.Cell]], None], rows: range) -> None:
    """Change cells of the certificate list; the columns are found by the lower head row."""
    path = root / "data/2025Q1/卫生_出生医学登记.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = next(row for row in sheet.iter_rows(min_row=1, max_row=8) if any(cell.value == "出生日期" for cell in row))
    letters = {cell.value: cell.column_letter for cell in head if cell.value}
    for row in rows:
        change_row({name: sheet[f"{letter}{head[0].row + row}"] for name, letter in letters.items()})
    book.save(path)


def cases_of(root: Path, period: str = "2025Q1") -> pd.DataFrame:
    return pd.read_csv(root / f"outputs/{period}/r1/restricted/cases.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("written", [None, "25/1/29", "农历腊月初六", "2025-01"])
def test_a_birth_date_that_cannot_be_read_stops_nothing(project, written):
    def date(cells: dict[str, openpyxl.cell.Cell]) -> None:
        cells["出生日期"].value = written

    edit_certificates(project, date, range(1, 3))
    revision = run_period(project / "params/2025Q1.yaml")
    listed = pd.read_csv(revision / "restricted/linked_records.csv", dtype=str, keep_default_na=False)
    assert (listed["fate"].eq("used") | listed["fate"].eq("not_a_record") | listed["fate"].eq("duplicate")).all()


def test_a_list_not_received_closes_no_question_of_the_quarter_before(recorded):
    params = change(recorded, ('  hukou_birth:         ["data/2025Q2/公安_出生申报.csv"]\n', ""), period="2025Q2")
    run_period(params)
    before, now = cases_of(recorded), cases_of(recorded, "2025Q2")
    waited = before.loc[before["code"].eq("missing_at") & before["list_b"].eq("hukou_birth"), "case_id"]
    kept = now[now["case_id"].isin(waited)]
    assert len(waited) >= 20 and len(kept) == len(waited) and set(kept["state"]) == {"open"}


def test_what_a_reviewer_must_decide_stops_nothing(project):
    """Thresholds set so high that many links are left to a person."""
    rules = project / "params/linkage/births.v3.yaml"
    text = rules.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("thresholds:"))
    rules.write_text(text.replace(line, "thresholds: {upper: 70.0, lower: 10.0}"), encoding="utf-8")
    run_period(project / "params/2025Q1.yaml")
    cases = cases_of(project)
    assert (cases["recipient"] == "reviewer").any()


@pytest.mark.parametrize("nil", [True, False])
def test_a_nil_report_is_asked_about_and_a_list_not_received_is_not(project, nil):
    reported = "nil_reports: [town_birth]" if nil else "nil_reports: []"
    run_period(change(project, ('  town_birth:          ["data/2025Q1/乡镇_出生调查.xlsx"]\n', ""), ("nil_reports: []", reported)))
    cases = cases_of(project)
    assert (cases["code"].eq("missing_at") & cases["list_b"].eq("town_birth")).any() == nil
    figures = json.loads((project / OUT / "r1/publish/results.json").read_text(encoding="utf-8"))["figures"]
    assert figures["arrivals.town_birth.state"]["value"] == ("nil" if nil else "not_received")


# --- what an independent reader found


def test_a_run_killed_while_its_notebook_was_written_does_not_block_the_period(project):
    (project / OUT / ".unfinished").mkdir(parents=True)
    (project / OUT / ".unfinished/quarterly_record.ipynb").write_text('{"cells": [', encoding="utf-8")
    assert run_period(project / "params/2025Q1.yaml").name == "r1" and not (project / OUT / ".unfinished").exists()


def test_two_periods_do_not_share_a_folder(recorded):
    params = change(recorded, ('as_of: "', 'output_dir: "outputs/2025Q1"\nas_of: "'), period="2025Q2")
    assert "output_dir" in refused(params, ParameterError)


def test_an_output_folder_outside_the_project_works_from_quarter_to_quarter(project, tmp_path):
    away = (tmp_path / "away").as_posix()
    run_period(change(project, ('as_of: "', f'output_dir: "{away}/2025Q1"\nas_of: "')))
    second = change(project, ('previous_record: "outputs/2025Q1"', f'previous_record: "{away}/2025Q1"'), period="2025Q2")
    told = json.loads((run_period(second) / "publish/run_record.json").read_text(encoding="utf-8"))
    assert told["previous_record"]["folder"] == f"{away}/2025Q1/r1"


def test_a_record_still_verifies_when_the_quarter_before_has_a_newer_revision(recorded):
    run_period(recorded / "params/2025Q2.yaml")
    rules = recorded / "params/2025Q1.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("2025-04-10", "2025-04-11"), encoding="utf-8")
    run_period(rules)
    assert verify_record(recorded / "outputs/2025Q2").is_equal


def test_a_person_whose_row_was_not_used_is_not_published_either(project):
    path = project / "data/2025Q1/公安_出生申报.csv"
    lines = path.read_text(encoding="gb18030").splitlines()
    cells = lines[4].split(",")
    cells[1], cells[3] = "仝寰煊", "20250501"  # accepted after the quarter: out of scope
    path.write_text("\n".join([*lines[:4], ",".join(cells), *lines[5:], ""]), encoding="gb18030")
    notebook = project / "notebooks/quarterly_record.ipynb"
    import nbformat

    book = nbformat.read(notebook, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell("print('仝寰煊')", id="tells"))
    nbformat.write(book, notebook)
    with pytest.raises(RecordError, match=r"record\.html"):
        run_period(project / "params/2025Q1.yaml")
