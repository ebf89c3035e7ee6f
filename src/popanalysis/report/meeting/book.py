"""The joint-review workbook: to be read at the meeting, filled in, printed, and handed back to the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font

from popanalysis.answers import ANSWER, ANSWERS, CASE, CHAIR, CHECK, MET_ON, NOTE, PAIR, PAIR_ANSWERS, RIGHT_VALUE, SHEETS, pair_check
from popanalysis.errors import Text
from popanalysis.report.chapters.base import in_language
from popanalysis.report.meeting.forms import AGENDA, MINUTES, PRESENT, RECORDER, SIGN_OFF, agenda_rows, minutes_rows, sign_off_rows
from popanalysis.report.meeting.review import FIELDS, JointReview, Lines
from popanalysis.report.messages import label
from popanalysis.report.record_files import RESTRICTED
from popanalysis.report.sheet_style import FILL_IN, USUAL, WIDE, dress_table, mark_cells, offer_answers, write_lines
from popanalysis.workbooks import workbook_as_bytes
from popanalysis.workspace import Workspace

__all__ = ["BOOK", "answers_in", "field_word", "joint_review_book", "write_book"]

BOOK: Final = "joint_review.xlsx"
_SENTENCE: Final = 60


def write_book(review: JointReview, workspace: Workspace) -> Path:
    """Write the workbook into ``restricted/`` of the record it was made from; only its owner may enter there."""
    restricted = workspace.folder / RESTRICTED
    restricted.mkdir(parents=True, exist_ok=True)
    restricted.chmod(0o700)
    (restricted / BOOK).write_bytes(joint_review_book(review))
    return restricted / BOOK


def joint_review_book(review: JointReview) -> bytes:
    """Return the workbook; the same review gives the same bytes."""
    language = review.params.language
    book = Workbook()
    book.remove(book.active)

    def page(key: str) -> Any:
        return book.create_sheet(SHEETS[key].in_(language))

    write_lines(page("how_to"), _how_to(review))
    _add_agenda(page("agenda"), review)
    _add_questions(page("questions"), review)
    for key, event in (("births", "birth"), ("marriages", "marriage"), ("changes", "change")):
        if len(review.lines[event].table):
            _add_lines(page(key), review.lines[event], FIELDS[event], language)
    if len(review.pairs.table):
        _add_pairs(page("pairs"), review)
    _add_form(page("minutes"), MINUTES, minutes_rows(review), (6, 26, 44, 44, 18, 16), 48, language)
    _add_form(page("sign_off"), SIGN_OFF, sign_off_rows(language), (32, 20, 16, 32, 22, 16), 40, language)
    book.active = 0
    return workbook_as_bytes(book, "popanalysis")


def _how_to(review: JointReview) -> list[str]:
    language, period = review.params.language, review.params.span.in_words(review.params.language)
    words = "、".join(answers_in("zh"))
    return [
        in_language(f"{period}人口信息会商材料", f"Joint review of population information, {period}", language),
        in_language("本材料含个人信息，限参会人员使用，会后由保管人收回，不得复制、转发。", "This book holds personal data. It is for those at the meeting; the keeper collects it afterwards; no copies.", language),
        in_language("核对用于登记和服务，不作为收费、处罚或延缓办理的依据。", "The comparison serves registration and services; it is no ground for a fee, a penalty or a delay.", language),
        in_language(f"一、请在“{SHEETS['agenda'].zh}”表填写会商日期和主持人。", f"1. Fill in the date of the meeting and its chair on the sheet '{SHEETS['agenda'].en}'.", language),
        in_language(f"二、“{SHEETS['questions'].zh}”表按重要程度列出事项，请在“{ANSWER.zh}”列选择：{words}；更正后的内容填入“{RIGHT_VALUE.zh}”列。暂不能认定的，留空即可。",
                    f"2. '{SHEETS['questions'].en}' lists the questions, the most important first. Choose under '{ANSWER.en}': {', '.join(answers_in('en'))}; write the right value beside it. Leave open what cannot be decided.",
                    language),
        in_language(f"三、“{SHEETS['pairs'].zh}”表列出尚不能确定是否为同一事件的记录，请在“{ANSWER.zh}”列选择“{PAIR_ANSWERS['link'].zh}”或“{PAIR_ANSWERS['non_link'].zh}”。",
                    f"3. '{SHEETS['pairs'].en}' holds records of which it is not sure that they speak of one event; choose '{PAIR_ANSWERS['link'].en}' or '{PAIR_ANSWERS['non_link'].en}'.", language),
        in_language("四、浅黄色单元格为各名单所载不一致之处，浅绿色单元格供填写。请勿改动编号和校验码。", "4. Yellow cells differ between lists, green cells are for you to fill in. Leave numbers and check values as they are.", language),
        in_language("五、填写后保存本文件，运行 popanalysis feedback 读入处理意见，再运行 popanalysis run 生成新的修订。",
                    "5. Save this file, read the answers in with 'popanalysis feedback', then make a new revision with 'popanalysis run'.", language)]


def _add_agenda(page: Any, review: JointReview) -> None:
    language = review.params.language
    page.append([in_language(f"{review.params.span.in_words('zh')}人口信息会商议程", f"Agenda, {review.params.span.in_words('en')}", language)])
    page.cell(1, 1).font = Font(bold=True, size=14)
    for text in (MET_ON, CHAIR, RECORDER, PRESENT):
        page.append([text.in_(language), ""])
        page.cell(page.max_row, 2).fill = FILL_IN
    page.append([])
    head = page.max_row + 1
    page.append([text.in_(language) for text in AGENDA])
    for row in agenda_rows(review):
        page.append(list(row))
    dress_table(page, [12, WIDE, _SENTENCE, USUAL], head=head, frozen=0)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 12, WIDE


def _add_questions(page: Any, review: JointReview) -> None:
    language = review.params.language
    heads = [in_language("序号", "No.", language), CASE.in_(language), in_language("重要程度", "Weight", language), in_language("事项", "Question", language), in_language("情况及请求", "What stands where, and what is asked", language),
             in_language("供审核参考", "For the reviewer", language), in_language("拟请答复单位", "To be answered by", language), ANSWER.in_(language), RIGHT_VALUE.in_(language), NOTE.in_(language),
             in_language("事件编号", "Event", language), CHECK.in_(language)]
    page.append(heads)
    for number, row in enumerate(review.questions.to_dict("records"), 1):
        aside = str(row["for_reviewer"]).removeprefix("供审核参考：").removeprefix("For the reviewer: ")
        page.append([f"{number}", row["case_id"], label("severity_of_case", str(row["severity"]), language), label("case", str(row["code"]), language), row["sentence"], aside,
                     label("recipient", str(row["recipient"]), language), "", "", "", row["event_id"], row["check"]])
    dress_table(page, [6, 14, 10, USUAL, _SENTENCE, WIDE, 16, 16, USUAL, USUAL, 18, 9])
    for column in (ANSWER, RIGHT_VALUE, NOTE):
        _fill_in(page, heads.index(column.in_(language)) + 1, len(review.questions) + 1)
    offer_answers(page, heads.index(ANSWER.in_(language)) + 1, 2, len(review.questions) + 1, list(answers_in(language)))


def _fill_in(page: Any, column: int, last: int) -> None:
    page.column_dimensions[page.cell(1, column).column_letter].width = 16
    for number in range(2, last + 1):
        page.cell(number, column).fill = FILL_IN


def _add_lines(page: Any, lines: Lines, fields: Sequence[str], language: str) -> None:
    heads = [in_language("事件编号", "Event", language), in_language("名单", "List", language), in_language("部门", "Office", language), in_language("所在位置", "Where", language), *(field_word(field, language) for field in fields)]
    page.append(heads)
    for row in lines.table[["event_id", "list", "department", "place", *fields]].itertuples(index=False):
        page.append(list(row))
    dress_table(page, [17, 14, 14, WIDE, *[USUAL] * len(fields)])
    places = {field: place for place, field in enumerate(fields, 5)}
    for place, marked in lines.marked.items():
        mark_cells(page, place + 2, places, marked)


def _add_pairs(page: Any, review: JointReview) -> None:
    language, table = review.params.language, review.pairs.table
    fields = list(table.columns[4:])
    heads = [PAIR.in_(language), in_language("名单", "List", language), in_language("部门", "Office", language), in_language("所在位置", "Where", language), *(field_word(field, language) for field in fields),
             ANSWER.in_(language), NOTE.in_(language), CHECK.in_(language)]
    page.append(heads)
    for row in table.itertuples(index=False):
        page.append([*row, "", "", pair_check(*review.pair_ids[str(row.event_id)])])
    dress_table(page, [8, 14, 14, WIDE, *[USUAL] * len(fields), 14, USUAL, 9])
    places = {field: place for place, field in enumerate(fields, 5)}
    for place, marked in review.pairs.marked.items():
        mark_cells(page, place + 2, places, marked)
    _fill_in(page, len(heads) - 1, len(table) + 1)
    offer_answers(page, len(heads) - 2, 2, len(table) + 1, [text.in_(language) for text in PAIR_ANSWERS.values()])


def _add_form(page: Any, heads: Sequence[Text], rows: Sequence[Sequence[str]], widths: Sequence[int], height: int, language: str) -> None:
    """A table that is filled in by hand: set widths, and room for handwriting."""
    page.append([head.in_(language) for head in heads])
    for row in rows:
        page.append(list(row))
    dress_table(page, widths)
    for column, width in enumerate(widths, 1):
        page.column_dimensions[page.cell(1, column).column_letter].width = width
    for number in range(2, page.max_row + 1):
        page.row_dimensions[number].height = height


def answers_in(language: str) -> dict[str, str]:
    """Return word -> state of what may be answered about a case."""
    return {label("case_state", state, language): state for state in ANSWERS}


def field_word(field: str, language: str) -> str:
    """Return what a column of the lists side by side is called."""
    own = {"item": ("项目", "Item"), "before": ("变更前", "Before"), "after": ("变更后", "After"), "change_date": ("变更日期", "Changed on"), "shown": ("名单所载", "Shown")}
    return in_language(*own[field], language) if field in own else label("field", field, language)
