"""The charts of the record. Each takes counts, and gives a picture with its words.

A missing count is one that may not be shown: no bar, and the mark of the tables (``<5``, ``×``) in its place. All
charts share one style (:mod:`popanalysis.report.drawing`), name unit and source, and carry their numbers as text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from popanalysis.errors import ValidationError
from popanalysis.report.drawing import COLOURS, HATCHES, INK, MUTED, RULE, Chart, Words, drawable, house_style, new_figure, picture, told
from popanalysis.report.marks import explain_marks
from popanalysis.report.messages import label
from popanalysis.report.privacy import suppress_counts

__all__ = ["DAY_BINS", "plot_bars", "plot_days", "plot_grouped_bars", "plot_overlap"]

#: Upper limits, in calendar days, of the classes from birth to registration; hukou is due within a month of birth.
DAY_BINS: Mapping[str, int | None] = {
    "same_week": 7, "within_month": 30, "second_month": 60, "third_month": 90, "within_year": 365, "later": None}
_ROW = 0.36  # inches a row of a horizontal chart takes


def plot_bars(counts: pd.Series[Any], *, words: Words, shown: pd.Series[Any] | None = None) -> Chart:
    """Draw horizontal bars, one a category, in the given order from the top.

    Parameters
    ----------
    counts : index = category as the reader should see it; counts, suppressed ones missing.
    words : title, scope, unit, source, language.
    shown : the texts beside the bars, index as ``counts``; by default the counts.
    """
    texts = _texts(counts, shown)
    with house_style():
        figure, axes = new_figure(0.25 + _rows_height(counts.index))
        bars = axes.barh(_places(counts), _drawn(counts), height=0.62, color=COLOURS[0])
        axes.bar_label(bars, [drawable(t) for t in texts], padding=4, color=INK)
        _head_rows(axes, counts.index)
        _only_words_matter(axes, counts.max())
        return Chart(picture(figure), told(words, zip(counts.index, texts, strict=True)), words, counts.to_frame("n"), _marks(texts, words))


def plot_grouped_bars(counts: pd.DataFrame, *, words: Words, shown: pd.DataFrame | None = None) -> Chart:
    """Draw bars side by side, one a group (a list, say) within each category (a town, a month).

    Parameters
    ----------
    counts : index = category, columns = up to four groups, both as the reader should see them; suppressed counts missing.
    shown : the texts beside the bars, in the same form.

    Raises
    ------
    ValidationError : more than four groups, which no reader tells apart.
    """
    n_groups = len(counts.columns)
    if n_groups > len(COLOURS):
        raise ValidationError(
            zh=f"分组条形图最多 {len(COLOURS)} 组，实际为 {n_groups} 组。请合并或分成几张图。",
            en=f"A grouped bar chart holds at most {len(COLOURS)} groups, found {n_groups}. Merge groups or draw several charts.", n_groups=n_groups)
    height = 0.8 / n_groups
    with house_style():
        figure, axes = new_figure(0.5 + (0.165 * n_groups + 0.1) * len(counts))
        for i, group in enumerate(counts.columns):
            texts = _texts(counts[group], None if shown is None else shown[group])
            bars = axes.barh(
                np.arange(len(counts)) - 0.4 + height * (i + 0.5), _drawn(counts[group]), height=height * 0.88,
                color=COLOURS[i], hatch=HATCHES[i], edgecolor="white", linewidth=0, label=drawable(str(group)))
            axes.bar_label(bars, [drawable(t) for t in texts], padding=3, fontsize=9.5, color=INK)
        _head_rows(axes, counts.index)
        _only_words_matter(axes, counts.max().max())
        figure.legend(loc="outside upper left", ncols=n_groups, handlelength=1.2, columnspacing=1.6)
        cells = ((f"{row} {group}", _texts(counts[group], None if shown is None else shown[group])[i])
                 for i, row in enumerate(counts.index) for group in counts.columns)
        marks = _marks([text for group in counts.columns for text in _texts(counts[group], None if shown is None else shown[group])], words)
        return Chart(picture(figure), told(words, cells), words, counts.copy(), marks)


def plot_overlap(counts: pd.Series[Any], *, words: Words, shown: pd.Series[Any] | None = None, names: Mapping[str, str] | None = None) -> Chart:
    """Draw which lists hold the same events: a bar for every combination of lists, dots below it name the lists.

    Parameters
    ----------
    counts : events, MultiIndex of booleans, one level a list (its kind as the name); suppressed counts missing.
        Shown from the fullest combination to the thinnest, so that agreement stands at the left; the empty one is left out.
    shown : the texts over the bars, in the same order.
    names : kind -> name at the dots; by default the short names of the messages.
    """
    lists = [str(name) for name in counts.index.names]
    heads = [(names or {}).get(kind) or label("kind_short", kind, words.language) for kind in lists]
    held = [tuple(bool(x) for x in key) for key in counts.index]
    order = np.array(sorted((i for i, key in enumerate(held) if any(key)), key=lambda i: (-sum(held[i]), [not x for x in held[i]])), dtype=int)
    counts, keys = counts.iloc[order], [held[i] for i in order]
    texts = _texts(counts, None if shown is None else shown.iloc[order])
    with house_style():
        figure, axes = new_figure(1.9 + 0.36 * len(lists))
        axes.remove()
        top, dots = figure.subplots(2, 1, sharex=True, height_ratios=[1.8, 0.36 * len(lists)], gridspec_kw={"hspace": 0.02})
        places = np.arange(len(keys))
        top.bar_label(top.bar(places, _drawn(counts), width=0.56, color=COLOURS[0]), [drawable(t) for t in texts], padding=2, color=INK)
        top.set_ylim(0, _highest(counts.max()) * 1.14)
        top.spines[["left"]].set_visible(False)
        top.yaxis.set_visible(False)
        _draw_dots(dots, keys, heads)
        combos = [label("word", "comma", words.language).join(h for h, x in zip(heads, key, strict=True) if x) for key in keys]
        data = pd.DataFrame({"lists": combos, "n": counts.to_numpy()})
        return Chart(picture(figure), told(words, zip(combos, texts, strict=True)), words, data, _marks(texts, words))


def plot_days(days: pd.Series[Any], *, words: Words, small_cells: int = 5) -> Chart:
    """Draw how many calendar days lie between birth and registration, in the classes of :data:`DAY_BINS`.

    Parameters
    ----------
    days : one value an event, whole days; missing where either date is; negative ones (registered before birth) are no duration and left out.
    small_cells : smaller counts are suppressed, with another one where the total would give them away.
    """
    known = days.dropna().astype(int)
    known = known[known >= 0]
    limits = [float("inf") if limit is None else limit for limit in DAY_BINS.values()]
    where = np.searchsorted(limits, known.to_numpy(), side="left")
    counts = pd.Series(np.bincount(where, minlength=len(limits)), index=list(DAY_BINS))
    published = suppress_counts(counts, small_cells)
    heads = [label("days_bin", key, words.language) for key in DAY_BINS]
    values, texts = published.values["n"].iloc[:-1].set_axis(heads), published.shown["n"].iloc[:-1].set_axis(heads)
    with house_style():
        figure, axes = new_figure(2.4)
        bars = axes.bar(np.arange(len(heads)), _drawn(values), width=0.72, color=COLOURS[0])
        axes.bar_label(bars, list(texts), padding=2, color=INK)
        axes.set_xticks(np.arange(len(heads)), [drawable(h) for h in heads], fontsize=9.5)
        axes.set_ylim(0, _highest(values.max()) * 1.14)
        axes.spines["left"].set_visible(False)
        axes.yaxis.set_visible(False)
        return Chart(picture(figure), told(words, zip(heads, texts, strict=True)), words, values.to_frame("n"), _marks(texts, words, small_cells))


# --- parts of the charts --------------------------------------------------------------------------


def _draw_dots(axes: Axes, keys: Sequence[tuple[bool, ...]], heads: Sequence[str]) -> None:
    """Draw the matrix under the overlap chart; a line joins the dots of one combination."""
    for row in range(0, len(heads), 2):
        axes.axhspan(row - 0.5, row + 0.5, color="#f1f4f7", lw=0)
    for place, key in enumerate(keys):
        rows = [i for i, x in enumerate(key) if x]
        axes.scatter([place] * len(key), range(len(key)), s=62, color=RULE, zorder=1)
        axes.scatter([place] * len(rows), rows, s=62, color=INK, zorder=3)
        axes.plot([place, place], [rows[0], rows[-1]], color=INK, lw=2, zorder=2)
    axes.set_yticks(range(len(heads)), [drawable(h) for h in heads])
    axes.set_ylim(len(heads) - 0.5, -0.5)
    axes.set_xlim(-0.6, len(keys) - 0.4)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)


def _head_rows(axes: Axes, index: pd.Index[Any]) -> None:
    """Write the categories at the left, the first on top."""
    axes.set_yticks(np.arange(len(index)), [_folded(str(item)) for item in index], linespacing=1.05)
    axes.set_ylim(len(index) - 0.4, -0.6)


def _rows_height(index: pd.Index[Any]) -> float:
    """Return the inches the rows take; a folded name needs more."""
    return (_ROW if not any("\n" in _folded(str(item)) for item in index) else 0.47) * len(index)


def _folded(name: str) -> str:
    """Return a name in two lines where one would leave the bars no room: after a mark near its middle, else at it."""
    text = drawable(name)
    if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text) <= 20:
        return text
    middle = len(text) / 2
    breaks = [i + 1 for i, c in enumerate(text[:-1]) if c in "，、；：　 "] or [round(middle)]
    cut = min(breaks, key=lambda i: abs(i - middle))
    return f"{text[:cut].rstrip()}\n{text[cut:].lstrip()}"


def _only_words_matter(axes: Axes, highest: Any) -> None:
    """Leave the value axis out: every bar has its number beside it."""
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    low, high = min(0.0, axes.dataLim.x0), _highest(highest)
    room = (high - low) * 0.12  # for the number at the end of the longest bar
    axes.set_xlim(low - room if low < 0 else 0, high + room)
    if low < 0:
        axes.axvline(0, color=MUTED, lw=0.8)


def _highest(value: Any) -> float:
    return float(value) if pd.notna(value) and value > 0 else 1.0


def _places(counts: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return np.arange(len(counts))


def _drawn(counts: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Return the heights; what may not be shown has none."""
    return pd.to_numeric(counts).astype("Float64").fillna(0).to_numpy(dtype=float)


def _marks(texts: Iterable[str], words: Words, small_cells: int | None = None) -> tuple[str, ...]:
    return tuple(explain_marks(texts, words.language, small_cells))


def _texts(counts: pd.Series[Any], shown: pd.Series[Any] | None) -> list[str]:
    if shown is not None:
        return [str(text).replace("-", "−") for text in shown]
    return ["×" if pd.isna(value) else f"{value:g}".replace("-", "−") for value in counts]
