"""The chapter on the open questions: how many, and who is asked what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, in_language, new_chapter, scope_of, word
from popanalysis.report.messages import label, labels, labels_of
from popanalysis.report.page import paragraph
from popanalysis.report.privacy import suppress_grouped
from popanalysis.report.tables import show_table

__all__ = ["chapter_to_do"]

_BALANCE = {"opening": ("上期结转", "Carried over"), "new": ("本期新增", "New"), "closed": ("本期办结", "Closed"), "closing": ("期末待办", "Still open")}
_OTHER_OFFICE = "※"


def chapter_to_do(cases: pd.DataFrame, balance: Mapping[str, int], asks: Mapping[tuple[str, str], Text], params: QuarterParams,
                  not_heard: Mapping[str, Sequence[str]] | None = None) -> Chapter:
    """What is open, and who is asked.

    Parameters
    ----------
    cases : from :func:`popanalysis.reconcile.open_cases`.
    balance : opening, new, closed, closing.
    asks : (code, list_b) -> what is asked.
    not_heard : kind -> names of the towns whose own list did not come; nothing is asked of them.
    """
    language, chapter = params.language, new_chapter(params)
    hidden = _hidden_in_balance(balance, params.small_cells)
    for key, (zh, en) in _BALANCE.items():
        chapter.results.add(f"cases.{key}", None if key in hidden else balance[key], "cases", of_persons=False, suppressed=key in hidden, definition={
            "zh": f"核对事项：{zh}", "en": f"Cases: {en.lower()}"})
    shown = pd.DataFrame({in_language(*_BALANCE[key], language): [hidden.get(key, str(balance[key]))] for key in _BALANCE}, index=[word("number", language)])
    chapter.publish("case_balance", show_table(
        shown.rename_axis(in_language("核对事项", "Cases", language)), title=in_language("核对事项结转情况", "Balance of cases", language), scope=scope_of(params),
        unit=label("unit", "cases", language), source=in_language("本次核对", "this comparison", language), language=language, small_cells=params.small_cells,
        notes=[in_language("上期结转 + 本期新增 − 本期办结 = 期末待办。", "Carried over + new − closed = still open.", language)]))
    for kind, towns in (not_heard or {}).items():
        names = word("comma", language).join(towns)
        chapter.show(paragraph(in_language(
            f"未收到下列苏木乡镇的{label('kind', kind, 'zh')}名单：{names}。不将其辖区内的事项列为“尚未见到”。",
            f"No list of {label('kind', kind, 'en')} came from {names}; nothing is counted as missing there.", language), role="warning"))
    waiting = cases[cases["closed_in"].eq("")]
    if waiting.empty:
        chapter.show(paragraph(in_language("没有待核实的事项。", "There is nothing to be checked.", language)))
    else:
        _show_waiting(chapter, waiting, asks, params)
    return chapter


def _show_waiting(chapter: Chapter, waiting: pd.DataFrame, asks: Mapping[tuple[str, str], Text], params: QuarterParams) -> None:
    """One breakdown of the open cases, for the table and for results.json alike: two would give small counts away."""
    language = params.language
    order = {recipient: place for place, recipient in enumerate(labels("recipient", language))}
    counts = waiting.groupby(["recipient", "code", "field", "list_b"]).size()
    counts = counts.loc[sorted(counts.index, key=lambda key: (order.get(key[0], len(order)), -int(counts[key]), key))]
    published = suppress_grouped(counts, params.small_cells)
    _add_figures(chapter, published.values["n"])
    rows = [
        _row(*key, str(shown), asks, language) if len(key) == 4 else _sum_row(key, str(shown), language)
        for key, shown in _by_key(published.shown["n"]).items()]
    notes = [in_language("核对用于登记和服务，不作为收费、处罚或延缓办理的依据。明细见受限文件夹。",
                         "The comparison serves registration and services; it is no ground for a fee, a penalty or a delay. Details are in the restricted folder.", language)]
    if any(_OTHER_OFFICE in cell for row in rows for cell in row.values()):
        notes.insert(0, in_language(
            f"“{_OTHER_OFFICE}”：两份名单不一致而无第三份可佐证时，由主管该项目的部门核对，因此可能涉及其他部门的名单。",
            f"{_OTHER_OFFICE}: where two lists differ and no third one settles it, the office in charge of the field is asked, even about the list of another office.", language))
    if any(key[0] == "reviewer" for key in counts.index):
        notes.insert(0, in_language(
            f"“{label('recipient', 'reviewer', language)}”：所涉记录尚有待定的对应关系，先由核对人员审核，不转部门。",
            f"{label('recipient', 'reviewer', language)}: a link of these records is still open; it is settled first and no office is asked yet.", language))
    stub = [word("recipient", language), in_language("事项", "Question", language)]
    chapter.publish("cases_by_recipient", show_table(
        pd.DataFrame(rows).set_index(stub), title=in_language("待核实事项：由谁核对什么", "Open questions: who checks what", language), scope=scope_of(params),
        unit=label("unit", "cases", language), source=in_language("本次核对", "this comparison", language), language=language, small_cells=params.small_cells, notes=notes))


def _row(recipient: str, code: str, field_name: str, list_b: str, shown: str, asks: Mapping[tuple[str, str], Text], language: str) -> dict[str, str]:
    of_other = recipient not in (DEPARTMENT_OF_KIND[list_b], "reviewer")
    return {
        word("recipient", language): label("recipient", recipient, language), in_language("事项", "Question", language): label("case", code, language),
        in_language("件数", "Cases", language): shown, word("field", language): _fields(field_name, language),
        in_language("涉及名单", "List", language): label("kind_short", list_b, language) + (_OTHER_OFFICE if of_other else ""),
        in_language("请协助", "What is asked", language): asks[code, list_b].in_(language)}


def _sum_row(key: tuple[str, ...], shown: str, language: str) -> dict[str, str]:
    """The row under an office's questions, or under all."""
    name = label("recipient", key[0], language) if key else word("total", language)
    return {
        word("recipient", language): name, in_language("事项", "Question", language): word("subtotal", language) if key else "",
        in_language("件数", "Cases", language): shown, word("field", language): "", in_language("涉及名单", "List", language): "",
        in_language("请协助", "What is asked", language): ""}


