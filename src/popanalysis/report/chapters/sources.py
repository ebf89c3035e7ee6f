"""The chapters on the lists themselves: what arrived, what is wrong in them, where their rows went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from popanalysis.clean.faults import DONE, fault_labels
from popanalysis.columns import FATES, HELPER_KINDS, KINDS, REGISTER_KINDS, SEALED_KINDS, SEVERITIES
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, few, in_language, new_chapter, scope_of, word
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.tables import show_table

__all__ = ["chapter_accounting", "chapter_arrivals", "chapter_faults"]

_TO_CHECK = ("error", "warning")
#: Faults that speak of a whole list and of no person: told exactly, with the column.
_OF_THE_LIST = ("act_date_missing", "act_date_of_the_list", "column_missing", "column_repeated", "total_differs")


def chapter_arrivals(arrivals: pd.DataFrame, params: QuarterParams) -> Chapter:
    """What arrived, what was reported as none, what is missing, what was left unread.

    Parameters
    ----------
    arrivals : one row a source: kind, file, n_rows (records), n_dropped (columns not taken for privacy), n_unknown (columns that could
        not be placed), hidden_sheets ((name, rows) of each that was left out), n_hidden_rows (read all the same), unplaced (heads of the
        columns that could not be placed).
    """
    language, chapter = params.language, new_chapter(params)
    counted = arrivals.groupby("kind")[["n_rows", "n_dropped", "n_unknown"]].sum()
    files = arrivals.groupby("kind").size()
    rows = []
    for kind in KINDS:
        state = "nil" if kind in params.nil_reports else "received" if kind in counted.index else "not_received"
        rows.append({
            word("kind", language): label("kind", kind, language),
            in_language("记录行数", "Records", language): "—" if kind in SEALED_KINDS else str(int(counted["n_rows"].get(kind, 0))),
            in_language("接收情况", "State", language): label("arrival", state, language),
            word("received", language): params.received.get(kind), in_language("文件数", "Files", language): int(files.get(kind, 0)),
            in_language("不予读取的列", "Columns not read", language): int(counted["n_dropped"].get(kind, 0)),
            in_language("未识别的列", "Columns not placed", language): int(counted["n_unknown"].get(kind, 0)),
        })
        chapter.results.add(f"arrivals.{kind}.state", state, "state", of_persons=False, definition={
            "zh": f"{label('kind', kind, 'zh')}的接收情况：received 已收到，nil 零报告，not_received 未收到",
            "en": f"Whether the list arrived: {label('kind', kind, 'en')}"})
    missing = [kind for kind in KINDS if kind not in (*HELPER_KINDS, *REGISTER_KINDS) and kind not in counted.index and kind not in params.nil_reports]
    if missing:
        names = word("comma", language).join(label("kind", kind, language) for kind in missing)
        chapter.show(paragraph(in_language(
            f"未收到：{names}。本记录不将任何事项列为上述名单“尚未见到”，有关比率不含该名单。",
            f"Not received: {names}. Nothing is counted as missing from it and no rate uses it.", language), role="warning"))
    shown_name = _short_names(list(arrivals["file"]))
    chapter.show(*(paragraph(sentence, role="warning") for row in arrivals.to_dict("records") for sentence in _unread(row, shown_name[row["file"]], language)))
    table = pd.DataFrame(rows)
    if not params.received:
        table = table.drop(columns=word("received", language))
    chapter.publish("arrivals", show_table(
        table, title=in_language("各部门资料接收情况", "What each office sent", language), scope=scope_of(params),
        unit=in_language("行、列、个", "rows, columns, files", language), source=in_language("各部门报送的名单", "lists sent by the offices", language), language=language,
        notes=[in_language("“不予读取的列”为与核对无关的个人信息，读取时即舍去，不保存。",
                           "Columns not read hold personal data the comparison does not need; their values are dropped while reading.", language),
               in_language("“—”：收养登记只载明是否报送，不列数量。", "—: of adoptions it is told only whether the list arrived.", language)]))
    return chapter


def _say_edits(chapter: Chapter, edits: pd.DataFrame, params: QuarterParams) -> None:
    """How many rows of a list sent again, or of earlier acts told again, are new, gone or changed."""
    language = params.language
    for (kind, compared), own in edits.groupby(["kind", "compared_with"], sort=True):
        rows = {edit: len(own.loc[own["edit"].eq(edit), ["file_from", "sheet_from", "row_from", "file_to", "sheet_to", "row_to"]].drop_duplicates()) for edit in ("added", "withdrawn", "changed")}
        again = compared == "previous_record"
        key = f"edits.{kind}.since_previous" if again else f"edits.{kind}"
        when = ("与上期记录相比", "against the last record") if again else ("更正报送后", "where it was sent again")
        for edit, n in rows.items():
            chapter.results.add(f"{key}.{edit}", n, "rows", definition={
                "zh": f"{label('kind', str(kind), 'zh')}{when[0]}{ {'added': '新增', 'withdrawn': '撤回', 'changed': '更正'}[edit] }的行", "en": f"Rows of {label('kind', str(kind), 'en')} {edit} {when[1]}"})
        told = {edit: few(n, params) for edit, n in rows.items()}
        lead = in_language(
            f"{label('kind', str(kind), 'zh')}名单含有办理日期早于本期的行，与上期记录逐行比较：" if again else f"{label('kind', str(kind), 'zh')}名单已更正报送：",
            f"{label('kind', str(kind), 'en')} tells of acts before the period; against the last record: " if again else f"{label('kind', str(kind), 'en')} was sent again: ", language)
        chapter.show(paragraph(lead + in_language(
            f"新增 {told['added']} 行，撤回 {told['withdrawn']} 行，更正 {told['changed']} 行，逐项见受限文件夹中的 edits.csv。",
            f"{told['added']} rows added, {told['withdrawn']} withdrawn, {told['changed']} changed; edits.csv of the restricted folder lists them.", language)))


def _unread(source: Mapping[Any, Any], file: str, language: str) -> Iterator[str]:
    """What a reader of the figures must know of a file: sheets and columns left out, hidden rows taken."""
    for name, n_rows in source["hidden_sheets"]:
        yield in_language(f"{file}：工作表“{name}”为隐藏工作表，未采用（{n_rows} 行）。如属应报内容，请报送单位取消隐藏后重新报送。",
                          f"{file}: sheet '{name}' is hidden and was left out ({n_rows} rows). If it belongs to the list, ask for the file with the sheet shown.", language)
    if source["n_hidden_rows"]:
        yield in_language(f"{file}：有 {source['n_hidden_rows']} 行处于隐藏或筛选状态，已照常读取。",
                          f"{file}: {source['n_hidden_rows']} hidden or filtered rows were read like the others.", language)
    if source["unplaced"]:
        heads = in_language("、".join(f"“{head}”" for head in source["unplaced"]), ", ".join(f"'{head}'" for head in source["unplaced"]), language)
        yield in_language(f"{file}：{heads} 列未能识别，未采用。", f"{file}: columns that could not be placed and were left out: {heads}.", language)


def chapter_faults(faults: pd.DataFrame, params: QuarterParams, edits: pd.DataFrame | None = None, checked: pd.DataFrame | None = None) -> Chapter:
    """What is wrong in the lists, for the offices to mend at the source; and what they changed where a list was sent again.

    Parameters
    ----------
    edits : from :func:`popanalysis.clean.clean_submissions`, a row for each row added or withdrawn and each field changed.
    checked : from the same, CHECKED_COLUMNS: how each check of the rows came out.
    faults : FAULTS_COLUMNS, one row a cell; only their counts are shown. Counts are of cells, but a cell speaks of a
        person: small ones are not shown. Nothing published adds them up, so nothing more has to be withheld.
    """
    language, chapter, labels = params.language, new_chapter(params), fault_labels(checked)
    kind_of = {source.name: kind for kind, sources in params.inputs.items() for source in sources}
    faults = faults[~faults["file"].map(kind_of).isin(SEALED_KINDS)]
    of_list = faults["fault"].isin(_OF_THE_LIST)
    counted = faults.groupby(["file", "fault", "severity"], as_index=False).agg(n=("row", "size"), done=("done", lambda d: tuple(sorted(set(d)))))
    _add_fault_figures(chapter, counted.assign(kind=counted["file"].map(kind_of)), labels, params)
    shown_name = _short_names(sorted(map(str, counted["file"].unique())))
    for row in faults[of_list].to_dict("records"):
        place = word("comma", language).join(filter(None, (shown_name[row["file"]], row["sheet"], row["column"])))
        chapter.show(paragraph(f"{place}{word('colon', language)}{labels[row['fault']].in_(language)}{word('stop', language).strip()}", role="warning"))
    for row in counted[counted["fault"].eq("id_damaged")].to_dict("records"):
        n = few(row["n"], params).replace("<", in_language("少于 ", "fewer than ", language))
        chapter.show(paragraph(in_language(
            f"{shown_name[row['file']]}：{n} 个证件号码被存为数值，部分数字已丢失，未用于比对，请报送单位将该列设为“文本”格式后重新报送。",
            f"{shown_name[row['file']]}: {n} identity numbers were stored as numbers, so that digits are lost; they were not compared. "
            "Ask the office to format the column as text and to send the list again.", language), role="warning"))
    to_check = counted[counted["severity"].isin(_TO_CHECK) & ~counted["fault"].isin(_OF_THE_LIST)]
    order = to_check.assign(_s=to_check["severity"].map(lambda s: -SEVERITIES.index(s)), _n=-to_check["n"]).sort_values(["file", "_s", "_n", "fault"])
    stub = [word("file", language), in_language("情况", "What was found", language)]
    if len(order):
        chapter.publish("faults", show_table(
            pd.DataFrame([{
                **dict(zip(stub, (shown_name[row["file"]], labels[row["fault"]].in_(language)), strict=True)), word("number", language): few(row["n"], params),
                in_language("处理", "What was done", language): word("comma", language).join(DONE[d].in_(language) for d in row["done"])}
                for row in order.to_dict("records")]).set_index(stub),
            title=in_language("各文件需要核对的内容", "What each file needs checked", language), scope=scope_of(params), unit=label("unit", "cells", language),
            source=in_language("各部门报送的名单", "lists sent by the offices", language), language=language, small_cells=params.small_cells,
            notes=[in_language("所在单元格见受限文件夹中的 faults.csv。", "The cells are named in faults.csv of the restricted folder.", language)]))
    elif not of_list.any():
        chapter.show(paragraph(in_language("各文件没有需要核对的内容。", "No file holds anything that needs checking.", language)))
    if checked is not None and len(checked):
        _show_checks(chapter, checked, params)
    if edits is not None and len(edits):
        _say_edits(chapter, edits[~edits["kind"].isin(SEALED_KINDS)], params)
    _say_repairs(chapter, int(counted.loc[~counted["severity"].isin(_TO_CHECK), "n"].sum()), params)
    return chapter


def _show_checks(chapter: Chapter, checked: pd.DataFrame, params: QuarterParams) -> None:
    """How the checks of the rows came out. Where one of the three counts is small, the largest is not shown either: the rows are told elsewhere."""
    language = params.language
    outcomes = ("n_pass", "n_fail", "n_cannot_tell")
    names = {"n_pass": label("outcome", "pass", language), "n_fail": label("outcome", "fail", language), "n_cannot_tell": label("outcome", "cannot_tell", language)}
    shown = []
    for row in checked.to_dict("records"):
        counts = {name: int(row[name]) for name in outcomes}
        hidden = {name for name, n in counts.items() if 0 < n < params.small_cells}
        if hidden and len(hidden) < len(counts):
            hidden.add(max((name for name in outcomes if name not in hidden), key=counts.__getitem__))
        for name, n in counts.items():
            outcome = name.removeprefix("n_")
            chapter.results.add(f"checks.{row['kind']}.{row['check']}.{outcome}", None if name in hidden else n, "cells", of_persons=False, suppressed=name in hidden, definition={
                "zh": f"{label('kind', row['kind'], 'zh')}逐行核查“{row['zh']}”：{label('outcome', outcome, 'zh')}的处数",
                "en": f"{label('kind', row['kind'], 'en')}, check '{row['en']}': {label('outcome', outcome, 'en')}"})
        if counts["n_fail"]:
            shown.append({word("kind", language): label("kind", row["kind"], language), in_language("核查的情形", "What is checked for", language): in_language(row["zh"], row["en"], language),
                          **{names[name]: (few(n, params) if 0 < n < params.small_cells else "×" if name in hidden else str(n)) for name, n in counts.items()}})
    n_checks, n_lists = checked["check"].nunique(), checked["kind"].nunique()
    chapter.show(paragraph(in_language(
        f"对 {n_lists} 类名单逐行核查 {n_checks} 种情形，其中 {len(shown)} 项发现不符（见下表）；所需内容缺失或失真的，列为无法判断。",
        f"{n_checks} checks were made on every row of {n_lists} lists; {len(shown)} came out with failures (table below). Where something needed is missing or damaged, nothing can be told.", language)))
    if shown:
        chapter.publish("row_checks", show_table(
            pd.DataFrame(shown).set_index(list(shown[0])[:2]), title=in_language("逐行核查结果", "Checks of the rows", language), scope=scope_of(params),
            unit=label("unit", "cells", language), source=in_language("各部门报送的名单", "lists sent by the offices", language), language=language, small_cells=params.small_cells,
            notes=[in_language("按每人、每个日期核查的，一行可计多处。", "Checks of each person or date count several times a row.", language)]))


def _say_repairs(chapter: Chapter, repaired: int, params: QuarterParams) -> None:
    chapter.show(paragraph(in_language(
        f"此外，书写整理和一般提示共 {few(repaired, params)} 处，不影响采用。",
        f"Besides, {few(repaired, params)} cells were put into the standard form or noted; this does not hinder their use.", params.language), role="note"))


def _add_fault_figures(chapter: Chapter, counted: pd.DataFrame, labels: Mapping[str, Text], params: QuarterParams) -> None:
    """One figure a list and fault; of several files, none where the count of one of them may not be shown.

    Not of repairs: their sum is told, and would give a small one away.
    """
    for (kind, fault), group in counted[counted["severity"].isin(_TO_CHECK)].groupby(["kind", "fault"]):
        hidden = fault not in _OF_THE_LIST and bool((group["n"] < params.small_cells).any())
        chapter.results.add(f"faults.{kind}.{fault}", None if hidden else int(group["n"].sum()), "cells", of_persons=False, suppressed=hidden, definition={
            "zh": f"{label('kind', str(kind), 'zh')}：{labels[str(fault)].zh}（单元格数）", "en": f"{label('kind', str(kind), 'en')}: {labels[str(fault)].en} (cells)"})


def _short_names(files: Sequence[str]) -> dict[str, str]:
    """Return file -> its name without the folder, where that tells it from the others."""
    names = {file: PurePosixPath(file).name for file in files}
    return {file: name if list(names.values()).count(name) == 1 else file for file, name in names.items()}


def chapter_accounting(counts: pd.DataFrame, params: QuarterParams) -> Chapter:
    """Where every row went.

    Parameters
    ----------
    counts : index kind; columns the fates, ``blank`` and ``total``; rows of the files, not of persons. Sealed kinds are not told.
    """
    counts = counts.drop(index=list(SEALED_KINDS), errors="ignore")
    language, chapter = params.language, new_chapter(params)
    names = {fate: label("fate", fate, language) for fate in (*FATES, "blank", "total")}
    shown = counts[list(names)].rename(columns=names).rename(index=lambda kind: label("kind", kind, language)).rename_axis(word("kind", language))
    chapter.publish("row_accounting", show_table(
        shown, title=in_language("记录处理情况", "Where every row went", language), scope=scope_of(params), unit=label("unit", "rows", language),
        source=in_language("各部门报送的名单", "lists sent by the offices", language), language=language,
        notes=[in_language("每一行只有一个去向，各列相加等于合计。标题、表头、合计和签名行计入“非记录行”。",
                           "Every row has exactly one fate; the columns add up to the total. Titles, heads, totals and signatures are no records.", language)]))
    for kind, row in counts.iterrows():
        for fate in names:
            chapter.results.add(f"rows.{kind}.{fate}", int(row[fate]), "rows", of_persons=False, definition={
                "zh": f"{label('kind', str(kind), 'zh')}：{label('fate', fate, 'zh')}的行数", "en": f"Rows of {label('kind', str(kind), 'en')}: {label('fate', fate, 'en')}"})
    return chapter
