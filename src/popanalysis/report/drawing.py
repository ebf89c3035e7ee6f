"""The one style of all charts, and how a drawing becomes a picture with words.

Two things go wrong with Chinese in charts without a sound: a machine without the font draws boxes, and a rare
character outside the font does. The font therefore comes with the package and is found by its path, never by what
the machine has installed; a character it lacks is written as its code, ``U+20000``; a box is an error.
"""

from __future__ import annotations

import base64
import io
import unicodedata
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

import matplotlib.style
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pylopdf_fonts_zh_cn import sans_path

from popanalysis.errors import ParameterError, RecordError
from popanalysis.report.messages import label
from popanalysis.report.tables import unbroken

__all__ = ["COLOURS", "DPI", "HATCHES", "INK", "MUTED", "RULE", "Chart", "Words", "drawable", "house_style", "new_figure", "picture", "told"]

DPI = 192
WIDTH = 5.4  # inches; a phone shows it at 368 px, letters of 9.5 points are then 9 px high
INK, MUTED, RULE = "#1d2733", "#5c6773", "#d5dae0"
#: Told apart by people with any colour vision and, by their lightness, in a grey print; a hatch helps the third and fourth.
COLOURS = ("#0b4f7d", "#e08a1e", "#9ccbe3", "#8a3b5c")
HATCHES = ("", "", "////", "....")

_FONT = "popanalysis sans"
_STYLE: dict[str, Any] = {
    "font.family": _FONT, "font.size": 11, "axes.unicode_minus": True, "text.color": INK, "text.parse_math": False,
    "axes.edgecolor": MUTED, "axes.labelcolor": INK, "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": False, "axes.axisbelow": True, "grid.color": RULE, "grid.linewidth": 0.7,
    "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.major.size": 0, "ytick.major.size": 0,
    "figure.facecolor": "white", "axes.facecolor": "white", "savefig.facecolor": "white", "hatch.linewidth": 0.6,
    "legend.frameon": False, "legend.fontsize": 10, "path.simplify": True, "text.hinting": "no_hinting",
}


@dataclass(frozen=True)
class Words:
    """What every chart says about itself; as for tables, none may be blank."""

    title: str
    scope: str
    unit: str
    source: str
    language: str = "zh"

    def __post_init__(self) -> None:
        for name in ("title", "scope", "unit", "source"):
            if not getattr(self, name).strip():
                raise ParameterError(
                    zh=f"公布的图必须写明标题、统计范围、单位和资料来源；本图缺 {name}。请补上。",
                    en=f"A published chart needs title, scope, unit and source; '{name}' is blank. State it.", name=name, title=self.title)

    @property
    def caption(self) -> list[str]:
        """Scope, unit and source."""
        colon = label("word", "colon", self.language)
        return [f"{label('word', key, self.language)}{colon}{getattr(self, key)}" for key in ("scope", "unit", "source")]


@dataclass(frozen=True)
class Chart:
    """A finished chart: the picture, the words that stand for it, and the numbers it was drawn from.

    Attributes
    ----------
    png : the picture; the same data give the same bytes.
    alt : what the picture shows, in words, for those who do not see it.
    words : title, scope, unit, source, language.
    data : the numbers drawn, suppressed ones missing; tests look here.
    notes : what the marks in the picture mean.
    """

    png: bytes = field(repr=False)
    alt: str
    words: Words
    data: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        payload = base64.b64encode(self.png).decode("ascii")
        return (
            '<figure class="chart">'
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{payload}">'
            f'<figcaption><span class="title">{escape(self.words.title)}</span><span class="meta">{unbroken(self.words.caption)}</span>'
            f"{''.join(f'<span class={chr(34)}meta{chr(34)}>{escape(note)}</span>' for note in self._noted)}</figcaption></figure>")

    @property
    def _noted(self) -> list[str]:
        return [f"{label('word', 'note', self.words.language)}{label('word', 'colon', self.words.language)}{note}" for note in self.notes]

    def __repr__(self) -> str:
        return f"{self.words.title}\n{self.alt}"


@cache
def _characters() -> frozenset[int]:
    """Register the package's own font under a name no machine has, and return the characters it can draw.

    The entry goes straight into the running manager: a font cache left on disk by another program cannot hide it.
    """
    path = str(sans_path())
    font_manager.fontManager.ttflist.append(font_manager.FontEntry(
        fname=path, name=_FONT, style="normal", variant="normal", weight=400, stretch="normal", size="scalable"))
    return frozenset(font_manager.get_font(path).get_charmap())


def drawable(text: str) -> str:
    """Return the text with every character the font lacks written as its code.

    Examples
    --------
    >>> drawable("葛小䮌"), drawable("葛小𠀀")
    ('葛小䮌', '葛小U+20000')
    """
    known = _characters()
    return "".join(c if ord(c) in known or c == "\n" else f"U+{ord(c):04X}" for c in unicodedata.normalize("NFC", text))


def house_style() -> AbstractContextManager[None]:
    """Return the context every chart is drawn in; what the user's own matplotlib settings say has no part in it."""
    _characters()
    return matplotlib.style.context(["default", _STYLE])


def new_figure(height: float) -> tuple[Figure, Axes]:
    """Return an empty figure, kept off pyplot's global state, and its axes; call it inside :func:`house_style`."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def picture(figure: Figure) -> bytes:
    """Draw the figure as PNG: fixed resolution, no date and no program name inside.

    Raises
    ------
    RecordError : a character would have become a box.
    """
    buffer = io.BytesIO()
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        warnings.filterwarnings("error", message=".*findfont.*")
        try:
            figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        except UserWarning as warning:
            raise RecordError(
                zh="图中有字体无法显示的字符，印出来会成为方框。请用 drawable() 处理图中的文字。",
                en="A chart holds a character that the font cannot draw and that would print as a box. Pass its texts through drawable().",
                reason=str(warning)) from warning
    return buffer.getvalue()


def told(words: Words, cells: Iterable[tuple[Any, str]]) -> str:
    """Return the picture in words: its title, then every value."""
    zh = words.language == "zh"
    colon, semicolon, stop = (label("word", key, words.language) for key in ("colon", "semicolon", "stop"))
    body = semicolon.join(f"{name} {text}" for name, text in cells)
    return f"{label('word', 'figure', words.language)}{colon}{words.title}{stop if zh else '. '}{body}{stop.strip()}"
