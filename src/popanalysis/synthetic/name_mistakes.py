"""How a name comes to be written wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from popanalysis.synthetic import variants

__all__ = ["NAME_SHARES", "wrong_names"]

#: kind of mistake -> its share of all name mistakes; transliteration only where the name is Mongolian.
NAME_SHARES: Final[Mapping[str, float]] = MappingProxyType({
    "sound_alike": 0.40, "shape_alike": 0.12, "transliteration": 0.12, "script_variant": 0.10,
    "character_lost": 0.06, "blanks_or_dots": 0.10, "order": 0.04, "other": 0.06})


def wrong_names(name: str, kind: str) -> list[str]:
    """Return every way in which a mistake of this kind can write a name; empty where it cannot.

    Parameters
    ----------
    name : the name as it is.
    kind : a key of :data:`NAME_SHARES`.

    Examples
    --------
    >>> wrong_names("王芳", "order"), wrong_names("王芳", "character_lost")
    (['芳王'], ['芳', '王'])
    """
    return [wrong for wrong in dict.fromkeys(_MAKERS[kind](name)) if wrong != name]


def _replaced(name: str, table: Mapping[str, str]) -> list[str]:
    return [name[:place] + other + name[place + 1:] for place, character in enumerate(name) for other in table.get(character, "")]


def _transliterated(name: str) -> list[str]:
    words = [name.replace(word, other, 1) for word, other in variants.TRANSLITERATION if word in name]
    unheard = [name[:p] + name[p + 1:] for p, c in enumerate(name) if p > 0 and c in variants.UNHEARD and len(name) > 3]
    return words * 3 + _replaced(name, variants.SYLLABLES) + unheard


def _lost(name: str) -> list[str]:
    return [name[:place] + name[place + 1:] for place in range(len(name))] if len(name) > 1 else []


def _spaced(name: str) -> list[str]:
    if "·" in name:
        return [name.replace("·", other) for other in ("", ".", "•", "・", " ", "．")]
    inside = [name[:1] + blank + name[1:] for blank in (" ", "  ", "\u3000")] if len(name) < 4 else [name[:2] + "·" + name[2:], name[:3] + " " + name[3:]]
    return [*inside, name + " ", " " + name]


def _reordered(name: str) -> list[str]:
    if "·" in name:
        first, _, second = name.partition("·")
        return [f"{second}·{first}"]
    return [name[:p] + name[p + 1] + name[p] + name[p + 2:] for p in range(max(len(name) - 3, 0), len(name) - 1)]


def _otherwise(name: str) -> list[str]:
    """An unknown sign for a character the computer lacks, a character twice, one of the next field's."""
    signs = [name[:p] + sign + name[p + 1:] for p in range(len(name)) for sign in ("?", "□", "*")]
    return [*signs, *(name[:p] + name[p] + name[p:] for p in range(1, len(name)))]


_MAKERS: Final[Mapping[str, Callable[[str], list[str]]]] = MappingProxyType({
    "sound_alike": lambda name: _replaced(name, variants.SOUND),
    "shape_alike": lambda name: _replaced(name, variants.SHAPE),
    "transliteration": _transliterated,
    "script_variant": lambda name: _replaced(name, variants.SCRIPT),
    "character_lost": _lost,
    "blanks_or_dots": _spaced,
    "order": _reordered,
    "other": _otherwise,
})
