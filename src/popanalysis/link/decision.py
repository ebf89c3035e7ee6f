"""The decision table: vetoes and certain rules, in order, before the thresholds.

A condition is a small language of its own, read by this parser and nothing else: ``field == level``, ``field != level``,
``field in (level, level)``, joined by ``and``, ``or``, ``not`` and brackets. ``missing`` may stand for a level; any other test of a
missing field is false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from popanalysis.link.rules import LinkageRules, nearest

__all__ = ["DECISIONS", "LINK", "NON_LINK", "OPEN", "POSSIBLE_LINK", "Condition", "check_condition", "decide_patterns", "read_condition"]

BoolArray = npt.NDArray[np.bool_]
#: A condition is a function of the level of each field.
Condition = Callable[[Callable[[str], npt.NDArray[np.int8]]], BoolArray]
#: What is decided about a pair; inside the engine a decision is its place here.
DECISIONS = ("", "non_link", "possible_link", "link")
OPEN, NON_LINK, POSSIBLE_LINK, LINK = range(4)
_WORD = re.compile(r"\s*(==|!=|[(),]|[\w.\-]+)")


class _SyntaxError(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class _Reader:
    """Reads a condition from left to right; each method reads one grammar rule."""

    def __init__(self, text: str, ladders: Mapping[str, Sequence[str]]) -> None:
        self.words = _words(text)
        self.ladders = ladders

    def peek(self) -> str:
        return self.words[0] if self.words else ""

    def take(self, *expected: str) -> str:
        word = self.peek()
        if expected and word not in expected:
            zh = f"此处应为 {' 或 '.join(expected)}，实际为“{word or '结尾'}”"
            raise _SyntaxError(zh, f"expected {' or '.join(expected)}, found '{word or 'the end'}'")
        self.words = self.words[1:]
        return word

    def either(self) -> Condition:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return lambda level: np.any([p(level) for p in parts], axis=0)

    def both(self) -> Condition:
        parts = [self.negated()]
        while self.peek() == "and":
            self.take()
            parts.append(self.negated())
        return lambda level: np.all([p(level) for p in parts], axis=0)

    def negated(self) -> Condition:
        if self.peek() == "not":
            self.take()
            inner = self.negated()
            return lambda level: ~inner(level)
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        return self.test()

    def test(self) -> Condition:
        field = self._known(self.take(), list(self.ladders), "比较项", "comparison")
        operator = self.take("==", "!=", "in")
        wanted = [self._level(field)] if operator != "in" else self._listed(field)
        if operator == "!=":
            return lambda level: (level(field) != wanted[0]) & (level(field) >= 0)
        return lambda level: np.isin(level(field), wanted)

    def _listed(self, field: str) -> list[int]:
        self.take("(")
        wanted = [self._level(field)]
        while self.take(",", ")") == ",":
            wanted.append(self._level(field))
        return wanted

    def _level(self, field: str) -> int:
        ladder = list(self.ladders[field])
        word = self._known(self.take(), [*ladder, "missing"], f"{field} 的等级", f"level of {field}")
        return -1 if word == "missing" else ladder.index(word)

    def _known(self, word: str, valid: list[str], zh_what: str, en_what: str) -> str:
        if word not in valid:
            zh, en = nearest(word, valid)
            raise _SyntaxError(f"{zh_what}“{word}”不存在；{zh}", f"unknown {en_what} '{word}'; {en}")
        return word


def _words(text: str) -> list[str]:
    words, at = [], 0
    while text[at:].strip():
        found = _WORD.match(text, at)
        if not found:
            raise _SyntaxError(f"无法识别“{text[at:].strip()[:10]}”", f"cannot read '{text[at:].strip()[:10]}'")
        words.append(found.group(1))
        at = found.end()
    return words


def read_condition(text: str, ladders: Mapping[str, Sequence[str]]) -> Condition:
    """Read a condition.

    Examples
    --------
    >>> condition = read_condition("sex == different and not date in (equal, next_day)",
    ...                            {"sex": ["equal", "different"], "date": ["equal", "next_day", "different"]})
    >>> levels = {"sex": np.array([1, 1, -1], np.int8), "date": np.array([2, 1, 2], np.int8)}
    >>> condition(levels.__getitem__).tolist()
    [True, False, False]
    """
    reader = _Reader(text, ladders)
    condition = reader.either()
    if reader.words:
        raise _SyntaxError(f"“{reader.peek()}”多余", f"'{reader.peek()}' is left over")
    return condition


def check_condition(text: str, ladders: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Yield a sentence in Chinese and English where a condition cannot be read."""
    try:
        read_condition(text, ladders)
    except _SyntaxError as fault:
        yield f"“{text}”：{fault.zh}", f"'{text}': {fault.en}"


def decide_patterns(levels: npt.NDArray[np.int8], names: Sequence[str], ladders: Sequence[Sequence[str]], rules: LinkageRules) -> npt.NDArray[np.int8]:
    """Return the decision of the first line that applies to each pattern, as its place in :data:`DECISIONS`; :data:`OPEN` where none does."""
    decided = np.full(len(levels), OPEN, dtype=np.int8)
    place = {name: k for k, name in enumerate(names)}
    for line in rules.decision:
        condition = read_condition(line.when, dict(zip(names, ladders, strict=True)))
        applies = condition(lambda field: levels[:, place[field]])
        decided[applies & (decided == OPEN)] = DECISIONS.index(line.then)
    return decided
