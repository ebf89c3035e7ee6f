"""Blocking: which pairs are compared, which blocks are too large, what is told of both."""

import numpy as np
import pandas as pd
import pytest
import recordlinkage

from popanalysis.link import LinkageRules, link_records
from popanalysis.link.blocking import BlockOn, block_pairs
from popanalysis.link.coding import code_records
from popanalysis.link.control import plain_candidates


def _village(n_blank: int = 3000, n_common: int = 800, n: int = 5000) -> pd.DataFrame:
    rare = [chr(0x4E00 + k % 600) + chr(0x5000 + k // 600) for k in range(n - n_blank - n_common)]
    names = [None] * n_blank + [f"王{chr(0x6000 + k)}" for k in range(n_common)] + rare
    return pd.DataFrame({"name": names, "village": "胡吉尔", "group": [str(k % 40) for k in range(n)]}, index=[f"r{k:04}" for k in range(n)])


def _rules(limit: int, split_by: list | None = None) -> LinkageRules:
    return LinkageRules.from_values({
        "name": "village", "version": 1, "sources": {"town": {"duplicates": "find"}}, "links": [],
        "blocking": {"max_block_pairs": limit, "passes": [{"name": "village_surname", "on": ["village", {"name": "first_character"}], "split_by": split_by or []}]},
        "comparisons": [{"field": "name", "kind": "person_name"}, {"field": "group", "kind": "exact"}], "thresholds": {"upper": 20, "lower": 10}})


def test_K36_blank_keys_form_no_block_and_are_counted():
    candidates = block_pairs(code_records({"town": _village()}, _rules(10**6)), _rules(10**6))
    row = candidates.report.passes.iloc[0]
    assert row["n_blank_keys"] == 3000
    assert len(candidates) == 800 * 799 // 2 + 600 * 1  # the common surname, and 600 rare ones standing twice
    assert candidates.report.n_without_candidate == 3000
    assert candidates.keyless.sum() == 3000


def test_K36_pairs_are_counted_before_comparing_and_a_large_block_is_split():
    rules = _rules(100_000, split_by=["group"])
    report = block_pairs(code_records({"town": _village()}, rules), rules).report
    assert report.largest_blocks.iloc[0].to_dict() == {"n_records": 800, "n_pairs": 319_600, "done": "split", "blocking_pass": "village_surname"}
    assert report.passes.iloc[0]["n_pairs"] == 40 * (20 * 19 // 2) + 600


def test_K36_a_block_that_cannot_be_split_is_refused_and_told_without_its_key():
    rules = _rules(100_000)
    report = block_pairs(code_records({"town": _village()}, rules), rules).report
    assert report.n_refused_records == 800
    assert (report.largest_blocks["done"] == "refused").sum() == 1
    assert "王" not in report.largest_blocks.to_string() + report.passes.to_string()
    linked = link_records({"town": _village()}, rules)
    assert any("800" in note and "max_block_pairs" in note for note in linked.notes)


def test_K36_one_block_holding_everything_makes_no_blow_up():
    frame = _village(0, 5000, 5000)
    linked = link_records({"town": frame}, _rules(1000))
    assert linked.candidate_pairs == 0 and linked.events.nunique() == 5000


def test_every_pass_tells_pairs_new_pairs_and_reduction(banner, rules):
    frames, _ = banner
    report = block_pairs(code_records(frames, rules), rules).report
    passes = report.passes.set_index("blocking_pass")
    assert passes["n_new_pairs"].drop("union").sum() == passes.loc["union", "n_pairs"]
    assert passes["reduction_ratio"].between(0.99, 1).all()


def test_blocking_loses_few_true_pairs(banner, rules):
    frames, truth = banner
    universe = code_records(frames, rules)
    candidates = block_pairs(universe, rules)
    event = truth[universe.record_ids].to_numpy()
    found = (event[candidates.left] == event[candidates.right]).sum()
    assert found / (lambda n: (n * (n - 1) // 2).sum())(np.unique(event, return_counts=True)[1]) > 0.998


def test_plain_recordlinkage_index_makes_the_same_pairs(banner, rules):
    frames, _ = banner
    universe = code_records(frames, rules)
    ours = block_pairs(universe, rules, keep_keys=True)
    plain = plain_candidates(universe, ours, rules)
    assert set(zip(ours.left.tolist(), ours.right.tolist(), strict=True)) == set(zip(plain.left.tolist(), plain.right.tolist(), strict=True))


def test_a_pass_works_in_a_plain_recordlinkage_index():
    left = pd.DataFrame({"name": ["王芳", "李娜", None, "单明"]}, index=["a1", "a2", "a3", "a4"])
    right = pd.DataFrame({"name": ["王方", "刘洋", None, "shan ming"]}, index=["b1", "b2", "b3", "b4"])
    pairs = recordlinkage.Index([BlockOn([{"name": "sound"}])]).index(left, right)
    assert sorted(pairs) == [("a1", "b1"), ("a4", "b4")]
    once = recordlinkage.Index([BlockOn([{"name": "sound"}])]).index(pd.concat([left, right]))
    assert {frozenset(p) for p in once} == {frozenset({"a1", "b1"}), frozenset({"a4", "b4"})}


def test_an_unknown_transform_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="near_sound"):
        BlockOn([{"name": "near_soud"}])._pairs([pd.DataFrame({"name": ["a"]})])
