"""What other programs rely on, held against a record made of the demo quarter; and what must never be written."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from popanalysis import cli, schemas
from popanalysis.columns import DROPPED_FIELDS, EVENT_LETTER, EVENT_OF_KIND, FATES, MEMORY_ONLY_FIELDS, PERSONAL_FIELDS
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
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True)
            found[path.relative_to(revision).as_posix()] = "\n".join(str(v) for page in book for row in page.iter_rows(values_only=True) for v in row if v is not None)
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


def published(revision: Path) -> dict[str, str]:
    return {name: text for name, text in texts(revision).items() if name.startswith("publish/") and not name.endswith(".ipynb")}


def test_nothing_published_holds_a_name_or_number_of_the_lists(revision):
    records = pd.read_parquet(revision / "restricted/records.parquet")
    persons = [field for field in records if field in PERSONAL_FIELDS]
    numbers = {v for field in persons if field.endswith(("_id", "_no")) for v in records[field].dropna()}
    names = {v for field in persons if field.endswith("_name") for v in records[field].dropna() if len(v) > 2}
    assert len(numbers) > 2500 and len(names) > 1500
    for name, text in published(revision).items():
        assert not [v for v in numbers if v in text], name
        assert not [v for v in names if v in text], name


# --- the limits of what may be compared and told -----------------------------------------------------------------


def test_of_adoptions_nothing_is_told_but_whether_the_list_arrived(revision, recorded_project):
    figures = read_json(revision, "results.json")["figures"]
    assert {key for key in figures if "adoption" in key} == {"arrivals.adoption.state"}
    assert figures["arrivals.adoption.state"]["value"] == "received"
    rows = pd.read_excel(recorded_project / "data/2025Q1/民政_收养登记.xlsx", header=2, dtype=str).dropna(subset=["被收养人姓名"])
    others = set(pd.read_parquet(revision / "restricted/records.parquet").astype(str).to_numpy().ravel())  # a child's birth may rightly be told
    told = {str(v) for head in ("身份证号", "身份证号.1", "收养登记证字号", "收养后姓名", "被收养人姓名") for v in rows[head].dropna()} - others
    assert len(told) >= 6
    for name, text in texts(revision).items():
        assert not [v for v in told if v in text], name
    listed = table(revision, "linked_records")
    events = set(listed.loc[listed["kind"].eq("adoption") & listed["event_id"].ne(""), "event_id"])
    assert events and not (set(table(revision, "cases")["event_id"]) | set(table(revision, "relations")[["from_id", "to_id"]].to_numpy().ravel())) & events
    carried = pd.read_parquet(revision / "restricted/carried_forward.parquet")
    sealed = carried[carried["kind"].eq("adoption")].dropna(axis=1, how="all")
    assert set(sealed) <= {"record_id", "kind", "event_id", "state", "opened_in", "held_in"}


def test_a_withheld_delivery_is_tied_by_the_certificate_number_alone(revision, recorded_project):
    truth = pd.read_csv(recorded_project / "data/2025Q1/truth/records.csv", dtype=str, keep_default_na=False)
    listed = table(revision, "linked_records")
    place = ["file", "sheet", "row"]
    withheld = truth[truth["kind"].eq("unverified_delivery") & truth["detail"].eq("withheld")].merge(listed, on=place)
    events = set(withheld["event_id"])
    numbers = pd.read_parquet(revision / "restricted/records.parquet").drop_duplicates("record_id").set_index("record_id")["birth_cert_no"]
    together = listed[listed["event_id"].isin(events)]
    assert len(events) == 2 and (together["kind"].eq("birth_cert").sum(), len(together)) == (2, 4)
    assert together.assign(number=numbers.reindex(together["record_id"]).to_numpy()).groupby("event_id")["number"].nunique(dropna=False).eq(1).all()
    relations = table(revision, "relations")
    touching = relations[relations["from_id"].isin(events) | relations["to_id"].isin(events)]
    assert set(touching["evidence"]) <= {"birth_cert_no"}


def test_every_kind_but_adoption_gives_figures(revision):
    begin = {key.split(".")[0] for key in read_json(revision, "results.json")["figures"]}
    assert begin >= {"births", "marriages", "changes", "pending", "deliveries", "certificates", "moves", "deaths", "totals", "register"}


def test_the_page_opens_without_a_network_and_says_what_it_is(revision):
    page = (revision / "publish/record.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page and 'charset="utf-8"' in page.lower() and "<script" not in page
    assert "已核验，待签发" in page and "草稿" not in page and page.count('<figure class="chart"') >= 3
