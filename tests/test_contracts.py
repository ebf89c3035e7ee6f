"""What other programs rely on, held against a record made of the demo quarter; and what must never be written."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from popanalysis import cli, schemas
from popanalysis.columns import DROPPED_FIELDS, EVENT_LETTER, EVENT_OF_KIND, FATES, MEMORY_ONLY_FIELDS
from popanalysis.report import fingerprint

COMMANDS = {"demo", "init", "run", "sign-off", "verify", "doctor", "packs", "feedback", "register", "rules", "index", "purge"}


@pytest.fixture(scope="session")
def revision(recorded_project: Path) -> Path:
    return recorded_project / "outputs/2025Q1/r1"


def table(revision: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(revision / f"restricted/{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read_json(revision: Path, name: str) -> dict:
    return json.loads((revision / "publish" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", schemas.TABLES)
def test_tables_keep_their_schema_and_begin_with_a_byte_order_mark(revision, name):
    schemas.check_table(name, table(revision, name))
    assert (revision / f"restricted/{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_results_and_run_record_keep_their_schema(revision):
    schemas.check_results(read_json(revision, "results.json"))
    schemas.check_run_record(read_json(revision, "run_record.json"))
    assert read_json(revision, "run_record.json")["fingerprint"] == fingerprint(revision)


def test_the_commands_are_those_of_the_contract():
    assert {command.name or command.callback.__name__ for command in cli.app.registered_commands} == COMMANDS


def test_every_row_of_every_list_has_one_fate_and_totals_balance(revision, recorded_project):
    listed = table(revision, "linked_records")
    assert not listed.duplicated(["file", "sheet", "row"]).any() and set(listed["fate"]) <= set(FATES)
    truth = pd.read_csv(recorded_project / "data/2025Q1/truth/records.csv", dtype=str, keep_default_na=False)
    merged = truth.merge(listed, on=["file", "sheet", "row"], how="left")
    of_lists = merged[merged["kind_x"].ne("population")]  # of the register only rows tied to an event are listed
    assert of_lists["fate"].isin(["used", "duplicate"]).all()
    counts = read_json(revision, "run_record.json")["row_accounting"]
    assert "adoption" not in counts  # how many there were is told nowhere that is published
    for kind, fates in counts.items():
        assert kind == "population" or {fate: int(listed.loc[listed["kind"].eq(kind), "fate"].eq(fate).sum()) for fate in FATES} == {fate: fates[fate] for fate in FATES}
        assert sum(n for fate, n in fates.items() if fate != "total") == fates["total"]


def test_event_ids_stand_exactly_where_a_row_is_used_or_a_duplicate(revision):
    listed = table(revision, "linked_records")
    speaks = listed["kind"].isin(list(EVENT_OF_KIND))
    assert (listed["event_id"].ne("") == (listed["fate"].isin(["used", "duplicate"]) & speaks)).all()
    for kind, letter in ((kind, EVENT_LETTER[event]) for kind, event in EVENT_OF_KIND.items()):
        assert listed.loc[listed["kind"].eq(kind) & listed["event_id"].ne(""), "event_id"].str.fullmatch(rf"{letter}-2025Q1-\d{{5}}").all()
    for letter in EVENT_LETTER.values():
        numbers = listed.loc[listed["event_id"].str.startswith(letter), "event_id"].str[-5:].astype(int)
        assert sorted(numbers.unique()) == list(range(1, numbers.nunique() + 1))


def test_cases_point_to_cells_that_hold_the_value_told(revision, recorded_project):
    """The police list is a plain CSV: the cell named must hold the value."""
    cases = table(revision, "cases")
    lines = [line.split(",") for line in (recorded_project / "data/2025Q1/公安_出生申报.csv").read_text(encoding="gb18030").splitlines()]
    asked = cases[cases["list_b"].eq("hukou_birth") & cases["field"].isin(["mother_id", "father_id"]) & cases["code"].eq("field_differs")]
    assert len(asked) > 5
    for row in asked.to_dict("records"):
        place = row["cell_b"].rsplit("]", 1)[1]
        assert row["value_b"] in lines[int(place[1:]) - 1]["ABCDEFGHIJKLMNOP".index(place[0])]


def texts(revision: Path) -> dict[str, str]:
    """Every file of a revision as text, Parquet cell by cell."""
    found = {}
    for path in sorted(p for p in revision.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            found[path.name] = "\n".join(str(v) for column in pq.read_table(path).to_pydict().values() for v in column)
        else:
            found[path.relative_to(revision).as_posix()] = path.read_text(encoding="utf-8-sig")
    return found


def test_planted_values_of_columns_the_comparison_does_not_need_stand_in_no_output(revision, recorded_project):
    planted = pd.read_csv(recorded_project / "data/2025Q1/truth/planted.csv", dtype=str, keep_default_na=False)
    # words that a report may use in their own sense are no proof: only values long enough to be nobody's else
    values = {v for v in planted.loc[planted["treatment"].eq("dropped"), "value"].unique() if len(v) >= 4}
    assert len(values) > 100
    for name, text in texts(revision).items():
        assert not [v for v in values if v in text], name


def test_no_column_of_a_dropped_or_memory_only_field_is_written(revision):
    for path in revision.rglob("*.parquet"):
        assert not set(pq.read_schema(path).names) & (DROPPED_FIELDS | MEMORY_ONLY_FIELDS)


def test_nothing_published_holds_a_name_or_number_of_the_lists(revision, recorded_project):
    records = pd.read_parquet(revision / "restricted/records.parquet")
    numbers = {v for field in ("mother_id", "father_id", "child_id", "birth_cert_no") for v in records[field].dropna()}
    names = {v for field in ("mother_name", "father_name", "child_name") for v in records[field].dropna() if len(v) > 2}
    published = {name: text for name, text in texts(revision).items() if name.startswith("publish/") and not name.endswith(".ipynb")}
    assert len(numbers) > 1000 and len(names) > 500
    for name, text in published.items():
        assert not [v for v in numbers if v in text], name
        assert not [v for v in names if v in text], name


def test_the_page_opens_without_a_network_and_says_what_it_is(revision):
    page = (revision / "publish/record.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page and 'charset="utf-8"' in page.lower() and "<script" not in page
    assert "已核验，待签发" in page and "草稿" not in page and page.count('<figure class="chart"') >= 3
