"""One period's records, linked to events with lasting ids.

clean lists ─► add what earlier quarters left open ─► bring former values to the present ─► link births and marriages ─► lasting ids
─► one row a birth, one row a marriage ─► the fate of every row
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from popanalysis.acquire.previous_record import Earlier
from popanalysis.columns import (
    EVENT_LETTER,
    EVENT_OF_KIND,
    HELPER_KINDS,
    KINDS_OF_EVENT,
    LINKED_RECORDS_COLUMNS,
    LINKS_COLUMNS,
    REGISTER_KINDS,
    SEALED_KINDS,
)
from popanalysis.link import LinkageRules, Linked, link_records
from popanalysis.params import QuarterParams
from popanalysis.reconcile.aliases import Sighting, bring_to_present, read_aliases, sightings
from popanalysis.reconcile.births import births_from_records
from popanalysis.reconcile.carry_forward import carried_records
from popanalysis.reconcile.certificates import Successors, as_in_force, read_successors
from popanalysis.reconcile.events import known_event_ids, mint_event_ids, name_sets
from popanalysis.reconcile.marriages import marriages_from_records
from popanalysis.reconcile.reissues import as_first_issued, original_kept, reissue_rows
from popanalysis.reconcile.relations import register_relations
from popanalysis.reconcile.rules import PeriodRules
from popanalysis.reconcile.withheld import by_number_only

__all__ = ["LinkedPeriod", "link_period", "lists_received"]


@dataclass(frozen=True)
class LinkedPeriod:
    """The events of a period.

    Attributes
    ----------
    records : kind -> typed records that took part, index record_id; ``held_in`` is the period whose list brought them. Sealed
        kinds (adoption) are left out; of the register only rows tied to an event are there.
    present : the same with former names, numbers and certificate numbers brought to the present, as they were compared.
    accounting : one row per non-blank row read, columns LINKED_RECORDS_COLUMNS.
    linked : DataFrame, index record_id of all that took part: event_id (lasting; NA for helpers and register), set_id, link_status,
        duplicate_of, kind.
    births : one row a birth (:func:`popanalysis.reconcile.births.births_from_records`).
    marriages : one row a marriage (:func:`popanalysis.reconcile.marriages.marriages_from_records`).
    engines : birth, marriage -> the engine's own result; an event without records has none.
    by_number : record_ids of withheld deliveries and of what shares their certificate number: nothing else may tie them to anything.
    seen : records that show a person whose item changed, without those of ``by_number``. successors : what became of certificate numbers.
    register : (relation, from_id, to_id, evidence) of register rows.
    """

    records: dict[str, pd.DataFrame]
    present: dict[str, pd.DataFrame]
    accounting: pd.DataFrame
    linked: pd.DataFrame
    births: pd.DataFrame
    marriages: pd.DataFrame
    engines: dict[str, Linked]
    by_number: frozenset[str]
    seen: list[Sighting]
    successors: Successors
    register: list[tuple[str, str, str, str]]

    @property
    def listed(self) -> pd.DataFrame:
        """The accounting without the register rows that no event is tied to."""
        return self.accounting[~self.accounting["kind"].isin(REGISTER_KINDS) | self.accounting["record_id"].isin(self.linked.index)]

    @property
    def links(self) -> pd.DataFrame:
        """The links of all events; a comparison that an event does not have is blank."""
        parts = [engine.links for engine in self.engines.values() if len(engine.links)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(LINKS_COLUMNS))

    @property
    def event_of(self) -> dict[str, str]:
        """Record_id -> event_id of every record that has one."""
        return {str(record): str(event) for record, event in self.linked["event_id"].dropna().items()}

    @property
    def events(self) -> pd.Index:
        """Ids of every event at hand."""
        return pd.Index(self.linked["event_id"].dropna().unique())


def lists_received(params: QuarterParams) -> frozenset[str]:
    """Return the kinds that arrived or were reported as none; at the others nothing is missing."""
    return frozenset(kind for kind, sources in params.inputs.items() if sources) | frozenset(params.nil_reports)


def link_period(
    records: Mapping[str, pd.DataFrame], accounting: pd.DataFrame, rules: PeriodRules, params: QuarterParams, earlier: Earlier,
    decisions: pd.DataFrame | None = None,
) -> LinkedPeriod:
    """Link the period's records with each other and with the events still open.

    Parameters
    ----------
    records : kind -> typed records of this period's lists, index record_id.
    accounting : one row per non-blank row read: origin, record_id, fate, fate_reason (of exact repeats ``same_as:<record_id>``).
    rules : the rule sets.
    params : the period, the home division and the engine.
    earlier : what came before.
    decisions : pairs decided by people: record_id_a, record_id_b, is_match.
    """
    carried = earlier.carried
    together = _with_carried(records, carried, params.period)
    aliases = read_aliases(together.get("identity_change", pd.DataFrame()))
    seen = sightings({kind: frame for kind, frame in together.items() if kind not in (*REGISTER_KINDS, *SEALED_KINDS)}, aliases)
    successors = read_successors(together)
    present = bring_to_present(together, seen, successors)
    compared, by_number = by_number_only(present)
    engines: dict[str, Linked] = {}
    tables: list[pd.DataFrame] = []
    open_ids = carried.loc[carried["state"].eq("open")].set_index("record_id")["event_id"] if carried is not None else None
    for event, kinds in KINDS_OF_EVENT.items():
        frames = {kind: compared[kind] for kind in kinds if kind in compared and len(compared[kind])}
        table = _alone(frames)
        if event in rules.linkage:
            linkable = {kind: frame for kind, frame in frames.items() if kind in rules.linkage[event].sources}
            unknown = pd.Index([record for kind, frame in frames.items() if kind not in linkable for record in frame.index])
            table = table.iloc[:0]
            if linkable:
                engines[event], table = _by_engine(linkable, rules.linkage[event], params, open_ids, decisions)
            apart = pd.Series(unknown, index=unknown, dtype="object")  # the rule set has no such list
            table = _with_labelled(table, pd.concat([by_number, apart]) if event == "birth" else apart, kinds, together)
        if event == "marriage":
            table = original_kept(table, reissue_rows(together))
        tables.append(_with_lasting_ids(table, event, params, earlier, open_ids))
    linked = pd.concat([*tables, _without_event(together)])
    repeats = linked.index[linked["duplicate_of"].notna()]
    ids, sets = linked["event_id"], linked["set_id"]
    present = as_first_issued(present, linked, reissue_rows(together))
    present = as_in_force(present, together, {str(r): str(e) for r, e in ids.dropna().items()})

    def of(event: str) -> tuple[pd.Series, pd.Series]:
        own = linked["kind"].isin(KINDS_OF_EVENT[event])
        return ids[own], sets[own]

    births = births_from_records(together, *of("birth"), repeats, lists=KINDS_OF_EVENT["birth"], home_division=params.home_division)
    marriages = marriages_from_records(together, *of("marriage"), repeats, home_division=params.home_division)
    looked_up = {kind: frame.drop(by_number.index, errors="ignore") for kind, frame in together.items()}
    tied = register_relations(together.get("population", pd.DataFrame()), looked_up, {str(r): str(e) for r, e in ids.dropna().items()})
    tied_rows = frozenset(line[1] for line in tied)
    linked = linked[~linked["kind"].isin(REGISTER_KINDS) | linked.index.isin(tied_rows)]
    told = {kind: frame.loc[frame.index.isin(tied_rows)] if kind in REGISTER_KINDS else frame for kind, frame in together.items() if kind not in SEALED_KINDS}
    late = [record_id for frame in records.values() if "is_late" in frame for record_id in frame.index[frame["is_late"]]]
    return LinkedPeriod(told, {kind: present[kind] for kind in told}, _settle_fates(accounting, linked, carried, late), linked, births, marriages, engines,
                        frozenset(by_number.index), [s for s in seen if s.record_id not in by_number.index], successors, tied)


def _with_carried(records: Mapping[str, pd.DataFrame], carried: pd.DataFrame | None, period: str) -> dict[str, pd.DataFrame]:
    """Put the records that earlier quarters kept beside the new ones; a row sent again stays what it was."""
    waiting = carried_records(carried) if carried is not None else {}
    held = pd.Index(carried["record_id"]) if carried is not None else pd.Index([])
    together: dict[str, pd.DataFrame] = {}
    for kind in [kind for kind in (*EVENT_OF_KIND, *HELPER_KINDS, *REGISTER_KINDS) if kind in records or kind in waiting]:
        new = records[kind].loc[~records[kind].index.isin(held)].assign(held_in=period) if kind in records else pd.DataFrame()
        parts = [frame for frame in (new, waiting.get(kind, pd.DataFrame())) if len(frame)]
        if parts:
            together[kind] = pd.concat(parts).sort_index()
    return together


# --- events by event ----------------------------------------------------------------------------------------


def _by_engine(
    frames: Mapping[str, pd.DataFrame], rules: LinkageRules, params: QuarterParams, open_ids: pd.Series | None, decisions: pd.DataFrame | None,
) -> tuple[Linked, pd.DataFrame]:
    ids = pd.Index([record for frame in frames.values() for record in frame.index])
    own = decisions[decisions["record_id_a"].isin(ids) & decisions["record_id_b"].isin(ids)] if decisions is not None else None
    engine = link_records(frames, rules, engine=params.engine, decisions=own, known_events=_as_decided(open_ids, own))
    table = engine.records.set_index("record_id").replace("", None).rename(columns={"source": "kind"})
    return engine, table.assign(label=engine.events)[["label", "set_id", "link_status", "duplicate_of", "kind"]]


def _alone(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every record an event of its own, numbered by content."""
    kinds = pd.Series({record: kind for kind, frame in frames.items() for record in frame.index}, dtype="object").sort_index()
    return pd.DataFrame({"label": [f"E{n}" for n in range(1, len(kinds) + 1)], "set_id": None, "link_status": "unlinked", "duplicate_of": None, "kind": kinds},
                        index=kinds.index, dtype="object")


