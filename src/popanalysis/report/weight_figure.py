"""The chart of a match weight: bits comparison by comparison, from nothing to the sum, against the two thresholds. For a reviewer's eyes, never published."""

from __future__ import annotations

from collections.abc import Callable

from popanalysis.errors import Text
from popanalysis.link import PairExplanation
from popanalysis.link.explain import LEVEL_WORDS
from popanalysis.report.drawing import COLOURS, INK, MUTED, Chart, Words, drawable, house_style, new_figure, picture, told

__all__ = ["plot_match_weight"]

_LINE, _ROOM = 0.3, 1.0  # inches a step takes, and axis and legend
_FURTHER = {"dependent_fields": Text("相互关联的项目，扣除重复计算", "counted twice in dependent fields"), "value_frequency": Text("取值的罕见程度", "how rare the values are"),
            "exchanged_columns": Text("两栏互换", "columns exchanged")}


def plot_match_weight(explained: PairExplanation, *, words: Words, name_of: Callable[[str], str] = str) -> Chart:
    """Draw the waterfall of a pair: what speaks for one event, then what speaks against it, and where the sum lies between the thresholds.

    Parameters
    ----------
    explained : from :func:`popanalysis.link.explain_pair` ; name_of : what a comparison is called.
    """
    steps, zh = explained.waterfall(), words.language == "zh"
    lines = [_line(row["comparison"], row["level"], words.language, name_of) for row in steps.to_dict("records")]
    total = "合计" if zh else "together"
    with house_style():
        figure, axes = new_figure(_ROOM + _LINE * (len(steps) + 1))
        for place, (bits, begins, ends) in enumerate(steps[["bits", "begins", "ends"]].itertuples(index=False)):
            axes.barh(place, bits, left=begins, height=0.62, color=COLOURS[0 if bits > 0 else 1])
            axes.annotate(f"{bits:+.1f}".replace("-", "−"), (max(begins, ends), place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
            axes.plot([ends, ends], [place + 0.31, place + 0.69], color=MUTED, lw=0.7)
        axes.barh(len(steps), explained.match_weight, height=0.62, color=MUTED)
        axes.annotate(f"{explained.match_weight:.1f}", (max(explained.match_weight, 0.0), len(steps)), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
        for threshold, name, side in ((explained.lower, "下限" if zh else "lower", "right"), (explained.upper, "上限" if zh else "upper", "left")):
            axes.axvline(threshold, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=0)
            axes.annotate(f"{name} {threshold:.1f}", (threshold, -0.75), xytext=(3 if side == "left" else -3, 0), textcoords="offset points", ha=side,
                          fontsize=8.5, annotation_clip=False)
        axes.set_ylim(len(steps) + 0.6, -0.6)
        axes.margins(x=0.12)
        axes.set_yticks(range(len(steps) + 1), [*map(drawable, lines), total], fontsize=9.5)
        axes.set_xlabel("比特" if zh else "bits")
        cells = [*((line, f"{bits:+.1f}") for line, bits in zip(lines, steps["bits"], strict=True)), (total, f"{explained.match_weight:.1f}")]
        return Chart(picture(figure), told(words, cells), words, steps)


def _line(comparison: str, level: str, language: str, name_of: Callable[[str], str]) -> str:
    if comparison in _FURTHER:
        return _FURTHER[comparison].in_(language)
    return f"{name_of(comparison)}{'' if language == 'zh' else ' '}{LEVEL_WORDS[level].in_(language)}"
