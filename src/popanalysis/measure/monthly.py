"""The month: what the lists at hand say of the births and marriages of the quarter so far, town by town and office by office.

A monthly summary speaks of the banner's own births and marriages from the quarter's first day to the month's last. Deliveries
whose mother withheld her identity take no part: they belong into no list that leaves for a town or another county.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import pandas as pd

from popanalysis.periods import Period
from popanalysis.reconcile.discrepancies import CellOf
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.reconcile.values import Values, compared_values, values_differ
from popanalysis.reconcile.withheld import withheld_deliveries

__all__ = [
    "DIFFERENCES_COLUMNS",
    "HOME_COUNTY_COLUMNS",
    "STANDINGS",
    "at_hand",
    "count_by_town",
    "count_home_counties",
    "events_outside",
    "home_county_list",
    "joined",
    "monthly_differences",
    "standing_at_lists",
    "without_withheld",
]

#: What an event is to a list, one for every event and list: held and equal to the other lists, held with other values, not yet seen
#: though its time has run out, not yet due, not to be expected (registered elsewhere, pending, moved away).
STANDINGS = ("agrees", "differs", "missing", "not_yet_due", "not_expected")
DIFFERENCES_COLUMNS = ("town", "town_name", "event", "what", "field", "list_a", "record_id_a", "cell_a", "list_b", "record_id_b", "cell_b", "asked")
HOME_COUNTY_COLUMNS = ("home_county", "county_name", "birth", "record_id", "kind", "doubt_class", "file", "sheet", "row")


def without_withheld(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str]) -> pd.DataFrame:
    """Return the births but those with a delivery whose mother withheld her identity."""
    withheld = {event_of[str(record)] for record in withheld_deliveries(records).index if str(record) in event_of}
    return births[~births.index.isin(list(withheld))]


def at_hand(events: pd.DataFrame, span: Period, *, lists: Sequence[str], date: str) -> pd.DataFrame:
    """Return the banner's own events of the quarter up to the end of the month.

    Parameters
    ----------
    events : one row an event: a column per list, ``home``, and the date.
    span : the month.
    lists : one of them holds the event. date : column with the day it happened.

    Examples
    --------
    >>> births = pd.DataFrame({"town_birth": ["r1", "r2", "r3"], "home": ["home", "elsewhere", "unknown"],
    ...                        "birth_date": pd.to_datetime(["2025-01-05", "2025-02-05", "2025-03-05"])})
    >>> at_hand(births, Period.parse("2025-02"), lists=["town_birth"], date="birth_date")["town_birth"].tolist()
    ['r1']
    """
    own = _own(events, lists)
    return own[_within(own[date], span)]


def events_outside(events: pd.DataFrame, span: Period, *, lists: Sequence[str], date: str) -> int:
    """Count the banner's own events that :func:`at_hand` leaves out: of another time, or without a known date."""
    own = _own(events, lists)
    return int((~_within(own[date], span)).sum())


def standing_at_lists(
    events: pd.DataFrame, cases: pd.DataFrame, not_due: pd.DataFrame, records: Mapping[str, pd.DataFrame], rules: DiscrepancyRules, received: Collection[str],
) -> pd.DataFrame:
    """Say what every event is to every list that was received.

    Parameters
    ----------
    events : from :func:`at_hand`.
    cases : the open questions; what people have settled is no question.
    not_due : bool, a column per list (:func:`popanalysis.reconcile.due.not_yet_due`).
    records : kind -> typed records brought to the present, as they were compared.
    rules : the lists and the fields compared. received : kinds that arrived or were reported as none.

    Returns
    -------
    DataFrame, index of ``events``; a column per list received with one of STANDINGS.
    """
    missing = _asked_about(cases, "missing_at")
    differing = {(event, kind) for event, _, kind_a, kind_b in _differing(events, cases, records, rules) for kind in (kind_a, kind_b)}
    found: dict[str, list[str]] = {}
    for kind in [kind for kind in rules.lists if kind in received]:
        late = not_due[kind].reindex(events.index, fill_value=False)
        found[kind] = [
            ("differs" if (event, kind) in differing else "agrees") if held else "not_expected" if (event, kind) not in missing else "not_yet_due" if early else "missing"
            for event, held, early in zip(events.index, events[kind].notna(), late, strict=True)]
    return pd.DataFrame(found, index=events.index, dtype="object")