def _by_key(values: pd.Series[Any]) -> dict[tuple[str, ...], Any]:
    """Rows by (recipient, code, field, list), sums by (recipient,) and ()."""
    return {tuple(map(str, key)): value for key, value in zip(values.index, values, strict=True)}


def _fields(names: str, language: str) -> str:
    return labels_of(names, language) or "—"


def _add_figures(chapter: Chapter, values: pd.Series[Any]) -> None:
    for key, value in _by_key(values).items():
        hidden = bool(pd.isna(value))
        if len(key) == 4:
            recipient, code, field_name, list_b = key
            name = ".".join(("cases.open", recipient, code, *([field_name.replace(";", "_and_")] if field_name else []), list_b))
            definition = {lang: f"{label('recipient', recipient, lang)}: {label('case', code, lang)}, {_fields(field_name, lang)} ({label('kind_short', list_b, lang)})"
                          for lang in ("zh", "en")}
        elif key:
            name, definition = f"cases.open_for.{key[0]}", {"zh": f"期末待办的核对事项：{label('recipient', key[0], 'zh')}", "en": f"Cases still open: {label('recipient', key[0], 'en')}"}
        else:
            name, definition = "cases.open.total", {"zh": "期末待办的核对事项", "en": "Cases still open"}
        chapter.results.add(name, None if hidden else int(value), "cases", of_persons=False, suppressed=hidden, definition=definition)


def _hidden_in_balance(balance: Mapping[str, int], threshold: int) -> dict[str, str]:
    """What may not be shown of a balance, and the mark to show: one small count alone could be worked out from the other three.

    What is still open is the sum of the open questions, what was carried over stands in the last record: neither hides the third.
    """
    hidden = {key: f"<{threshold}" for key, n in balance.items() if 0 < n < threshold}
    if len(hidden) == 1:
        hidden["closed" if "new" in hidden else "new"] = "×"
    return hidden
