"""Small counts do not leave the house, and cannot be worked out from what does.

A count of one to four persons in a published table may point at them. It is shown as ``<5`` (primary
suppression); where the margins would give it away by subtraction, further counts are withheld as ``×``
(complementary suppression). A zero names nobody and stays.

Whether a reader could work a count out is decided exactly, by the smallest and the largest whole number that all
published sums leave possible (Fischetti and Salazar 2001 call it the attacker's problem).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from popanalysis.errors import ValidationError

__all__ = ["WITHHELD_MARK", "Suppressed", "bounded_rate", "shown_rate", "suppress_counts", "suppress_grouped", "suppress_held", "suppress_parted", "suppress_small"]

WITHHELD_MARK = "×"
Cell = tuple[int, int]
Line = tuple[list[Cell], Cell | None]  # parts, and the cell that holds their sum; None if the sum is published elsewhere


@dataclass(frozen=True)
class Suppressed:
    """A count table fit to be published.

    Attributes
    ----------
    values : Int64, suppressed counts missing; for charts and files.
    shown : the same cells as text, ``<5`` or ``×`` where suppressed; for tables.
    n_small : counts below the threshold.
    n_withheld : counts withheld so that those cannot be worked out.
    """

    values: pd.DataFrame = field(repr=False)
    shown: pd.DataFrame
    n_small: int
    n_withheld: int

    @property
    def suppressed(self) -> int:
        """How many counts of the table are not shown."""
        return self.n_small + self.n_withheld


def suppress_small(frame: pd.DataFrame, threshold: int = 5, *, total_row: Any = None, total_column: Any = None) -> Suppressed:
    """Suppress the small counts of a table, and as many others as keep them from being worked out.

    Parameters
    ----------
    frame : counts, one row a category; whole numbers of 0 or more, none missing. Rates do not belong here.
    threshold : counts from 1 to ``threshold`` - 1 are small; 0 or 1 suppresses nothing.
    total_row, total_column : labels of the row and column that hold totals, where the table (or another
        published one) has them. Without totals nothing can be subtracted and nothing more is withheld.

    Returns
    -------
    Suppressed, rows and columns in the given order. The choice of what is withheld depends on counts and labels,
    not on the order.

    Raises
    ------
    ValidationError : a count is missing, negative or no whole number, or a total is not the sum of its parts.

    Examples
    --------
    >>> table = pd.DataFrame({"出生": [3, 40, 17, 60]}, index=["甲镇", "乙镇", "丙镇", "合计"])
    >>> suppress_small(table, total_row="合计").shown["出生"].tolist()
    ['<5', '40', '×', '60']
    """
    counts = _whole_counts(frame)
    lines = _lines(frame, total_row, total_column)
    _check_totals(frame, counts, lines)
    return _suppress(frame, counts, lines, threshold)


def _suppress(
    frame: pd.DataFrame, counts: np.ndarray[Any, Any], lines: list[Line], threshold: int, *,
    kept: Collection[Cell] = (), spared: Collection[Cell] = (), unpublished: Collection[Cell] = (), unsaid: Collection[Cell] = (),
) -> Suppressed:
    """``kept`` cells are never withheld to protect another, ``spared`` ones only where nothing else helps; ``unpublished`` ones are not
    shown in any case and known only by subtraction, and of ``unsaid`` ones among them no mark tells anything either.
    """
    small = {(int(r), int(c)) for r, c in np.argwhere((counts > 0) & (counts < threshold))} - set(unsaid)
    withheld = {*unpublished, *unsaid}
    exposed = sorted(small)
    while exposed := _exposed(counts, lines, small, withheld, threshold, exposed, unsaid):  # hiding more never exposes another
        others = set(np.ndindex(counts.shape)) - set(spared)
        own = [cell for cell in exposed if cell in spared]  # a small one among them is kept by another of them
        choice = (_next_to_withhold(frame, counts, lines, own, small | withheld, threshold, others) if own else None) or _next_to_withhold(
            frame, counts, lines, exposed, small | withheld, threshold, {*kept, *spared}) or _next_to_withhold(
            frame, counts, lines, exposed, small | withheld, threshold, kept)
        if choice is None:  # so few people that even the marks would tell: no cell of it is shown
            return _published(frame, counts, set(), set(np.ndindex(counts.shape)), threshold)
        withheld.add(choice)
    return _published(frame, counts, small, withheld, threshold)


def suppress_counts(
    counts: pd.Series[Any], threshold: int = 5, *, total: str = "total", sums: Iterable[Collection[Hashable]] = (),
) -> Suppressed:
    """Suppress the small ones among counts whose sum is published too; the sum comes last, under ``total``.

    Parameters
    ----------
    counts : index = category; no category twice.
    sums : groups of categories whose sum is published somewhere else. Births by the lists that hold them, say: all
        combinations with one list add up to the rows used of that list.

    Examples
    --------
    >>> suppress_counts(pd.Series({"linked": 90, "review": 2, "unlinked": 8})).shown["n"].tolist()
    ['90', '<5', '×', '100']
    """
    table = pd.concat([counts, pd.Series({total: counts.sum()})]).to_frame("n")
    numbers = _whole_counts(table)
    position = {key: row for row, key in enumerate(table.index)}
    lines = _lines(table, total, None) + [([(position[key], 0) for key in group], None) for group in sums]
    return _suppress(table, numbers, lines, threshold)


def suppress_grouped(counts: pd.Series[Any], threshold: int = 5) -> Suppressed:
    """Suppress the small ones among counts published with a sum of every group and of all; the latter stands elsewhere too.

    Parameters
    ----------
    counts : index = tuple, its first part the group; the rows of a group stand together, no tuple twice.

    Returns
    -------
    Suppressed; after the rows of a group comes its sum under ``(group,)``, at the end the sum of all under ``()``.

    Examples
    --------
    >>> counts = pd.Series([20, 3, 7, 8], index=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]))
    >>> suppress_grouped(counts).shown["n"].tolist()
    ['×', '<5', '23', '7', '8', '15', '38']
    """
    keys: list[tuple[Any, ...]] = []
    values: list[int] = []
    lines: list[Line] = []
    sums: list[Cell] = []
    for group, rows in counts.groupby(level=0, sort=False):
        parts = [(len(keys) + i, 0) for i in range(len(rows))]
        keys += [*rows.index, (group,)]
        values += [*(int(n) for n in rows), int(rows.sum())]
        sums.append((len(keys) - 1, 0))
        lines.append((parts, sums[-1]))
    keys.append(())
    values.append(int(counts.sum()))
    whole = (len(keys) - 1, 0)
    lines.append((sums, whole))
    table = pd.DataFrame({"n": values}, index=pd.Index(keys, tupleize_cols=False))
    return _suppress(table, _whole_counts(table), lines, threshold, kept={whole})


def suppress_held(frame: pd.DataFrame, threshold: int = 5, *, whole: str, total_row: Any) -> Suppressed:
    """Suppress the small counts of a table of events and of those that each list holds, and what would tell how few it lacks.

    Twelve births of a town, eleven in a list: one is not in it. As with a rate, the rest is as small as a count of its own,
    and only a lower bound of the list's count is shown.

    Parameters
    ----------
    frame : a column ``whole``, and one a list, which holds some of them; no other columns. A whole that is
        not small is withheld only where nothing else keeps a small one.
    total_row : label of the row that holds totals.

    Examples
    --------
    >>> table = pd.DataFrame({"births": [12, 30, 42], "hukou": [11, 20, 31]}, index=["a", "b", "total"])
    >>> suppress_held(table, whole="births", total_row="total").shown["hukou"].tolist()
    ['≥8', '×', '31']
    """
    lists = [column for column in frame.columns if column != whole]
    wide = frame.assign(**{f"{column} lacks": frame[whole] - frame[column] for column in lists})
    place = {column: i for i, column in enumerate(wide.columns)}
    rows = range(len(wide))
    lines = _lines(wide, total_row, None) + [
        ([(r, place[column]), (r, place[f"{column} lacks"])], (r, place[whole])) for r in rows for column in lists]
    _check_totals(wide, counts := _whole_counts(wide), lines)
    lacking = {(r, place[f"{column} lacks"]) for r in rows for column in lists}
    found = _suppress(wide, counts, lines, threshold, kept=lacking, spared={(r, place[whole]) for r in rows},
                      unpublished={cell for cell in lacking if counts[cell] >= threshold},
                      unsaid={cell for cell in lacking if 0 < counts[cell[0], place[whole]] < threshold})
    values, shown = found.values[list(frame.columns)], found.shown[list(frame.columns)].copy()
    for column in lists:
        told = shown[whole].eq(frame[whole].astype(str))  # a bound below a whole that is not shown would tell it
        few_lack = told & (frame[whole] - frame[column]).between(1, threshold - 1) & shown[column].eq(WITHHELD_MARK)
        shown.loc[few_lack, column] = [f"≥{n - threshold + 1}" for n in frame.loc[few_lack, whole]]
    n_small = int(shown.apply(lambda column: column.astype(str).str.startswith("<")).to_numpy().sum())
    return Suppressed(values, shown, n_small, int(values.isna().to_numpy().sum()) - n_small)


def suppress_parted(frame: pd.DataFrame, threshold: int = 5, *, whole: str, parts: Iterable[Collection[str]], total_row: Any) -> Suppressed:
    """Suppress the small counts of a table whose whole is divided in several ways, each published beside the same whole.

    Parameters
    ----------
    frame : a column ``whole``, and for every division the columns that add up to it.
    parts : the columns of each division. total_row : label of the row that holds totals.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [20, 30, 50], "seen": [17, 30, 47], "unseen": [3, 0, 3]}, index=["a", "b", "total"])
    >>> suppress_parted(table, whole="n", parts=[["seen", "unseen"]], total_row="total").shown["unseen"].tolist()
    ['<5', '0', '<5']
    """
    place = {column: i for i, column in enumerate(frame.columns)}
    lines = _lines(frame, total_row, None) + [
        ([(r, place[column]) for column in columns], (r, place[whole])) for columns in parts for r in range(len(frame))]
    _check_totals(frame, counts := _whole_counts(frame), lines)
    return _suppress(frame, counts, lines, threshold)


def bounded_rate(numerator: int, denominator: int, threshold: int = 5) -> tuple[float, float] | None:
    """Return the rate, twice, or the bounds that may be published where it would give a small count away.

    A rate with its denominator tells both the numerator and the rest. If the rest is small, only a lower bound is
    published; if the numerator is small, only an upper one; of a small denominator nothing (0 to 1).

    Returns
    -------
    (lowest, highest) possible rate, equal if nothing is small; None without a denominator.

    Examples
    --------
    >>> bounded_rate(190, 200), bounded_rate(198, 200), bounded_rate(0, 0)
    ((0.95, 0.95), (0.98, 1.0), None)
    """
    if denominator == 0:
        return None
    if denominator < threshold:
        return 0.0, 1.0
    rest, most = denominator - numerator, threshold - 1
    if 0 < rest < threshold:
        return max(0.0, 1 - most / denominator), 1.0
    if 0 < numerator < threshold:
        return 0.0, min(1.0, most / denominator)
    return numerator / denominator, numerator / denominator


def shown_rate(numerator: int, denominator: int, threshold: int = 5, *, decimals: int = 1) -> str:
    """Return a rate in percent as it may be published.

    Examples
    --------
    >>> shown_rate(190, 200), shown_rate(198, 200), shown_rate(3, 200), shown_rate(2, 3), shown_rate(0, 0)
    ('95.0%', '≥98.0%', '≤2.0%', '×', '—')
    """
    bounds = bounded_rate(numerator, denominator, threshold)
    if bounds is None:
        return "—"
    low, high = bounds
    if (low, high) == (0, 1):
        return WITHHELD_MARK
    sign, value = ("", low) if low == high else ("≥", low) if high == 1 else ("≤", high)
    return f"{sign}{value * 100:.{decimals}f}%"


def _whole_counts(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    numbers: np.ndarray[Any, np.dtype[np.float64]] = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isnan(numbers) | (numbers < 0) | (numbers != np.floor(numbers))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise ValidationError(
            zh=f"计数表第 {row + 1} 行“{frame.columns[column]}”列不是 0 或正整数，无法判断是否需要隐去。请只传入计数。",
            en=f"Row {row + 1}, column '{frame.columns[column]}' of the count table is no whole number of 0 or more. Pass counts only.",
            row=row, column=frame.columns[column])
    return numbers.astype(np.int64)


def _lines(frame: pd.DataFrame, total_row: Any, total_column: Any) -> list[Line]:
    """Return the sums a reader can subtract in: parts and total of every row and column that has one."""
    rows, columns = range(len(frame.index)), range(len(frame.columns))
    lines: list[Line] = []
    if total_column is not None:
        last = list(frame.columns).index(total_column)
        lines += [([(r, c) for c in columns if c != last], (r, last)) for r in rows]
    if total_row is not None:
        last = list(frame.index).index(total_row)
        lines += [([(r, c) for r in rows if r != last], (last, c)) for c in columns]
    return lines


def _check_totals(frame: pd.DataFrame, counts: np.ndarray[Any, Any], lines: list[Line]) -> None:
    for parts, total in lines:
        added = sum(int(counts[cell]) for cell in parts)
        if total is not None and added != counts[total]:
            place = f"{frame.index[total[0]]} / {frame.columns[total[1]]}"
            raise ValidationError(
                zh=f"计数表中“{place}”为 {counts[total]}，各部分相加为 {added}，两者不符。请先核对合计。",
                en=f"The total at '{place}' is {counts[total]}, its parts add up to {added}. Check the totals first.", place=place)


def _exposed(counts: np.ndarray[Any, Any], lines: list[Line], small: set[Cell], withheld: set[Cell], threshold: int, among: list[Cell],
             unsaid: Collection[Cell] = ()) -> list[Cell]:
    """Return those of the small cells ``among`` whose value the published ones leave no choice about."""
    hidden = sorted(small | withheld)
    if not lines or not among or threshold < 3:  # "<2" beside visible zeros says 1 by itself
        return []
    position = {cell: i for i, cell in enumerate(hidden)}
    matrix = np.zeros((len(lines), len(hidden)))
    for row, (parts, total) in enumerate(lines):
        for cell, sign in [*((cell, 1) for cell in parts), *([(total, -1)] if total is not None else [])]:
            if cell in position:
                matrix[row, position[cell]] += sign
    known = LinearConstraint(matrix, *[matrix @ np.array([counts[cell] for cell in hidden])] * 2)
    # a reader knows that "<5" means 1 to 4, and that only counts of 5 or more are withheld beside it
    low, high = zip(*((1, threshold - 1) if cell in small else (0 if cell in unsaid else threshold, np.inf) for cell in hidden), strict=True)
    return [cell for cell in among if _width(known, Bounds(low, high), position[cell], len(hidden)) == 0]


def _width(known: LinearConstraint, bounds: Bounds, cell: int, n: int) -> int:
    """Return how far apart the largest and the smallest possible value of one cell lie."""
    goal = np.zeros(n)
    goal[cell] = 1
    low, high = (float(milp(sign * goal, integrality=np.ones(n), bounds=bounds, constraints=known).fun) for sign in (1, -1))
    return round(-high - low)


def _next_to_withhold(
    frame: pd.DataFrame, counts: np.ndarray[Any, Any], lines: list[Line], exposed: list[Cell], hidden: set[Cell], threshold: int,
    kept: Collection[Cell],
) -> Cell | None:
    """Choose the count whose loss hurts least and helps most.

    A hidden cell alone in its line is worked out by one subtraction, so a cell that keeps two such company (the fourth
    corner of a rectangle) comes first; then one in a line of an exposed cell, no total, small, first by label.
    """
    together = [{*parts, *([total] if total is not None else [])} for parts, total in lines]
    totals = {total for _, total in lines}
    near = set().union(*(line for line in together if not line.isdisjoint(exposed)))
    alone = [line for line in together if len(line & hidden) == 1]

    def cost(cell: Cell) -> tuple[bool, int, bool, int, str, str]:
        keeps_company = sum(cell in line for line in alone)
        return cell not in near and keeps_company < 2, -keeps_company, cell in totals, int(counts[cell]), str(frame.index[cell[0]]), str(frame.columns[cell[1]])

    candidates = sorted({cell for line in together for cell in line if cell not in hidden and cell not in kept and counts[cell] >= threshold})
    return min(candidates, key=cost, default=None)


def _published(frame: pd.DataFrame, counts: np.ndarray[Any, Any], small: set[Cell], withheld: set[Cell], threshold: int) -> Suppressed:
    shown = counts.astype(str).astype(object)
    values = counts.astype(object)
    for cell in small | withheld:
        shown[cell] = f"<{threshold}" if cell in small else WITHHELD_MARK
        values[cell] = pd.NA
    numbers = pd.DataFrame(values, index=frame.index, columns=frame.columns).astype("Int64")
    return Suppressed(numbers, pd.DataFrame(shown, index=frame.index, columns=frame.columns), len(small), len(withheld))