def count_by_town(standing: pd.DataFrame, towns: pd.Series, codes: Sequence[str]) -> pd.DataFrame:
    """Count events by town, list and standing.

    Parameters
    ----------
    standing : from :func:`standing_at_lists`. towns : event -> 9-digit code or NA. codes : the banner's towns, in the order shown.

    Returns
    -------
    DataFrame, index town code, ``""`` (not known) last; columns ``n_events`` and ``<list>.<standing>``; for each list its standings add
    up to ``n_events``. No total.

    Examples
    --------
    >>> standing = pd.DataFrame({"town_birth": ["agrees", "missing"]}, index=["b1", "b2"])
    >>> counts = count_by_town(standing, pd.Series(["159901100", None], index=["b1", "b2"]), ["159901100"])
    >>> counts["n_events"].tolist(), counts["town_birth.missing"].tolist()
    ([1, 1], [0, 1])
    """
    of_town = towns.reindex(standing.index).where(lambda code: code.isin(list(codes)), "").fillna("")
    columns = {"n_events": pd.Series(1, index=standing.index)} | {
        f"{kind}.{name}": standing[kind].eq(name).astype(int) for kind in standing for name in STANDINGS}
    return pd.DataFrame(columns, index=standing.index).groupby(of_town).sum().reindex([*codes, ""], fill_value=0).astype(int)


