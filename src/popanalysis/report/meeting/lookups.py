"""Look-up worksheets: what to look up by hand in a system of a department to which only a login was granted.

One workbook a system, a row a case: whom to search for, what to look at, and room for what was found. They come back by ``popanalysis feedback``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from openpyxl import Workbook

from popanalysis.answers import CASE, CHECK, FINDING, FINDINGS, LOOKED_UP_BY, LOOKED_UP_ON, NOTE, RIGHT_VALUE
from popanalysis.errors import Text
from popanalysis.report.chapters.base import in_language
from popanalysis.report.meeting.review import JointReview
from popanalysis.report.messages import label, labels_of
from popanalysis.report.record_files import RESTRICTED
from popanalysis.report.sheet_style import FILL_IN, USUAL, WIDE, dress_table, offer_answers, write_lines
from popanalysis.workbooks import workbook_as_bytes
from popanalysis.workspace import Workspace

__all__ = ["LOOKUPS", "SYSTEMS", "System", "lookup_books", "write_lookups"]

LOOKUPS: Final = "lookups"  # folder inside restricted


@dataclass(frozen=True)
class System:
    """A system with a login: what it is called, the list that comes from it, and by what an entry is searched."""

    name: Text
    kind: str
    event: str
    search: tuple[str, ...]


#: file -> system; the plan names these two logins
SYSTEMS: Final[Mapping[str, System]] = {
    "lookup_birth_certificates.xlsx": System(Text("《出生医学证明》管理信息系统", "System of birth certificates"), "birth_cert", "birth", ("birth_cert_no", "mother_name", "mother_id", "birth_date")),
    "lookup_marriages.xlsx": System(Text("婚姻登记管理信息系统", "System of marriage registrations"), "marriage", "marriage", ("cert_no", "husband_name", "husband_id", "wife_name", "wife_id"))}


def write_lookups(review: JointReview, workspace: Workspace) -> list[str]:
    """Write the workbooks into ``restricted/lookups/``; return their names. A system in which nothing is to be looked up has none."""
    books = lookup_books(review)
    folder = workspace.folder / RESTRICTED / LOOKUPS
    if books:
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in books.items():
        (folder / name).write_bytes(content)
    return list(books)


def lookup_books(review: JointReview) -> dict[str, bytes]:
    """Return file -> workbook."""
    made = {name: _rows(review, system) for name, system in SYSTEMS.items()}
    return {name: workbook_as_bytes(_book(review, SYSTEMS[name], rows), "popanalysis") for name, rows in made.items() if rows}


def _rows(review: JointReview, system: System) -> list[list[str]]:
    """One row a case in which the list of the system is held against another, or lacks the event."""
    language = review.params.language
    asked = review.questions
    own = asked[(asked["list_a"].eq(system.kind) | asked["list_b"].eq(system.kind)) & asked["code"].isin(["field_differs", "missing_at", "character_missing", "certificate_shared", "certificate_twice"])]
    rows = []
    for number, row in enumerate(own.to_dict("records"), 1):
        what = labels_of(str(row["field"]), language) if row["field"] else in_language("是否有该登记", "Is it registered?", language)
        rows.append([f"{number}", str(row["case_id"]), _whom(review, system, str(row["event_id"])), what, str(row["sentence"]), "", "", "", "", "", str(row["check"])])
    return rows


def _whom(review: JointReview, system: System, event_id: str) -> str:
    """Say by what an entry is searched: the first value that a list shows of each field."""
    language, table = review.params.language, review.lines[system.event].table
    lines = table[table["event_id"].eq(event_id)]
    known = {field: next((value for value in lines[field] if value), "") for field in system.search}
    return "；".join(f"{label('field', field, language)}：{value}" if language == "zh" else f"{label('field', field, language)}: {value}" for field, value in known.items() if value)


def _book(review: JointReview, system: System, rows: list[list[str]]) -> Workbook:
    language, book = review.params.language, Workbook()
    cover: Any = book.active
    cover.title = in_language("填写说明", "How to fill in", language)
    write_lines(cover, [
        in_language(f"{system.name.zh}查询单（{review.params.span.in_words('zh')}）", f"{system.name.en}: what to look up, {review.params.span.in_words('en')}", language),
        in_language("供持有查询权限的人员按事项查询，只查表列事项，不作其他用途。含个人信息，用后由保管人收回。",
                    "For the official who holds the login: look up what is listed and nothing else. Personal data; the keeper collects it afterwards.", language),
        in_language(f"请在“{FINDING.zh}”列选择查询结果；与名单不同的，将查得内容填入“{RIGHT_VALUE.zh}”列，并填写查询人和查询日期。请勿改动编号和校验码。",
                    f"Choose under '{FINDING.en}'; where the system says otherwise, write what it says under '{RIGHT_VALUE.en}', and who looked it up and when. Leave numbers and check values as they are.", language),
        in_language("填写后保存本文件，运行 popanalysis feedback 读入。查询结果供核对参考，不改动各部门名单。",
                    "Save this file and read it in with 'popanalysis feedback'. What was found helps the comparison; no list is changed.", language)])
    page: Any = book.create_sheet(in_language("查询事项", "Look up", language))
    heads = [in_language("序号", "No.", language), CASE.in_(language), in_language("查询依据", "Search by", language), in_language("查看内容", "Look at", language), in_language("名单所载", "What the lists say", language),
             *(text.in_(language) for text in (FINDING, RIGHT_VALUE, LOOKED_UP_BY, LOOKED_UP_ON, NOTE, CHECK))]
    page.append(heads)
    for row in rows:
        page.append(row)
    dress_table(page, [6, 14, WIDE, USUAL, 44, 14, USUAL, 12, 14, USUAL, 9])
    for column in range(6, 11):
        page.column_dimensions[page.cell(1, column).column_letter].width = 14
        for number in range(2, len(rows) + 2):
            page.cell(number, column).fill = FILL_IN
    offer_answers(page, 6, 2, len(rows) + 1, [text.in_(language) for text in FINDINGS.values()])
    return book
