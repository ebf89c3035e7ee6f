"""Estimate the model of a linkage from the lists themselves: u from random pairs, m by EM inside blocks, then one to one.

The usual recipe against the bias of blocking (Winkler 1988; Enamorado, Fifield & Imai 2019): u never from candidates (they are selected), a field never inside a block made of it. EM alone takes twins
for matches; the last step therefore counts m on each record's best partner only, which is what an assignment will keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.blocking import Candidates
from popanalysis.link.coding import Universe
from popanalysis.link.comparisons import make_comparison
from popanalysis.link.model import FloatArray, em, monotone_ratios
from popanalysis.link.notes import Note
from popanalysis.link.patterns import Patterns, Vectors, compare_pairs, count_patterns
from popanalysis.link.rules import LinkageRules
from popanalysis.link.threads import in_order

__all__ = ["LinkageModel", "best_partners", "linked_lists", "n_comparable", "random_patterns", "score_pairs", "tempered", "train_model"]

_ROUNDS = 3  # of counting m on best partners; the third changes no link any more
_MAX_STEPS = 200
_LARGEST_PRIOR = 0.9  # beyond it a weight of nothing would make a match
_SHARED = 0.5  # what the second of two dependent fields still counts


@dataclass(frozen=True)
class LinkageModel:
    """What the engine learned.

    Attributes
    ----------
    table : DataFrame, a row a comparison and level: ``comparison, level, m_probability, u_probability, match_weight`` (bits), ``n_pairs``
    prior : share of matches among all comparable pairs ; n_comparable : their number
    swapped_weight : bits added where the columns had to be exchanged
    converged : whether every EM run came to rest ; notes : sentences worth reading
    errors : expected ``false_link_rate`` and ``missed_match_rate`` by the model
    """

    names: tuple[str, ...]
    ladders: tuple[tuple[str, ...], ...]
    m: tuple[FloatArray, ...]
    u: tuple[FloatArray, ...]
    weights: tuple[FloatArray, ...]
    prior: float
    n_comparable: int
    swapped_weight: float
    converged: bool
    runs: pd.DataFrame
    n_pairs: tuple[npt.NDArray[np.int64], ...]
    n_candidates: int
    notes: tuple[Note, ...] = ()
    errors: dict[str, float] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """m, u and weight of every level."""
        rows = [
            {"comparison": name, "level": level, "m_probability": m[k], "u_probability": u[k], "match_weight": w[k], "n_pairs": n[k]}
            for name, ladder, m, u, w, n in zip(self.names, self.ladders, self.m, self.u, self.weights, self.n_pairs, strict=True)
            for k, level in enumerate(ladder)]
        return pd.DataFrame(rows)

    @property
    def n_missing(self) -> pd.Series[Any]:
        """Candidate pairs in which each comparison says nothing, because a value is missing."""
        return pd.Series([self.n_candidates - int(n.sum()) for n in self.n_pairs], index=list(self.names), name="n_missing", dtype=np.int64)

    @property
    def prior_weight(self) -> float:
        """Prior odds in bits."""
        return float(np.log2(self.prior) - np.log2(1 - self.prior))

    def probability(self, weights: FloatArray) -> FloatArray:
        """Match probability of a weight in bits; for display only, it saturates."""
        return np.asarray(1 / (1 + np.exp2(-np.clip(weights + self.prior_weight, -1000, 1000))))


def train_model(
    universe: Universe, candidates: Candidates, vectors: Vectors, patterns: Patterns, drawn: Patterns, rules: LinkageRules,
) -> LinkageModel:
    """Estimate m, u, prior and weights.

    Parameters
    ----------
    universe, candidates, vectors, patterns : the coded records, the candidate pairs, their levels, and the patterns of these.
    drawn : patterns of random pairs (:func:`random_patterns`).
    rules : smoothing, monotone levels, dependent fields, weight cap, seeds.
    """
    smoothing, typical = rules.model.m.smoothing, _typical(universe, rules, vectors)
    between = universe.source[candidates.left] != universe.source[candidates.right]
    one_list = not linked_lists(universe, rules)
    used = np.ones(len(candidates), bool) if one_list else between
    comparable = n_comparable(universe, rules)
    notes = [*universe.notes, *_frequency_notes(rules)]
    prior, of_the_prior = _prior(candidates, used, comparable, universe, rules)
    notes += of_the_prior
    u = _shares(drawn.levels, drawn.counts, [t[1] for t in typical], 1000.0, smoothing)
    m, runs = _m_by_block(candidates, patterns, used, u, vectors, typical, rules)
    best = np.zeros(len(candidates), bool)
    for _ in range(_ROUNDS):
        u = _u_without_matches(drawn, m, u, prior, typical, smoothing)
        if one_list:  # an event may stand there more than twice: no best partner to count
            break
        weights = _pattern_weights(patterns, _weights(m, u, rules), vectors, rules)[patterns.of_pair]
        likely = np.flatnonzero(between & (weights + np.log2(prior) > 0))
        best[:] = False
        best[likely] = best_partners(universe, candidates.left[likely], candidates.right[likely], weights[likely])
        m = _shares(patterns.levels, np.bincount(patterns.of_pair[best], minlength=len(patterns.counts)), [t[0] for t in typical], 10.0, smoothing)
    weights_of = _weights(m, u, rules)
    for k in _block_fields(vectors, rules):
        weights_of[k] = np.zeros(vectors.n_levels[k])
        notes.append(Note("{field}: every candidate agrees, because it is the block; weight 0", "{field}是分组依据，各候选记录对均一致，不计权重", vectors.names[k]))
    notes += _degenerate(vectors, rules)
    if not runs["converged"].all():
        notes.append(Note("not converged: an EM run reached its last step; treat weights with care", "模型估计未收敛，权重请谨慎使用"))
    swapped = np.log2((float(np.sum(vectors.swapped & best)) + 0.5) / (float(best.sum()) + 50))
    per_level = tuple(np.bincount(patterns.levels[:, k] + 1, patterns.counts, n + 1)[1:].astype(np.int64) for k, n in enumerate(vectors.n_levels))
    return LinkageModel(
        vectors.names, vectors.ladders, tuple(m), tuple(u), tuple(weights_of), prior, comparable, float(swapped),
        bool(runs["converged"].all()), runs, per_level, len(candidates), tuple(notes))


def score_pairs(
    universe: Universe, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], vectors: Vectors, patterns: Patterns,
    model: LinkageModel, rules: LinkageRules,
) -> FloatArray:
    """Match weight of each pair in bits: levels, term frequencies, exchanged columns."""
    def by_frequency(k: int) -> tuple[npt.NDArray[np.intp], FloatArray]:
        """Which pairs agree in a value whose frequency counts, and the bits that makes."""
        rule = rules.comparisons[k]
        assert rule.term_frequency is not None
        column = universe.columns[rule.field]
        shares, agree = _value_shares(universe, rules, k)
        counted = np.isin(vectors.levels[:, k], [vectors.ladders[k].index(x) for x in rule.term_frequency.levels if x in vectors.ladders[k]])
        at = np.flatnonzero(counted & ~vectors.swapped)
        share = np.maximum(shares[column.codes[left[at]]], shares[column.codes[right[at]]])
        more = rule.term_frequency.damping * np.log2(agree / share)
        plain = model.weights[k][vectors.levels[at, k]]
        return at, np.clip(plain + more, -rules.model.weight_cap, rules.model.weight_cap) - plain

    weights = _pattern_weights(patterns, model.weights, vectors, rules)[patterns.of_pair]
    for at, more in in_order(by_frequency, [k for k, rule in enumerate(rules.comparisons) if rule.term_frequency is not None]):
        weights[at] += more
    weights[vectors.swapped] += model.swapped_weight
    return weights


def best_partners(universe: Universe, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], weights: FloatArray) -> npt.NDArray[np.bool_]:
    """Pairs in which each record is the other's best in that source (ties included)."""
    n = len(universe.sources)
    to_right = left * n + universe.source[right]
    to_left = right * n + universe.source[left]
    best = np.full(len(universe) * n, -np.inf)
    np.maximum.at(best, to_right, weights)
    np.maximum.at(best, to_left, weights)
    both: npt.NDArray[np.bool_] = (weights >= best[to_right] - 1e-9) & (weights >= best[to_left] - 1e-9)
    return both


