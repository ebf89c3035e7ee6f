"""The chapter on the marriages of the quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from popanalysis.columns import MARRIAGE_KINDS
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import (
    Chapter,
    few,
    in_language,
    new_chapter,
    publish_counts,
    say_absent,
    was_received,
    word,
)
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.privacy import shown_rate, suppress_held
from popanalysis.report.tables import show_table

__all__ = ["chapter_marriages"]


def chapter_marriages(
    held: pd.Series[Any], by_town: pd.DataFrame, standing: Mapping[str, int], agreement: pd.DataFrame, n_links: int, n_review: int, params: QuarterParams,
) -> Chapter:
    """How many marriages fall in the quarter, which list holds them, where the two lists agree.

    Parameters
    ----------
    held : from :func:`popanalysis.measure.marriages_held`. by_town : town, n_marriages, n_<list>.
    standing : elsewhere, other, undated, reissued: marriages at hand that are not counted above.
    agreement : from :func:`popanalysis.measure.agreement_by_field` for marriages. n_links, n_review : pairs linked, pairs left to a reviewer.
    """
    language, chapter = params.language, new_chapter(params)
    absent = [say_absent(chapter, kind, params) for kind in MARRIAGE_KINDS]
    if all(absent) and not any(kind in params.nil_reports for kind in MARRIAGE_KINDS):
        return chapter
    source = word("comma", language).join(label("kind_short", kind, language) for kind in MARRIAGE_KINDS if was_received(kind, params))
    _say(chapter, standing, n_links, n_review, params)
    names = {str(key): Text(label("marriage_held", str(key), "zh"), label("marriage_held", str(key), "en")) for key in held.index}
    publish_counts(
        chapter, "marriages.held_by", held, names, table="marriages", title=Text("本期结婚登记：按名单", "Marriages of the quarter by list"),
        of=Text("本期登记、至少一方户籍在本旗或由镇村登记的婚姻", "Marriages registered in the period of which a spouse's hukou is in the banner or which a town found"),
        head=Text("所见名单", "Held by"), unit="marriages", source=source, params=params,
        notes=[in_language("婚姻登记可在全国任一登记机关办理，本旗名单中没有不等于未登记。", "Couples may register anywhere in the country: not in this banner's list does not mean not registered.", language)],
        sums=[list(held.index[held.index.str.startswith("town_")])])
    if len(by_town) and all(was_received(kind, params) for kind in MARRIAGE_KINDS):
        _show_towns(chapter, by_town, source, params)
    _show_agreement(chapter, agreement, params)
    return chapter


def _say(chapter: Chapter, standing: Mapping[str, int], n_links: int, n_review: int, params: QuarterParams) -> None:
    language = params.language
    chapter.results.add("marriages.links", n_links, "count", definition={"zh": "认定为同一婚姻登记的记录对", "en": "Pairs of records linked as one marriage"})
    chapter.results.add("marriages.review", n_review, "count", definition={"zh": "待人工审核的婚姻记录对", "en": "Pairs of marriage records left to clerical review"})
    for key, zh, en in (("elsewhere", "本期登记、男女双方户籍均在旗外", "registered in the period, both spouses of elsewhere"),
                        ("other", "本旗，登记日期不在本期", "of the banner, registered at another time"), ("undated", "本旗，登记日期不详", "of the banner, date not known"),
                        ("reissued", "本旗，仅见补领结婚证的记录", "of the banner, only a certificate issued again is known")):
        chapter.results.add(f"marriages.standing.{key}", standing[key], "marriages", definition={"zh": f"未列入本期的婚姻：{zh}", "en": f"Marriages not counted in the period: {en}"})
    left = standing["elsewhere"], standing["other"] + standing["undated"], standing["reissued"]
    chapter.show(paragraph(in_language(
        f"两份名单中认定为同一登记的 {few(n_links, params)} 对，待人工审核的 {few(n_review, params)} 对（含登记日期不在本期的）。"
        f"另有双方户籍均在旗外的 {few(left[0], params)} 对、登记日期不在本期或不详的 {few(left[1], params)} 对、仅见补领结婚证的 {few(left[2], params)} 对，未列入下表。",
        f"{few(n_links, params)} pairs of records were linked as one marriage, {few(n_review, params)} are left to clerical review (those of other dates included). "
        f"{few(left[0], params)} marriages of couples of elsewhere and {few(left[1], params)} of another or unknown date and {few(left[2], params)} of which only a certificate issued again is known are not counted below.", language)))


def _show_towns(chapter: Chapter, by_town: pd.DataFrame, source: str, params: QuarterParams) -> None:
    language = params.language
    total, unknown = word("total", language), in_language("不详", "not known", language)
    counts = by_town.assign(town=by_town["town"].fillna(unknown)).set_index("town")
    counts = counts.reindex([*(name for name in counts.index if name != unknown), *counts.index[counts.index == unknown]])
    counts.loc[total] = counts.sum()
    safe = suppress_held(counts, params.small_cells, whole="n_marriages", total_row=total)
    heads = {"n_marriages": in_language("结婚登记", "Marriages", language), **{f"n_{kind}": label("kind_short", kind, language) for kind in MARRIAGE_KINDS}}
    chapter.publish("marriages_by_town", show_table(
        safe.shown.rename(columns=heads).rename_axis(label("field", "town", language)), title=in_language("本期结婚登记：按苏木乡镇和名单", "Marriages of the quarter by town and list", language),
        scope=in_language(f"本旗，{params.span.in_words('zh')}内登记", f"of the banner, registered in {params.span.in_words('en')}", language),
        unit=label("unit", "marriages", language), source=source, language=language, small_cells=params.small_cells,
        notes=[in_language("同一婚姻可见于两份名单，各名单之和不等于结婚登记数。", "One marriage may stand in both lists; they do not add up.", language)]))


def _show_agreement(chapter: Chapter, agreement: pd.DataFrame, params: QuarterParams) -> None:
    language = params.language
    rows = []
    for row in agreement.to_dict("records"):
        rows.append({word("field", language): label("field", row["field"], language), word("agreement_rate", language): shown_rate(row["n_agree"], row["n_compared"], params.small_cells),
                     word("compared", language): few(row["n_compared"], params), word("missing", language): few(row["n_missing"], params)})
        chapter.results.add_rate(f"marriages.agreement.{row['field']}", row["n_agree"], row["n_compared"], definition={
            "zh": f"两份婚姻名单均有值的登记中，{label('field', row['field'], 'zh')}一致的比例", "en": f"Of marriages with a value in both lists: share that agree on {label('field', row['field'], 'en')}"})
    if rows:
        chapter.publish("marriages_agreement", show_table(
            pd.DataFrame(rows).set_index(word("field", language)), title=in_language("婚姻登记各项目在两份名单间的一致情况", "Agreement of the two lists of marriages, field by field", language),
            scope=in_language("已对应的婚姻登记", "linked marriages", language), unit=in_language("对、%", "marriages, %", language), source=in_language("已对应的婚姻登记", "linked marriages", language),
            language=language, small_cells=params.small_cells))
