"""A clerical sample: which pairs people should look at, and what their judgements say of the linkage.

Pairs are drawn by band of match weight, more where the model is less sure (Neyman 1934). Precision and recall are stratified estimates with their
variance; where people judged all pairs of a band alike, draws from beta distributions give an interval that the normal one does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.intervals import wilson

__all__ = ["Agreement", "ClericalEstimate", "agreement_of_reviewers", "calibration_table", "clerical_estimate", "sample_for_review"]

FloatArray = npt.NDArray[np.float64]
_Z: Final = 1.959963984540054
_LEAST = 30
_DRAWS = 20_000


# --- whom to look at --------------------------------------------------------------------------------------


def sample_for_review(links: pd.DataFrame, n: int, seed: int, edges: Sequence[float]) -> pd.DataFrame:
    """Draw pairs for clerical review, stratified by match weight.

    Parameters
    ----------
    links : DataFrame ``record_id_a, record_id_b, match_weight, match_probability`` ; n : pairs wanted ; seed : of the draw, to be recorded.
    edges : weights in bits between the bands, ascending.

    Returns
    -------
    DataFrame : the pairs drawn with ``band`` (0 the lightest), ``n_in_band`` and ``n_drawn``, in the order of band and ids. Each band gets its
    share by Neyman's allocation with the model's probability as the guess, at least 30 or all it has. The order of ``links`` does not matter.
    """
    told = links.sort_values(["record_id_a", "record_id_b"], ignore_index=True)
    band = np.searchsorted(np.asarray(edges, dtype=float), told["match_weight"].to_numpy(), side="right")
    sizes = np.bincount(band, minlength=len(edges) + 1)
    p = np.bincount(band, told["match_probability"], len(sizes)) / np.maximum(sizes, 1)
    wanted = _allocation(sizes, np.sqrt(p * (1 - p)), n)
    generator = np.random.default_rng(seed)
    drawn = np.sort(np.concatenate([generator.permutation(np.flatnonzero(band == h))[: wanted[h]] for h in range(len(sizes))]))
    found = told.iloc[drawn].assign(band=band[drawn], n_in_band=sizes[band[drawn]], n_drawn=wanted[band[drawn]])
    return found.sort_values(["band", "record_id_a", "record_id_b"], ignore_index=True)


def _allocation(sizes: npt.NDArray[np.int64], spread: FloatArray, n: int) -> npt.NDArray[np.int64]:
    least = np.minimum(sizes, _LEAST)
    need = sizes * spread
    share = np.floor(max(0, n - int(least.sum())) * need / need.sum()).astype(np.int64) if need.sum() > 0 else np.zeros(len(sizes), np.int64)
    return np.asarray(np.minimum(sizes, least + share), dtype=np.int64)


# --- what the judgements say ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClericalEstimate:
    """Quality of a linkage by a clerical sample.

    Attributes
    ----------
    precision, precision_se : share of right links, and its standard error ; precision_normal : 95 % interval, normal
    precision_interval : the same by beta draws ; precision_range : if every "cannot tell" were wrong, and if it were right
    recall, recall_interval : of all matches, those linked (by beta draws); None where no band of pairs not linked was reviewed
    seed : of the draws
    """

    precision: float
    precision_se: float
    precision_normal: tuple[float, float]
    precision_interval: tuple[float, float]
    precision_range: tuple[float, float]
    recall: float | None
    recall_interval: tuple[float, float] | None
    seed: int


def clerical_estimate(strata: pd.DataFrame, seed: int = 20250401) -> ClericalEstimate:
    """Estimate precision and recall from the judgements, band by band.

    Parameters
    ----------
    strata : DataFrame, a row a band: ``n_pairs`` (in the band), ``n_reviewed``, ``n_matches`` (judged so), ``is_link`` (the band's pairs were linked), and perhaps
        ``n_unclear`` (cannot tell; counted as no match). Pairs that blocking did not bring may be a band of their own.

    Raises
    ------
    LinkageError : a band was not reviewed, or more pairs were judged than there are; there is no band of links.

    Examples
    --------
    >>> bands = pd.DataFrame({"n_pairs": [9000, 600, 400], "n_reviewed": [100, 150, 100], "n_matches": [100, 132, 55], "is_link": True})
    >>> found = clerical_estimate(bands)
    >>> round(found.precision, 4), round(found.precision_se, 6), [round(x, 4) for x in found.precision_normal]
    (0.9748, 0.002217, [0.9705, 0.9791])
    """
    _check(strata)
    n, reviewed, matches = (strata[name].to_numpy(dtype=float) for name in ("n_pairs", "n_reviewed", "n_matches"))
    is_link = strata["is_link"].to_numpy(dtype=bool)
    unclear = strata["n_unclear"].to_numpy(dtype=float) if "n_unclear" in strata else np.zeros(len(strata))
    p, share = matches / reviewed, np.where(is_link, n, 0.0) / n[is_link].sum()
    precision = float(share @ p)
    variance = float((share**2 * (1 - reviewed / n) * p * (1 - p) / np.maximum(reviewed - 1, 1)).sum())
    se = float(np.sqrt(variance))
    generator = np.random.default_rng(seed)
    draws = generator.beta(matches + 0.5, reviewed - matches + 0.5, size=(_DRAWS, len(strata)))
    draws = np.where(reviewed >= n, p, draws)  # a band reviewed as a whole is known
    recall = interval = None
    if not is_link.all():
        linked = n * p * is_link
        recall = float(linked.sum() / max((n * p).sum(), 1e-300))
        interval = _middle((draws * n * is_link).sum(axis=1) / np.maximum((draws * n).sum(axis=1), 1e-300))
    return ClericalEstimate(
        precision, se, (precision - _Z * se, precision + _Z * se), _middle(draws @ share), (precision, float(share @ ((matches + unclear) / reviewed))),
        recall, interval, seed)


def _middle(draws: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _check(strata: pd.DataFrame) -> None:
    n_unclear = strata.get("n_unclear", 0)
    wrong = strata[(strata["n_reviewed"] < 1) | (strata["n_reviewed"] > strata["n_pairs"]) | (strata["n_matches"] + n_unclear > strata["n_reviewed"])]
    if len(wrong):
        row = wrong.iloc[0]
        raise LinkageError(
            zh=f"抽样复核第 {wrong.index[0]} 层有 {row['n_pairs']} 对、复核 {row['n_reviewed']} 对、认定 {row['n_matches']} 对，数目不合。每层至少复核一对，认定数不得超过复核数。请核对。",
            en=f"Band {wrong.index[0]} of the clerical sample has {row['n_pairs']} pairs, {row['n_reviewed']} reviewed, {row['n_matches']} judged matches. "
               "Each band needs one reviewed pair at least, and no more matches than were reviewed. Mend the counts.", band=str(wrong.index[0]))
    if not strata["is_link"].any():
        raise LinkageError(zh="抽样复核中没有已认定对应的一层（is_link），无法估计准确率。请补上。", en="No band of the clerical sample holds links (is_link); precision cannot be told. Add one.")


# --- reviewers, calibration --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers agree: shares observed and expected by chance, Cohen's kappa, and how often either said match."""

    observed: float
    expected: float
    kappa: float
    prevalence: float


def agreement_of_reviewers(table: Sequence[Sequence[int]]) -> Agreement:
    """Compare two reviewers (Cohen 1960); the prevalence belongs beside kappa, which falls where nearly all pairs are alike.

    Parameters
    ----------
    table : counts, a row a judgement of the first, a column the same judgement of the second; the first is "match".

    Examples
    --------
    >>> found = agreement_of_reviewers([[20, 5], [10, 15]])
    >>> round(found.observed, 2), round(found.expected, 2), round(found.kappa, 2), found.prevalence
    (0.7, 0.5, 0.4, 0.55)
    """
    counts = np.asarray(table, dtype=float)
    total = counts.sum()
    if not total > 0 or counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise LinkageError(zh=f"复核一致性需要方形的计数表，实际为 {np.shape(table)}。请逐类列出两人的判断。", en=f"Agreement needs a square table of counts, found {np.shape(table)}. List the judgements of both, class by class.")
    first, second = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    observed, expected = float(np.trace(counts) / total), float(first @ second)
    return Agreement(observed, expected, (observed - expected) / (1 - expected) if expected < 1 else 1.0, float((first[0] + second[0]) / 2))


def calibration_table(probability: npt.ArrayLike, is_match: npt.ArrayLike, edges: Sequence[float] = (0.1, 0.5, 0.9, 0.99)) -> pd.DataFrame:
    """Hold match probabilities against judgements.

    Parameters
    ----------
    probability, is_match : of each judged pair ; edges : between the bands.

    Returns
    -------
    DataFrame, a row a band that holds pairs: ``band`` (text), ``n_pairs``, ``mean_probability``, ``share_of_matches``, ``low``, ``high`` (Wilson, 95 %).

    Examples
    --------
    >>> calibration_table([0.2, 0.3, 0.95, 0.97], [False, True, True, True])[["band", "n_pairs", "share_of_matches"]].values.tolist()
    [['0.1-0.5', 2, 0.5], ['0.9-0.99', 2, 1.0]]
    """
    chance, judged = np.asarray(probability, dtype=float), np.asarray(is_match, dtype=bool)
    ends = [0.0, *edges, 1.0]
    band = np.clip(np.searchsorted(ends, chance, side="right") - 1, 0, len(ends) - 2)
    rows: list[dict[str, Any]] = []
    for h in range(len(ends) - 1):
        here = band == h
        n, k = int(here.sum()), int(judged[here].sum())
        if n:
            low, high = wilson(k, n) or (0.0, 1.0)
            rows.append({"band": f"{ends[h]:g}-{ends[h + 1]:g}", "n_pairs": n, "mean_probability": float(chance[here].mean()), "share_of_matches": k / n, "low": low, "high": high})
    return pd.DataFrame(rows, columns=["band", "n_pairs", "mean_probability", "share_of_matches", "low", "high"])