# --- u, m, prior ----------------------------------------------------------------------------------------


def linked_lists(universe: Universe, rules: LinkageRules) -> list[tuple[int, int]]:
    """Return the pairs of lists that are linked and hold records; none where only duplicates inside a list can be found."""
    sizes, place = universe.sizes(), {name: k for k, name in enumerate(universe.sources)}
    return [(place[a], place[b]) for a, b in rules.links if sizes[place[a]] and sizes[place[b]]]


def n_comparable(universe: Universe, rules: LinkageRules) -> int:
    """Return the number of pairs that could be compared without blocking, at least 1."""
    n: list[int] = universe.sizes().tolist()
    linked = linked_lists(universe, rules)
    return max(1, sum(n[a] * n[b] for a, b in linked) if linked else sum(k * (k - 1) // 2 for k in n))


def _prior(
    candidates: Candidates, between: npt.NDArray[np.bool_], comparable: int, universe: Universe, rules: LinkageRules,
) -> tuple[float, list[Note]]:
    """Pairs of near-certain passes, divided by the recall assumed for them; never more than a list can give, and never certainty."""
    bits = sum(1 << k for k, p in enumerate(rules.blocking.passes) if p.name in rules.model.prior.rules)
    sizes: list[int] = universe.sizes().tolist()
    most = sum(min(sizes[a], sizes[b]) for a, b in linked_lists(universe, rules)) or len(universe)
    n_rule = int(np.sum(between & ((candidates.passes & bits) > 0))) if bits else 0
    expected = n_rule / rules.model.prior.recall if n_rule else 0.5 * most
    prior = float(np.clip(expected, 0.5, max(most, 1)) / (comparable + 1))
    if prior <= _LARGEST_PRIOR:
        return prior, []
    return _LARGEST_PRIOR, [Note(
        f"prior: the near-certain passes alone would make nearly every pair a match; set to {_LARGEST_PRIOR}",
        f"先验比例：仅按近乎确定的分组方式，几乎所有记录对都会被视为同一事件；现按 {_LARGEST_PRIOR} 计")]


def random_patterns(universe: Universe, rules: LinkageRules) -> Patterns:
    """Patterns of random pairs of different lists (of one list, where there is only one)."""
    generator = np.random.default_rng(rules.model.u.seed)
    sizes = universe.sizes()
    starts = np.concatenate([[0], np.cumsum(sizes)])
    pairs = linked_lists(universe, rules) or [(k, k) for k in range(len(sizes))]
    products = np.array([float(sizes[a] * sizes[b]) for a, b in pairs])
    left, right = [np.array([], np.int64)], [np.array([], np.int64)]
    for (a, b), share in zip(pairs, products / max(products.sum(), 1), strict=True):
        n = round(min(rules.model.u.pairs, float(products.sum())) * float(share))
        left.append(starts[a] + generator.integers(0, max(sizes[a], 1), n))
        right.append(starts[b] + generator.integers(0, max(sizes[b], 1), n))
    i, j = np.concatenate(left), np.concatenate(right)
    i, j = i[i != j], j[i != j]
    vectors = compare_pairs(universe, np.minimum(i, j), np.maximum(i, j), rules)
    return count_patterns(vectors.levels, vectors.n_levels)


def _typical(universe: Universe, rules: LinkageRules, vectors: Vectors) -> list[tuple[FloatArray, FloatArray]]:
    """m and u to lean on where a list is too small to show its own; each sums to one."""
    out = []
    for rule, n in zip(rules.comparisons, vectors.n_levels, strict=True):
        pair = [np.resize(np.append(t, 0.05), n) for t in make_comparison(rule).typical_shares(len(universe.columns[rule.field].table))]
        out.append((pair[0] / pair[0].sum(), pair[1] / pair[1].sum()))
    return out


def _shares(
    levels: npt.NDArray[np.int8], counts: npt.NDArray[np.float64] | npt.NDArray[np.int64], typical: Sequence[FloatArray], mass: float, smoothing: float,
) -> list[FloatArray]:
    """Share of each level among the pairs counted.

    Beforehand the typical shares get ``mass`` pairs and each level ``smoothing`` pairs; the latter less where fewer than ten
    thousand (for m: a hundred times ``mass``) pairs were seen, or else flat counts would drown what is known of a small list.
    """
    out = []
    for k, usual in enumerate(typical):
        seen = levels[:, k] >= 0
        found = np.bincount(levels[seen, k], counts[seen], len(usual))
        out.append(found + mass * usual + smoothing * min(1.0, found.sum() / 10_000))
        out[-1] /= out[-1].sum()
    return out


def _u_without_matches(
    drawn: Patterns, m: Sequence[FloatArray], u: Sequence[FloatArray], prior: float, typical: Sequence[tuple[FloatArray, FloatArray]], smoothing: float,
) -> list[FloatArray]:
    """u again, without the few matches that random pairs hold (in a small list they are one in some hundreds)."""
    log_odds = np.log(prior) + sum(np.append(np.log(m[k] / u[k]), 0.0)[drawn.levels[:, k]] for k in range(len(m)))
    is_match = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))
    return _shares(drawn.levels, drawn.counts * (1 - is_match), [t[1] for t in typical], 5.0, smoothing)


