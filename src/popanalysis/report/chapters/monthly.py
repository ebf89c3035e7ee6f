"""The chapters of the monthly summary: each office's list against the events at hand, births of other counties, who signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, few, in_language, new_chapter, word
from popanalysis.report.messages import label
from popanalysis.report.page import Html, definitions, paragraph
from popanalysis.report.privacy import Suppressed, suppress_counts, suppress_parted
from popanalysis.report.results import Results
from popanalysis.report.tables import show_table

__all__ = ["chapter_home_counties", "chapter_month", "chapter_month_in_short", "signature_block"]

_WHOLE = "n_events"
_TOTAL = "total"
_EVENT = {"birth": Text("出生", "births"), "marriage": Text("婚姻登记", "marriages")}
_STANDING = {
    "agrees": Text("已见，一致", "Held, agrees"), "differs": Text("信息不一致", "Differs"), "missing": Text("尚未见到", "Not yet seen"),
    "not_yet_due": Text("未到期限", "Not yet due"), "not_expected": Text("另有说明", "Not expected")}
_NOTE = {
    "birth_cert": Text("“另有说明”：已迁出、迁入或身故，或已有答复，不在本名单中查找。",
                       "Not expected: a move, a death or an answer explains it."),
    "hukou_birth": Text("尚未见户口登记的，请协助办理；“另有说明”：公安部门已列为待办，或已迁出、身故、已有答复。核对用于登记和服务，不作为收费、处罚或延缓办理的依据。",
                        "Where no household registration is seen yet, please help the family to register. Not expected: pending with the police, moved away, died or answered. "
                        "The comparison serves registration and services; it is no ground for a fee, a penalty or a delay."),
    "town_birth": Text("“另有说明”：已迁出、身故，或已有答复。", "Not expected: moved away, died or answered."),
    "marriage": Text("“另有说明”：在其他登记机关登记，或未写明证号，仅供参考，不作为差错。只有证号属本旗登记机关的，才列为“尚未见到”。",
                     "Not expected: registered elsewhere, or no certificate number given; this is information and no error. "
                     "A marriage is called not yet seen only where the number is of the banner's own registry."),
    "town_marriage": Text("“另有说明”：双方户籍地均未能确定为本旗，或已迁出，或已有答复。", "Not expected: not known to belong to the banner, moved away, or answered."),
}


def chapter_month(event: str, counts: pd.DataFrame, outside: int, lists: Sequence[str], name_of: Callable[[str], str], params: QuarterParams) -> Chapter:
    """Each list of an event against the events at hand, town by town.

    Parameters
    ----------
    event : birth or marriage.
    counts : from :func:`popanalysis.measure.count_by_town`.
    outside : the banner's own events at hand that are of another time or undated, from :func:`popanalysis.measure.events_outside`.
    lists : the lists that should hold the event; those without columns in ``counts`` were not received.
    name_of : town code -> name.
    """
    language, chapter = params.language, new_chapter(params)
    received = [kind for kind in lists if f"{kind}.agrees" in counts]
    for kind in [kind for kind in lists if kind not in received]:
        chapter.show(paragraph(in_language(f"未收到{label('kind', kind, 'zh')}，本月不与其比对。", f"Not received and not compared: {label('kind', kind, 'en')}.", language), role="warning"))
    if not received:
        return chapter
    whole = counts.copy()
    whole.loc[_TOTAL] = whole.sum()
    published = suppress_parted(
        whole, params.small_cells, whole=_WHOLE, parts=[[f"{kind}.{name}" for name in _STANDING] for kind in received], total_row=_TOTAL)
    chapter.show(_said(event, str(published.shown.at[_TOTAL, _WHOLE]), outside, params))
    for kind in received:
        _show_list(chapter, event, kind, published, name_of, params)
    _add_figures(chapter, event, received, published)
    return chapter


def _scope(event: str, params: QuarterParams) -> str:
    first, last = params.span.quarter_of.first_day, params.span.last_day
    zh = f"本旗{_EVENT[event].zh}，{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日{'出生' if event == 'birth' else '登记'}"
    return in_language(zh, f"{_EVENT[event].en} of the banner, {first} to {last}", params.language)


def _said(event: str, total: str, outside: int, params: QuarterParams) -> Html:
    unit = label("unit", f"{event}s", "zh")
    zh = f"截至月末，各名单所载{_scope(event, params)}的共 {total} {unit}，按苏木乡镇与各部门名单比对如下。" if params.language == "zh" else ""
    zh += f"另有日期不在此范围内或日期不详的 {few(outside, params)} {unit}，未列入。" if outside else ""
    en = f"By the end of the month the lists hold {total} {_scope(event, params)}." + (
        f" {few(outside, params)} more are of another time or without a known date and not counted here." if outside else "")
    return paragraph(in_language(zh, en, params.language))


def _show_list(chapter: Chapter, event: str, kind: str, published: Suppressed, name_of: Callable[[str], str], params: QuarterParams) -> None:
    language = params.language
    columns = {_WHOLE: in_language("本期掌握", "At hand", language)} | {f"{kind}.{name}": text.in_(language) for name, text in _STANDING.items()}
    names = {"": in_language("不详", "not known", language), _TOTAL: word("total", language)}
    shown = published.shown[list(columns)].rename(columns=columns).rename(index=lambda code: names[code] if code in names else name_of(code))
    if published.shown.loc["", _WHOLE] == "0":
        shown = shown.drop(index=names[""])
    office = label("department", DEPARTMENT_OF_KIND[kind], language)
    chapter.publish(f"monthly_{kind}", show_table(
        shown.rename_axis(label("field", "town", language)),
        title=in_language(f"与{office}名单比对情况：{label('kind_short', kind, 'zh')}", f"Compared with the list of {office}: {label('kind_short', kind, 'en')}", language),
        scope=_scope(event, params), unit=label("unit", f"{event}s", language), source=in_language("截至月末各部门报送的名单", "lists sent up to the end of the month", language),
        language=language, small_cells=params.small_cells, notes=[_NOTE[kind].in_(language), in_language(
            "“信息不一致”：本名单所载与其他名单有一项以上不同、尚待核实。后五列之和等于“本期掌握”。",
            "Differs: the list and another one disagree in a field, and the question is open. The last five columns add up to the first.", language)]))


def _add_figures(chapter: Chapter, event: str, received: Sequence[str], published: Suppressed) -> None:
    values = published.values.loc[_TOTAL]

    def add(key: str, column: str, zh: str, en: str) -> None:
        hidden = bool(pd.isna(values[column]))
        chapter.results.add(key, None if hidden else int(values[column]), f"{event}s", of_persons=False, suppressed=hidden, definition={"zh": zh, "en": en})

    add(f"monthly.{event}s.total", _WHOLE, f"本旗本季度初至月末的{_EVENT[event].zh}，至少见于一份名单",
        f"The banner's {_EVENT[event].en} from the quarter's first day to the month's last, held by at least one list")
    for kind in received:
        for name, text in _STANDING.items():
            add(f"monthly.{event}s.{kind}.{name}", f"{kind}.{name}", f"上述{_EVENT[event].zh}对{label('kind', kind, 'zh')}：{text.zh}",
                f"Of these {_EVENT[event].en}, at {label('kind', kind, 'en')}: {text.en.lower()}")


# --- births of other counties -----------------------------------------------------------------------------------


def chapter_home_counties(counts: pd.Series[Any], name_of: Callable[[str], str], params: QuarterParams) -> Chapter:
    """How many births belong to other counties; which they are stands in the restricted list.

    Parameters
    ----------
    counts : births by county code, ``""`` not known, from :func:`popanalysis.measure.count_home_counties`.
    """
    language, chapter = params.language, new_chapter(params)
    if counts.empty:
        chapter.show(paragraph(in_language("本季度初至月末没有母亲户籍地在旗外的出生。", "No birth of the quarter so far belongs elsewhere.", language)))
        return chapter
    keys = counts.rename(index={"": "unknown"})
    published = suppress_counts(keys, params.small_cells)
    unknown, total = in_language("户籍地旗县不详", "county not known", language), word("total", language)
    names = {"unknown": Text("户籍地旗县不详", "county not known"), _TOTAL: Text("合计", "all")} | {
        code: Text(f"{name_of(code)}（{code}）", f"{name_of(code)} ({code})") for code in map(str, keys.index) if code != "unknown"}
    chapter.results.add_counts("monthly.home_county", keys, "births", definitions={
        code: {"zh": f"本季度初至月末出生、母亲户籍地在旗外：{text.zh}", "en": f"Births from the quarter's first day to the month's last whose mother's hukou is elsewhere: {text.en}"}
        for code, text in names.items()})
    shown = published.shown.rename(columns={"n": word("number", language)}).rename(
        index=lambda code: unknown if code == "unknown" else total if code == _TOTAL else names[code].in_(language))
    scope = in_language(f"母亲户籍地在旗外，{params.span.quarter_of.first_day:%Y-%m-%d} 至 {params.span.last_day:%Y-%m-%d} 出生",
                        f"mother's hukou elsewhere, born {params.span.quarter_of.first_day} to {params.span.last_day}", language)
    chapter.publish("monthly_home_county", show_table(
        shown.rename_axis(in_language("户籍地旗县", "Home county", language)), title=in_language("旗外户籍人员出生：按户籍地旗县", "Births that belong elsewhere, by home county", language),
        scope=scope, unit=label("unit", "births", language), source=in_language("截至月末各部门报送的名单", "lists sent up to the end of the month", language),
        language=language, small_cells=params.small_cells, notes=[in_language(
            "向户籍地反馈的名单见受限文件夹中的 home_county.csv，不含未提供身份信息的分娩。",
            "The list for the home counties is home_county.csv in the restricted folder; deliveries without identity are not in it.", language)]))
    return chapter


# --- in short, and who signs ------------------------------------------------------------------------------------


def chapter_month_in_short(chapters: Sequence[Chapter], params: QuarterParams) -> Chapter:
    """The main figures of the other chapters, as they are published there; nothing is counted here."""
    language, chapter = params.language, new_chapter(params)
    figures = Results(params.period, params.small_cells)
    for other in chapters:
        figures.extend(other.results)
    rows: dict[str, str] = {}
    for event, text in _EVENT.items():
        if f"monthly.{event}s.total" in figures:
            unit = label("unit", f"{event}s", "zh")
            rows[in_language(f"本旗{text.zh}", text.en.capitalize(), language)] = in_language(
                f"{_told(figures, f'monthly.{event}s.total', language)} {unit}（季度初至月末）。", f"{_told(figures, f'monthly.{event}s.total', language)} from the quarter's first day to the month's last.", language)
        for kind in [kind for kind in _NOTE if f"monthly.{event}s.{kind}.agrees" in figures]:
            rows[label("kind", kind, language)] = word("semicolon", language).join(
                f"{_STANDING[name].in_(language)} {_told(figures, f'monthly.{event}s.{kind}.{name}', language)}" for name in ("missing", "differs", "not_yet_due"))
    if "monthly.home_county.total" in figures:
        rows[in_language("旗外户籍", "Of elsewhere", language)] = in_language(
            f"{_told(figures, 'monthly.home_county.total', language)} 例，名单按户籍地分列。", f"{_told(figures, 'monthly.home_county.total', language)} births, listed by home county.", language)
    chapter.show(definitions(rows), paragraph(in_language(
        "数据截至月末，未到登记期限的单列，不作为缺漏。月报不新增核对事项，季度记录另行统一核对。",
        "As at the end of the month; what is not yet due stands apart and is not missing. The summary opens no cases; the quarterly record does.", language), role="note"))
    return chapter


def _told(figures: Results, key: str, language: str) -> str:
    figure = figures[key]
    return in_language("不列出", "not shown", language) if figure["suppressed"] else str(figure["value"])


def signature_block(towns: Sequence[str], params: QuarterParams) -> Html:
    """Return the lines to be filled in by hand: one a town, one for the banner.

    Parameters
    ----------
    towns : names, in the order of the tables.
    """
    heads = in_language("填报单位 填报人 负责人 日期", "Unit|Prepared by|In charge|Date", params.language)
    columns = heads.split("|" if "|" in heads else " ")
    units = [*towns, in_language("全旗汇总", "Banner", params.language)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(f'<tr><th scope="row" style="height: 2.2em">{escape(name)}</th>{"<td></td>" * (len(columns) - 1)}</tr>' for name in units)
    html = f'<div class="table-block whole"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return Html(html, "\n".join(["  ".join(columns), *units]))
