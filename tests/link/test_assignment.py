"""Exact assignment: the printed cases, and agreement with brute force."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from popanalysis.link import assignment
from popanalysis.link.assignment import assign_edges


def _edges(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["record_id_a", "record_id_b", "match_weight"])


def _sources(*ids: str) -> pd.Series:
    return pd.Series({i: i[0].upper() for i in ids})


def _linked(told: pd.DataFrame) -> set[tuple[str, str]]:
    links = told[told["link_decision"] == "link"]
    return set(zip(links["record_id_a"], links["record_id_b"], strict=True))


def _shuffles(edges: pd.DataFrame, n: int = 20):
    for seed in range(n):
        yield edges.sample(frac=1, random_state=seed)


def test_K03_A_the_better_partner_wins_in_every_order():
    edges = _edges(("a1", "b1", 0.70), ("a1", "b2", 0.99), ("a2", "b1", 0.98))
    for shuffled in _shuffles(edges):
        assert _linked(assign_edges(shuffled, _sources("a1", "a2", "b1", "b2"), lower=0.5)[1]) == {("a1", "b2"), ("a2", "b1")}


def test_K03_B_the_best_sum_wins_over_greed_and_is_told_as_close():
    edges = _edges(("a1", "b1", 0.95), ("a1", "b2", 0.94), ("a2", "b1", 0.93), ("a2", "b2", 0.01))
    for shuffled in _shuffles(edges):
        _, told = assign_edges(shuffled, _sources("a1", "a2", "b1", "b2"), lower=0.5, close_call=1.0)
        assert _linked(told) == {("a1", "b2"), ("a2", "b1")}
        assert told.loc[told["match_weight"] > 0.5, "remark"].eq("close call").all()


def test_K03_C_an_exact_tie_links_nobody():
    edges = _edges(("a1", "b1", 0.90), ("a1", "b2", 0.90))
    for shuffled in _shuffles(edges):
        event, told = assign_edges(shuffled, _sources("a1", "b1", "b2"), lower=0.5, close_call=0.1)
        assert _linked(told) == set() and told["remark"].eq("tie").all() and event.nunique() == 3


def test_K08_one_bad_edge_does_not_join_two_families():
    edges = _edges(("a1", "b1", 12.0), ("b1", "c1", 9.5), ("a1", "c1", 9.0), ("a2", "b2", 11.0), ("a2", "c2", 10.0), ("b2", "c2", 8.7), ("c1", "b2", 4.1),
                   ("a3", "c3", 8.0), ("c3", "b4", 5.0), ("b4", "a4", 10.0))
    source = _sources("a1", "b1", "c1", "a2", "b2", "c2", "a3", "c3", "a4", "b4")
    for shuffled in _shuffles(edges):
        event, told = assign_edges(shuffled, source, lower=4.0, close_call=3.0)
        groups = {frozenset(ids) for ids in event.groupby(event).groups.values()}
        assert groups == {frozenset({"a1", "b1", "c1"}), frozenset({"a2", "b2", "c2"}), frozenset({"a3", "c3"}), frozenset({"a4", "b4"})}
        conflicts = told[told["remark"] == "conflict"]
        assert set(zip(conflicts["record_id_a"], conflicts["record_id_b"], strict=True)) == {("c1", "b2"), ("c3", "b4")}


def _of_event(members, own, shared):
    """What one event is worth, as defined: all that is said of the child, and of what the delivery shares n - 1 times the mean."""
    pairs = list(combinations(members, 2))
    return sum(own[p] for p in pairs) + (len(members) - 1) * np.mean([shared[p] for p in pairs]) if pairs else 0.0


def _worth(way, own, shared):
    return sum(_of_event([k for k, e in enumerate(way) if e == event], own, shared) for event in set(way))


def _brute_force(shape, own, shared):
    return max(_worth(way.tolist(), own, shared) for way in assignment._ways(shape))


def _random_weights(seed, n, *, share):
    random = np.random.default_rng(seed)
    own, shared = (np.triu(np.round(part, 3), 1) for part in (random.normal(2, 10, (n, n)), share * random.uniform(0, 20, (n, n))))
    return own + own.T, shared + shared.T


@pytest.mark.parametrize("share", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_branch_and_bound_and_linear_assignment_reach_the_best_sum(seed, share):
    shape = (1, 1, 2, 2, 4, 4)
    own, shared = _random_weights(seed, 6, share=share)
    way, proved = assignment._branch_and_bound(shape, own + shared, shared)
    assert proved and assignment._allowed(shape, way)
    assert assignment._total(own + shared, shared, way) == pytest.approx(_worth(way, own, shared)) == pytest.approx(_brute_force(shape, own, shared))
    two = (1, 1, 1, 2, 2, 2)
    allowed = np.array([[bool(a & b) for a in two] for b in two])
    only_between = np.where(allowed, 0.0, own)
    assert _worth(assignment._best_pairs(two, only_between), only_between, 0 * own) == pytest.approx(_brute_force(two, only_between, 0 * own))


@pytest.mark.parametrize("seed", range(12))
def test_what_a_delivery_shares_counts_once_for_each_further_record(seed):
    shape = np.array([1, 1, 2, 2, 4, 4])
    own, shared = _random_weights(seed, 6, share=1)
    left, right = np.array([(i, j) for i, j in combinations(range(6), 2) if not shape[i] & shape[j]]).T
    found = assignment.assign(shape, left, right, (own + shared)[left, right], np.ones(len(left), bool), close_call=0.0, largest_component=60, shared=shared[left, right])
    assert _worth(found.event.tolist(), own, shared) == pytest.approx(_brute_force(tuple(shape), own, shared))


def test_a_third_record_goes_to_the_child_it_resembles_not_to_the_larger_event():
    """a1 and b1 are one twin; the lists A and B hold no more of the other than a2: c resembles a2 a little more."""
    shape = np.array([1, 1, 2, 4])  # a1 a2 b1 c
    left, right = np.array([0, 0, 1, 1, 2]), np.array([2, 3, 2, 3, 3])
    own = np.array([8.0, -3.0, -8.0, 4.0, -3.0])
    found = assignment.assign(shape, left, right, own + 20.0, np.ones(5, bool), close_call=3.0, largest_component=60, shared=np.full(5, 20.0))
    assert found.event.tolist() == [0, 1, 0, 1] and not found.doubtful.any()
    by_size = assignment.assign(shape, left, right, own + 20.0, np.ones(5, bool), close_call=3.0, largest_component=60)
    assert by_size.event.tolist() == [0, 1, 0, 0]


def test_a_component_beyond_the_guard_is_cut_at_its_weakest_edges():
    chain = [(f"{'ab'[k % 2]}{k:03}", f"{'ab'[(k + 1) % 2]}{k + 1:03}", 20.0 if k % 2 == 0 else 5.0 + k / 1000) for k in range(199)]
    edges = _edges(*[(min(a, b), max(a, b), w) for a, b, w in chain])
    source = _sources(*sorted({*edges["record_id_a"], *edges["record_id_b"]}))
    event, told = assign_edges(edges, source, lower=4.0, largest_component=30)
    assert len(_linked(told)) == 100
    assert all(source[ids].nunique() == len(ids) for ids in event.groupby(event).groups.values())


def test_a_shape_with_too_many_ways_is_solved_all_the_same():
    n = 5
    edges = _edges(*[(f"a{i}", f"b{j}", 30.0 if i == j else 12.0 - i - j / 7) for i in range(n) for j in range(n)],
                   *[(f"a{i}", f"c{j}", 28.0 if i == j else 11.0 - j - i / 9) for i in range(n) for j in range(n)])
    ids = [f"{s}{k}" for s in "abc" for k in range(n)]
    assert assignment._ways((1,) * n + (2,) * n + (4,) * n) is None
    event, _ = assign_edges(edges, _sources(*ids), lower=4.0)
    assert {frozenset(g) for g in event.groupby(event).groups.values()} == {frozenset({f"a{k}", f"b{k}", f"c{k}"}) for k in range(n)}
