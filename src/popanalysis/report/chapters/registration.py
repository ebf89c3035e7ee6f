"""The chapters on pending registrations, deliveries to be clarified, certificate numbers, and entries of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import (
    Chapter,
    add_part,
    few,
    in_language,
    new_chapter,
    publish_counts,
    say_absent,
    scope_of,
)
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.privacy import shown_rate
from popanalysis.report.tables import show_table

if TYPE_CHECKING:
    from popanalysis.measure.registration import CertificateRows, Deliveries, Waiting  # records of counts

__all__ = ["chapter_certificates", "chapter_deliveries", "chapter_pending", "chapter_register"]


def _names(group: str, keys: pd.Index) -> dict[str, Text]:
    return {str(key): Text(label(group, str(key), "zh"), label(group, str(key), "en")) for key in keys}


def chapter_pending(waiting: Waiting, n_there_now: int, n_not_permitted: int, params: QuarterParams) -> Chapter:
    """Registrations the police have as pending and that are not made yet, their reasons and how long the children wait.

    Parameters
    ----------
    waiting : from :func:`popanalysis.measure.count_waiting`.
    n_there_now : open questions: the missing document is there now. n_not_permitted : the reason stated does not permit waiting.
    """
    language, chapter = params.language, new_chapter(params)
    if say_absent(chapter, "deferred_hukou", params) and not int(waiting.by_reason.sum()):
        return chapter
    n = int(waiting.by_reason.sum())
    if n:
        source = label("kind", "deferred_hukou", language)
        of = Text("期末仍待办理的户口登记", "Registrations still pending")
        publish_counts(chapter, "pending.reason", waiting.by_reason, _names("defer_class", waiting.by_reason.index), table="pending_by_reason",
                       title=Text("待办户口登记：按所列原因", "Pending registrations by reason stated"), of=of, head=Text("所列原因", "Reason stated"), unit="registrations", source=source, params=params)
        publish_counts(chapter, "pending.waiting", waiting.by_time, _names("waiting_bin", waiting.by_time.index), table="pending_by_time",
                       title=Text("待办户口登记：按等待天数", "Pending registrations by days waited"), of=of, head=Text("等待天数", "Days waited"), unit="registrations", source=source, params=params)
    hidden = n < params.small_cells
    chapter.results.add("pending.median_days", None if hidden else waiting.median_days, "days", of_persons=False, suppressed=hidden and waiting.median_days is not None, definition={
        "zh": "待办户口登记等待天数的中位数（至截止日期）", "en": "Median days that pending registrations have waited, to the day of the record"})
    told: dict[str, str] = {}
    for key, value, zh, en in (("documents_there_now", n_there_now, "所缺材料已在其他名单中见到", "The missing document is in another list now"),
                               ("reason_not_permitted", n_not_permitted, "所列原因不属规定情形", "The reason stated does not permit waiting")):
        told[key] = add_part(chapter, f"pending.{key}", value, n, "cases", {"zh": f"待办户口登记：{zh}", "en": f"Pending registrations: {en.lower()}"}, params)
    median = "" if hidden or waiting.median_days is None else in_language(f"，等待天数中位数为 {waiting.median_days:g} 天", f", with a median wait of {waiting.median_days:g} days", language)
    chapter.show(paragraph(in_language(
        f"期末仍待办理的 {few(n, params)} 例{median}。所缺材料已在其他名单中见到、可以办理的 {told['documents_there_now']} 例；所列原因属计划生育类证明、自2016年起不得作为落户条件的 {told['reason_not_permitted']} 例，请依规办理，等待最久的优先。",
        f"{few(n, params)} registrations are still pending{median}. For {told['documents_there_now']} the missing document is in another list now; for {told['reason_not_permitted']} the reason stated is a birth-policy paper, "
        "which has been no condition since 2016. Please help the families to register, those waiting longest first.", language)))
    return chapter


def chapter_deliveries(deliveries: Deliveries, params: QuarterParams) -> Chapter:
    """Deliveries the health office names apart; nothing here ties a mother to a list.

    Parameters
    ----------
    deliveries : from :func:`popanalysis.measure.count_deliveries`.
    """
    language, chapter = params.language, new_chapter(params)
    if say_absent(chapter, "unverified_delivery", params):
        return chapter
    publish_counts(chapter, "deliveries.class", deliveries.by_class, _names("doubt_class", deliveries.by_class.index), table="deliveries_by_class",
                   title=Text("身份待核实及旗外户籍的分娩", "Deliveries to be clarified or of elsewhere"), of=Text("卫生健康部门单列的分娩", "Deliveries the health office lists apart"),
                   head=Text("情形", "Class"), unit="deliveries", source=label("kind", "unverified_delivery", language), params=params,
                   sums=[[c for c in deliveries.by_class.index if c != "non_local"]])
    for group, zh, en in (("to_clarify", "身份待核实的分娩", "deliveries to be clarified"), ("non_local", "旗外户籍的分娩", "deliveries of mothers of elsewhere")):
        held = {key: add_part(chapter, f"deliveries.{group}.{key}", values[group], deliveries.n(group), "deliveries", {"zh": f"{zh}中{zh_what}的", "en": f"Of {en}: those that {en_what}"}, params)
                for key, values, zh_what, en_what in (("with_certificate", deliveries.with_certificate, "已见《出生医学证明》", "have their certificate in the list"),
                                                      ("registered", deliveries.registered, "已见户口登记", "are registered"))}
        chapter.show(paragraph(in_language(
            f"{zh} {few(deliveries.n(group), params)} 例，其中已见《出生医学证明》{held['with_certificate']} 例，已见户口登记 {held['registered']} 例。",
            f"{few(deliveries.n(group), params)} {en}; {held['with_certificate']} have their certificate in the list, {held['registered']} are registered.", language)))
    chapter.show(paragraph(in_language("未提供身份信息的产妇，只按证号与其《出生医学证明》对应，不在其他名单中查找。",
                                       "A mother who did not give her identity is tied to her certificate by its number only and is looked for in no other list.", language), role="note"))
    return chapter


def chapter_certificates(rows: CertificateRows, questions: pd.Series[int], params: QuarterParams) -> Chapter:
    """Void, exchanged and reissued certificate numbers, and questions about numbers.

    Parameters
    ----------
    rows : from :func:`popanalysis.measure.certificate_rows`. questions : open cases by code, those about certificate numbers.
    """
    language, chapter = params.language, new_chapter(params)
    if not say_absent(chapter, "void_certificates", params):
        publish_counts(chapter, "certificates.reason", rows.by_reason, _names("void_reason", rows.by_reason.index), table="certificates_by_reason",
                       title=Text("作废、换发、补发的《出生医学证明》编号", "Void, exchanged and reissued certificate numbers"), of=Text("作废、换发、补发的编号", "Numbers void, exchanged or reissued"),
                       head=Text("类别", "Class"), unit="certificates", source=label("kind", "void_certificates", language), params=params)
        followed = add_part(chapter, "certificates.followed", rows.n_followed, int(rows.by_reason.sum()), "certificates",
                            {"zh": "已对应到出生的作废、换发、补发编号", "en": "Numbers that were followed to a birth at hand"}, params)
        chapter.show(paragraph(in_language(f"其中已对应到出生的 {followed} 份；换发、补发前后的编号按同一证件比对。",
                                           f"{followed} of them were followed to a birth; numbers before and after are compared as one.", language)))
    for code, n in questions.items():
        chapter.results.add(f"certificates.{code}", int(n), "cases", definition={"zh": f"期末待办：{label('case', str(code), 'zh')}", "en": f"Open: {label('case', str(code), 'en')}"})
    asked = [f"{label('case', str(code), language)} {few(int(n), params)}" for code, n in questions.items() if n]
    chapter.show(paragraph(in_language(f"期末待办：{'；'.join(asked)}（件）。", f"Open: {'; '.join(asked)}.", language) if asked else
                           in_language("没有关于编号的待办事项。", "No question about numbers is open.", language)))
    return chapter


def chapter_register(entries: pd.DataFrame, params: QuarterParams) -> Chapter:
    """How many events' persons have an entry in the whole-population register.

    Parameters
    ----------
    entries : from :func:`popanalysis.measure.register_entries`.
    """
    language, chapter = params.language, new_chapter(params)
    if say_absent(chapter, "population", params):
        return chapter
    rows = []
    for row in entries.to_dict("records"):
        chapter.results.add_rate(f"register.{row['event']}.{row['person']}", row["n_with_entry"], row["n_events"], definition={
            "zh": f"本期{label('event', row['event'], 'zh')}：{label('person', row['person'], 'zh')}在全员人口信息中有条目的比例",
            "en": f"Events of the period ({row['event']}): share of which {label('person', row['person'], 'en').lower()} has an entry in the register"})
        rows.append({in_language("事项", "Event", language): label("event", row["event"], language), in_language("人员", "Person", language): label("person", row["person"], language),
                     in_language("事项数", "Events", language): few(row["n_events"], params), in_language("有条目", "With an entry", language): shown_rate(row["n_with_entry"], row["n_events"], params.small_cells)})
    stub = [in_language("事项", "Event", language), in_language("人员", "Person", language)]
    chapter.publish("register_entries", show_table(
        pd.DataFrame(rows).set_index(stub), title=in_language("在全员人口信息中已有条目的情况", "Entries in the whole-population register", language), scope=scope_of(params),
        unit=in_language("例、%", "events, %", language), source=label("kind", "population", language), language=language, small_cells=params.small_cells,
        notes=[in_language("按公民身份号码对应；新生儿没有号码的，按父母一方的号码和出生日期对应。", "Tied by the identity number; a child without one by a parent's number and the birth date.", language)]))
    return chapter
