"""The Fellegi-Sunter model: EM on pattern counts, match weights, and the face of a recordlinkage classifier.

Source: Fellegi & Sunter 1969; EM after Winkler 1988 and Jaro 1989. Weights are log2(m/u); a missing value adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.notes import Note
from popanalysis.link.patterns import count_patterns

__all__ = ["Estimate", "FellegiSunter", "em", "monotone_ratios"]

FloatArray = npt.NDArray[np.float64]
#: Least probability where no smoothing is asked for; keeps logarithms finite.
_TINY = 1e-12


@dataclass(frozen=True)
class Estimate:
    """Result of an EM run; ``m`` and ``u`` hold one array a field, a probability a level.

    ``change`` is the largest change of a parameter in the last step.
    """

    m: tuple[FloatArray, ...]
    u: tuple[FloatArray, ...]
    prior: float
    log_likelihood: float
    n_steps: int
    converged: bool
    change: float


class _Flat:
    """All levels of all fields in one line, so that a step of the EM is two array operations."""

    def __init__(self, levels: npt.NDArray[np.int8], n_levels: Sequence[int]) -> None:
        self.n_levels = list(n_levels)
        self.starts = np.concatenate([[0], np.cumsum(n_levels)])
        self.size = int(self.starts[-1])
        self.at = np.where(levels < 0, self.size, levels + self.starts[:-1][None, :]).astype(np.int64)
        self.field = np.repeat(np.arange(len(n_levels)), n_levels)

    def join(self, parts: Sequence[npt.ArrayLike]) -> FloatArray:
        return np.concatenate([np.asarray(p, dtype=float) for p in parts])

    def split(self, flat: FloatArray) -> tuple[FloatArray, ...]:
        return tuple(np.split(flat, self.starts[1:-1]))

    def log_sum(self, flat: FloatArray) -> FloatArray:
        logs = np.append(np.log(np.maximum(flat, _TINY * _TINY)), 0.0)
        total: FloatArray = logs[self.at].sum(axis=1)
        return total

    def shares(self, weights: FloatArray, smoothing: float) -> FloatArray:
        """Share of each level among the observed values of its field."""
        counts = np.bincount(self.at.ravel(), np.repeat(weights, self.at.shape[1]), self.size + 1)[:-1] + smoothing
        totals = np.bincount(self.field, counts, len(self.n_levels))[self.field]
        shares: FloatArray = np.divide(counts, totals, out=np.full(self.size, np.nan), where=totals > 0)
        return shares


def em(
    levels: npt.NDArray[np.int8], counts: npt.NDArray[Any], n_levels: Sequence[int], *,
    m: Sequence[npt.ArrayLike], u: Sequence[npt.ArrayLike], prior: float, learn_u: bool = True, smoothing: float = 0.0,
    floors: tuple[float, float] = (0.0, 0.0), tolerance: float = 1e-8, max_steps: int = 5000,
) -> Estimate:
    """Estimate m, u and the share of matches by expectation and maximisation.

    Parameters
    ----------
    levels : int8 array, a row a pattern, a column a field; -1 where the value is missing (the field is then skipped).
    counts : pairs of each pattern.
    m, u, prior : where to start; u stays as it is unless ``learn_u``.
    smoothing : pairs added to each level of each field at every step.
    floors : least m and least u of a level.
    tolerance : stop when no parameter changes by more.

    Returns
    -------
    Estimate
    """
    flat = _Flat(levels, n_levels)
    counts = np.asarray(counts, dtype=float)
    m_flat, u_flat, total = flat.join(m), flat.join(u), float(counts.sum())
    if not total > 0:
        return Estimate(flat.split(m_flat), flat.split(u_flat), prior, 0.0, 0, True, 0.0)
    change, step, log_likelihood = np.inf, 0, -np.inf
    while step < max_steps:
        step += 1
        log_m, log_u = np.log(prior) + flat.log_sum(m_flat), np.log1p(-prior) + flat.log_sum(u_flat)
        both = np.logaddexp(log_m, log_u)
        is_match = np.exp(log_m - both)
        log_likelihood = float(counts @ both)
        before = np.concatenate([m_flat, u_flat, [prior]])
        new_m = flat.shares(counts * is_match, smoothing)
        m_flat = _floored(np.where(np.isnan(new_m), m_flat, new_m), floors[0])
        if learn_u:
            new_u = flat.shares(counts * (1 - is_match), smoothing)
            u_flat = _floored(np.where(np.isnan(new_u), u_flat, new_u), floors[1])
        prior = float(np.clip(counts @ is_match / total, _TINY, 1 - _TINY))
        change = float(np.abs(np.concatenate([m_flat, u_flat, [prior]]) - before).max())
        if change < tolerance:
            break
    return Estimate(flat.split(m_flat), flat.split(u_flat), prior, log_likelihood, step, change < tolerance, change)


def _floored(probability: FloatArray, floor: float) -> FloatArray:
    return np.clip(probability, floor, 1 - floor) if floor else probability


def monotone_ratios(m: FloatArray, u: FloatArray) -> FloatArray:
    """Return m/u made non-increasing from the best level to the worst, by pooling levels that stand the wrong way round.

    Pooled levels share the ratio of their summed m and u, so that the evidence in the data is kept.

    Examples
    --------
    >>> monotone_ratios(np.array([0.8, 0.05, 0.15]), np.array([0.01, 0.09, 0.9])).round(3).tolist()
    [80.0, 0.556, 0.167]
    >>> monotone_ratios(np.array([0.8, 0.05, 0.15]), np.array([0.01, 0.5, 0.49])).round(3).tolist()
    [80.0, 0.202, 0.202]
    """
    pools: list[list[float]] = []
    for m_level, u_level in zip(m.tolist(), u.tolist(), strict=True):
        pools.append([m_level, u_level, 1])
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
            last = pools.pop()
            pools[-1] = [pools[-1][k] + last[k] for k in range(3)]
    return np.concatenate([np.full(int(n), m_sum / max(u_sum, _TINY)) for m_sum, u_sum, n in pools])


class FellegiSunter:
    """The model with the face of a recordlinkage classifier: ``fit``, ``predict``, ``prob``.

    Parameters
    ----------
    n_levels : number of levels of each field (default: from the data); level 0 is the best, a negative or missing one says nothing.
    smoothing, monotone : ``0`` and ``False`` give the bare model of the published examples.
    m, u, prior : where the EM starts (default: m .9 and u .1 for the best level, prior .5).
    options : further keywords of :func:`em`.

    A field always at one level among the pairs (because it was the block) has weight 0, and ``notes`` say so.

    Examples
    --------
    >>> vectors = pd.DataFrame({"name": [0] * 40 + [1] * 60, "date": [0] * 38 + [1] * 2 + [0] * 3 + [1] * 57})
    >>> model = FellegiSunter().fit(vectors.assign(sex=[0] * 70 + [1] * 30))
    >>> bool(model.m["name"][0] > 0.9), bool(model.prob(vectors.assign(sex=0)).between(0, 1).all())
    (True, True)
    """

    def __init__(
        self, n_levels: Mapping[str, int] | None = None, *, smoothing: float = 0.0, monotone: bool = False,
        m: Mapping[str, npt.ArrayLike] | None = None, u: Mapping[str, npt.ArrayLike] | None = None, prior: float = 0.5, **options: Any,
    ) -> None:
        self.n_levels = dict(n_levels or {})
        self.smoothing, self.monotone, self.options = smoothing, monotone, options
        self._start_m, self._start_u, self._start_prior = dict(m or {}), dict(u or {}), prior
        self.estimate: Estimate | None = None
        self.notes: list[Note] = []

    def fit(self, comparison_vectors: pd.DataFrame, counts: npt.ArrayLike | None = None) -> FellegiSunter:
        """Learn from comparison vectors, a row a pair (or a pattern, with ``counts`` of pairs)."""
        self.fields = list(comparison_vectors.columns)
        levels = _levels(comparison_vectors)
        agrees = [levels[levels[:, k] >= 0, k] for k in range(levels.shape[1])]
        self.constant = [bool(len(a) == 0 or (a == a[0]).all()) for a in agrees]
        self.notes = [Note("{field}: field always at one level; weight 0", "{field}始终为同一等级，不计权重", f) for f, c in zip(self.fields, self.constant, strict=True) if c]
        self.notes += [Note("{field}: field never agrees", "{field}从未一致", f) for f, a in zip(self.fields, agrees, strict=True) if len(a) and not (a == 0).any()]
        self.sizes = [self.n_levels.get(f, max(2, int(levels[:, k].max(initial=0)) + 1)) for k, f in enumerate(self.fields)]
        if counts is None:
            patterns = count_patterns(levels, self.sizes)
            levels, counts = patterns.levels, patterns.counts
        self.estimate = em(
            levels, np.asarray(counts), self.sizes, smoothing=self.smoothing, prior=self._start_prior,
            m=[self._start_m.get(f, _tilted(0.9, n)) for f, n in zip(self.fields, self.sizes, strict=True)],
            u=[self._start_u.get(f, _tilted(0.1, n)) for f, n in zip(self.fields, self.sizes, strict=True)], **self.options)
        return self

    def _fitted(self) -> Estimate:
        if self.estimate is None:
            raise LinkageError(zh="模型尚未估计。请先调用 fit。", en="The model is not fitted yet. Call fit first.")
        return self.estimate

    @property
    def m(self) -> dict[str, FloatArray]:
        """m probability per field and level."""
        return dict(zip(self.fields, self._fitted().m, strict=True))

    @property
    def u(self) -> dict[str, FloatArray]:
        """u probability per field and level."""
        return dict(zip(self.fields, self._fitted().u, strict=True))

    @property
    def prior(self) -> float:
        """Share of matches among the pairs."""
        return self._fitted().prior

    def weights(self, comparison_vectors: pd.DataFrame) -> pd.Series[float]:
        """Match weight of each pair in bits; a missing value adds 0."""
        levels = _levels(comparison_vectors[self.fields])
        total = np.zeros(len(levels))
        for k, (m, u) in enumerate(zip(self._fitted().m, self._fitted().u, strict=True)):
            if self.constant[k]:
                continue
            ratios = monotone_ratios(m, u) if self.monotone else np.maximum(m, _TINY) / np.maximum(u, _TINY)
            total += np.append(np.log2(np.maximum(ratios, _TINY)), 0.0)[levels[:, k]]
        return pd.Series(total, index=comparison_vectors.index, name="match_weight")

    def prob(self, comparison_vectors: pd.DataFrame) -> pd.Series[float]:
        """Probability of a match for each pair. For display: thresholds use weights, which do not saturate."""
        odds = np.log2(self.prior) - np.log2(1 - self.prior) + self.weights(comparison_vectors)
        return pd.Series(1 / (1 + np.exp2(-odds.to_numpy())), index=odds.index, name="match_probability")

    def predict(self, comparison_vectors: pd.DataFrame) -> pd.Index[Any]:
        """Index of the pairs that are more likely matches than not."""
        odds = np.log2(self.prior) - np.log2(1 - self.prior) + self.weights(comparison_vectors)
        links: pd.Index[Any] = comparison_vectors.index[(odds >= 0).to_numpy()]
        return links

    def fit_predict(self, comparison_vectors: pd.DataFrame) -> pd.Index[Any]:
        """Learn, then classify the same pairs."""
        return self.fit(comparison_vectors).predict(comparison_vectors)


def _tilted(best: float, n: int) -> FloatArray:
    """Start values: ``best`` for the best level, the rest shared evenly."""
    return np.array([best] + [(1 - best) / (n - 1)] * (n - 1))


def _levels(comparison_vectors: pd.DataFrame) -> npt.NDArray[np.int8]:
    values = comparison_vectors.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(values) | (values < 0), -1, values).astype(np.int8)
