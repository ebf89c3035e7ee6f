"""The chapter on what towns reported beside what the lists count."""

from __future__ import annotations

from typing import Any

import pandas as pd

from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, in_language, new_chapter, say_absent, scope_of, word
from popanalysis.report.messages import label
from popanalysis.report.privacy import Suppressed, suppress_small
from popanalysis.report.tables import show_table

__all__ = ["chapter_reported"]

_TOTAL = "total"


def chapter_reported(reported: pd.DataFrame, counted: pd.DataFrame, params: QuarterParams) -> Chapter:
    """Reported against counted totals, town by town.

    Parameters
    ----------
    reported : town, births, marriages (Int64, NA: not reported).
    counted : index town; births, marriages counted from the lists for the same period.
    """
    language, chapter = params.language, new_chapter(params)
    if say_absent(chapter, "reported_totals", params):
        return chapter
    table = reported.set_index("town").join(counted, how="outer", rsuffix="_counted").sort_index()
    shown = pd.DataFrame(index=pd.Index([*table.index, word("total", language)], name=label("field", "town", language)))
    for what, zh, en in (("births", "出生", "births"), ("marriages", "结婚", "marriages")):
        told = table[what].notna()
        safe = {name: _with_total(table[column].where(told), params) for name, column in (("reported", what), ("counted", f"{what}_counted"))}
        for name, head in (("reported", in_language(f"{zh}：上报", f"{en.capitalize()}: reported", language)), ("counted", in_language(f"{zh}：名单所见", f"{en.capitalize()}: in the lists", language))):
            shown[head] = [str(n) if ok else "—" for n, ok in zip(safe[name].shown["n"], [*told, True], strict=True)]
        less = safe["reported"].values["n"] - safe["counted"].values["n"]
        shown[in_language(f"{zh}：相差", f"{en.capitalize()}: difference", language)] = [(f"{n:+d}" if n else "0") if ok and pd.notna(n) else "—" for n, ok in zip(less, [*told, True], strict=True)]
        for name, told_zh, told_en in (("reported", f"各苏木乡镇上报的本期{zh}数之和", f"Sum of the {en} that towns reported for the period"),
                                       ("counted", f"上报了合计的苏木乡镇，名单所见本期{zh}数", f"{en.capitalize()} of the period in the lists, of the towns that reported")):
            value: Any = safe[name].values.at[_TOTAL, "n"]
            chapter.results.add(f"totals.{what}.{name}", None if pd.isna(value) else int(value), what, of_persons=False, suppressed=bool(pd.isna(value)), definition={"zh": told_zh, "en": told_en})
    chapter.publish("reported_totals", show_table(
        shown, title=in_language("上报数与名单所见数", "Totals reported and counted", language), scope=scope_of(params),
        unit=f"{label('unit', 'births', language)}{word('comma', language)}{label('unit', 'marriages', language)}", source=in_language("镇村上报合计；各部门名单", "totals of the towns; lists of the offices", language),
        language=language, small_cells=params.small_cells,
        notes=[in_language("名单所见为至少见于一份名单、归属该苏木乡镇的事项；相差为上报数减名单所见数，数量过小的不列。", "In the lists: held by at least one list and placed in the town. Difference: reported less counted; not shown where a count is small.", language)]))
    return chapter


def _with_total(counts: pd.Series[Any], params: QuarterParams) -> Suppressed:
    """The towns' counts with their sum, small ones suppressed so that the sum gives none away."""
    whole = counts.fillna(0).astype(int)
    whole.loc[_TOTAL] = int(whole.sum())
    return suppress_small(pd.DataFrame({"n": whole}), params.small_cells, total_row=_TOTAL)
