"""Why the records of an event belong together: the pairs that tie them, the weakest of these, and what else was weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from popanalysis.errors import LinkageError, Text
from popanalysis.link.assignment import components
from popanalysis.link.engine import Linked
from popanalysis.link.rules import LinkageRules

__all__ = ["EventExplanation", "explain_event"]


@dataclass(frozen=True)
class EventExplanation:
    """Why records are one event.

    Attributes
    ----------
    records : DataFrame ``record_id, source, link_status, reason, duplicate_of``
    ties : DataFrame ``record_id_a, record_id_b, match_weight, needed``, the strongest first; ``needed``: without the weaker ones left out,
        these pairs alone hold the records together
    others : DataFrame ``record_id_a, record_id_b, link_decision, match_weight``: pairs with records of other events that were weighed
    upper : threshold in bits
    """

    records: pd.DataFrame
    ties: pd.DataFrame
    others: pd.DataFrame
    upper: float

    def sentence(self, language: str) -> str:
        """Say in a sentence what holds the event together, its weakest tie and what was ruled out or is open; no value of a person stands in it."""
        n, n_lists = len(self.records), self.records["source"].nunique()
        return " ".join(part.in_(language) for part in (self._held(n, n_lists), self._second(), self._weighed()) if part.en).replace("。 ", "。")

    def _held(self, n: int, n_lists: int) -> Text:
        if n == 1:
            return Text("本事项只有一条记录，未与其他记录对应。", "The event has one record; nothing else was linked to it.")
        needed = self.ties[self.ties["needed"]]
        if needed.empty:
            return Text(f"本事项的 {n} 条记录由人工决定或以前的季度确定为同一事项。", f"The {n} records of the event were joined by a person or in an earlier quarter.")
        zh = "、".join(f"{a} 与 {b}（{w:+.1f}）" for a, b, w in zip(needed["record_id_a"], needed["record_id_b"], needed["match_weight"], strict=True))
        en = ", ".join(f"{a} with {b} ({w:+.1f})" for a, b, w in zip(needed["record_id_a"], needed["record_id_b"], needed["match_weight"], strict=True))
        weakest = float(needed["match_weight"].min())
        return Text(f"{n_lists} 份名单的 {n} 条记录为同一事项，依据：{zh}；其中最弱的一环 {weakest:.1f} 比特，上限为 {self.upper:.1f}。",
                    f"{n} records of {n_lists} lists are one event, by {en}; the weakest tie has {weakest:.1f} bits, the upper threshold is {self.upper:.1f}.")

    def _second(self) -> Text:
        second = self.records.loc[self.records["duplicate_of"].ne(""), ["record_id", "duplicate_of"]]
        zh, en = ("；".join(word.format(a, b) for a, b in second.itertuples(index=False)) for word in ("{} 是同一名单中 {} 的重复登记", "{} is a second entry of {} in its list"))
        return Text(f"{zh}。" if zh else "", f"{en}." if en else "")

    def _weighed(self) -> Text:
        open_, out = (int(self.others["link_decision"].eq(word).sum()) for word in ("possible_link", "non_link"))
        zh = [f"另有 {open_} 对记录留待人工审核" if open_ else "", f"{out} 对记录曾被考虑，未予认定" if out else ""]
        en = [f"{open_} further pairs are left to a reviewer" if open_ else "", f"{out} were considered and not linked" if out else ""]
        return Text("，".join(filter(None, zh)) + "。" if any(zh) else "", "; ".join(filter(None, en)) + "." if any(en) else "")


def explain_event(linked: Linked, rules: LinkageRules, event_id: str) -> EventExplanation:
    """Explain an event of a linkage.

    Parameters
    ----------
    linked : what :func:`popanalysis.link.link_records` returned ; rules : the rule set it was made by ; event_id : as in ``linked.events``.

    Raises
    ------
    LinkageError : there is no such event.
    """
    records = linked.records[linked.records["event_id"].eq(event_id)]
    if records.empty:
        raise LinkageError(
            zh=f"比对结果中没有事项 {event_id}。请核对编号，见 linked.events。", en=f"The linkage holds no event {event_id}. See linked.events for the labels.", event_id=event_id)
    links, ids = linked.links, records["record_id"]
    of_a, of_b = links["record_id_a"].isin(ids), links["record_id_b"].isin(ids)
    ties: pd.DataFrame = links.loc[of_a & of_b, ["record_id_a", "record_id_b", "match_weight"]].sort_values("match_weight", ascending=False, kind="stable", ignore_index=True)
    others = links.loc[of_a ^ of_b, ["record_id_a", "record_id_b", "link_decision", "match_weight"]].sort_values("match_weight", ascending=False, kind="stable", ignore_index=True)
    columns = ["record_id", "source", "link_status", "reason", "duplicate_of"]
    return EventExplanation(records[columns].reset_index(drop=True), ties.assign(needed=_needed(ties, ids)), others, rules.thresholds.upper)


def _needed(ties: pd.DataFrame, ids: pd.Series[Any]) -> list[bool]:
    """Go through the pairs, the strongest first; one is needed if it ties records that were apart until then (a maximum spanning tree)."""
    place = pd.Index(ids)
    a, b = place.get_indexer(pd.Index(ties["record_id_a"])), place.get_indexer(pd.Index(ties["record_id_b"]))
    needed: list[bool] = []
    for k in range(len(ties)):
        kept = np.flatnonzero(needed)
        label = components(len(place), a[kept], b[kept])
        needed.append(bool(label[a[k]] != label[b[k]]))
    return needed
