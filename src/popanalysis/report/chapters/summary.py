"""The first chapter: what a leader reads. It repeats figures of the other chapters as they are published, and counts nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from popanalysis.columns import FATES, HELPER_KINDS, KINDS, MARRIAGE_KINDS, REGISTER_KINDS
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, in_language, new_chapter, was_received, word
from popanalysis.report.messages import label, labels
from popanalysis.report.page import definitions, paragraph
from popanalysis.report.results import Results

__all__ = ["chapter_summary"]


def chapter_summary(chapters: Sequence[Chapter], lists: Sequence[str], params: QuarterParams) -> Chapter:
    """What matters most, in a few lines.

    Parameters
    ----------
    chapters : those on arrivals, faults, accounting, births, marriages, changes, pending registrations and open questions; a figure they do not publish is not told here either.
    lists : the lists that should hold a birth, in the order they are shown.
    """
    language, chapter = params.language, new_chapter(params)
    figures = Results(params.period, params.small_cells)
    for other in chapters:
        figures.extend(other.results)
    rows = {
        in_language("本期出生", "Births of the quarter", language): _births(figures, lists, params),
        in_language("户口登记", "Household registration", language): _not_in_hukou(figures, params),
        in_language("结婚登记", "Marriages", language): _marriages(figures, language),
        in_language("变更更正", "Changes", language): _changes(figures, language),
        in_language("待办户口登记", "Pending registrations", language): _pending(figures, language),
        in_language("待核实事项", "Open questions", language): _open(figures, language),
        in_language("名单接收", "Lists", language): _lists(figures, language),
        in_language("未能采用的记录", "Rows not usable", language): _unusable(figures, lists, language),
        in_language("证件号码失真", "Damaged identity numbers", language): _damaged(figures, lists, language),
    }
    chapter.show(definitions({name: text for name, text in rows.items() if text}))
    if _withheld(language) in "".join(rows.values()):
        chapter.show(paragraph(in_language(
            f"“{_withheld(language)}”：数量少于 {params.small_cells}，或为防止推算一并隐去。",
            f"'{_withheld(language)}': a count below {params.small_cells}, or withheld so that such a one cannot be worked out.", language), role="note"))
    return chapter


def _withheld(language: str) -> str:
    return in_language("不列出", "not shown", language)


def _told(figures: Results, key: str, language: str, zh_unit: str = "") -> str:
    """A figure as published, or that it is not."""
    figure = figures[key]
    return _withheld(language) if figure["suppressed"] else f"{figure['value']}{f' {zh_unit}' if zh_unit and language == 'zh' else ''}"


def _births(figures: Results, lists: Sequence[str], params: QuarterParams) -> str:
    language = params.language
    received = [kind for kind in lists if was_received(kind, params)]
    if not received:
        return in_language("未收到出生名单，无从统计。", "No list of births was received.", language)
    total = _told(figures, "births.held_by.total", language, "例")
    in_all = _told(figures, f"births.held_by.{'_and_'.join(received)}", language, "例")
    which = f"{len(received)} 份名单" if len(received) == len(lists) else f"已收到的 {len(received)} 份名单"
    return in_language(f"本旗出生 {total}，其中 {which}均已见到的 {in_all}。",
                       f"{total} births of the banner; {in_all} of them stand in all {len(received)} lists received.", language)


def _not_in_hukou(figures: Results, params: QuarterParams) -> str:
    language = params.language
    if not was_received("hukou_birth", params):
        return in_language("未收到出生申报户口名单，无从比对。", "The list of births declared for hukou was not received.", language)
    n = _told(figures, "births.not_yet_in.hukou_birth", language, "例")
    zh, en = f"上述出生中尚未见户口登记的 {n}，请协助办理。", f"{n} of these births are not yet seen in the hukou list; please help the families to register."
    asked = "cases.open.police.missing_at.hukou_birth"
    if asked in figures:
        zh += f"连同以前出生的，请公安部门协助的共 {_told(figures, asked, language, '件')}。"
        en += f" With births of earlier quarters, the police are asked about {_told(figures, asked, language)}."
    return in_language(zh, en, language)


def _marriages(figures: Results, language: str) -> str:
    if "marriages.held_by.total" not in figures:
        return ""
    both = _told(figures, "marriages.held_by.marriage_and_town_marriage", language, "对")
    if "not_received" in {figures[f"arrivals.{kind}.state"]["value"] for kind in MARRIAGE_KINDS}:
        return in_language(f"{_told(figures, 'marriages.held_by.total', language, '对')}（只收到一份婚姻名单，无从比对）。",
                           f"{_told(figures, 'marriages.held_by.total', language)} of the quarter; one of the two lists was not received.", language)
    return in_language(f"{_told(figures, 'marriages.held_by.total', language, '对')}，其中民政、镇村名单均已见到的 {both}。",
                       f"{_told(figures, 'marriages.held_by.total', language)} of the quarter; {both} of them stand in both lists.", language)


def _changes(figures: Results, language: str) -> str:
    if "changes.item.total" not in figures:
        return ""
    parts = [f"{label('change_item', item, language)} {_told(figures, f'changes.item.{item}', language, '项')}" for item in ("name", "ethnicity", "birth_date") if f"changes.item.{item}" in figures]
    return in_language(f"{_told(figures, 'changes.item.total', language, '项')}，其中{'，'.join(parts)}。", f"{_told(figures, 'changes.item.total', language)}, of these {', '.join(parts)}.", language)


def _pending(figures: Results, language: str) -> str:
    if "pending.reason.total" not in figures:
        return ""
    there = _told(figures, "pending.documents_there_now", language, "例")
    return in_language(f"仍待办理 {_told(figures, 'pending.reason.total', language, '例')}，所缺材料已见、可以办理的 {there}。",
                       f"{_told(figures, 'pending.reason.total', language)} are pending; for {there} the missing document is in another list now.", language)


def _open(figures: Results, language: str) -> str:
    if "cases.open.total" not in figures:
        return in_language("没有待核实的事项。", "There is nothing to be checked.", language)
    offices = [f"{name} {_told(figures, f'cases.open_for.{key}', language, '件')}" for key, name in labels("recipient", language).items()
               if f"cases.open_for.{key}" in figures]
    total = _told(figures, "cases.open.total", language, "件")
    return in_language(f"期末待办 {total}：{'，'.join(offices)}。", f"{total} are open: {', '.join(offices)}.", language)


def _lists(figures: Results, language: str) -> str:
    missing = [label("kind", kind, language) for kind in KINDS if kind not in (*HELPER_KINDS, *REGISTER_KINDS) and figures[f"arrivals.{kind}.state"]["value"] == "not_received"]
    if not missing:
        return in_language("应报名单均已收到或为零报告。", "Every list arrived or was reported as none.", language)
    names = word("comma", language).join(missing)
    return in_language(f"未收到：{names}。不将任何事项列为其“尚未见到”。", f"Not received: {names}. Nothing is counted as missing from it.", language)


def _unusable(figures: Results, lists: Sequence[str], language: str) -> str:
    counts = {kind: figures[f"rows.{kind}.unusable"]["value"] for kind in lists if f"rows.{kind}.{FATES[0]}" in figures}
    parts = [f"{label('kind_short', kind, language)} {n}" for kind, n in counts.items() if n]
    if not parts:
        return in_language("无。", "None.", language)
    return in_language(f"{sum(counts.values())} 行（{'，'.join(parts)}）。", f"{sum(counts.values())} rows ({', '.join(parts)}).", language)


def _damaged(figures: Results, lists: Sequence[str], language: str) -> str:
    parts = [f"{label('kind_short', kind, language)} {_told(figures, f'faults.{kind}.id_damaged', language, '个')}" for kind in lists
             if f"faults.{kind}.id_damaged" in figures]
    if not parts:
        return ""
    return in_language(f"{'，'.join(parts)}，被存为数值而丢失部分数字，未用于比对，请重新报送。", f"{', '.join(parts)}: stored as numbers and not compared; ask for the list again.", language)
