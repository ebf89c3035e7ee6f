"""The monthly summary, made from the demo quarter's lists as they stood at the end of March."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from popanalysis.columns import DROPPED_FIELDS, MEMORY_ONLY_FIELDS, PERSONAL_FIELDS
from popanalysis.run import run_period
from popanalysis.signing import verify_record


@pytest.fixture(scope="module")
def project(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the month was summarised; no quarter was recorded."""
    root = tmp_path_factory.mktemp("month") / "project"
    shutil.copytree(demo_project, root)
    quarter = (root / "params/2025Q1.yaml").read_text(encoding="utf-8")
    (root / "params/2025-03.yaml").write_text(quarter.replace('period: "2025Q1"', 'period: "2025-03"'), encoding="utf-8")
    with contextlib.chdir(root):
        run_period(root / "params/2025-03.yaml")
    return root


@pytest.fixture(scope="module")
def revision(project: Path) -> Path:
    return project / "outputs/2025-03/r1"


def restricted(revision: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(revision / f"restricted/{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def records(revision: Path) -> pd.DataFrame:
    return pd.read_parquet(revision / "restricted/records.parquet").set_index("record_id")


def test_a_month_leaves_its_summary_and_nothing_of_a_quarter(project: Path, revision: Path) -> None:
    assert [path.name for path in (project / "outputs").iterdir() if path.is_dir()] == ["2025-03"]
    assert {path.name for path in (revision / "publish").iterdir()} == {"monthly_summary.ipynb", "record.html", "results.json", "run_record.json", "tables"}
    assert {path.name for path in (revision / "restricted").iterdir()} == {"faults.csv", "home_county.csv", "monthly_differences.csv", "records.parquet"}


def test_the_page_says_what_it_is_who_signs_and_names_every_town(revision: Path) -> None:
    page = (revision / "publish/record.html").read_text(encoding="utf-8")
    assert "月报" in page and "2025年3月" in page and "已核验，待签发" in page and "<script" not in page
    for town in ("团结街道", "巴彦浩来镇", "敖伦花镇", "东升镇", "查日苏台镇", "努古斯台苏木", "哈日干图苏木", "新民乡", "胡吉尔农场"):
        assert town in page
    for office in ("卫生健康", "公安", "民政"):
        assert office in page


def test_what_is_missing_had_its_time_and_what_is_not_yet_due_had_not(revision: Path, records: pd.DataFrame) -> None:
    """A birth is registered within a month, so that one of after 1 March may still be on its way on the 31st."""
    told = restricted(revision, "monthly_differences")
    births = told[told["event"].eq("birth") & told["list_b"].eq("hukou_birth") & told["what"].isin(["missing", "not_yet_due"])]
    born = pd.to_datetime(records["birth_date"].reindex(births["record_id_a"])).to_numpy()
    late = births["what"].eq("missing").to_numpy()
    assert late.sum() > 20 and (~late).sum() > 20
    known = ~pd.isna(born) & (born <= pd.Timestamp("2025-03-31"))  # a date to come is a mistake; another list's is taken then
    assert (born[late & known] < pd.Timestamp("2025-03-01")).all() and (born[~late & known] >= pd.Timestamp("2025-03-01")).all()


def test_missing_births_stand_in_no_list_of_the_office_that_is_asked(project: Path, revision: Path, records: pd.DataFrame) -> None:
    truth = pd.read_csv(project / "data/2025Q1/truth/records.csv", dtype=str, keep_default_na=False)
    told = restricted(revision, "monthly_differences")
    asked = told[told["event"].eq("birth") & told["what"].isin(["missing", "not_yet_due"])]
    places = records[["file", "sheet", "row"]].fillna("").astype(str).reindex(asked["record_id_a"])
    event_at = truth.set_index(["file", "sheet", "row"])["event"]
    events = [event_at.get(place, "") for place in places.itertuples(index=False, name=None)]
    held = {(row.event, row.kind) for row in truth.itertuples()}
    wrong = [(event, kind) for event, kind in zip(events, asked["list_b"], strict=True) if (event, kind) in held]
    assert all(events) and len(wrong) <= 0.01 * len(events)  # a missed link may look like a missing row


def test_the_standings_of_a_list_add_up_to_the_events_at_hand(revision: Path) -> None:
    figures = json.loads((revision / "publish/results.json").read_text(encoding="utf-8"))["figures"]
    for event, kinds in (("births", ("birth_cert", "hukou_birth", "town_birth")), ("marriages", ("marriage", "town_marriage"))):
        total = figures[f"monthly.{event}.total"]["value"]
        assert total > 100
        for kind in kinds:
            standings = [figures[f"monthly.{event}.{kind}.{name}"]["value"] for name in ("agrees", "differs", "missing", "not_yet_due", "not_expected")]
            assert None in standings or sum(standings) == total


def test_births_of_other_counties_are_listed_by_county_and_mothers_who_withheld_are_in_no_list(project: Path, revision: Path, records: pd.DataFrame) -> None:
    away = restricted(revision, "home_county")
    assert len(away) > 10 and away["home_county"].str.fullmatch(r"\d{6}").all() and not away["home_county"].eq("159901").any()
    truth = pd.read_csv(project / "data/2025Q1/truth/records.csv", dtype=str, keep_default_na=False)
    withheld = set(truth.loc[truth["kind"].eq("unverified_delivery") & truth["detail"].eq("withheld"), "event"])
    rows = truth[truth["event"].isin(withheld)]
    places = set(rows[["file", "sheet", "row"]].itertuples(index=False, name=None))
    ids = [record for record, *place in records[["file", "sheet", "row"]].fillna("").astype(str).itertuples(name=None) if tuple(place) in places]
    told = restricted(revision, "monthly_differences")
    assert len(ids) >= 4
    assert not away["record_id"].isin(ids).any() and not told["record_id_a"].isin(ids).any() and not told["record_id_b"].isin(ids).any()


def test_nothing_of_a_person_is_published_and_nothing_of_birth_policy_is_written(project: Path, revision: Path, records: pd.DataFrame) -> None:
    persons = [field for field in records if field in PERSONAL_FIELDS and field.endswith(("_id", "_no", "_name"))]
    values = {v for field in persons for v in records[field].dropna() if len(v) > 2}
    planted = pd.read_csv(project / "data/2025Q1/truth/planted.csv", dtype=str, keep_default_na=False)
    dropped = {v for v in planted.loc[planted["treatment"].eq("dropped"), "value"] if len(v) >= 4}
    assert len(values) > 2000 and len(dropped) > 100
    for path in sorted(p for p in revision.rglob("*") if p.is_file() and p.suffix != ".parquet"):
        text = path.read_text(encoding="utf-8-sig")
        assert not [v for v in dropped if v in text], path.name
        if "publish" in path.parts and path.suffix != ".ipynb":
            assert not [v for v in values if v in text], path.name
    assert not set(records) & (DROPPED_FIELDS | MEMORY_ONLY_FIELDS)


def test_a_summary_is_verified_by_making_it_again(project: Path, revision: Path) -> None:
    with contextlib.chdir(project):
        verify_record(revision)
