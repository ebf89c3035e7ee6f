"""Numbers of birth certificates through exchange and reissue, and what they say when they do not fit.

First issue, exchange and reissue give new numbers, so one child with two numbers is normal where a register says so;
two children with one number never is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["Successors", "as_in_force", "certificate_questions", "read_successors", "serial_gaps"]

_NUMBER = re.compile(r"[A-Z]\d{9}")
_LONGEST_GAP = 5  # numbers; a longer one is another box of forms, not a certificate left out
_SHOWN_GAPS = 60


@dataclass(frozen=True)
class Successors:
    """What became of certificate numbers.

    Attributes
    ----------
    current : old number -> the number in force now, through any chain of exchanges.
    void : numbers that are void and have no successor.
    told_by : old or new number -> record_id of the row that says so.
    reissued : numbers that took the place of an earlier one, also where the register does not show it.
    """

    current: Mapping[str, str]
    void: frozenset[str]
    told_by: Mapping[str, str]
    reissued: frozenset[str] = frozenset()


def read_successors(records: Mapping[str, pd.DataFrame]) -> Successors:
    """Follow exchanged, reissued and void numbers.

    Parameters
    ----------
    records : kind -> typed records; ``void_certificates`` and the former numbers that ``birth_cert`` rows carry are read.

    Examples
    --------
    >>> rows = pd.DataFrame({"old_birth_cert_no": ["Z159900001", "Z159900002"], "new_birth_cert_no": ["Z159900002", "Z159900003"]}, index=["r1", "r2"])
    >>> read_successors({"void_certificates": rows}).current
    {'Z159900001': 'Z159900003', 'Z159900002': 'Z159900003'}
    """
    step: dict[str, str] = {}
    told: dict[str, str] = {}
    void: set[str] = set()
    for kind, new in (("void_certificates", "new_birth_cert_no"), ("birth_cert", "birth_cert_no")):
        frame = records.get(kind, pd.DataFrame())
        if not {"old_birth_cert_no"} <= set(frame.columns):
            continue
        pairs = frame.reindex(columns=["old_birth_cert_no", new]).sort_index()
        for record_id, before, after in zip(pairs.index, pairs["old_birth_cert_no"], pairs[new], strict=True):
            if pd.isna(before):  # a register of exchanges shows the new number only
                if kind == "void_certificates" and not pd.isna(after):
                    told.setdefault(str(after), str(record_id))
                continue
            if not pd.isna(after) and before == after:
                continue
            told.setdefault(str(before), str(record_id))
            if pd.isna(after):
                void.add(str(before))
            else:
                step.setdefault(str(before), str(after))
                told.setdefault(str(after), str(record_id))
    current = {number: _last(number, step) for number in sorted(step)}
    newer = frozenset({*step.values(), *(told.keys() - step.keys() - void)})
    return Successors({number: last for number, last in current.items() if last != number}, frozenset(void - step.keys()), told, newer)


def _last(number: str, step: Mapping[str, str]) -> str:
    """Go along the chain; a ring, which only a mistake can make, ends where it closes."""
    seen = {number}
    while (after := step.get(number)) is not None and after not in seen:
        seen.add(after)
        number = after
    return number


def as_in_force(present: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return the records as they are compared where a register of exchanges shows the new number only.

    What another list wrote of the same child before the day of the exchange is the number that was given up; it counts as the new one.

    Parameters
    ----------
    present : kind -> records as compared ; records : as they stand, with ``act_date`` ; event_of : record_id -> event_id.
    """
    register, certificates = (frames.get(kind, pd.DataFrame()) for frames, kind in ((records, "void_certificates"), (present, "birth_cert")))
    if "new_birth_cert_no" not in register or "birth_cert_no" not in certificates:
        return dict(present)
    rows = register.reindex(columns=["old_birth_cert_no", "new_birth_cert_no", "date"])
    since = {str(new): day for old, new, day in rows.sort_values("date").itertuples(index=False) if pd.isna(old) and not pd.isna(new) and not pd.isna(day)}
    exchanged = {event_of[str(record)]: str(number) for record, number in certificates["birth_cert_no"].items() if number in since and str(record) in event_of}
    frames = dict(present)
    for kind, frame in present.items():
        if kind != "birth_cert" and EVENT_OF_KIND.get(kind) == "birth" and {"birth_cert_no", "act_date"} <= set(frame):
            new = frame.index.to_series().map(event_of).map(exchanged)
            before = new.notna() & frame["birth_cert_no"].notna() & (pd.to_datetime(frame["act_date"]) < pd.to_datetime(new.map(since)))
            frames[kind] = frame.assign(birth_cert_no=frame["birth_cert_no"].mask(before, new))
    return frames


# --- questions -------------------------------------------------------------------------------------------


def certificate_questions(
    births: pd.DataFrame, records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, successors: Successors, cell_of: CellOf, *, period: str,
) -> Iterator[Discrepancy]:
    """Ask about numbers that do not fit: one for two children, two for one child, void ones, gaps between those issued.

    Parameters
    ----------
    births : one row a birth.
    records : kind -> typed records, index record_id.
    linked : index record_id; columns event_id, set_id, kind, duplicate_of.
    successors : from :func:`read_successors`.
    period : gaps are looked for among the certificates this period's own list brought.
    """
    numbers = _numbers(records, linked, successors)
    yield from _shared(numbers, cell_of)
    yield from _twice(numbers, cell_of)
    yield from _void(numbers, successors, cell_of)
    yield from serial_gaps(records.get("birth_cert", pd.DataFrame()), linked["event_id"], successors, cell_of, period=period)


