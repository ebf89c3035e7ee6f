"""A clerical sample and what it says, against published values and hand calculation."""

import numpy as np
import pandas as pd
import pytest

from popanalysis.errors import LinkageError
from popanalysis.link.clerical import agreement_of_reviewers, calibration_table, clerical_estimate, sample_for_review

W18 = pd.DataFrame({"n_pairs": [9000, 600, 400], "n_reviewed": [100, 150, 100], "n_matches": [100, 132, 55], "is_link": True})


def test_W18_precision_of_a_stratified_sample_with_its_interval() -> None:
    found = clerical_estimate(W18)
    assert found.precision == pytest.approx(0.97480, abs=5e-6) and found.precision_se == pytest.approx(0.002217, abs=5e-7)
    assert found.precision_normal == (pytest.approx(0.9705, abs=5e-5), pytest.approx(0.9791, abs=5e-5))


def test_W18_the_interval_by_draws_is_wider_on_the_low_side_where_a_band_was_all_right() -> None:
    found = clerical_estimate(W18)
    assert found.precision - found.precision_interval[0] > found.precision - found.precision_normal[0]
    assert clerical_estimate(W18, seed=7).precision_interval != found.precision_interval and clerical_estimate(W18).precision_interval == found.precision_interval


def test_W17_agreement_of_two_reviewers() -> None:
    found = agreement_of_reviewers([[20, 5], [10, 15]])
    assert (found.observed, found.expected, found.kappa) == (pytest.approx(0.70), pytest.approx(0.50), pytest.approx(0.40))
    with pytest.raises(LinkageError, match="方形的计数表"):
        agreement_of_reviewers([[1, 2, 3]])


def test_recall_counts_the_matches_of_every_band() -> None:
    bands = pd.DataFrame({"n_pairs": [1000, 200, 5000], "n_reviewed": [50, 50, 100], "n_matches": [50, 25, 1], "is_link": [True, False, False]})
    found = clerical_estimate(bands)
    assert found.recall == pytest.approx(1000 / (1000 + 100 + 50))  # by hand
    assert found.recall_interval is not None and found.recall_interval[0] < found.recall < found.recall_interval[1]


def test_a_band_reviewed_as_a_whole_is_known() -> None:
    whole = pd.DataFrame({"n_pairs": [40], "n_reviewed": [40], "n_matches": [38], "is_link": [True]})
    found = clerical_estimate(whole)
    assert found.precision_se == 0 and found.precision_interval == (pytest.approx(0.95), pytest.approx(0.95))


def test_cannot_tell_gives_a_range() -> None:
    bands = pd.DataFrame({"n_pairs": [1000], "n_reviewed": [100], "n_matches": [90], "n_unclear": [4], "is_link": [True]})
    assert clerical_estimate(bands).precision_range == (pytest.approx(0.90), pytest.approx(0.94))


@pytest.mark.parametrize("bands", [
    {"n_pairs": [10], "n_reviewed": [0], "n_matches": [0]}, {"n_pairs": [10], "n_reviewed": [11], "n_matches": [3]},
    {"n_pairs": [10], "n_reviewed": [5], "n_matches": [4], "n_unclear": [2]}])
def test_counts_that_cannot_be_are_refused(bands: dict[str, list[int]]) -> None:
    with pytest.raises(LinkageError, match="数目不合"):
        clerical_estimate(pd.DataFrame(bands).assign(is_link=True))
    with pytest.raises(LinkageError, match="没有已认定对应的一层"):
        clerical_estimate(W18.assign(is_link=False))


def test_the_interval_by_draws_holds_the_truth_in_nineteen_of_twenty_samples() -> None:
    random = np.random.default_rng(5)
    sizes, true = np.array([8000, 900, 300]), np.array([0.999, 0.93, 0.6])
    held = 0
    for _ in range(300):
        matches = random.binomial([120, 100, 80], true)
        found = clerical_estimate(pd.DataFrame({"n_pairs": sizes, "n_reviewed": [120, 100, 80], "n_matches": matches, "is_link": True}))
        held += found.precision_interval[0] <= float(sizes @ true / sizes.sum()) <= found.precision_interval[1]
    assert held / 300 >= 0.92


def _links(n: int) -> pd.DataFrame:
    weight = np.linspace(5, 60, n)
    return pd.DataFrame({"record_id_a": [f"a{k:04}" for k in range(n)], "record_id_b": [f"b{k:04}" for k in range(n)], "match_weight": weight,
                         "match_probability": 1 / (1 + np.exp2(15 - weight))})


def test_the_sample_looks_most_where_the_model_is_least_sure_and_leaves_no_band_out() -> None:
    links = _links(2000)
    found = sample_for_review(links, 300, seed=11, edges=[13.0, 20.0, 40.0])
    drawn = found.groupby("band")["record_id_a"].count()
    assert drawn.index.tolist() == [0, 1, 2, 3] and (drawn >= 30).all() and drawn.sum() <= 300 and drawn[1] == drawn.max()
    assert (found.groupby("band")["n_in_band"].first() == np.histogram(links["match_weight"], [0, 13, 20, 40, 99])[0]).all()
    again = sample_for_review(links.sample(frac=1, random_state=3), 300, seed=11, edges=[13.0, 20.0, 40.0])
    pd.testing.assert_frame_equal(found, again)
    assert not found.equals(sample_for_review(links, 300, seed=12, edges=[13.0, 20.0, 40.0]))


def test_calibration_holds_the_model_against_the_judgements() -> None:
    table = calibration_table([0.05, 0.2, 0.3, 0.95, 0.97, 0.999], [False, False, True, True, True, True])
    assert table["band"].tolist() == ["0-0.1", "0.1-0.5", "0.9-0.99", "0.99-1"]
    assert table["share_of_matches"].tolist() == [0, 0.5, 1, 1] and table["mean_probability"].tolist() == pytest.approx([0.05, 0.25, 0.96, 0.999])
    assert (table["low"] <= table["share_of_matches"]).all() and (table["high"] >= table["share_of_matches"]).all()