def _m_by_block(
    candidates: Candidates, patterns: Patterns, between: npt.NDArray[np.bool_], u: Sequence[FloatArray], vectors: Vectors,
    typical: Sequence[tuple[FloatArray, FloatArray]], rules: LinkageRules,
) -> tuple[list[FloatArray], pd.DataFrame]:
    """Run EM in the block of each pass, without the pass's own fields; average the log odds over the passes."""
    logs: list[list[FloatArray]] = [[] for _ in rules.comparisons]
    runs = []
    n_passes = len(rules.blocking.passes)
    cell, cells = pd.factorize((patterns.of_pair[between] << n_passes) + candidates.passes[between])
    of_cell = np.bincount(cell, minlength=len(cells))  # pairs of one pattern and in the same passes
    for k, blocking_pass in enumerate(rules.blocking.passes):
        inside = (cells >> k) & 1 == 1
        counts = np.bincount(cells[inside] >> n_passes, of_cell[inside], len(patterns.counts)).astype(np.int64)
        n_inside = int(counts.sum())
        if n_inside < 100:  # too few to learn from: best partners or typical shares serve
            continue
        used = {part if isinstance(part, str) else next(iter(part)) for part in [*blocking_pass.on, *(blocking_pass.against or [])]}
        fields = [f for f, rule in enumerate(rules.comparisons) if rule.field not in used or not rules.model.m.not_in_block_of]
        if not fields:
            continue
        some = count_patterns(patterns.levels[counts > 0][:, fields], [vectors.n_levels[f] for f in fields])
        found = [
            em(some.levels, np.bincount(some.of_pair, counts[counts > 0]), [vectors.n_levels[f] for f in fields],
               m=[_start(vectors.n_levels[f], start) for f in fields], u=[u[f] for f in fields], prior=0.5, learn_u=False,
               smoothing=rules.model.m.smoothing, tolerance=1e-5, max_steps=_MAX_STEPS)
            for start in range(rules.model.m.starts)]
        best = max(found, key=lambda e: e.log_likelihood)
        runs.append({"blocking_pass": blocking_pass.name, "n_pairs": n_inside, "match_share": best.prior,
                     "n_steps": best.n_steps, "converged": best.converged})
        for f, estimate in zip(fields, best.m, strict=True):
            logs[f].append(np.log(np.maximum(estimate, 1e-12)))
    m = []
    for f, (usual, _) in enumerate(typical):
        mean = np.exp(np.mean(logs[f], axis=0)) if logs[f] else usual
        m.append(mean / mean.sum())
    return m, pd.DataFrame(runs, columns=["blocking_pass", "n_pairs", "match_share", "n_steps", "converged"]).astype({"converged": bool})


