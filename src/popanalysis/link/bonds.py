"""What binds the engine: people's decisions, and events that earlier quarters settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.assignment import components
from popanalysis.link.coding import Universe
from popanalysis.link.notes import Note
from popanalysis.link.pairs import Positions

__all__ = ["Bonds", "read_bonds", "torn"]


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
    LinkageError : a decision contradicts another one or a carried-forward event.
    """
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
    if decisions is not None and len(decisions):
        a, b = (place.get_indexer(pd.Index(decisions[name])) for name in ("record_id_a", "record_id_b"))
        known = (a >= 0) & (b >= 0)
        if not known.all():
            n = int((~known).sum())
            notes.append(Note(f"{n} decisions speak of records that are not in the lists; they were left aside", f"{n} 条决定所涉记录不在本次名单中，未予采用"))
        is_match = decisions["is_match"].to_numpy(dtype=bool)
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        together.append((low[known & is_match], high[known & is_match]))
        never = (low * n + high)[known & ~is_match]
        decided = np.unique((low * n + high)[known & (low != high)])
    joined = (np.concatenate([t[0] for t in together]), np.concatenate([t[1] for t in together]))
    _check_bonds(universe, joined, never, event)
    return Bonds(joined, never, event, decided, tuple(notes))


def torn(bonds: Bonds, group: Positions) -> npt.NDArray[np.bool_]:
    """Tell which groups hold records that must not meet: two events of earlier quarters, or a pair a person kept apart."""
    n, n_groups = len(group), int(group.max(initial=-1)) + 1
    known = bonds.event >= 0
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
