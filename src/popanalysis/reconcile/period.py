"""One period's births, from cleaned lists to cases: the chain of this room's verbs.

clean lists ─► add what the last quarter left open ─► link ─► lasting ids ─► one row a birth ─► discrepancies ─► cases
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from popanalysis.acquire.previous_record import Earlier
from popanalysis.columns import LINKED_RECORDS_COLUMNS
from popanalysis.link import LinkageRules, Linked, Note, link_records
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.reconcile.births import births_from_records
from popanalysis.reconcile.carry_forward import carried_records, carry_forward, open_events
from popanalysis.reconcile.cases import open_cases
from popanalysis.reconcile.decided import Decided
from popanalysis.reconcile.discrepancies import CellOf, find_discrepancies
from popanalysis.reconcile.events import known_event_ids, mint_event_ids, name_sets
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.rulefile import current_file, rule_folder

__all__ = [
    "BirthRules", "LinkedBirths", "ReconciledBirths", "describe_links", "link_births", "lists_received", "read_birth_rules", "reconcile_births"]


@dataclass(frozen=True)
class BirthRules:
    """The rule sets in use for births."""

    linkage: LinkageRules
    discrepancy: DiscrepancyRules


def read_birth_rules(params: QuarterParams, root: Path) -> BirthRules:
    """Read the rule sets that ``current.yaml`` names in the folders the parameters name.

    A folder left at its default that the project does not have is taken from the package.
    """
    return BirthRules(
        LinkageRules.read(current_file(rule_folder(root, params.rules.linkage), "births")),
        DiscrepancyRules.read(current_file(rule_folder(root, params.rules.discrepancy), "births")),
    )


@dataclass(frozen=True)
class LinkedBirths:
    """Births of a period, linked.

    Attributes
    ----------
    records : kind -> typed records that took part, index record_id; ``held_in`` is the period whose list brought them.
    accounting : one row per non-blank row read, columns LINKED_RECORDS_COLUMNS.
    linked : DataFrame, index record_id of all that took part: event_id (lasting), set_id, link_status, duplicate_of, kind.
    births : one row a birth (:func:`popanalysis.reconcile.births.births_from_records`).
    engine : the engine's own result (links, model, blocking).
    """

    records: dict[str, pd.DataFrame]
    accounting: pd.DataFrame
    linked: pd.DataFrame
    births: pd.DataFrame
    engine: Linked


@dataclass(frozen=True)
class ReconciledBirths:
    """What is open.

    Attributes
    ----------
    cases : CASES_COLUMNS.
    carried_forward : what the next quarter reads (:mod:`popanalysis.reconcile.carry_forward`).
    relations : RELATIONS_COLUMNS; ``in_set`` ties an event to the set of twins that nothing tells apart.
    """

    cases: pd.DataFrame
    carried_forward: pd.DataFrame
    relations: pd.DataFrame


def link_births(
    records: Mapping[str, pd.DataFrame], accounting: pd.DataFrame, rules: LinkageRules, lists: Collection[str], params: QuarterParams, earlier: Earlier,
    decisions: pd.DataFrame | None = None,
) -> LinkedBirths:
    """Link the period's records with each other and with the events still open.

    Parameters
    ----------
    records : kind -> typed records of this period's lists, index record_id.
    accounting : one row per non-blank row read: origin, record_id, fate, fate_reason (of exact repeats ``same_as:<record_id>``).
    rules : the linkage rules.
    lists : the kinds that speak of births, in order.
    params : the period, the home division and the engine.
    earlier : what came before.
    decisions : pairs decided by people: record_id_a, record_id_b, is_match.
    """
    carried = earlier.carried
    together: dict[str, pd.DataFrame] = {}
    waiting = carried_records(carried, lists) if carried is not None else {}
    held = pd.Index(carried["record_id"]) if carried is not None else pd.Index([])
    for kind in lists:
        new = records[kind].loc[~records[kind].index.isin(held)].assign(held_in=params.period) if kind in records else pd.DataFrame()
        parts = [frame for frame in (new, waiting.get(kind, pd.DataFrame())) if len(frame)]
        if parts:
            together[kind] = pd.concat(parts).sort_index()
    open_ids = carried.loc[carried["state"].eq("open")].set_index("record_id")["event_id"] if carried is not None else None
    engine = link_records(together, rules, engine=params.engine, decisions=decisions, known_events=_as_decided(open_ids, decisions))
    known = known_event_ids(open_ids, earlier.before.event_ids if earlier.before else None)
    ids = mint_event_ids(engine.events, known, event="birth", period=params.period, last=earlier.last_event)
    linked = engine.records.set_index("record_id").replace("", None).assign(event_id=ids).rename(columns={"source": "kind"})
    linked["set_id"] = name_sets(linked["set_id"], ids)
    births = births_from_records(
        together, linked["event_id"], linked["set_id"], linked.index[linked["duplicate_of"].notna()], lists=list(lists), home_division=params.home_division)
    late = [record_id for frame in records.values() if "is_late" in frame for record_id in frame.index[frame["is_late"]]]
    return LinkedBirths(together, _settle_fates(accounting, linked, carried, late), linked, births, engine)


def _as_decided(known: pd.Series | None, decisions: pd.DataFrame | None) -> pd.Series | None:
    """What was linked in an earlier quarter, as people see it now: pairs decided apart are let go, events decided one are one."""
    if known is None or decisions is None:
        return known
    known = known.copy()
    for a, b, is_match in decisions[["record_id_a", "record_id_b", "is_match"]].itertuples(index=False):
        if a in known.index and b in known.index:
            if is_match:
                known[known == known[b]] = known[a]
            elif known[a] == known[b]:
                known = known.drop([a, b])
    return known


def _settle_fates(accounting: pd.DataFrame, linked: pd.DataFrame, carried: pd.DataFrame | None, late: Collection[str]) -> pd.DataFrame:
    """Give every row read its final fate, event and status; a used row whose act lies before the period is marked late."""
    frame = accounting.copy()
    frame.loc[frame["fate"].eq("used") & frame["record_id"].isin(list(late)), "fate_reason"] = "late"
    if carried is not None:
        again = frame["fate"].eq("used") & frame["record_id"].isin(carried["record_id"])
        frame.loc[again, ["fate", "fate_reason"]] = ["duplicate", "held_by_earlier_record"]
    repeats = linked["duplicate_of"].dropna()
    engine_found = frame["fate"].eq("used") & frame["record_id"].isin(repeats.index)
    frame.loc[engine_found, "fate"] = "duplicate"
    frame.loc[engine_found, "fate_reason"] = "same_event_as:" + frame.loc[engine_found, "record_id"].map(repeats).astype(str)
    stands_for = frame["fate_reason"].str.extract("^same_as:(.+)$", expand=False).fillna(frame["record_id"])
    counted = frame["fate"].isin(["used", "duplicate"])
    for column in ("event_id", "set_id", "link_status"):
        frame[column] = stands_for.map(linked[column].to_dict()).astype("object").where(counted)
    if carried is not None:  # a row sent again of an event that is closed by now: its event is known, its link is history
        closed = counted & frame["event_id"].isna()
        frame.loc[closed, "event_id"] = stands_for[closed].map(carried.set_index("record_id")["event_id"])
        frame.loc[closed & frame["event_id"].notna(), "link_status"] = "linked"
    return frame[list(LINKED_RECORDS_COLUMNS)]


def lists_received(params: QuarterParams) -> frozenset[str]:
    """Return the kinds that arrived or were reported as none; at the others nothing is missing."""
    return frozenset(kind for kind, sources in params.inputs.items() if sources) | frozenset(params.nil_reports)


def reconcile_births(
    linked: LinkedBirths, rules: DiscrepancyRules, params: QuarterParams, earlier: Earlier, *, cell_of: CellOf, received: Collection[str], decided: Decided,
) -> ReconciledBirths:
    """Find what is open and what goes on to the next quarter.

    Parameters
    ----------
    cell_of : where a value stands (:func:`popanalysis.reconcile.cells.cell_finder`).
    received : from :func:`lists_received`.
    decided : what people decided about cases and events.
    """
    table = linked.linked
    repeats = table[table["duplicate_of"].notna()]
    questions = linked.engine.links.query("link_decision == 'possible_link'")
    found = find_discrepancies(
        linked.births, linked.records, repeats[["duplicate_of", "kind", "event_id", "set_id"]], rules,
        received=received, in_question=frozenset(questions["record_id_a"]) | frozenset(questions["record_id_b"]), cell_of=cell_of,
        known_since=_known_since(earlier, params.span))
    cases = open_cases(
        found, period=params.period, at_hand=_at_hand(linked, earlier), received=received, carried=earlier.previous.cases if earlier.previous else None,
        numbered=earlier.before.cases if earlier.before else None, decided=decided.cases, closed_events=decided.closed_events, last=earlier.last_case)
    opened_in = _opened_in(linked, earlier, params.period)
    still_open = open_events(
        linked.births, rules, expected=rules.lists, opened_in=opened_in, period=params.span, closed_by_people=decided.closed_events)
    forward = carry_forward(linked.records, table, still_open, opened_in, earlier.carried, period=params.span, rules=rules, cell_of=cell_of)
    sets = linked.births["set_id"].dropna()
    relations = pd.DataFrame({"relation": "in_set", "from_id": sets.index, "to_id": sets.to_numpy(), "evidence": "indistinguishable"})
    return ReconciledBirths(cases, forward, relations)


def _at_hand(linked: LinkedBirths, earlier: Earlier) -> frozenset[str]:
    """Ids of the events whose records took part, also those that became part of another event."""
    took_part = linked.linked.index
    before = [s for s in (earlier.carried.set_index("record_id")["event_id"] if earlier.carried is not None else None,
                          earlier.before.event_ids if earlier.before else None) if s is not None]
    return frozenset(linked.births.index).union(*(s[s.index.isin(took_part)] for s in before))


def describe_links(engine: Linked) -> tuple[list[Note], dict[str, float | None], int, int]:
    """Tell how sure the links are, in plain numbers.

    Returns
    -------
    Notes of the model; expected ``false_link_rate`` and ``missed_match_rate`` (0-1); links; pairs left to review.
    """
    decisions = engine.links["link_decision"].value_counts()
    notes = list(engine.notes)
    expected = {name: engine.model.errors.get(name) for name in ("false_link_rate", "missed_match_rate")}
    return notes, expected, int(decisions.get("link", 0)), int(decisions.get("possible_link", 0))


def _known_since(earlier: Earlier, span: Period) -> dt.date:
    """First day of the earliest quarter whose lists are known without a gap: this one, or the oldest that the record of the quarter just before names."""
    if earlier.previous is None or earlier.previous.carried.empty or Period.parse(earlier.previous.period) != span.previous:
        return span.first_day
    return min(Period.parse(str(held)).first_day for held in earlier.previous.carried["held_in"].unique())


def _opened_in(linked: LinkedBirths, earlier: Earlier, period: str) -> pd.Series:
    """Series event_id -> the period it was first met."""
    first = pd.Series(period, index=linked.births.index, dtype="object")
    if earlier.carried is not None:
        before = earlier.carried.drop_duplicates("event_id").set_index("event_id")["opened_in"]
        first = before.reindex(first.index).fillna(first)
    return first
