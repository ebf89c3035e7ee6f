"""The chapter on how long after birth the offices act."""

from __future__ import annotations

import pandas as pd

from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, in_language, new_chapter, scope_of, word, words_of_chart
from popanalysis.report.figures import plot_days
from popanalysis.report.messages import label
from popanalysis.report.tables import show_table

__all__ = ["chapter_timeliness"]


def chapter_timeliness(days: pd.DataFrame, summary: pd.DataFrame, params: QuarterParams) -> Chapter:
    """How long after birth each office acted.

    Parameters
    ----------
    days : one row a record: kind, days. summary : from :func:`popanalysis.measure.delay_summary`.
    """
    language, chapter = params.language, new_chapter(params)
    enough = summary[summary["n_records"] >= max(params.small_cells, 1)]
    columns = {"n_records": in_language("记录数", "Records", language), "median": in_language("中位数", "Median", language), "quartile_low": in_language("下四分位数", "Lower quartile", language),
               "quartile_high": in_language("上四分位数", "Upper quartile", language), "percentile_90": in_language("第90百分位数", "90th percentile", language)}
    shown = enough.assign(kind=enough["kind"].map(lambda kind: label("kind", kind, language))).set_index("kind")[list(columns)].map(_days).rename(columns=columns)
    source = in_language("各名单所载出生日期与办理日期", "dates of birth and of the act in each list", language)
    if len(shown):
        chapter.publish("days_to_act", show_table(
            shown.rename_axis(word("kind", language)), title=in_language("从出生到办理的天数", "Days from birth to the office's act", language), scope=scope_of(params),
            unit=label("unit", "days", language), source=source, language=language,
            notes=[in_language("只含本期办理的记录，不代表某批出生最终的办理时间。", "Acts of this period only; not the final delay of those born in it.", language)]))
    hukou = days.loc[days["kind"].eq("hukou_birth"), "days"]
    if len(hukou):
        chapter.show(plot_days(hukou, small_cells=params.small_cells, words=words_of_chart(
            params, in_language("从出生到申报户口的天数", "Days from birth to household registration", language), label("unit", "births", language), label("kind", "hukou_birth", language))))
    for row in enough.to_dict("records"):
        chapter.results.add(f"days_to_act.{row['kind']}.median", row["median"], "days", of_persons=False, definition={
            "zh": f"{label('kind', row['kind'], 'zh')}：从出生到办理天数的中位数", "en": f"{label('kind', row['kind'], 'en')}: median days from birth to the act"})
    return chapter


def _days(value: float) -> str:
    """Whole days without a point."""
    return f"{value:.1f}".removesuffix(".0")
