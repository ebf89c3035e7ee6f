"""Every published figure under a key that never changes its meaning: ``publish/results.json``.

The collector knows the limit for small counts, so that no figure leaves without having passed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from popanalysis.errors import ValidationError
from popanalysis.intervals import wilson
from popanalysis.report.privacy import bounded_rate, suppress_counts

__all__ = ["Results"]

_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
Definition = Mapping[str, str]


class Results:
    """Collects the figures of a period.

    Parameters
    ----------
    period : for example ``"2025Q1"``.
    small_cells : counts from 1 to ``small_cells`` - 1 are suppressed (value null, ``suppressed`` true).

    Examples
    --------
    >>> results = Results("2025Q1", small_cells=5)
    >>> births = {"zh": "本期出生事件数", "en": "Births of the period"}
    >>> results.add("births.events", 312, "births", definition=births)
    >>> results.add("births.review", 3, "births", definition={"zh": "待人工审核的出生", "en": "Births in clerical review"})
    >>> results["births.events"]["value"], results["births.review"]["value"], results["births.review"]["suppressed"]
    (312, None, True)
    """

    def __init__(self, period: str, small_cells: int = 5) -> None:
        self.period = period
        self.small_cells = small_cells
        self._figures: dict[str, dict[str, Any]] = {}

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self._figures[key]

    def __contains__(self, key: str) -> bool:
        return key in self._figures

    def __len__(self) -> int:
        return len(self._figures)

    def add(
        self, key: str, value: float | int | str | None, unit: str, *, numerator: int | None = None, denominator: int | None = None,
        interval: tuple[float, float] | None = None, definition: Definition, of_persons: bool = True, suppressed: bool = False,
    ) -> None:
        """Add one figure.

        Parameters
        ----------
        key : lower case, dotted, for example ``"agreement.birth_date.birth_cert.hukou_birth"``.
        value : the figure, unrounded; a word such as ``nil`` where it is a state; None where it cannot be computed.
        unit : a key of the group ``unit`` of the messages, or ``"state"``.
        numerator, denominator : the counts behind a rate; both are published with it.
        interval : lower and upper bound, 95 percent.
        definition : what is counted, ``{"zh": ..., "en": ...}``.
        of_persons : False for figures that speak of no person (files, rows of a title, days), which are never suppressed.
        suppressed : True where the caller withheld the value already (value None).

        Raises
        ------
        ValidationError : the key is ill-formed or already used, a language is missing, or value and counts disagree.
        """
        value, numerator, denominator = _plain(value), _plain(numerator), _plain(denominator)
        self._check(key, value, numerator, denominator, definition)
        figure = {
            "value": value, "unit": unit, "numerator": numerator, "denominator": denominator,
            "interval": list(interval) if interval else None, "bounds": None, "suppressed": bool(suppressed), "definition": {"zh": definition["zh"], "en": definition["en"]}}
        self._figures[key] = self._suppress(figure) if of_persons else figure

    def add_rate(self, key: str, numerator: int, denominator: int, *, definition: Definition) -> None:
        """Add a rate with its counts and Wilson interval; None without a denominator."""
        value = numerator / denominator if denominator else None
        self.add(key, value, "rate", numerator=numerator, denominator=denominator,
                 interval=wilson(numerator, denominator), definition=definition)

    def add_counts(
        self, prefix: str, counts: pd.Series[Any], unit: str, *, definitions: Mapping[str, Definition], sums: Iterable[Collection[Hashable]] = (),
    ) -> None:
        """Add counts that make up a whole, each under ``prefix.<label>``, and the whole under ``prefix.total``.

        A small part cannot be had by subtracting the others from the whole: a second part is withheld with it.

        Parameters
        ----------
        counts : index = last part of the key; whole numbers.
        definitions : one for every label, and one for ``"total"``.
        sums : groups of labels whose sum is published somewhere else (see :func:`popanalysis.report.privacy.suppress_counts`).
        """
        published = suppress_counts(counts, self.small_cells, sums=sums)
        for key, value in published.values["n"].items():
            hidden = bool(pd.isna(value))
            self.add(f"{prefix}.{key}", None if hidden else int(value), unit, definition=definitions[str(key)],
                     of_persons=False, suppressed=hidden)

    def extend(self, other: Results) -> None:
        """Take over the figures of another collector, such as that of a chapter.

        Raises
        ------
        ValidationError : a key is used in both.
        """
        if twice := sorted(self._figures.keys() & other._figures.keys()):
            self._refuse(twice[0], "同一键已使用过", "the key is already used")
        self._figures.update(other._figures)

    def to_plain(self) -> dict[str, Any]:
        """Return what :meth:`write` writes."""
        return {"schema": 1, "period": self.period, "small_cells": self.small_cells, "figures": {k: self._figures[k] for k in sorted(self._figures)}}

    def write(self, path: Path) -> None:
        """Write ``results.json``: keys sorted, UTF-8, a newline at the end, the same bytes for the same figures."""
        text = json.dumps(self.to_plain(), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")

    def _suppress(self, figure: dict[str, Any]) -> dict[str, Any]:
        n, d, value = figure["numerator"], figure["denominator"], figure["value"]
        hidden = {"value": None, "numerator": None, "interval": None, "suppressed": True}
        if d is None:
            return {**figure, **hidden} if isinstance(value, int) and 0 < value < self.small_cells else figure
        if 0 < d < self.small_cells:
            return {**figure, **hidden, "denominator": None}
        bounds = bounded_rate(n, d, self.small_cells)
        return figure if bounds is None or bounds[0] == bounds[1] else {**figure, **hidden, "bounds": list(bounds)}

    def _check(self, key: str, value: Any, n: int | None, d: int | None, definition: Definition) -> None:
        if not _KEY.fullmatch(key):
            self._refuse(key, "键应为小写字母、数字、下划线，以点分段", "a key is lower case, dotted")
        if key in self._figures:
            self._refuse(key, "同一键已使用过", "the key is already used")
        if not (definition.get("zh") and definition.get("en")):
            self._refuse(key, "定义须有中文和英文", "a definition needs Chinese and English")
        if (n is None) != (d is None):
            self._refuse(key, "分子和分母须同时给出", "numerator and denominator come together")
        if n is not None and d and isinstance(value, float | int) and abs(value - n / d) > 1e-12:
            self._refuse(key, "数值与分子、分母不符", "the value is not numerator / denominator")

    @staticmethod
    def _refuse(key: str, zh: str, en: str) -> NoReturn:
        raise ValidationError(
            zh=f"指标 {key} 无法写入 results.json：{zh}。请在产生该指标处改正。",
            en=f"Figure '{key}' cannot go into results.json: {en}. Mend it where it is made.", key=key)


def _plain(value: Any) -> Any:
    """Turn numpy's numbers into Python's, which JSON knows."""
    return value.item() if hasattr(value, "item") else value
