"""Marriages of the registry and of the towns, invented with the mistakes that lists make, against the known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from popanalysis.link import LinkageRules, current_rules, link_records
from popanalysis.project import shipped_folder
from popanalysis.synthetic.marriages import make_marriages, write_marriage_list
from popanalysis.synthetic.names import BANNER
from popanalysis.synthetic.score import pairwise_scores


@pytest.fixture(scope="module")
def rules() -> LinkageRules:
    return current_rules(shipped_folder("params") / "linkage", "marriages")


def lists_of(n: int, seed: int) -> tuple[dict[str, pd.DataFrame], pd.Series]:
    couples = make_marriages(seed, 8100, n, np.datetime64("2025-01-01"), 90, BANNER)
    lists = {kind: write_marriage_list(seed, 8100, couples, kind)[0] for kind in ("marriage", "town_marriage")}
    lists = {kind: rows.set_index(pd.Index([f"{kind}{i}" for i in range(len(rows))])) for kind, rows in lists.items()}
    truth = pd.concat([rows["marriage"].astype(int) for rows in lists.values()])
    fields = ["husband_name", "husband_id", "husband_birth_date", "wife_name", "wife_id", "wife_birth_date", "reg_date", "cert_no"]
    return {kind: rows[fields].assign(reg_date=rows["reg_date"].mask(rows["reissue"].astype(bool))) for kind, rows in lists.items()}, truth


def scores(events: pd.Series, truth: pd.Series) -> dict[str, float]:
    return pairwise_scores(events, truth, pd.Series(truth.index.str.rstrip("0123456789"), index=truth.index))


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_marriages_are_found_through_wrong_names_numbers_and_dates_that_a_look_up_does_not_see_through(rules, seed):
    lists, truth = lists_of(300, seed)
    assert scores(link_records(lists, rules).events, truth)["f1"] >= 0.99
    together = pd.concat(lists.values())
    looked_up = (together["husband_id"] + together["wife_id"]).fillna(together.index.to_series())
    assert scores(looked_up, truth)["f1"] < 0.92  # else the lists were too easy to prove anything


def test_the_order_of_rows_and_lists_changes_no_marriage(rules):
    lists, _ = lists_of(200, 14)
    first = link_records(lists, rules).events
    turned = link_records({kind: lists[kind].iloc[::-1] for kind in reversed(lists)}, rules).events.reindex(first.index)
    assert turned.groupby(first).nunique().eq(1).all() and turned.nunique() == first.nunique()