def _numbers(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, successors: Successors) -> pd.DataFrame:
    """One row a record of the issuing office: its event, the number stated, the number in force."""
    frame = records.get("birth_cert", pd.DataFrame())
    stated = frame["birth_cert_no"].dropna().astype(str) if "birth_cert_no" in frame else pd.Series(dtype=str)
    further = [f["birth_cert_no"].dropna().astype(str) for kind, f in records.items() if kind in ("hukou_birth", "town_birth") and "birth_cert_no" in f]
    table: pd.DataFrame = pd.concat([stated, *further]).rename("stated").to_frame()
    table = table.join(linked[["event_id", "set_id", "kind"]], how="inner")
    table["in_force"] = table["stated"].map(lambda number: successors.current.get(number, number))
    ordered: pd.DataFrame = table.sort_index()
    return ordered


def _shared(numbers: pd.DataFrame, cell_of: CellOf) -> Iterator[Discrepancy]:
    """One number, two children: asked about the health list, where numbers come from; twins of one set are one question."""
    own = numbers[numbers["kind"].eq("birth_cert") & numbers["stated"].str.fullmatch(_NUMBER)]
    for _, group in own.groupby("in_force", sort=True):
        if group["event_id"].nunique() < 2:
            continue
        first, *others = group.drop_duplicates("event_id").itertuples()
        for other in others:
            yield Discrepancy(str(first.event_id), _text(first.set_id), "certificate_shared", "birth_cert_no", "birth_cert", str(first.stated), cell_of(str(first.Index), "birth_cert_no"),
                              "birth_cert", str(other.stated), cell_of(str(other.Index), "birth_cert_no"), "health")


def _twice(numbers: pd.DataFrame, cell_of: CellOf) -> Iterator[Discrepancy]:
    own = numbers[numbers["kind"].eq("birth_cert")]
    for event_id, group in own.groupby("event_id", sort=True):
        if group["in_force"].nunique() > 1 and group["set_id"].isna().all():
            first, other = list(group.drop_duplicates("in_force").itertuples())[:2]
            yield Discrepancy(str(event_id), "", "certificate_twice", "birth_cert_no", "birth_cert", str(first.stated), cell_of(str(first.Index), "birth_cert_no"),
                              "birth_cert", str(other.stated), cell_of(str(other.Index), "birth_cert_no"), "health")


def _void(numbers: pd.DataFrame, successors: Successors, cell_of: CellOf) -> Iterator[Discrepancy]:
    recipients = {"birth_cert": "health", "hukou_birth": "police", "town_birth": "township"}
    for row in numbers[numbers["stated"].isin(successors.void)].itertuples():
        yield Discrepancy(str(row.event_id), _text(row.set_id), "void_certificate_used", "birth_cert_no", "void_certificates", str(row.stated),
                          cell_of(successors.told_by[str(row.stated)], "old_birth_cert_no"), str(row.kind), str(row.stated), cell_of(str(row.Index), "birth_cert_no"), recipients[str(row.kind)])


def serial_gaps(certificates: pd.DataFrame, event_ids: pd.Series, successors: Successors, cell_of: CellOf, *, period: str) -> Iterator[Discrepancy]:
    """Ask each facility about numbers missing between those it issued: one question a facility and period.

    The question stands between the two certificates around the first gap and lists all of them. Numbers that are known as void,
    exchanged or reissued are not missing; a gap of more than five numbers is another box of forms.

    Parameters
    ----------
    certificates : typed records of ``birth_cert`` with ``held_in``.
    event_ids : Series record_id -> event_id.
    """
    if not {"birth_cert_no", "facility"} <= set(certificates.columns):
        return
    own = certificates[certificates["held_in"].eq(period) & certificates["birth_cert_no"].str.fullmatch(_NUMBER).fillna(False).astype(bool)].sort_index()
    known = {*successors.current, *successors.current.values(), *successors.void, *certificates["birth_cert_no"].dropna()}
    for _, group in own.dropna(subset=["facility"]).groupby("facility", sort=True):
        record_of = {str(number): str(record) for record, number in reversed(list(group["birth_cert_no"].items()))}
        gaps = list(_gaps(sorted(record_of), known))
        if gaps:
            before, after, _ = gaps[0]
            texts = [missing for _, _, missing in gaps]
            shown = "、".join(texts[:_SHOWN_GAPS]) + (f" 等 {len(texts)} 处" if len(texts) > _SHOWN_GAPS else "")
            yield Discrepancy(str(event_ids[record_of[before]]), "", "certificate_gap", "birth_cert_no", "birth_cert", before, cell_of(record_of[before], "birth_cert_no"),
                              "birth_cert", shown, cell_of(record_of[after], "birth_cert_no"), "health")


def _gaps(numbers: list[str], known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Return (number before, number after, what is missing between)."""
    for before, after in itertools.pairwise(numbers):
        n_between = int(after[1:]) - int(before[1:]) - 1 if before[0] == after[0] else 0
        missing = [n for n in (f"{before[0]}{int(before[1:]) + i:09d}" for i in range(1, min(n_between, _LONGEST_GAP) + 1)) if n not in known]
        if missing and n_between <= _LONGEST_GAP:
            yield before, after, missing[0] if len(missing) == 1 else f"{missing[0]}–{missing[-1]}"


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
