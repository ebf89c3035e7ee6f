"""What is open after a period's records were linked: discrepancies ─► cases; relations; what the next quarter needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from popanalysis.acquire.previous_record import Earlier
from popanalysis.columns import BIRTH_KINDS, KINDS_OF_EVENT, MARRIAGE_KINDS
from popanalysis.link import Linked, Note
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.reconcile.aliases import registered_pairs
from popanalysis.reconcile.carry_forward import carry_forward, open_events
from popanalysis.reconcile.cases import open_cases
from popanalysis.reconcile.certificates import certificate_questions
from popanalysis.reconcile.changes import change_questions
from popanalysis.reconcile.decided import Decided
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy, find_discrepancies, questions_frame
from popanalysis.reconcile.due import not_yet_due
from popanalysis.reconcile.explained import moves_and_deaths
from popanalysis.reconcile.linking import LinkedPeriod
from popanalysis.reconcile.out_of_place import extra_questions
from popanalysis.reconcile.reissues import reissue_rows
from popanalysis.reconcile.relations import (
    Relation,
    alias_relations,
    certificate_relations,
    relations_frame,
    set_relations,
)
from popanalysis.reconcile.remarks import remark_questions
from popanalysis.reconcile.resent import resent_questions
from popanalysis.reconcile.rules import PeriodRules
from popanalysis.reconcile.sequences import sequence_questions
from popanalysis.reconcile.shared_numbers import shared_number_questions
from popanalysis.reconcile.towns import not_heard_of, towns_heard
from popanalysis.reconcile.two_numbers import two_number_questions
from popanalysis.reconcile.verdict import with_verdicts
from popanalysis.reconcile.waiting import waiting_questions, waiting_registrations
from popanalysis.reconcile.withheld import search_candidates

__all__ = ["ReconciledPeriod", "count_links", "describe_links", "reconcile_period"]

#: lists in which one number may stand under two names
_SHARED_KINDS = (*BIRTH_KINDS, "deferred_hukou", *MARRIAGE_KINDS)
#: event -> column of its table with the day it happened
_DATE_OF: Mapping[str, str] = {"birth": "birth_date", "marriage": "reg_date"}


@dataclass(frozen=True)
class ReconciledPeriod:
    """What is open.

    Attributes
    ----------
    cases : CASES_COLUMNS.
    carried_forward : what the next quarter reads (:mod:`popanalysis.reconcile.carry_forward`).
    relations : RELATIONS_COLUMNS (:mod:`popanalysis.reconcile.relations`).
    explained : event_id -> lists whose silence a move or a death explains.
    waiting : pending registrations (:func:`popanalysis.reconcile.waiting.waiting_registrations`).
    towns_heard : kind -> towns whose list came, where towns send one by one (:func:`popanalysis.reconcile.towns.towns_heard`).
    """

    cases: pd.DataFrame
    carried_forward: pd.DataFrame
    relations: pd.DataFrame
    explained: dict[str, set[str]]
    waiting: pd.DataFrame
    towns_heard: dict[str, frozenset[str]]


def reconcile_period(
    linked: LinkedPeriod, rules: PeriodRules, params: QuarterParams, earlier: Earlier, *, cell_of: CellOf, received: Collection[str], decided: Decided,
    edits: pd.DataFrame | None = None,
) -> ReconciledPeriod:
    """Find what is open and what goes on to the next quarter.

    Parameters
    ----------
    cell_of : where a value stands (:func:`popanalysis.reconcile.cells.cell_finder`).
    received : from :func:`popanalysis.reconcile.linking.lists_received`.
    decided : what people decided about cases and events.
    edits : what offices changed in lists sent again (:func:`popanalysis.clean.edits_of_period`).
    """
    ids = linked.event_of
    moves, explained = _explained(linked)
    heard = towns_heard(linked.records, params.period)
    silent = _joined(*(not_heard_of(table, heard) for table in _tables(linked).values()))
    waiting = waiting_registrations(linked.births, linked.records, pd.Timestamp(params.as_of_date))
    tied, present = (_without(frames, linked.by_number) for frames in (linked.records, linked.present))  # what a mother withheld is tied to nothing
    compared = {kind: frozenset(field.field for field in discrepancy.fields) for discrepancy in rules.discrepancy.values() for kind in discrepancy.compared_lists}
    known_cases = [frame for frame in (earlier.previous.cases if earlier.previous else None, earlier.before.cases if earlier.before else None) if frame is not None]
    asked = frozenset((str(event), field) for frame in known_cases for event, fields in frame[["event_id", "field"]].itertuples(index=False) for field in str(fields).split(";"))
    found = [
        *_differences(linked, rules, earlier, params, _joined(explained, silent), cell_of=cell_of, received=received),
        *certificate_questions(linked.births, linked.records, linked.linked, linked.successors, cell_of, period=params.period),
        *change_questions(linked.seen, linked.records, ids, cell_of, rules.discrepancy["change"].further),
        *waiting_questions(linked.births, linked.records, waiting, cell_of),
        *remark_questions(linked.births, linked.records, received, cell_of),
        *shared_number_questions(tied, present, ids, _SHARED_KINDS, cell_of),
        *two_number_questions(present, tied, ids, {event: KINDS_OF_EVENT[event] for event in _DATE_OF}, cell_of),
        *sequence_questions(_tables(linked), tied, ids, linked.successors.reissued, cell_of),
        *extra_questions(_tables(linked), tied, cell_of),
        *(resent_questions(edits, tied, ids, compared, asked, cell_of) if edits is not None else [])]
    if params.search_withheld is not None:
        found += search_candidates(linked.records, linked.linked, cell_of)
    cases = open_cases(
        questions_frame(found), period=params.period, at_hand=_at_hand(linked, earlier), received=received, carried=earlier.previous.cases if earlier.previous else None,
        numbered=earlier.before.cases if earlier.before else None, decided=decided.cases, closed_events=decided.closed_events, last=earlier.last_case, silent=silent)
    cases = with_verdicts(cases, _tables(linked), linked.present, linked.seen, rules.discrepancy)
    opened_in = _opened_in(linked.events, earlier, params.period)
    still_open = pd.Index([event for name, table in _tables(linked).items() for event in open_events(
        table, rules.discrepancy[name], expected=rules.discrepancy[name].lists, opened_in=opened_in, period=params.span, closed_by_people=decided.closed_events)])
    forward = carry_forward(
        linked.records, linked.linked, still_open, opened_in, earlier.carried, period=params.span, rules=list(rules.discrepancy.values()), cell_of=cell_of)
    relations = relations_frame(
        set_relations(linked.births), alias_relations(linked.seen, ids), moves, linked.register,
        certificate_relations(linked.records, linked.successors, ids))
    return ReconciledPeriod(cases, forward, relations, explained, waiting, heard)


def _without(records: Mapping[str, pd.DataFrame], left_out: Collection[str]) -> dict[str, pd.DataFrame]:
    """The records but for those that nothing may be tied to."""
    return {kind: frame.drop(list(left_out), errors="ignore") for kind, frame in records.items()}


def _joined(*parts: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    joined: dict[str, set[str]] = {}
    for part in parts:
        for event, lists in part.items():
            joined.setdefault(event, set()).update(lists)
    return joined


def _tables(linked: LinkedPeriod) -> dict[str, pd.DataFrame]:
    return {"birth": linked.births, "marriage": linked.marriages}


def _explained(linked: LinkedPeriod) -> tuple[list[Relation], dict[str, set[str]]]:
    moves: list[Relation] = []
    explained: dict[str, set[str]] = {}
    looked_up = _without(linked.records, linked.by_number)
    for event, table in _tables(linked).items():
        found, lists = moves_and_deaths(table, looked_up, linked.event_of, event=event, date=_DATE_OF[event])
        moves += found
        explained |= lists
    return moves, explained


def _differences(linked: LinkedPeriod, rules: PeriodRules, earlier: Earlier, params: QuarterParams, explained: Mapping[str, Collection[str]], *,
                 cell_of: CellOf, received: Collection[str]) -> list[Discrepancy]:
    found: list[Discrepancy] = []
    registered = registered_pairs(linked.seen, linked.event_of)
    withheld = linked.by_number & frozenset(linked.records.get("unverified_delivery", pd.DataFrame()).index)  # who withheld her name is held against nobody
    again = reissue_rows(linked.records)  # a certificate issued again repeats no registration
    for event, table in _tables(linked).items():
        own = linked.linked[linked.linked["kind"].isin(KINDS_OF_EVENT[event])]
        columns = ["duplicate_of", "kind", "event_id", "set_id"]
        entered_again = own.loc[own["duplicate_of"].notna() & ~own.index.isin(withheld), columns]
        repeats = own.loc[own["duplicate_of"].notna() & ~own.index.isin(again) & ~own["duplicate_of"].isin(again), columns]
        links = linked.engines[event].links if event in linked.engines else pd.DataFrame({"link_decision": [], "record_id_a": [], "record_id_b": []})
        possible = links[links["link_decision"].eq("possible_link")]
        questions = find_discrepancies(
            table, _without(linked.records, withheld), repeats, rules.discrepancy[event],
            received=received, in_question=frozenset(possible["record_id_a"]) | frozenset(possible["record_id_b"]), cell_of=cell_of,
            known_since=_known_since(earlier, params.span.quarter_of), date=_DATE_OF[event], present=_without(linked.present, withheld),
            explained=explained, registered=registered, entered_again=entered_again)
        if params.span.quarter is not None:  # a monthly summary shows what is not yet due apart from what is missing
            early = not_yet_due(table, rules.discrepancy[event], date=_DATE_OF[event], as_of=params.span.last_day)
            questions = [q for q in questions if q.code != "missing_at" or not early.at[q.event_id, q.list_b]]
        found += questions
    return found


def _at_hand(linked: LinkedPeriod, earlier: Earlier) -> frozenset[str]:
    """Ids of the events whose records took part, also those that became part of another event."""
    took_part = linked.linked.index
    before = [s for s in (earlier.carried.set_index("record_id")["event_id"] if earlier.carried is not None else None,
                          earlier.before.event_ids if earlier.before else None) if s is not None]
    return frozenset(linked.events).union(*(s[s.index.isin(took_part)].dropna() for s in before))


def describe_links(engine: Linked | None) -> tuple[list[Note], dict[str, float | None], int, int]:
    """Tell how sure the links are, in plain numbers.

    Returns
    -------
    Notes of the model; expected ``false_link_rate`` and ``missed_match_rate`` (0-1) with ``_low`` and ``_high`` of both; links; pairs left to review. Of an event without
    lists there are none.
    """
    if engine is None:
        return [], {}, 0, 0
    decisions = engine.links["link_decision"].value_counts()
    notes = list(engine.notes)
    expected = {f"{name}{end}": engine.model.errors.get(f"{name}{end}") for name in ("false_link_rate", "missed_match_rate") for end in ("", "_low", "_high")}
    return notes, expected, int(decisions.get("link", 0)), int(decisions.get("possible_link", 0))


def count_links(engine: Linked | None) -> tuple[int, int]:
    """Return how many pairs were linked and how many are left to a reviewer; of an event that was not linked, none."""
    return describe_links(engine)[2:]


def _known_since(earlier: Earlier, span: Period) -> dt.date:
    """First day of the earliest quarter whose lists are known without a gap: this one, or the oldest that the record of the quarter just before names."""
    if earlier.previous is None or earlier.previous.carried.empty or Period.parse(earlier.previous.period) != span.previous:
        return span.first_day
    birth_lists = earlier.previous.carried["kind"].isin(BIRTH_KINDS)
    return min((Period.parse(str(held)).first_day for held in earlier.previous.carried.loc[birth_lists, "held_in"].unique()), default=span.first_day)


def _opened_in(events: pd.Index, earlier: Earlier, period: str) -> pd.Series:
    """Series event_id -> the period it was first met."""
    first = pd.Series(period, index=events, dtype="object")
    if earlier.carried is not None:
        before = earlier.carried.dropna(subset=["event_id"]).drop_duplicates("event_id").set_index("event_id")["opened_in"]
        first = before.reindex(first.index).fillna(first)
    return first
