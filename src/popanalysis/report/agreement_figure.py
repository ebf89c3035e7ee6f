"""The chart of how often lists agree: a dot a share, its interval, its denominator."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from popanalysis.errors import ValidationError
from popanalysis.intervals import wilson
from popanalysis.report.drawing import COLOURS, INK, RULE, Chart, Words, drawable, house_style, new_figure, picture, told
from popanalysis.report.marks import explain_marks
from popanalysis.report.privacy import bounded_rate, shown_rate

__all__ = ["plot_agreement"]

_SERIES = tuple(zip((COLOURS[0], COLOURS[1], COLOURS[3], COLOURS[2]), ("o", "s", "D", "^"), strict=True))  # the palest last: thin lines need contrast
_LINE, _GAP = 0.19, 0.12  # inches a line and the gap between fields take


class _Line(NamedTuple):
    """One share as it is drawn; ``drawn`` is (low, share or None, high), or None where nothing may be."""

    place: float
    series: int
    share: str
    n: str
    drawn: tuple[float, float | None, float] | None


def plot_agreement(table: pd.DataFrame, *, words: Words, small_cells: int = 5) -> Chart:
    """Draw the share of compared pairs that agree, with its 95 percent interval and its denominator.

    Parameters
    ----------
    table : index = field as the reader should see it, or (field, pair of lists), with up to four pairs told apart by colour
        and mark; columns ``agree``, ``compared`` (pairs in which both hold a value). Fields stand in the order given.
    small_cells : a rate that would give a smaller count away is drawn as the range that may be published.

    Raises
    ------
    ValidationError : more than four pairs of lists, which no reader tells apart.
    """
    keys = [key if isinstance(key, tuple) else (key, "") for key in table.index]
    fields, series = list(dict.fromkeys(f for f, _ in keys)), list(dict.fromkeys(s for _, s in keys))
    if len(series) > len(_SERIES):
        raise ValidationError(
            zh=f"一致率图最多显示 {len(_SERIES)} 组名单，实际为 {len(series)} 组。请分成几张图。",
            en=f"The agreement chart holds at most {len(_SERIES)} pairs of lists, found {len(series)}. Draw several charts.", n_series=len(series))
    lines = _lines(table, keys, fields, series, small_cells)
    lowest = min((line.drawn[0] for line in lines if line.drawn), default=0.0)
    with house_style():
        figure, axes = new_figure(0.75 + _LINE * len(lines) + _GAP * len(fields))
        for line in lines:
            _draw(axes, line)
        axes.set_xlim(max(0.0, np.floor((lowest * 100 - 1) / 5) * 5), 100.4)
        axes.xaxis.set_major_formatter("{x:g}%")
        _head_fields(axes, fields, [key[0] for key in keys], lines)
        if len(series) > 1:
            marks = [Line2D([], [], color=colour, marker=mark, label=drawable(str(name))) for (colour, mark), name in zip(_SERIES, series, strict=False)]
            figure.legend(handles=marks, loc="outside upper left", ncols=2 if max(len(str(s)) for s in series) > 12 else 4, handlelength=1.6)
        cells = ((" ".join(filter(None, map(str, key))), f"{line.share}（{line.n}）" if words.language == "zh" else f"{line.share} ({line.n})")
                 for key, line in zip(keys, lines, strict=True))
        data = pd.DataFrame({"share": [line.share for line in lines], "n": [line.n for line in lines]}, index=table.index)
        notes = explain_marks([text for line in lines for text in (line.share, line.n)], words.language, small_cells)
        return Chart(picture(figure), told(words, cells), words, data, tuple(notes))


def _lines(table: pd.DataFrame, keys: list[tuple[str, str]], fields: list[str], series: list[str], small_cells: int) -> list[_Line]:
    """Place the lines of a field together; the row order inside it is the given one."""
    lines: list[_Line] = []
    position = dict.fromkeys(fields, 0)
    start = {field: i * _GAP / _LINE + sum(1 for f, _ in keys if fields.index(f) < i) for i, field in enumerate(fields)}
    for (field, pair), agree, compared in zip(keys, table["agree"].astype(int), table["compared"].astype(int), strict=True):
        n = f"n<{small_cells}" if 0 < compared < small_cells else f"n={compared}"
        lines.append(_Line(start[field] + position[field], series.index(pair), shown_rate(agree, compared, small_cells), n,
                           _published_range(agree, compared, small_cells)))
        position[field] += 1
    return lines


def _published_range(agree: int, compared: int, small_cells: int) -> tuple[float, float | None, float] | None:
    """Return (low, share, high) to draw: the interval around the share, or the published range without one."""
    bounds = bounded_rate(agree, compared, small_cells)
    if bounds is None or bounds == (0.0, 1.0):
        return None
    low, high = wilson(agree, compared) or bounds
    return (low, bounds[0], high) if bounds[0] == bounds[1] else (bounds[0], None, bounds[1])


def _draw(axes: Axes, line: _Line) -> None:
    colour, mark = _SERIES[line.series]
    for text, offset in ((line.share, 10), (line.n, 58)):
        axes.annotate(text, (1, line.place), xycoords=("axes fraction", "data"), xytext=(offset, 0), textcoords="offset points", va="center", fontsize=9.5)
    if line.drawn is None:
        return
    low, share, high = line.drawn
    if share is None:
        axes.plot([low * 100, high * 100], [line.place] * 2, color=colour, lw=5, alpha=0.4, solid_capstyle="butt")
    else:
        axes.plot([low * 100, high * 100], [line.place] * 2, color=colour, lw=1.4)
        axes.plot([share * 100], [line.place], mark, color=colour, ms=6, clip_on=False)


def _head_fields(axes: Axes, fields: list[str], of_lines: list[str], lines: list[_Line]) -> None:
    """Write each field beside the middle of its lines, a rule between one field and the next."""
    places = {field: [line.place for f, line in zip(of_lines, lines, strict=True) if f == field] for field in fields}
    axes.set_yticks([sum(p) / len(p) for p in places.values()], [drawable(str(field)) for field in fields], color=INK)
    axes.set_ylim(max((line.place for line in lines), default=0.0) + 0.8, -0.8)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    if len(lines) > len(fields):
        for field in fields[1:]:
            axes.axhline(min(places[field]) - 0.5 - _GAP / _LINE / 2, color=RULE, lw=0.7)
