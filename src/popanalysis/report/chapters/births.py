"""The chapter on the births of the quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import (
    Chapter,
    few,
    in_language,
    new_chapter,
    say_absent,
    was_received,
    word,
    words_of_chart,
)
from popanalysis.report.figures import plot_grouped_bars, plot_overlap
from popanalysis.report.messages import label
from popanalysis.report.page import Html, paragraph
from popanalysis.report.privacy import suppress_counts, suppress_held
from popanalysis.report.tables import show_table

__all__ = ["chapter_births"]


def chapter_births(
    by_lists: pd.DataFrame, by_place: pd.DataFrame, home: Mapping[str, int], standing: Mapping[str, int], lists: Sequence[str], params: QuarterParams,
    by_facility: pd.DataFrame | None = None,
) -> Chapter:
    """How many of the banner's births fall in the quarter, which lists hold them, where and when; and what else is at hand.

    Parameters
    ----------
    by_lists : a bool column per list, n_births; the banner's own births of the quarter.
    by_place : town, month, child_sex, place, n_births, n_<list>; of the same births.
    by_facility : facility, n_births, n_<list>; of those with a certificate.
    home : all births of the quarter by where they belong: home, elsewhere, unknown.
    standing : the banner's own births: of_period, earlier (newly listed, born at another time), undated, waiting (carried over).
    """
    language, chapter = params.language, new_chapter(params)
    held = pd.Series(by_lists["n_births"].to_numpy(), index=["_and_".join(k for k in lists if row[k]) for row in by_lists.to_dict("records")])
    whole = int(held.sum())
    by_list = {kind: [key for key in held.index if kind in str(key).split("_and_")] for kind in lists}
    # published in the last row of the town table, unless it would tell how few a list lacks
    sums = [keys for keys in by_list.values() if not 0 < whole - int(held[keys].sum()) < params.small_cells]
    _add_figures(chapter, held, sums, home, standing)
    published = suppress_counts(held, params.small_cells, sums=sums)
    received = [kind for kind in lists if was_received(kind, params)]  # a list that is not there holds nothing, which is not to say that births are missing from it
    if not received:
        for kind in lists:
            say_absent(chapter, kind, params)
        return chapter
    drawn = by_lists.index[~by_lists[[kind for kind in lists if kind not in received]].any(axis=1)]
    keys = held.index[by_lists.index.get_indexer(drawn)]
    index = pd.MultiIndex.from_frame(by_lists.loc[drawn, received], names=received)
    source = word("comma", language).join(label("kind_short", kind, language) for kind in received)
    chapter.show(_said(str(published.shown.at["total", "n"]), home, standing, params))
    chapter.show(plot_overlap(
        pd.Series(published.values["n"][keys].to_numpy(), index=index), shown=pd.Series(published.shown["n"][keys].to_numpy(), index=index),
        words=words_of_chart(params, in_language("本期出生在各名单中的重合情况", "Births of the quarter by the lists that hold them", language),
                             label("unit", "births", language), source, scope=_own_scope(params))))
    by_place = by_place.assign(child_sex=_named(by_place, "child_sex", "sex", language), place=_named(by_place, "place", "birth_place", language))
    _show_places(chapter, by_place, received, params, source)
    if by_facility is not None and len(by_facility) and by_facility["facility"].notna().any():
        _show_facilities(chapter, by_facility, [kind for kind in received if kind != "birth_cert"], params)
    return chapter


def _own_scope(params: QuarterParams) -> str:
    return in_language(f"本旗出生，{params.span.in_words('zh')}内出生", f"births of the banner, born in {params.span.in_words('en')}", params.language)


def _add_figures(chapter: Chapter, held: pd.Series[Any], sums: Sequence[Sequence[str]], home: Mapping[str, int], standing: Mapping[str, int]) -> None:
    results = chapter.results
    results.add_counts("births.held_by", held, "births", sums=sums, definitions={
        **{str(key): {"zh": f"恰好见于以下名单的本旗本期出生：{'、'.join(label('kind_short', k, 'zh') for k in str(key).split('_and_'))}",
                      "en": f"The banner's births of the period held by exactly these lists: {', '.join(label('kind_short', k, 'en') for k in str(key).split('_and_'))}"}
           for key in held.index},
        "total": {"zh": "本旗本期出生，至少见于一份名单", "en": "The banner's births of the period, held by at least one list"}})
    # home and unknown together are the total above
    results.add_counts("births.home", pd.Series(dict(home)), "births", sums=[("home", "unknown")], definitions={
        "home": {"zh": "本期出生：母亲户籍地在本旗或已在本旗申报户口", "en": "Births of the period: the mother's hukou is in the banner, or the child is registered there"},
        "elsewhere": {"zh": "本期出生：母亲户籍地在旗外", "en": "Births of the period: the mother's hukou is elsewhere"},
        "unknown": {"zh": "本期出生：户籍地不详", "en": "Births of the period: home not known"}, "total": {"zh": "全部本期出生", "en": "All births of the period"}})
    whole = results["births.held_by.total"]
    for key, definition in {
        "of_period": {"zh": "本旗出生：本期内出生", "en": "The banner's births: born in the period"},
        "earlier": {"zh": "本旗出生：不在本期内出生、本期新报", "en": "The banner's births: born at another time, newly listed in the period"},
        "undated": {"zh": "本旗出生：出生日期不详、本期新报", "en": "The banner's births: date not known, newly listed in the period"},
        "waiting": {"zh": "本旗出生：上期结转、本期未见新登记", "en": "The banner's births: carried over, nothing new in the period"},
    }.items():  # no sum of them is published
        hidden = key == "of_period" and whole["suppressed"]
        results.add(f"births.standing.{key}", None if hidden else standing[key], "births", suppressed=hidden, definition=definition)


def _said(total: str, home: Mapping[str, int], standing: Mapping[str, int], params: QuarterParams) -> Html:
    """How many births the figures speak of, and which they leave out."""
    language = params.language
    left_out = {
        in_language("不在本期内出生、本期新报的", "born at another time and newly listed", language): standing["earlier"],
        in_language("出生日期不详的", "without a known date", language): standing["undated"],
        in_language("上期结转、本期未见新登记的", "carried over with nothing new", language): standing["waiting"],
    }
    told = [in_language(f"{name} {few(n, params)} 例", f"{few(n, params)} {name}", language) for name, n in left_out.items() if n]
    elsewhere = home["elsewhere"]
    return paragraph(in_language(
        f"本旗{params.span.in_words('zh')}内出生 {total} 例（母亲户籍地在本旗、已在本旗申报户口或户籍地不详），下列图表均就此统计。"
        + (f"另有母亲户籍地在旗外的本期出生 {few(elsewhere, params)} 例。" if elsewhere else "")
        + (f"本旗其他出生：{'，'.join(told)}。" if told else ""),
        f"{total} births of the banner fall in {params.span.in_words('en')} (the mother's hukou is in the banner, the child is registered there, or the home is not known); "
        "the chart and tables below speak of them."
        + (f" Besides, {few(elsewhere, params)} births of the quarter belong elsewhere." if elsewhere else "")
        + (f" Other births of the banner: {', '.join(told)}." if told else ""), language))


def _named(frame: pd.DataFrame, column: str, group: str, language: str) -> pd.Series[Any]:
    """The codes of a column in words; None where there is none, or no such column."""
    codes = frame[column] if column in frame else [None] * len(frame)
    return pd.Series([None if pd.isna(code) else label(group, str(code), language) for code in codes], index=frame.index, dtype="object")


def _show_places(chapter: Chapter, by_place: pd.DataFrame, received: Sequence[str], params: QuarterParams, source: str) -> None:
    language = params.language
    total, unknown = word("total", language), in_language("不详", "not known", language)
    columns = ["n_births", *(f"n_{kind}" for kind in received)]
    heads = {"n_births": in_language("出生", "Births", language), **{f"n_{kind}": label("kind_short", kind, language) for kind in received}}
    for key, head, name, title in (
        ("town", label("field", "town", language), "births_by_town", in_language("本期出生：按苏木乡镇和名单", "Births of the quarter by town and list", language)),
        ("month", in_language("出生月份", "Month of birth", language), "births_by_month", in_language("本期出生：按月份和名单", "Births of the quarter by month and list", language)),
        ("child_sex", label("field", "child_sex", language), "births_by_sex", in_language("本期出生：按性别和名单", "Births of the quarter by sex and list", language)),
        ("place", label("field", "birth_place", language), "births_by_place_of_birth", in_language("本期出生：按出生地点和名单", "Births of the quarter by place of birth and list", language)),
    ):
        if key in ("child_sex", "place") and by_place[key].isna().all():
            continue  # no list states it
        counts = by_place.assign(**{key: by_place[key].fillna(unknown)}).groupby(key)[columns].sum().sort_index()
        counts = counts.reindex([*(name for name in counts.index if name != unknown), *counts.index[counts.index == unknown]])
        counts.loc[total] = counts.sum()
        safe = suppress_held(counts, params.small_cells, whole="n_births", total_row=total)
        notes = [in_language("各名单所见之和不等于出生数：同一出生可见于几份名单。", "The lists do not add up to the births: one birth may stand in several.", language)]
        if safe.n_withheld:
            notes.append(in_language(f"某名单尚未见到的出生少于 {params.small_cells} 例时，该名单的数量只列下限（≥），以免由出生数推算。",
                                     f"Where a list lacks fewer than {params.small_cells} births, only a lower bound (≥) of its count is shown: with the births it would tell how few.", language))
        chapter.publish(name, show_table(
            safe.shown.rename(columns=heads).rename_axis(head), title=title, scope=_own_scope(params), unit=label("unit", "births", language), source=source,
            language=language, small_cells=params.small_cells, notes=notes))
        if key == "town":
            _add_not_in(chapter, counts.loc[[total]].iloc[0], safe.values.loc[[total]].iloc[0], received, params)
            drawn = safe.values.drop(index=[total, unknown], errors="ignore")
            bounds = safe.shown.loc[drawn.index].apply(lambda column: pd.to_numeric(column.str.extract(r"^≥(\d+)$", expand=False)))
            drawn = drawn.fillna(bounds.astype("Int64"))  # a bar as long as what may be said
            chapter.show(plot_grouped_bars(
                drawn[columns[1:]].rename(columns=heads), shown=safe.shown.loc[drawn.index, columns[1:]].rename(columns=heads),
                words=words_of_chart(params, in_language("各苏木乡镇本期出生见于各名单的数量", "Births of the quarter of each town held by each list", language),
                                     label("unit", "births", language), source, scope=_own_scope(params))))


def _show_facilities(chapter: Chapter, by_facility: pd.DataFrame, lists: Sequence[str], params: QuarterParams) -> None:
    """What health needs for its facilities: the births each certified, and how many of them the other lists hold."""
    language = params.language
    total, unknown = word("total", language), in_language("不详", "not known", language)
    columns = ["n_births", *(f"n_{kind}" for kind in lists)]
    counts = by_facility.assign(facility=by_facility["facility"].fillna(unknown)).set_index("facility")[columns].astype(int)
    counts.loc[total] = counts.sum()
    safe = suppress_held(counts, params.small_cells, whole="n_births", total_row=total)
    heads = {"n_births": in_language("签发证明", "Certified", language), **{f"n_{kind}": label("kind_short", kind, language) for kind in lists}}
    chapter.publish("births_by_facility", show_table(
        safe.shown.rename(columns=heads).rename_axis(label("field", "facility", language)), title=in_language("本期出生：按接生机构和名单", "Births of the quarter by facility and list", language), scope=_own_scope(params),
        unit=label("unit", "births", language), source=label("kind_short", "birth_cert", language), language=language, small_cells=params.small_cells,
        notes=[in_language("供卫生健康部门分机构核对。", "For health, facility by facility.", language)]))


def _add_not_in(chapter: Chapter, counts: pd.Series[Any], published: pd.Series[Any], received: Sequence[str], params: QuarterParams) -> None:
    """How many births each list received does not hold yet; not where that would give a withheld total away."""
    for kind in received:
        hidden = bool(published[["n_births", f"n_{kind}"]].isna().any())
        chapter.results.add(
            f"births.not_yet_in.{kind}", None if hidden else int(counts["n_births"] - counts[f"n_{kind}"]), "births", suppressed=hidden, definition={
                "zh": f"本旗本期出生中，{label('kind_short', kind, 'zh')}名单尚未见到的", "en": f"The banner's births of the period not yet seen in: {label('kind_short', kind, 'en')}"})
