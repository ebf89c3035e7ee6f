"""The chapters on lists of one person a row: adoptions (only whether they came), changes, moves and deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from popanalysis.columns import CHANGE_ITEMS
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, add_part, few, in_language, new_chapter, publish_counts, say_absent, word
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.tables import show_table

if TYPE_CHECKING:
    from popanalysis.measure.persons import Changes  # a record of counts

__all__ = ["chapter_adoptions", "chapter_changes", "chapter_moves"]


def chapter_adoptions(params: QuarterParams) -> Chapter:
    """Whether the list of adoptions arrived, and nothing else: adoption is sealed."""
    language, chapter = params.language, new_chapter(params)
    if not say_absent(chapter, "adoption", params):
        chapter.show(paragraph(in_language("收养登记名单已收到。", "The list of adoptions was received.", language)))
    chapter.show(paragraph(in_language(
        "收养信息依法保密（《民法典》第一千一百一十条），本记录不列数量和内容，不与其他名单比对。",
        "Adoption is kept secret by law (Civil Code art. 1110): no number and no content is shown, and nothing is compared with other lists.", language), role="note"))
    return chapter


def chapter_changes(changes: Changes, n_old: int, n_differs: int, params: QuarterParams) -> Chapter:
    """Changes and corrections of ethnicity, name, birth date and number, and what other lists show after them.

    Parameters
    ----------
    changes : from :func:`popanalysis.measure.changes_by_item`.
    n_old, n_differs : open questions: the old value after the change, neither value.
    """
    language, chapter = params.language, new_chapter(params)
    if say_absent(chapter, "identity_change", params):
        return chapter
    by_item = changes.by_item.sum(axis=1)
    items = {item: Text(label("change_item", item, "zh"), label("change_item", item, "en")) for item in CHANGE_ITEMS}
    source = label("kind", "identity_change", language)
    publish_counts(
        chapter, "changes.item", by_item, items, table="changes_by_item", title=Text("本期变更更正：按项目", "Changes and corrections by item"),
        of=Text("公安部门登记的变更更正", "Changes and corrections registered by the police"), head=Text("项目", "Item"), unit="changes", source=source, params=params)
    classes = changes.by_item.sum(axis=0)
    names = {str(c): Text(label("change_class", str(c), "zh"), label("change_class", str(c), "en")) for c in classes.index}
    publish_counts(
        chapter, "changes.class", classes, names, table="changes_by_class", title=Text("本期变更更正：按类别", "Changes and corrections by class"),
        of=Text("公安部门登记的变更更正", "Changes and corrections registered by the police"), head=Text("类别", "Class"), unit="changes", source=source, params=params)
    met = add_part(chapter, "changes.met", changes.n_met, changes.n, "changes", {"zh": "本人见于其他名单的变更更正", "en": "Changes whose person stands in another list"}, params)
    for key, value, zh, en in (
        ("old_value_used", n_old, "变更后其他名单仍载变更前内容、待核实", "Open questions: an old value after the change"),
        ("change_differs", n_differs, "其他名单所载与变更更正登记不一致、待核实", "Open questions: neither the old nor the new value")):
        chapter.results.add(f"changes.{key}", value, "cases", definition={"zh": zh, "en": en})
    chapter.show(paragraph(in_language(
        f"其中本人见于出生、婚姻等名单的 {met} 项：变更前后的记录按同一人比对，由变更引起的差异不作为不一致。"
        f"变更后仍载变更前内容、待核实的 {few(n_old, params)} 件，与变更登记不一致的 {few(n_differs, params)} 件。",
        f"The persons of {met} changes stand in lists of births or marriages: records before and after are compared as of one person, and what a change explains is no difference. "
        f"Open: {few(n_old, params)} where an old value stands after the change, {few(n_differs, params)} that show neither value.", language)))
    return chapter


def chapter_moves(moves: pd.Series[Any], n_deaths: int, explained: pd.DataFrame, params: QuarterParams) -> Chapter:
    """Moves and deaths, as explanations of what lists do not hold.

    Parameters
    ----------
    moves : in, out, unknown. n_deaths : deaths of the period's list.
    explained : from :func:`popanalysis.measure.absences_explained`.
    """
    language, chapter = params.language, new_chapter(params)
    no_moves, no_deaths = say_absent(chapter, "migration", params), say_absent(chapter, "death", params)
    if not no_moves:
        names = {str(key): Text(label("direction", str(key), "zh"), label("direction", str(key), "en")) for key in moves.index}
        publish_counts(chapter, "moves", moves, names, table="moves", title=Text("本期户口迁移", "Moves of the quarter"), of=Text("户口迁移", "Moves"),
                       head=Text("方向", "Direction"), unit="moves", source=label("kind", "migration", language), params=params)
    if not no_deaths:
        chapter.results.add("deaths.total", n_deaths, "deaths", definition={"zh": "死亡登记名单中的记录", "en": "Records of the list of deaths"})
        chapter.show(paragraph(in_language(f"死亡登记 {few(n_deaths, params)} 例。", f"{few(n_deaths, params)} deaths are in the list.", language)))
    rows = []
    for row in explained.to_dict("records"):
        chapter.results.add(f"moves.explained.{row['event']}.{row['kind']}", row["n_events"], "events", definition={
            "zh": f"{label('kind', row['kind'], 'zh')}中未见、可由迁移或死亡说明的{label('event', row['event'], 'zh')}",
            "en": f"Events ({row['event']}) whose absence from {label('kind', row['kind'], 'en')} a move or a death explains"})
        rows.append({in_language("事项", "Event", language): label("event", row["event"], language), in_language("未见于", "Not in", language): label("kind_short", row["kind"], language),
                     word("number", language): few(row["n_events"], params)})
    if rows:
        stub = [in_language("事项", "Event", language), in_language("未见于", "Not in", language)]
        chapter.publish("absences_explained", show_table(
            pd.DataFrame(rows).set_index(stub), title=in_language("可由迁移、死亡说明的未见登记", "Absences that a move or a death explains", language),
            scope=in_language("未办结的出生和婚姻", "births and marriages still open", language), unit=label("unit", "events", language),
            source=in_language("迁移、死亡名单", "lists of moves and deaths", language), language=language, small_cells=params.small_cells,
            notes=[in_language("上述事项不再请有关单位核查是否漏登。", "No office is asked about these.", language)]))
    elif not (no_moves and no_deaths):
        chapter.show(paragraph(in_language("没有可由迁移或死亡说明的未见登记。", "No absence is explained by a move or a death.", language)))
    return chapter
