"""The chapters of the quarterly record: what a reader sees of each stage, and the figures it publishes.

A chapter takes frames of counts and gives tables, charts and sentences; it never takes a model and never shows a row
about a person. Every count passes the limit for small cells here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from popanalysis.columns import FATES, KINDS_READ
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.agreement_figure import plot_agreement
from popanalysis.report.drawing import Words
from popanalysis.report.figures import plot_days, plot_grouped_bars, plot_overlap
from popanalysis.report.messages import label, labels
from popanalysis.report.page import paragraph
from popanalysis.report.privacy import shown_rate, suppress_counts, suppress_small
from popanalysis.report.results import Results
from popanalysis.report.tables import ShownTable, show_table

if TYPE_CHECKING:
    from popanalysis.link import Note  # the page of a record needs no engine

__all__ = [
    "Chapter", "chapter_accounting", "chapter_agreement", "chapter_arrivals", "chapter_births", "chapter_linkage", "chapter_timeliness", "chapter_to_do"]


@dataclass(frozen=True)
class Chapter:
    """One chapter: ``parts`` in reading order, ``tables`` to be published beside the record, ``results`` for results.json."""

    results: Results
    parts: list[Any] = field(default_factory=list)
    tables: dict[str, ShownTable] = field(default_factory=dict)

    def show(self, *parts: Any) -> None:
        """Add something to read."""
        self.parts.extend(parts)

    def publish(self, name: str, table: ShownTable) -> None:
        """Add a table to read that also becomes a CSV file of this name."""
        self.parts.append(table)
        self.tables[name] = table

    def _repr_html_(self) -> str:
        return "\n".join(part._repr_html_() for part in self.parts)

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in self.parts)


def chapter_arrivals(arrivals: pd.DataFrame, params: QuarterParams) -> Chapter:
    """What arrived, what was reported as none, what is missing.

    Parameters
    ----------
    arrivals : one row a source: kind, file, n_rows (records), n_dropped (columns not taken for privacy), n_unknown (columns that could not be placed).
    """
    language, chapter = params.language, _chapter(params)
    counted = arrivals.groupby("kind")[["n_rows", "n_dropped", "n_unknown"]].sum()
    files = arrivals.groupby("kind").size()
    rows = []
    for kind in KINDS_READ:
        state = "nil" if kind in params.nil_reports else "received" if kind in counted.index else "not_received"
        rows.append({
            _w("kind", language): label("kind", kind, language), _t("接收情况", "State", language): label("arrival", state, language),
            _w("received", language): params.received.get(kind), _t("文件数", "Files", language): int(files.get(kind, 0)),
            _t("记录行数", "Records", language): int(counted["n_rows"].get(kind, 0)),
            _t("不予读取的列", "Columns not read", language): int(counted["n_dropped"].get(kind, 0)),
            _t("未识别的列", "Columns not placed", language): int(counted["n_unknown"].get(kind, 0)),
        })
        chapter.results.add(f"arrivals.{kind}.state", state, "state", of_persons=False, definition={
            "zh": f"{label('kind', kind, 'zh')}的接收情况：received 已收到，nil 零报告，not_received 未收到",
            "en": f"Whether the list arrived: {label('kind', kind, 'en')}"})
    chapter.publish("arrivals", show_table(
        pd.DataFrame(rows), title=_t("各部门资料接收情况", "What each office sent", language), scope=_scope(params),
        unit=_t("行、列、个", "rows, columns, files", language), source=_t("各部门报送的名单", "lists sent by the offices", language), language=language,
        notes=[_t("“不予读取的列”为与核对无关的个人信息，读取时即舍去，不保存。", "Columns not read hold personal data the comparison does not need; their values are dropped while reading.", language)]))
    missing = [kind for kind in KINDS_READ if kind not in counted.index and kind not in params.nil_reports]
    if missing:
        names = _w("comma", language).join(label("kind", kind, language) for kind in missing)
        chapter.show(paragraph(_t(
            f"未收到：{names}。本记录不将任何出生列为上述名单“尚未见到”，有关比率不含该名单。",
            f"Not received: {names}. Nothing is counted as missing from it and no rate uses it.", language), role="warning"))
    return chapter


def chapter_accounting(counts: pd.DataFrame, params: QuarterParams) -> Chapter:
    """Where every row went.

    Parameters
    ----------
    counts : index kind; columns the fates, ``blank`` and ``total``; rows of the files, not of persons.
    """
    language, chapter = params.language, _chapter(params)
    names = {fate: label("fate", fate, language) for fate in (*FATES, "blank", "total")}
    shown = counts[list(names)].rename(columns=names).rename(index=lambda kind: label("kind", kind, language)).rename_axis(_w("kind", language))
    chapter.publish("row_accounting", show_table(
        shown, title=_t("逐行去向", "Where every row went", language), scope=_scope(params), unit=label("unit", "rows", language),
        source=_t("各部门报送的名单", "lists sent by the offices", language), language=language,
        notes=[_t("每一行只有一个去向，各列相加等于合计。标题、表头、合计和签名行计入“非记录行”。", "Every row has exactly one fate; the columns add up to the total. Titles, heads, totals and signatures are no records.", language)]))
    for kind, row in counts.iterrows():
        for fate in names:
            chapter.results.add(f"rows.{kind}.{fate}", int(row[fate]), "rows", of_persons=False, definition={
                "zh": f"{label('kind', str(kind), 'zh')}：{label('fate', fate, 'zh')}的行数", "en": f"Rows of {label('kind', str(kind), 'en')}: {label('fate', fate, 'en')}"})
    return chapter


def chapter_births(by_lists: pd.DataFrame, by_place: pd.DataFrame, home: Mapping[str, int], lists: Sequence[str], params: QuarterParams) -> Chapter:
    """How many births there are, which lists hold them, where and when.

    Parameters
    ----------
    by_lists : a bool column per list, n_births.
    by_place : town, month, child_sex, n_births, n_<list>; the banner's own births.
    home : births by where they belong: home, elsewhere, unknown.
    """
    language, chapter = params.language, _chapter(params)
    held = pd.Series(by_lists["n_births"].to_numpy(), index=["_and_".join(k for k in lists if row[k]) for row in by_lists.to_dict("records")])
    sums = [[key for key in held.index if kind in str(key).split("_and_")] for kind in lists]  # each list's rows are published as its row accounting
    chapter.results.add_counts("births.held_by", held, "births", sums=sums, definitions={
        **{str(key): {"zh": f"恰好见于以下名单的出生：{'、'.join(label('kind_short', k, 'zh') for k in str(key).split('_and_'))}",
                      "en": f"Births held by exactly these lists: {', '.join(label('kind_short', k, 'en') for k in str(key).split('_and_'))}"} for key in held.index},
        "total": {"zh": "至少见于一份名单的出生，含结转", "en": "Births held by at least one list, those carried forward included"}})
    chapter.results.add_counts("births.home", pd.Series(dict(home)), "births", definitions={
        "home": {"zh": "属本旗管理的出生", "en": "Births that belong to the banner"}, "elsewhere": {"zh": "母亲户籍地在旗外的出生", "en": "Births whose mother's hukou is elsewhere"},
        "unknown": {"zh": "户籍地不详的出生", "en": "Births whose home is not known"}, "total": {"zh": "全部出生", "en": "All births"}})
    published = suppress_counts(held, params.small_cells, sums=sums)
    index = pd.MultiIndex.from_frame(by_lists[list(lists)], names=list(lists))
    source = _w("comma", language).join(label("kind_short", kind, language) for kind in lists)
    chapter.show(plot_overlap(
        pd.Series(published.values["n"].iloc[:-1].to_numpy(), index=index), shown=pd.Series(published.shown["n"].iloc[:-1].to_numpy(), index=index),
        words=_words(params, _t("各份名单共同见到的出生", "Births by the lists that hold them", language), label("unit", "births", language), source)))
    _show_places(chapter, by_place, lists, params, source)
    return chapter


def _show_places(chapter: Chapter, by_place: pd.DataFrame, lists: Sequence[str], params: QuarterParams, source: str) -> None:
    language = params.language
    total, unknown = _w("total", language), _t("不详", "not known", language)
    columns = ["n_births", *(f"n_{kind}" for kind in lists)]
    heads = {"n_births": _t("出生", "Births", language), **{f"n_{kind}": label("kind_short", kind, language) for kind in lists}}
    own = _t("本旗出生", "births of the banner", language)
    scope = f"{_scope(params)}{_w('comma', language)}{own}"
    for key, head, name, title in (
        ("town", _t("乡镇", "Town", language), "births_by_town", _t("本旗出生：按乡镇和名单", "Births of the banner by town and list", language)),
        ("month", _t("出生月份", "Month of birth", language), "births_by_month", _t("本旗出生：按月份和名单", "Births of the banner by month and list", language)),
    ):
        counts = by_place.assign(**{key: by_place[key].fillna(unknown)}).groupby(key)[columns].sum().sort_index()
        counts = counts.reindex([*(name for name in counts.index if name != unknown), *counts.index[counts.index == unknown]])
        counts.loc[total] = counts.sum()
        safe = suppress_small(counts, params.small_cells, total_row=total)
        chapter.publish(name, show_table(
            safe.shown.rename(columns=heads).rename_axis(head), title=title, scope=scope, unit=label("unit", "births", language), source=source,
            language=language, small_cells=params.small_cells,
            notes=[_t("各名单所见之和不等于出生数：同一出生可见于几份名单。", "The lists do not add up to the births: one birth may stand in several.", language)]))
        if key == "town":
            drawn = safe.values.drop(index=[total, unknown], errors="ignore")
            chapter.show(plot_grouped_bars(
                drawn[columns[1:]].rename(columns=heads), shown=safe.shown.loc[drawn.index, columns[1:]].rename(columns=heads),
                words=_words(params, _t("各乡镇出生见于各名单的数量", "Births of each town held by each list", language), label("unit", "births", language), source)))


def chapter_linkage(engine_notes: Sequence[Note], expected: Mapping[str, float | None], n_links: int, n_review: int, params: QuarterParams) -> Chapter:
    """How sure the links are.

    Parameters
    ----------
    engine_notes : what the model says of itself (not converged, a field that never agrees …).
    expected : ``false_link_rate`` and ``missed_match_rate`` (0-1) as the model expects them, None where it cannot say.
    n_links, n_review : pairs linked, pairs left to a reviewer.
    """
    language, chapter = params.language, _chapter(params)
    for key, zh, en in (("false_link_rate", "模型估计的误连率", "share of wrong links the model expects"),
                        ("missed_match_rate", "模型估计的漏连率", "share of matches missed that the model expects")):
        chapter.results.add(f"linkage.{key}", expected.get(key), "rate", of_persons=False, definition={"zh": zh, "en": en})
    chapter.results.add("linkage.links", n_links, "count", definition={"zh": "认定为同一出生的记录对", "en": "Pairs of records linked"})
    chapter.results.add("linkage.review", n_review, "count", definition={"zh": "待人工审核的记录对", "en": "Pairs left to clerical review"})

    def percent(value: float | None) -> str:
        return "—" if value is None else f"{value * 100:.2f}%"

    few = f"<{params.small_cells}"
    review = few if 0 < n_review < params.small_cells else str(n_review)
    chapter.show(paragraph(_t(
        f"程序认定 {n_links} 对记录为同一出生，另有 {review} 对把握不足，留待人工审核。按模型估计，误连约占 {percent(expected.get('false_link_rate'))}，"
        f"漏连约占 {percent(expected.get('missed_match_rate'))}。未能对应不等于未登记。",
        f"{n_links} pairs of records were linked; {review} pairs are left to clerical review. The model expects {percent(expected.get('false_link_rate'))} of the links to be wrong "
        f"and {percent(expected.get('missed_match_rate'))} of the matches to be missed. Not linked does not mean not registered.", language)))
    for note in engine_notes:
        chapter.show(paragraph(note.in_(language, lambda name: _field(name, language)), role="note"))
    return chapter


def chapter_agreement(agreement: pd.DataFrame, params: QuarterParams) -> Chapter:
    """How often two lists say the same.

    Parameters
    ----------
    agreement : from :func:`popanalysis.measure.agreement_by_field`.
    """
    language, chapter = params.language, _chapter(params)
    rows, drawn = [], []
    for row in agreement.to_dict("records"):
        names = [label("kind_short", row[k], language) for k in ("list_a", "list_b")]
        field_name = label("field", row["field"], language)
        rows.append({
            _w("field", language): field_name, _t("名单", "Lists", language): "—".join(names),
            _w("compared", language): _few(row["n_compared"], params), _w("agreement_rate", language): shown_rate(row["n_agree"], row["n_compared"], params.small_cells),
            _w("missing", language): _few(row["n_missing"], params),
        })
        if row["n_compared"]:
            drawn.append((field_name, "—".join(names), row["n_agree"], row["n_compared"]))
        chapter.results.add_rate(f"agreement.{row['field']}.{row['list_a']}.{row['list_b']}", row["n_agree"], row["n_compared"], definition={
            "zh": f"{label('kind_short', row['list_a'], 'zh')}与{label('kind_short', row['list_b'], 'zh')}均有值的出生中，{label('field', row['field'], 'zh')}一致的比例",
            "en": f"Of births with a value in both {label('kind_short', row['list_a'], 'en')} and {label('kind_short', row['list_b'], 'en')}: share that agree on {label('field', row['field'], 'en')}"})
    if not rows:
        chapter.show(paragraph(_t("没有两份名单可供比较。", "There are no two lists to compare.", language), role="note"))
        return chapter
    source = _t("已对应的出生", "linked births", language)
    caution = _t("比率只反映已对应的记录；参与对应的项目，其一致率偏高。", "The rates are of linked records only; a field that helped to link them agrees more often than it would otherwise.", language)
    chapter.show(plot_agreement(
        pd.DataFrame(drawn, columns=["field", "lists", "agree", "compared"]).set_index(["field", "lists"]), small_cells=params.small_cells,
        words=_words(params, _t("各项目在两份名单间的一致率及 95% 置信区间", "Agreement of each field between two lists, with 95% interval", language), "%", source)))
    chapter.publish("agreement", show_table(
        pd.DataFrame(rows), title=_t("各项目在两份名单间的一致情况", "Agreement of each field between two lists", language), scope=_scope(params),
        unit=_t("例、%", "births, %", language), source=source, language=language, small_cells=params.small_cells, notes=[caution]))
    return chapter


def chapter_timeliness(days: pd.DataFrame, summary: pd.DataFrame, params: QuarterParams) -> Chapter:
    """How long after birth each office acted.

    Parameters
    ----------
    days : one row a record: kind, days. summary : from :func:`popanalysis.measure.delay_summary`.
    """
    language, chapter = params.language, _chapter(params)
    enough = summary[summary["n_records"] >= max(params.small_cells, 1)]
    columns = {"n_records": _t("记录数", "Records", language), "median": _t("中位数", "Median", language), "quartile_low": _t("四分之一位数", "Lower quartile", language),
               "quartile_high": _t("四分之三位数", "Upper quartile", language), "percentile_90": _t("九成以内", "90th percentile", language)}
    shown = enough.assign(kind=enough["kind"].map(lambda kind: label("kind", kind, language))).set_index("kind")[list(columns)].rename(columns=columns)
    source = _t("各名单所载出生日期与办理日期", "dates of birth and of the act in each list", language)
    if len(shown):
        chapter.publish("days_to_act", show_table(
            shown.rename_axis(_w("kind", language)), title=_t("从出生到办理的天数", "Days from birth to the office's act", language), scope=_scope(params),
            unit=label("unit", "days", language), source=source, language=language,
            notes=[_t("只含本期办理的记录，不代表某批出生最终的办理时间。", "Acts of this period only; not the final delay of those born in it.", language)]))
    hukou = days.loc[days["kind"].eq("hukou_birth"), "days"]
    if len(hukou):
        chapter.show(plot_days(hukou, small_cells=params.small_cells, words=_words(
            params, _t("从出生到申报户口的天数", "Days from birth to household registration", language), label("unit", "births", language), label("kind", "hukou_birth", language))))
    for row in enough.to_dict("records"):
        chapter.results.add(f"days_to_act.{row['kind']}.median", row["median"], "days", of_persons=False, definition={
            "zh": f"{label('kind', row['kind'], 'zh')}：从出生到办理天数的中位数", "en": f"{label('kind', row['kind'], 'en')}: median days from birth to the act"})
    return chapter


def chapter_to_do(cases: pd.DataFrame, balance: Mapping[str, int], asks: Mapping[tuple[str, str], Text], params: QuarterParams) -> Chapter:
    """What is open, and who is asked.

    Parameters
    ----------
    cases : from :func:`popanalysis.reconcile.open_cases`.
    balance : opening, new, closed, closing.
    asks : (code, list_b) -> what is asked.
    """
    language, chapter = params.language, _chapter(params)
    names = {"opening": ("上期结转", "Carried over"), "new": ("本期新增", "New"), "closed": ("本期办结", "Closed"), "closing": ("期末待办", "Still open")}
    hidden = _hidden_in_balance(balance, params.small_cells)
    for key, (zh, en) in names.items():
        chapter.results.add(f"cases.{key}", None if key in hidden else balance[key], "cases", of_persons=False, suppressed=key in hidden, definition={
            "zh": f"核对事项：{zh}", "en": f"Cases: {en.lower()}"})
    shown = pd.DataFrame({_t(*names[key], language): [hidden.get(key, str(balance[key]))] for key in names}, index=[_w("number", language)])
    chapter.publish("case_balance", show_table(
        shown.rename_axis(_t("核对事项", "Cases", language)), title=_t("核对事项收支", "Balance of cases", language), scope=_scope(params),
        unit=label("unit", "cases", language), source=_t("本次核对", "this comparison", language), language=language, small_cells=params.small_cells,
        notes=[_t("上期结转 + 本期新增 − 本期办结 = 期末待办。", "Carried over + new − closed = still open.", language)]))
    waiting = cases[cases["closed_in"].eq("")]
    if waiting.empty:
        chapter.show(paragraph(_t("没有待核实的事项。", "There is nothing to be checked.", language)))
        return chapter
    _show_waiting(chapter, waiting, asks, params)
    return chapter


def _show_waiting(chapter: Chapter, waiting: pd.DataFrame, asks: Mapping[tuple[str, str], Text], params: QuarterParams) -> None:
    """One breakdown of the open cases, for the table and for results.json alike: two would give small counts away."""
    language = params.language
    groups: dict[tuple[str, str, str, str], int] = {}
    for row in waiting[["recipient", "code", "field", "list_b"]].itertuples(index=False):
        key = (str(row.recipient), str(row.code), str(row.field), str(row.list_b))
        groups[key] = groups.get(key, 0) + 1
    keys = sorted(groups)
    names = [".".join((recipient, code, *([field_name.replace(";", "_and_")] if field_name else []), list_b)) for recipient, code, field_name, list_b in keys]
    counts = pd.Series([groups[key] for key in keys], index=names)
    published = suppress_counts(counts, params.small_cells)
    rows = []
    definitions: dict[str, Mapping[str, str]] = {"total": {"zh": "期末待办的核对事项", "en": "Cases still open"}}
    for (recipient, code, field_name, list_b), name in zip(keys, names, strict=True):
        fields = {lang: _w("comma", lang).join(label("field", f, lang) for f in field_name.split(";")) if field_name else "—" for lang in ("zh", "en")}
        rows.append({
            _w("recipient", language): label("recipient", recipient, language), _t("事项", "Question", language): label("case", code, language),
            _w("field", language): fields[language], _t("涉及名单", "List", language): label("kind_short", list_b, language),
            label("unit", "cases", language): published.shown.at[name, "n"], _t("请协助", "What is asked", language): asks[code, list_b].in_(language)})
        definitions[name] = {lang: f"{label('recipient', recipient, lang)}: {label('case', code, lang)}, {fields[lang]} ({label('kind_short', list_b, lang)})" for lang in ("zh", "en")}
    chapter.results.add_counts("cases.open", counts, "cases", definitions=definitions)
    chapter.publish("cases_by_recipient", show_table(
        pd.DataFrame(rows), title=_t("待核实事项：由谁核对什么", "Open questions: who checks what", language), scope=_scope(params), unit=label("unit", "cases", language),
        source=_t("本次核对", "this comparison", language), language=language, small_cells=params.small_cells,
        notes=[_t("核对用于登记和服务，不作为收费、处罚或延缓办理的依据。明细见受限文件夹。",
                  "The comparison serves registration and services; it is no ground for a fee, a penalty or a delay. Details are in the restricted folder.", language)]))


def _hidden_in_balance(balance: Mapping[str, int], threshold: int) -> dict[str, str]:
    """What may not be shown of a balance, and the mark to show: one small count alone could be worked out from the other three."""
    hidden = {key: f"<{threshold}" for key, n in balance.items() if 0 < n < threshold}
    if len(hidden) == 1:
        hidden["new" if "closing" in hidden else "closing"] = "×"
    return hidden


# --- small helps --------------------------------------------------------------------------------------


def _chapter(params: QuarterParams) -> Chapter:
    return Chapter(Results(params.period, params.small_cells))


def _t(zh: str, en: str, language: str) -> str:
    return zh if language == "zh" else en


def _w(key: str, language: str) -> str:
    return label("word", key, language)


def _field(name: str, language: str) -> str:
    """A compared field's name; one derived from another (the town of an address) is called by that."""
    known = labels("field", language)
    return next((known[part] for part in (name, name.rsplit("_", 1)[0]) if part in known), name)


def _scope(params: QuarterParams) -> str:
    return _t(f"全旗，{params.span.in_words('zh')}", f"the banner, {params.span.in_words('en')}", params.language)


def _words(params: QuarterParams, title: str, unit: str, source: str) -> Words:
    return Words(title=title, scope=_scope(params), unit=unit, source=source, language=params.language)


def _few(n: int, params: QuarterParams) -> str:
    return f"<{params.small_cells}" if 0 < n < params.small_cells else str(n)
