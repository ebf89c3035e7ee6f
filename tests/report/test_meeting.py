"""What the departments' meeting sees, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis.answers import check_value
from popanalysis.errors import RecordError
from popanalysis.params import QuarterParams
from popanalysis.report.meeting import read_review
from popanalysis.report.meeting.book import joint_review_book
from popanalysis.report.meeting.review import gather
from popanalysis.workspace import Workspace


@pytest.fixture(scope="module")
def revision(recorded_project: Path) -> Path:
    return recorded_project / "outputs/2025Q1/r1"


@pytest.fixture(scope="module")
def review(recorded_project: Path, revision: Path):
    params = QuarterParams.read(recorded_project / "params/2025Q1.yaml")
    return read_review(params, Workspace(revision, recorded_project, None, is_draft=False))


@pytest.fixture(scope="module")
def texts(revision: Path) -> dict[str, str]:
    """Everything the meeting gets, as text."""
    book = openpyxl.load_workbook(revision / "restricted/joint_review.xlsx")
    cells = "\n".join(str(value) for page in book for row in page.iter_rows(values_only=True) for value in row if value is not None)
    return {"book": cells, "page": (revision / "restricted/joint_review.html").read_text(encoding="utf-8")}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_every_waiting_case_is_on_the_agenda_or_counted_among_those_for_health_and_police(review, revision):
    cases = read(revision / "restricted/cases.csv")
    apart = cases["code"].isin(["withheld_candidate", "documents_there_now", "reason_not_permitted", "pending_without_reason"]) | (
        cases["code"].eq("missing_at") & cases["list_b"].eq("hukou_birth"))
    assert set(review.questions["case_id"]) == set(cases.loc[~apart, "case_id"])
    help_with_hukou = next(item for item in review.agenda if item.title.en.startswith("Help"))
    assert f"{int(apart.sum())} 件" in help_with_hukou.facts.zh


def test_a_child_not_yet_registered_stands_in_no_row_of_the_book(revision, texts):
    cases = read(revision / "restricted/cases.csv")
    only = cases.groupby("event_id").filter(lambda group: (group["code"].eq("missing_at") & group["list_b"].eq("hukou_birth")).all())
    assert len(only) >= 10
    for name, text in texts.items():
        assert not [event for event in only["event_id"] if event in text], name


def test_the_graver_questions_come_first_and_each_can_be_checked(review, revision):
    order = ["error", "warning", "note", "info"]
    places = [order.index(severity) for severity in review.questions["severity"]]
    assert places == sorted(places)
    cases = read(revision / "restricted/cases.csv").set_index("case_id", drop=False)
    row = review.questions.iloc[0]
    assert row["check"] == check_value(cases.loc[row["case_id"]].to_dict())


def test_what_differs_is_marked_in_the_lines_of_its_lists_and_nothing_else(review, revision):
    cases = read(revision / "restricted/cases.csv")
    case = next(row for row in cases.to_dict("records") if row["code"] == "field_differs" and row["field"] == "mother_name" and row["list_a"] == "birth_cert" and row["list_b"] == "town_birth"
                and (cases["event_id"] == row["event_id"]).sum() == 1)
    lines = review.lines["birth"]
    own = lines.table.index[lines.table["event_id"].eq(case["event_id"])]
    marked = {lines.table.at[line, "list"]: sorted(lines.marked.get(line, ())) for line in own}
    assert marked["出生医学证明"] == marked["镇村实名登记"] == ["mother_name"] and marked.get("出生申报户口", []) == []
    assert {case["value_a"], case["value_b"]} <= set(lines.table.loc[own, "mother_name"])


def test_of_adoptions_only_the_number_of_the_item_stands_there(recorded_project, texts):
    rows = pd.read_excel(recorded_project / "data/2025Q1/民政_收养登记.xlsx", header=2, dtype=str).dropna(subset=["被收养人姓名"])
    people = {value for column in rows for value in rows[column].dropna() if len(value) in (15, 18)}  # a name may be part of somebody else's
    assert len(people) >= 3
    for text in texts.values():
        assert not [value for value in people if value in text]


def test_of_a_mother_who_withheld_who_she_is_neither_the_delivery_nor_its_certificate_is_shown(recorded_project, revision):
    """Also where a question about the birth is open: it goes to health alone."""
    records = pd.read_parquet(revision / "restricted/records.parquet").set_index("record_id")
    events = read(revision / "restricted/linked_records.csv").drop_duplicates("record_id").set_index("record_id")["event_id"]
    withheld = set(events.reindex(records.index[records["doubt_class"].eq("withheld")]).dropna())
    certified = [event for event in withheld if (records.loc[events.index[events.eq(event)].intersection(records.index), "kind"] == "birth_cert").any()]
    assert certified
    frames = {name: read(revision / f"restricted/{name}.csv") for name in ("cases", "case_sentences", "linked_records", "links", "relations")}
    asked = {**frames["cases"].iloc[0].to_dict(), "case_id": "2025Q1-9999", "code": "listed_without_remark", "event_id": certified[0], "field": "remark", "list_a": "unverified_delivery", "list_b": "birth_cert"}
    frames["cases"] = pd.concat([frames["cases"], pd.DataFrame([asked])], ignore_index=True)
    frames["case_sentences"] = pd.concat([frames["case_sentences"], pd.DataFrame([{"case_id": "2025Q1-9999", "recipient": "health", "sentence": "x", "for_reviewer": "", "severity": "note"}])], ignore_index=True)
    carried = pd.read_parquet(revision / "restricted/carried_forward.parquet", columns=["record_id", "event_id"])
    review = gather(QuarterParams.read(recorded_project / "params/2025Q1.yaml"), frames, carried, records)
    assert "2025Q1-9999" not in set(review.questions["case_id"])
    assert not withheld & set(review.lines["birth"].table["event_id"])


def test_a_line_of_an_earlier_quarters_list_says_so(recorded_project, revision):
    params = QuarterParams.read(recorded_project / "params/2025Q1.yaml")
    frames = {name: read(revision / f"restricted/{name}.csv") for name in ("cases", "case_sentences", "linked_records", "links", "relations")}
    records = pd.read_parquet(revision / "restricted/records.parquet").set_index("record_id")
    earlier = records.assign(file=records["file"].str.replace("2025Q1", "2024Q4"))
    carried = pd.read_parquet(revision / "restricted/carried_forward.parquet", columns=["record_id", "event_id"])
    assert all(place.startswith("以前报送的名单，2024Q4/") for place in gather(params, frames, carried, earlier).lines["birth"].table["place"])
    assert not any("以前" in place for place in gather(params, frames, carried, records).lines["birth"].table["place"])


def test_the_same_record_gives_the_same_book(review, revision):
    assert joint_review_book(review) == (revision / "restricted/joint_review.xlsx").read_bytes()


def test_a_look_up_names_only_what_the_search_needs(revision):
    book = openpyxl.load_workbook(revision / "restricted/lookups/lookup_marriages.xlsx")
    rows = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert rows and all({part.partition("：")[0] for part in row[2].split("；")} <= {"登记证字号", "男方姓名", "男方公民身份号码", "女方姓名", "女方公民身份号码"} for row in rows)


def test_without_a_record_the_meeting_has_nothing_to_see(recorded_project, tmp_path):
    params = QuarterParams.read(recorded_project / "params/2025Q2.yaml")
    with pytest.raises(RecordError, match=r"popanalysis run params/2025Q2\.yaml"):
        read_review(params, Workspace(tmp_path / "draft", tmp_path, None, is_draft=True))


def test_papermill_alone_makes_a_draft_of_the_book_beside_the_record(recorded_project, tmp_path, copy_of):
    root = copy_of(recorded_project)
    done = subprocess.run([sys.executable, "-m", "papermill", "notebooks/joint_review.ipynb", str(tmp_path / "out.ipynb"), "-f", "params/2025Q1.yaml"],
                          cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    made = root / "outputs/2025Q1/draft/restricted/joint_review.xlsx"
    assert made.read_bytes() == (root / "outputs/2025Q1/r1/restricted/joint_review.xlsx").read_bytes()