def _start(n: int, start: int) -> FloatArray:
    """Start values of m: most pairs agree; each further start is less sure."""
    best = (0.9, 0.8, 0.95, 0.7, 0.99)[start % 5]
    rest = np.arange(n - 1, 0, -1, dtype=float)
    return np.concatenate([[best], (1 - best) * rest / rest.sum()])


# --- weights --------------------------------------------------------------------------------------------


def _weights(m: Sequence[FloatArray], u: Sequence[FloatArray], rules: LinkageRules) -> list[FloatArray]:
    cap = rules.model.weight_cap
    own = -1 if rules.model.missing == "level" else None  # "missing" is no rung of the ladder, even where it is a level
    ratios = [np.append(monotone_ratios(a[:own], b[:own]), (a / b)[len(a[:own]):]) if rules.model.m.monotone else a / b for a, b in zip(m, u, strict=True)]
    return [np.clip(np.log2(np.maximum(r, 1e-300)), -cap, cap) for r in ratios]


def _pattern_weights(patterns: Patterns, weights: Sequence[FloatArray], vectors: Vectors, rules: LinkageRules) -> FloatArray:
    return tempered(np.column_stack([np.append(w, 0.0)[patterns.levels[:, k]] for k, w in enumerate(weights)]), vectors.names, rules)


