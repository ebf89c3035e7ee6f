"""Why a file cannot be taken as the list it is named for: one sentence each, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from popanalysis.acquire.heads import Head
from popanalysis.acquire.kinds import KIND_NAMES, KindGuess, guess_kinds, lacking_fields
from popanalysis.acquire.layouts import in_header_words, is_general, told_as_head, usual_header
from popanalysis.acquire.no_list import NO_LIST, is_care_file
from popanalysis.acquire.sheets import SheetParts
from popanalysis.acquire.table import Table, holds_long_number, shown
from popanalysis.columns import BIRTH_KINDS, EVENT_OF_KIND, NEEDED_FIELDS
from popanalysis.errors import PopAnalysisError, SourceFileError, Text

__all__ = ["absent_sheets", "refusals"]

#: How much better a list of another event must fit before a person is asked.
_CLEARLY: Final = 1.5
_FEWEST: Final = 3  # a head of two known words may stand over anything
_EXPECTED: Final = ("child_name", "birth_date", "mother_name")
#: Fields that only a list of births has.
_OF_A_BIRTH: Final = frozenset({"child_name", "child_sex", "birth_cert_no", "birth_place", "birth_datetime", "parity", "facility"})


def absent_sheets(wanted: Sequence[str] | None, tables: Sequence[Table], file: str) -> Iterator[PopAnalysisError]:
    """Yield an error for each sheet that is named and not there."""
    names = [table.name for table in tables]
    for sheet in wanted or ():
        if sheet not in names:
            yield SourceFileError(
                zh=f"文件 {file} 中没有名为“{sheet}”的工作表，现有：{'、'.join(names)}。请更正参数或列对应文件中的表名。",
                en=f"File {file} has no sheet '{sheet}'; it has: {', '.join(names)}. Correct the name in the parameters or the layout.", file=file, sheet=sheet)


def refusals(parts: Sequence[SheetParts], tables: Sequence[Table], kind: str, file: str, *, settled: bool) -> Iterator[PopAnalysisError]:
    """Yield what stands against taking these sheets as a list of ``kind``; with ``settled`` a layout vouches for the kind."""
    used = [part for part in parts if part.reading.used]
    strange = [] if settled else [part for part in used if _of_another_event(part, kind)]
    lacking = [(part, groups) for part in used if (groups := lacking_fields(Head(0, 0, part.reading.columns, 0), kind))]
    empty = not any(part.reading.n_rows for part in used)
    hidden = [part.reading.name for part in parts if part.reading.n_set_aside]
    if not settled and any(is_care_file(c.header for c in part.reading.columns) for part in used):
        yield SourceFileError(
            zh=f"文件 {file} 不能作为“{KIND_NAMES[kind].zh}”（{kind}）采用：{NO_LIST.zh}。请从 inputs 中删去该文件，并请报送单位报送交换名单。",
            en=f"File {file} cannot be taken as {KIND_NAMES[kind].en} ({kind}): {NO_LIST.en}. Remove it from 'inputs' and ask the office for the list.", file=file, kind=kind)
    elif hidden and (not used or strange or len(lacking) == len(used) or empty):
        yield from (_only_hidden(name, kind, file) for name in hidden)
    elif not used or strange:
        likely = max((g for g in _likeliest(tables, file) if g.kind != kind), key=lambda g: g.score, default=None)
        yield _no_sheet_fits(likely, tables, kind, file)
    elif lacking:
        yield from _lacking(lacking, kind, file)
    elif empty:
        yield SourceFileError(
            zh=f"文件 {file} 有“{KIND_NAMES[kind].zh}”的表头，但没有一条记录。如该单位本期确无此项，请从 inputs 中删去该文件，并将 {kind} 写入 nil_reports；否则请报送单位重新发送。",
            en=f"File {file} has the head of {KIND_NAMES[kind].en} but no record. If the office reported none, remove the file from 'inputs' and name {kind} under nil_reports; otherwise ask for it again.",
            file=file, kind=kind)


def _of_another_event(part: SheetParts, kind: str) -> bool:
    """A marriage list has a birth date and two names too; but its head speaks of no child, or fits marriages clearly better, or its title says so."""
    columns = {c.field: c.header for c in part.reading.columns if c.decision == "used" and c.field}
    if kind in BIRTH_KINDS and not columns.keys() & _OF_A_BIRTH and is_general(columns.get("birth_date", "出生日期")):
        return True
    best, fit = part.likely, part.fit
    if best is None or fit is None or EVENT_OF_KIND.get(best.kind, best.kind) == EVENT_OF_KIND.get(kind, kind):
        return False
    title_contradicts = bool(best.title_words) and not fit.title_words and best.score > fit.score
    return title_contradicts or best.score >= _CLEARLY * fit.score


def _likeliest(tables: Sequence[Table], file: str) -> list[KindGuess]:
    return [guess for table in tables for guess in guess_kinds(table, PurePosixPath(file).name)[:2]]


def _hint(likely: KindGuess | None, kind: str) -> Text:
    if likely is None or likely.kind == kind:
        return Text("", "")
    return Text(f"从表头看更像“{KIND_NAMES[likely.kind].zh}”（{likely.kind}）。", f" By its head it looks like {KIND_NAMES[likely.kind].en} ({likely.kind}).")


def _only_hidden(sheet: str, kind: str, file: str) -> SourceFileError:
    return SourceFileError(
        zh=f"文件 {file} 中没有可见的工作表能用作“{KIND_NAMES[kind].zh}”（{kind}）。工作表“{sheet}”已隐藏。如需采用，请取消隐藏，或在参数中用 sheet 写明。",
        en=f"No visible sheet of {file} can be used as {KIND_NAMES[kind].en} ({kind}). Sheet '{sheet}' is hidden: unhide it, or name it with 'sheet' in the parameters, if it is to be used.",
        file=file, kind=kind, sheet=sheet)


def _no_sheet_fits(likely: KindGuess | None, tables: Sequence[Table], kind: str, file: str) -> SourceFileError:
    is_text = [table.name for table in tables] == [""]
    zh, en, cannot = ("不能", "File ", "not") if is_text else ("中没有一张可见工作表能", "No visible sheet of ", "")
    hint = _hint(likely, kind) if likely and likely.n_fields >= _FEWEST else _first_row(tables, kind)
    return SourceFileError(
        zh=f"文件 {file} {zh}识别为“{KIND_NAMES[kind].zh}”（{kind}）。{hint.zh}请核对文件与类别，或在 params/sources/ 中写明列对应。",
        en=f"{en}{file} can{cannot} be recognised as {KIND_NAMES[kind].en} ({kind}).{hint.en} Check file and kind, or describe the columns in params/sources/.",
        file=file, kind=kind, likely=likely.kind if likely else None)


def _first_row(tables: Sequence[Table], kind: str) -> Text:
    """Say what stands where a head was looked for: the first row of two texts and more, for a single one is a title."""
    filled = [(table, place) for table in tables if table.visible for place, row in enumerate(table.rows) if any(map(shown, row))]
    if not filled:
        return Text("", "")
    table, place = next(((t, p) for t, p in filled if sum(map(bool, map(shown, t.rows[p]))) > 1), filled[0])
    told = told_as_head(table.rows[place])
    expected = [usual_header(field, kind) for field in (_EXPECTED if kind in BIRTH_KINDS else [group[0] for group in NEEDED_FIELDS[kind]])]
    sheet_zh, sheet_en = (f"工作表“{table.name}”", f" of sheet '{table.name}'") if table.name else ("", "")
    return Text(f"没有找到表头行：{sheet_zh}第 {table.numbers[place]} 行{told.zh}。表头应有{'、'.join(expected)}等列。",
                f" No head row was found: row {table.numbers[place]}{sheet_en} {told.en}. Expected are columns such as {', '.join(expected)}.")


def _lacking(found: Sequence[tuple[SheetParts, list[tuple[str, ...]]]], kind: str, file: str) -> Iterator[SourceFileError]:
    """One sentence for all sheets that lack the same columns."""
    alike: dict[tuple[tuple[str, ...], ...], list[SheetParts]] = {}
    for part, groups in found:
        alike.setdefault(tuple(groups), []).append(part)
    for needs, parts in alike.items():
        names = [part.reading.name for part in parts if part.reading.name]
        unknown = list(dict.fromkeys(f"{c.letter} {c.header}" for part in parts for c in part.reading.columns if c.decision == "unknown" and c.header and not holds_long_number(c.header)))
        better = parts[0].better
        needed, hint = in_header_words(needs, kind), _hint(better, kind)
        if len(names) > 1:
            where = Text(f"的 {len(names)} 张工作表均缺少必需的列：{needed.zh}（{'、'.join(names)}）", f"{len(names)} sheets lack needed columns: {needed.en} (sheets {', '.join(names)})")
        else:
            place = Text(f"工作表“{names[0]}”", f"sheet '{names[0]}' lacks") if names else Text("", "the list lacks")
            where = Text(f" {place.zh}缺少必需的列：{needed.zh}", f"{place.en} needed columns: {needed.en}")
        yield SourceFileError(
            zh=f"文件 {file}{where.zh}。" + (f"未能识别的列：{'、'.join(unknown)}。" if unknown else "") + hint.zh + "请在 params/sources/ 的列对应文件中写明，或请报送单位补上该列。",
            en=f"In file {file} {where.en}." + (f" Columns not understood: {', '.join(unknown)}." if unknown else "") + hint.en
               + " Map them in a layout under params/sources/, or ask the office for the column.",
            file=file, kind=kind, sheets=tuple(names), columns=list(needs), likely=better.kind if better else None)