def monthly_differences(
    events: pd.DataFrame, standing: pd.DataFrame, cases: pd.DataFrame, records: Mapping[str, pd.DataFrame], rules: DiscrepancyRules, *,
    cell_of: CellOf, name_of: Callable[[str], str],
) -> pd.DataFrame:
    """List what differs, what is missing and what is not yet due, for the towns to look up in their files.

    Returns
    -------
    DataFrame, DIFFERENCES_COLUMNS, sorted by them, without values and event ids: a monthly run gives no ids. ``list_b`` is the list
    that lacks the event, or the later of two that differ; ``asked`` the offices asked, joined by ``;``.
    """
    rows: list[tuple[str, ...]] = []
    town = events["town"].fillna("").astype(str).to_dict()
    held = events[list(rules.lists)].fillna("").to_dict("index")
    recipients = cases[cases["closed_in"].eq("")]

    def add(event: str, what: str, field: str, list_a: str, list_b: str, asked: Collection[str]) -> None:
        a, b = str(held[event][list_a]), str(held[event][list_b])
        rows.append((town[event], name_of(town[event]) if town[event] else "", rules.event, what, field, list_a, a, cell_of(a, field),
                     list_b, b, cell_of(b, field) if b else "", ";".join(sorted(set(asked)))))

    asked_of = recipients.groupby(["event_id", "code", "list_b"])["recipient"].agg(list).to_dict()
    for kind in standing:
        for event in standing.index[standing[kind].isin(["missing", "not_yet_due"])]:
            holding = next(k for k in rules.lists if held[event][k])
            add(event, str(standing.at[event, kind]), "", holding, str(kind), asked_of.get((event, "missing_at", kind), ()))
    by_field = _questions_by_field(cases, rules)
    for event, field, kind_a, kind_b in _differing(events, cases, records, rules):
        asked = by_field[event, field]
        add(event, "differs", field, kind_a, kind_b, [who for who, list_b in asked if list_b in (kind_a, kind_b)] or [who for who, _ in asked])
    return pd.DataFrame(sorted(rows), columns=list(DIFFERENCES_COLUMNS), dtype="object")


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the differences of several events into one list, sorted by DIFFERENCES_COLUMNS."""
    return pd.concat(list(parts), ignore_index=True).sort_values(list(DIFFERENCES_COLUMNS), kind="stable", ignore_index=True)


def home_county_list(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], span: Period, name_of: Callable[[str], str]) -> pd.DataFrame:
    """List the records of the births that belong elsewhere, by home county.

    Parameters
    ----------
    births : from :func:`without_withheld`: ``home``, ``home_county``, ``birth_date``.
    records, event_of : kind -> typed records; record_id -> event_id.

    Returns
    -------
    DataFrame, HOME_COUNTY_COLUMNS, sorted; one row a record; ``birth`` numbers the births of the list, ``home_county`` is blank where the
    county is not known. Where the rows stand is told, not what they say.
    """
    away = births[births["home"].eq("elsewhere") & _within(births["birth_date"], span)]
    county = away["home_county"].fillna("").astype(str).to_dict()
    parts = [frame.reindex(columns=["doubt_class", "file", "sheet", "row"]).assign(record_id=frame.index.astype(str), kind=kind) for kind, frame in records.items()]
    listed = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["doubt_class", "file", "sheet", "row", "record_id", "kind"])
    listed["event_id"] = listed["record_id"].map(dict(event_of))
    listed = listed[listed["event_id"].isin(list(county))]
    listed["home_county"] = listed["event_id"].map(county)
    listed["county_name"] = listed["home_county"].map(lambda code: name_of(code) if code else "")
    first = listed.groupby("event_id")["record_id"].transform("min")
    listed = listed.assign(_first=first).sort_values(["home_county", "_first", "kind", "record_id"], ignore_index=True)
    listed["birth"] = pd.Series(pd.factorize(listed["home_county"] + listed["_first"])[0] + 1, index=listed.index)
    return listed[list(HOME_COUNTY_COLUMNS)]


def count_home_counties(listed: pd.DataFrame) -> pd.Series[int]:
    """Count births by home county code (``""`` not known), most first; from :func:`home_county_list`."""
    counts = listed.groupby("home_county")["birth"].nunique()
    return counts.loc[sorted(counts.index, key=lambda code: (code == "", -int(counts[code]), code))]


# --- helpers ------------------------------------------------------------------------------------------------


def _own(events: pd.DataFrame, lists: Sequence[str]) -> pd.DataFrame:
    return events[events["home"].ne("elsewhere") & events[[kind for kind in lists if kind in events]].notna().any(axis=1)]


def _within(dates: pd.Series, span: Period) -> pd.Series:
    return pd.to_datetime(dates).between(pd.Timestamp(span.quarter_of.first_day), pd.Timestamp(span.last_day))


def _asked_about(cases: pd.DataFrame, code: str) -> set[tuple[str, str]]:
    """(event, list) of the open questions of a code."""
    asked = cases[cases["code"].eq(code) & cases["closed_in"].eq("")]
    return set(zip(asked["event_id"], asked["list_b"], strict=True))


def _questions_by_field(cases: pd.DataFrame, rules: DiscrepancyRules) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(event, field) -> (recipient, list_b) of the open questions about differing values; exchanged columns speak of several fields."""
    asked = cases[cases["code"].isin(["field_differs", rules.exchanged_code]) & cases["closed_in"].eq("")]
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for event, fields, list_b, recipient in zip(asked["event_id"], asked["field"], asked["list_b"], asked["recipient"], strict=True):
        for field in str(fields).split(";"):
            found.setdefault((str(event), field), []).append((str(recipient), str(list_b)))
    return found


def _differing(events: pd.DataFrame, cases: pd.DataFrame, records: Mapping[str, pd.DataFrame], rules: DiscrepancyRules) -> Iterator[tuple[str, str, str, str]]:
    """Yield (event, field, list_a, list_b) of every two lists whose values differ while a question about the field is open.

    Questions pair the list that stands alone with one of the others; here every pair counts, so that "differs from the police" means it.
    """
    open_fields = _questions_by_field(cases, rules)
    kind_of = {compared.field: compared.kind for compared in rules.fields}
    values: Values = compared_values(records, rules)
    held = events[list(rules.lists)].fillna("").to_dict("index")
    for event, field in sorted(key for key in open_fields if key[0] in held):
        given = {kind: values[kind].get(field, {}).get(str(held[event][kind])) for kind in rules.lists}
        for kind_a, kind_b in itertools.combinations(rules.lists, 2):
            a, b = given[kind_a], given[kind_b]
            if a is not None and b is not None and values_differ(a, b, kind_of[field]):
                yield event, field, kind_a, kind_b