def tempered(each: FloatArray, names: Sequence[str], rules: LinkageRules) -> FloatArray:
    """Add up the weights of the comparisons; of dependent fields the strongest counts in full, the others by half.

    Parameters
    ----------
    each : bits, a row a pair (or pattern) and a column a comparison ; names : the comparisons, in the order of the columns.
    """
    total: FloatArray = each.sum(axis=1)
    for group in rules.dependent:
        part = each[:, [list(names).index(name) for name in group]]
        for sign in (1.0, -1.0):
            evidence = np.clip(sign * part, 0, None)
            total -= sign * (1 - _SHARED) * (evidence.sum(axis=1) - evidence.max(axis=1))
    return total


def _value_shares(universe: Universe, rules: LinkageRules, k: int) -> tuple[FloatArray, float]:
    """Share of each value (never below half of one in the number of values), and the chance that two random values agree."""
    rule = rules.comparisons[k]
    column = universe.columns[rule.field]
    table = rules.frequencies(rule)
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.table)).astype(float)
    if table is not None:
        counts = pd.Series(column.table.values).map(table).fillna(0).to_numpy(dtype=float)
        total = float(table.sum())
    else:
        total = float(counts.sum())
    shares = np.maximum(counts / max(total, 1.0), 1 / (2 * max(len(counts), 1)))
    agree = float((np.sort(shares) ** 2).sum())  # sorted: a sum of floats must not depend on the order of values
    return np.append(shares, 1.0), max(agree, 1e-12)


def _frequency_notes(rules: LinkageRules) -> list[Note]:
    without = [c for c in rules.comparisons if c.term_frequency and rules.frequencies(c) is None]
    absent = sorted({c.term_frequency.table for c in without if c.term_frequency and c.term_frequency.table})
    if not without:
        return []
    why_en = f"{', '.join(absent)} not found beside the rule file" if absent else "no versioned table being named"
    why_zh = f"规则文件旁没有词频表 {'、'.join(absent)}" if absent else "规则中没有指定词频表"
    return [Note("{field}: value frequencies come from the lists at hand, " + why_en, "{field}的取值频率取自本次名单，" + why_zh, *(c.name for c in without))]


def _block_fields(vectors: Vectors, rules: LinkageRules) -> list[int]:
    """Comparisons of fields that every blocking pass asks to agree, and that do agree in every candidate pair (K05)."""
    in_all = set.intersection(*({part if isinstance(part, str) else next(iter(part)) for part in p.on} for p in rules.blocking.passes))
    return [k for k, rule in enumerate(rules.comparisons)
            if rule.field in in_all and len(vectors.levels) and (vectors.levels[:, k] == vectors.levels[0, k]).all()]


def _degenerate(vectors: Vectors, rules: LinkageRules) -> list[Note]:
    """Fields that cannot tell anything: always the same level, or never agreeing."""
    notes = []
    for k, name in enumerate(vectors.names):
        seen = vectors.levels[:, k]
        seen = seen[seen >= 0]
        if len(vectors.levels) and not len(seen):
            notes.append(Note("{field}: missing in every candidate pair, weight 0", "{field}在各候选记录对中均缺项，不计权重", name))
        elif len(seen) and (seen == seen[0]).all():
            level = vectors.ladders[k][seen[0]]
            notes.append(Note(f"{{field}}: field always at level '{level}' among the candidates", f"{{field}}在各候选记录对中均为同一等级（{level}）", name))
        elif len(seen) and not (seen == 0).any():
            notes.append(Note("{field}: field never agrees", "{field}在各候选记录对中从未一致", name))
    return notes