def _with_labelled(table: pd.DataFrame, labels: pd.Series, kinds: Sequence[str], records: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add records that the engine may not see, as events after those of the engine: equal labels are one event."""
    if labels.empty:
        return table
    last = max([int(str(label)[1:]) for label in table["label"].unique()], default=0)
    number = {label: f"E{last + n}" for n, label in enumerate(sorted(labels.unique()), 1)}
    kind_of = {record: kind for kind in kinds for record in records.get(kind, pd.DataFrame()).index}
    kind = pd.Series([kind_of[record] for record in labels.index], index=labels.index, dtype="object")
    shared = kind.groupby(labels).transform("nunique").gt(1)
    first_of = pd.Series(labels.index, index=labels.index).groupby([labels, kind]).transform("first")
    extra = pd.DataFrame({
        "label": labels.map(number), "set_id": None, "link_status": shared.map({True: "linked", False: "unlinked"}),
        "duplicate_of": [None if record == first else first for record, first in first_of.items()], "kind": kind}, index=labels.index, dtype="object")
    return pd.concat([table, extra]) if len(table) else extra


def _with_lasting_ids(table: pd.DataFrame, event: str, params: QuarterParams, earlier: Earlier, open_ids: pd.Series | None) -> pd.DataFrame:
    letter = f"{EVENT_LETTER[event]}-"
    known = known_event_ids(open_ids, _kept_ids(earlier), earlier.before.event_ids if earlier.before else None)
    known = known[known.astype(str).str.startswith(letter)]
    ids = mint_event_ids(table["label"], known, event=event, period=params.period, last=earlier.last_events.get(EVENT_LETTER[event], 0))
    return table.assign(event_id=ids, set_id=name_sets(table["set_id"], ids)).drop(columns="label")


def _kept_ids(earlier: Earlier) -> pd.Series | None:
    """Event ids of records kept as evidence (changes, moves, deaths)."""
    if earlier.carried is None:
        return None
    kept = earlier.carried[earlier.carried["state"].eq("kept") & earlier.carried["event_id"].notna()]
    return kept.set_index("record_id")["event_id"]


def _without_event(records: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of helpers and of the register: they speak of no event."""
    parts = [pd.DataFrame({"kind": kind, "link_status": "linked" if kind in REGISTER_KINDS else None}, index=records[kind].index, dtype="object")
             for kind in (*HELPER_KINDS, *REGISTER_KINDS) if kind in records]
    return pd.concat(parts).assign(event_id=None, set_id=None, duplicate_of=None) if parts else pd.DataFrame()


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


# --- the fate of every row ------------------------------------------------------------------------------------


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
        closed = counted & frame["event_id"].isna() & frame["kind"].isin(list(EVENT_OF_KIND))
        frame.loc[closed, "event_id"] = stands_for[closed].map(carried.set_index("record_id")["event_id"])
        frame.loc[closed & frame["event_id"].notna(), "link_status"] = "linked"
    return frame[list(LINKED_RECORDS_COLUMNS)]

