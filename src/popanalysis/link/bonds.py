"""What binds the engine: people's decisions, and events that earlier quarters settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.assignment import components
from popanalysis.link.coding import Universe
from popanalysis.link.notes import Note
from popanalysis.link.pairs import Positions
from popanalysis.link.rules import nearest

__all__ = ["Bonds", "read_bonds", "torn"]

#: How an answer about a pair is written -> whether the two records speak of one event.
ANSWERS = {"link": True, "non_link": False, "同一事件": True, "不是同一事件": False}
PAIR_COLUMNS, ANSWER_COLUMNS = ("record_id_a", "record_id_b", "is_match"), ("about", "target", "answer")


@dataclass(frozen=True)
class Bonds:
    """What people decided and earlier quarters settled.

    ``together``: pairs of positions that are one event; ``never``: packed pairs (low * n + high) that are not; ``event``: number of the
    carried-forward event of each record, -1 where new. ``decided``: packed, all pairs a person decided either way.
    """

    together: tuple[Positions, Positions]
    never: Positions
    event: Positions
    decided: Positions
    notes: tuple[Note, ...] = ()


def read_bonds(universe: Universe, decisions: pd.DataFrame | None, known_events: pd.Series[str] | None) -> Bonds:
    """Translate decisions and carried-forward events into positions.

    Raises
    ------
    LinkageError : decisions or events have another form, or a decision contradicts another one or a carried-forward event.
    """
    if known_events is not None and not isinstance(known_events, pd.Series):
        raise LinkageError(
            zh=f"known_events 应为以记录编号为索引的 Series，实际为 {type(known_events).__name__}。",
            en=f"known_events must be a Series record id -> event, found {type(known_events).__name__}.")
    n = len(universe)
    place = pd.Index(universe.record_ids)
    event = np.full(n, -1, np.int64)
    together: list[tuple[Positions, Positions]] = [(np.array([], np.int64), np.array([], np.int64))]
    notes: list[Note] = []
    if known_events is not None and len(known_events):
        at = place.get_indexer(known_events.index)
        labels = pd.factorize(known_events.to_numpy(dtype=object), sort=True)[0]
        event[at[at >= 0]] = labels[at >= 0]
        order = np.lexsort((np.arange(n), event))
        order = order[event[order] >= 0]
        same = event[order][1:] == event[order][:-1]
        together.append((order[:-1][same], order[1:][same]))
    never = decided = np.array([], np.int64)
    answers = _answers(decisions)
    if len(answers):
        a, b = (place.get_indexer(pd.Index(answers[name])) for name in PAIR_COLUMNS[:2])
        known = (a >= 0) & (b >= 0)
        if not known.all():
            n_gone = int((~known).sum())
            notes.append(Note(f"{n_gone} decisions speak of records that are not in the lists; they were left aside",
                              f"{n_gone} 条决定所涉记录不在本次名单中，未予采用"))
        is_match = answers["is_match"].to_numpy(dtype=bool)
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        together.append((low[known & is_match], high[known & is_match]))
        never = (low * n + high)[known & ~is_match]
        decided = np.unique((low * n + high)[known & (low != high)])
    joined = (np.concatenate([t[0] for t in together]), np.concatenate([t[1] for t in together]))
    _check_bonds(universe, joined, never, event)
    return Bonds(joined, never, event, decided, tuple(notes))


def _answers(decisions: pd.DataFrame | None) -> pd.DataFrame:
    """Return decisions about pairs as PAIR_COLUMNS, whichever of the two forms they came in."""
    if decisions is None:
        return pd.DataFrame(columns=list(PAIR_COLUMNS))
    columns = list(decisions.columns) if isinstance(decisions, pd.DataFrame) else None
    if columns is not None and set(PAIR_COLUMNS) <= set(columns):
        _check_answers(decisions["is_match"].map(lambda value: value is not pd.NA and value in (True, False)), decisions["is_match"], ["True", "False"])
        return decisions[list(PAIR_COLUMNS)]
    if columns is not None and set(ANSWER_COLUMNS) <= set(columns):
        return _of_pairs(decisions)
    found_zh, found_en = (f"列 {'、'.join(map(str, columns))}", f"columns {', '.join(map(str, columns))}") if columns is not None else (type(decisions).__name__,) * 2
    raise LinkageError(
        zh=f"decisions 应为 DataFrame，列为 {'、'.join(PAIR_COLUMNS)}，或 {'、'.join(ANSWER_COLUMNS)}；实际为{found_zh}。",
        en=f"decisions must be a DataFrame with the columns {', '.join(PAIR_COLUMNS)}, or {', '.join(ANSWER_COLUMNS)}; found {found_en}.")


def _of_pairs(decisions: pd.DataFrame) -> pd.DataFrame:
    """Read answers about pairs, ``id+id``; of two about the same pair the later counts (by ``made_on``, where it is there, then by row)."""
    told = decisions.sort_values("made_on", kind="stable") if "made_on" in decisions else decisions
    told = told[told["about"].eq("pair").fillna(False).astype(bool)]
    answers, targets = told["answer"].astype("string").str.strip(), told["target"].astype("string")
    _check_answers(answers.isin(list(ANSWERS)), answers, list(ANSWERS))
    _check_answers(targets.str.fullmatch(r"[^+]+\+[^+]+").fillna(False), targets, ["id+id"])
    ids = targets.str.split("+").map(sorted)
    frame = pd.DataFrame({"record_id_a": ids.str[0], "record_id_b": ids.str[1], "is_match": answers.map(ANSWERS)})
    return frame.drop_duplicates(["record_id_a", "record_id_b"], keep="last")


def _check_answers(fits: pd.Series[bool], found: pd.Series[Any], valid: list[str]) -> None:
    if fits.all():
        return
    first = str(found[~fits.astype(bool)].iloc[0])
    zh, en = nearest(first, valid)
    n = int((~fits.astype(bool)).sum())
    raise LinkageError(
        zh=f"decisions 中有 {n} 行无法采用，如“{first}”；{zh}。请更正后重新运行。",
        en=f"{n} rows of the decisions cannot be taken, for example '{first}'; {en}. Mend them and run again.", found=first)


def torn(bonds: Bonds, group: Positions) -> npt.NDArray[np.bool_]:
    """Tell which groups hold records that must not meet: two events of earlier quarters, or a pair a person kept apart."""
    n, n_groups = len(group), int(group.max(initial=-1)) + 1
    known = bonds.event >= 0
    if not len(bonds.never) and not known.any():
        return np.zeros(n_groups, bool)
    pairs = pd.DataFrame({"group": group[known], "event": bonds.event[known]}).drop_duplicates()
    found = np.bincount(pairs["group"], minlength=n_groups) > 1
    a, b = bonds.never // max(n, 1), bonds.never % max(n, 1)
    found[group[a][group[a] == group[b]]] = True
    return found


def _check_bonds(universe: Universe, together: tuple[Positions, Positions], never: Positions, event: Positions) -> None:
    n = len(universe)
    label = components(n, *together)
    split = never[label[never // max(n, 1)] == label[never % max(n, 1)]] if len(never) else never
    known = np.flatnonzero(event >= 0)
    frame = pd.DataFrame({"node": label[known], "event": event[known]}).drop_duplicates()
    merged = known[np.isin(label[known], frame.loc[frame["node"].duplicated(keep=False), "node"])]
    found = [*(int(p // n) for p in split), *(int(p % n) for p in split), *merged.tolist()]
    if found:
        ids = [str(universe.record_ids[k]) for k in found[:5]]
        raise LinkageError(
            zh=f"比对决定相互矛盾：同一组记录既被确认为同一事件、又被确认为不同事件，涉及记录 {'、'.join(ids)}。请更正其中一条决定后重新运行。",
            en=f"Decisions contradict: the same records are said to be one event and different events; records {', '.join(ids)}. Mend one of the decisions.",
            record_ids=ids)
