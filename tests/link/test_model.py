"""The model against published worked examples, in its bare mode, and on degenerate input."""

import numpy as np
import pandas as pd
import pytest
from rapidfuzz.distance import Jaro

from popanalysis.link.assignment import assign_edges
from popanalysis.link.model import FellegiSunter
from popanalysis.link.quality import error_rates, missed_by_blocking

# W4: 4,000 pairs, three binary fields; agreement pattern -> pairs, of which true matches
W4 = {"000": (1407, 3), "001": (408, 57), "010": (63, 27), "011": (522, 513), "100": (163, 7), "101": (172, 133), "110": (67, 63), "111": (1198, 1197)}


def _w4():
    vectors = pd.DataFrame([[1 - int(c) for c in pattern] for pattern in W4], columns=list("abc"), index=list(W4))
    counts = np.array([n for n, _ in W4.values()])
    model = FellegiSunter(prior=0.3, m={f: [0.8, 0.2] for f in "abc"}, u={f: [0.2, 0.8] for f in "abc"}, tolerance=1e-12, max_steps=20000)
    return model.fit(vectors, counts), vectors, counts


def test_W4_em_on_binary_patterns_finds_the_known_solution():
    model, vectors, _ = _w4()
    assert model.prior == pytest.approx(0.5, abs=1e-7)
    assert [model.m[f][0] for f in "abc"] == pytest.approx([0.7, 0.9, 0.95], abs=1e-7)
    assert [model.u[f][0] for f in "abc"] == pytest.approx([0.1, 0.025, 0.2], abs=1e-7)
    assert model.prob(vectors).tolist() == pytest.approx(
        [0.0021322, 0.1397059, 0.4285714, 0.9827586, 0.0429448, 0.7732558, 0.9402985, 0.9991653], abs=5e-7)
    assert model.weights(vectors).tolist() == pytest.approx([-8.8704, -2.6224, -0.4150, 5.8329, -4.4780, 1.7699, 3.9773, 10.2252], abs=5e-5)


def test_W4_errors_by_the_model_agree_with_the_truth():
    model, vectors, counts = _w4()
    linked = vectors.index.isin(model.predict(vectors))
    true = np.array([t for _, t in W4.values()])
    assert counts[linked].sum() == 1959 and true[linked].sum() == 1906
    rates = error_rates(model.prob(vectors).to_numpy(), linked, counts)
    assert rates["false_link_rate"] == pytest.approx(0.0270546, abs=5e-7)
    assert rates["missed_match_rate"] == pytest.approx(0.047, abs=5e-7)


W5 = """0000000:100827 1000000:261 2000000:1193 0200000:690 1200000:1 2200000:9 0-00000:48376 1-00000:101 2-00000:563 0010000:37 0-10000:11 0020000:64 1020000:1
0220000:1 0-20000:36 0002000:15 0-02000:8 2-02000:1 0-0-000:322 2-0-000:4 0000100:124 1000100:2 2000100:4 0-00100:49 0010100:1 0-0-100:1 0000200:33
0200200:1 0-00200:28 0000020:12998 1000020:30 2000020:154 0200020:75 0-00020:6689 1-00020:9 2-00020:75 0010020:7 0-10020:1 0020020:8 0-20020:3
0002020:4 0-0-020:20 0000120:13 0-00120:8 0000220:2 0-00220:4 0000002:1199 1000002:6 2000002:19 0200002:10 0-00002:592 1-00002:1 2-00002:5
0020002:1 0-02002:1 0-0-002:3 0000102:1 0000022:149 2000022:3 0200022:3 0-00022:92 0000122:1 2222222:43 2-22222:7"""


def test_W5_em_with_partial_agreement_and_missing_values():
    cells = [item.split(":") for item in W5.split()]
    place = {"2": 0, "1": 1, "0": 2, "-": -1}
    fields = [f"f{k}" for k in range(1, 8)]
    vectors = pd.DataFrame([[place[c] for c in pattern] for pattern, _ in cells], columns=fields)
    binary = [f for f in fields if f not in ("f1", "f3", "f5")]
    vectors[binary] = vectors[binary].replace({2: 1})
    counts = np.array([int(n) for _, n in cells])
    assert counts.sum() == 175_000
    model = FellegiSunter(prior=0.001).fit(vectors, counts)
    assert model.prior == pytest.approx(50 / 175_000, abs=1e-12)
    assert all(model.m[f][0] == pytest.approx(1.0, abs=1e-9) for f in fields)
    published = {
        "f1": (0.011603315, 0.002354959, 0.986041726), "f2": (0.006697924, 0.993302076), "f3": (0.000651615, 0.000325807, 0.999022578),
        "f4": (0.000166094, 0.999833906), "f5": (0.000388682, 0.001166047, 0.998445270), "f6": (0.116307516, 0.883692484), "f7": (0.011923407, 0.988076593)}
    for field, values in published.items():
        assert model.u[field] == pytest.approx(values, abs=5e-10)
    probability = model.prob(vectors).to_numpy()
    assert [counts[probability >= t].sum() for t in (0.95, 0.85, 0.75)] == [50, 50, 50]


A = [("Smith", "Anna", "12 Mainstr", "F", "1234 AB"), ("Smith", "George", "12 Mainstr", "M", "1234 AB"), ("Johnson", "Anna", "61 Mainstr", "F", "1234 AB"),
     ("Johnson", "Charles", "61 Mainstr", "M", "1234 AB"), ("Johnson", "Charly", "61 Mainstr", "M", "1234 AB"), ("Schwartz", "Ben", "1 Eaststr", "M", "6789 XY")]
B = [("Smith", "Gearge", "12 Mainstreet", None, "1234 AB"), ("Jonson", "A.", "61 Mainstreet", "F", "1234 AB"), ("Johnson", "Charles", "61 Mainstr", "F", "1234 AB"),
     ("Schwartz", "Ben", "1 Main", "M", "6789 XY"), ("Schwartz", "Anna", "1 Eaststr", "F", "6789 XY")]
W6_SCORES = {
    (1, 1): 7.7103862, (1, 2): -5.9463949, (1, 3): 0.8042090, (2, 1): 8.6064218, (2, 2): -6.3177171, (2, 3): 0.7937508, (3, 1): 0.6017106, (3, 2): 4.0674910,
    (3, 3): 7.9350221, (4, 1): 0.7713174, (4, 2): 3.6961688, (4, 3): 15.4915816, (5, 1): 0.6717426, (5, 2): 3.6961688, (5, 3): 8.5458257, (6, 4): 14.6796595,
    (6, 5): 7.9139248}


def _w6():
    pairs = [(i, j) for i, a in enumerate(A, 1) for j, b in enumerate(B, 1) if a[4] == b[4]]
    similarity = np.array([[np.nan if None in (A[i - 1][f], B[j - 1][f]) else Jaro.similarity(A[i - 1][f], B[j - 1][f]) for f in range(4)] for i, j in pairs])
    vectors = pd.DataFrame(np.where(similarity > 0.9, 0, 1), columns=list("lfas"), index=pd.MultiIndex.from_tuples(pairs))  # missing: 1, the example's choice
    model = FellegiSunter(m={f: [0.95, 0.05] for f in "lfas"}, u={f: [0.02, 0.98] for f in "lfas"}, prior=0.05,
                          floors=(0.001, 0.0001), tolerance=1e-5**0.5).fit(vectors)
    m, u = np.array([model.m[f][0] for f in "lfas"]), np.array([model.u[f][0] for f in "lfas"])
    score = np.nansum(np.log((similarity * m + (1 - similarity) * (1 - m)) / (similarity * u + (1 - similarity) * (1 - u))), axis=1)
    return model, vectors, pd.Series(score, index=vectors.index)


def test_W6_em_reaches_the_published_poor_solution():
    model, vectors, _ = _w6()
    assert len(vectors) == 17
    assert [model.m[f][0] for f in "lfas"] == pytest.approx([0.9990000, 0.1999999, 0.8999206, 0.3002011], abs=5e-7)
    assert [model.u[f][0] for f in "lfas"] == pytest.approx([0.001152679, 0.0001, 0.285831118, 0.285427112], abs=5e-7)
    assert model.prob(vectors).mean() == pytest.approx(0.5885595, abs=5e-7)


def test_W6_scores_and_one_to_one_links():
    _, _, score = _w6()
    assert score.to_dict() == pytest.approx(W6_SCORES, abs=5e-6)
    above = score[score > 8].index
    truth = {(2, 1), (3, 2), (4, 3), (6, 4)}
    assert len(set(above) & truth) == 3 and len(set(above) - truth) == 1
    edges = pd.DataFrame([{"record_id_a": f"a{i}", "record_id_b": f"b{j}", "match_weight": w} for (i, j), w in score.items()])
    source = pd.Series({**{f"a{i}": "A" for i in range(1, 7)}, **{f"b{j}": "B" for j in range(1, 6)}})
    _, told = assign_edges(edges, source, lower=0.0, close_call=0.0)
    links = told.loc[told["link_decision"] == "link"]
    assert set(zip(links["record_id_a"], links["record_id_b"], strict=True)) == {(f"a{i}", f"b{j}") for i, j in truth}


def _k05(number_agrees: bool) -> pd.DataFrame:
    true = [0, 0, 0 if number_agrees else 1]
    return pd.DataFrame([true] * 4 + [[0, 1, 1]] * 8, columns=["birth_date", "name", "mother_id"])


def test_K05_a_field_that_was_the_block_carries_no_weight():
    vectors = _k05(True)
    model = FellegiSunter(smoothing=0.5).fit(vectors)
    assert model.predict(vectors).tolist() == [0, 1, 2, 3]
    assert any("birth_date" in note and "weight 0" in note for note in model.notes)
    assert model.weights(vectors).equals(FellegiSunter(smoothing=0.5).fit(vectors).weights(vectors))
    for probabilities in (*model.m.values(), *model.u.values()):
        assert np.all((probabilities > 0) & (probabilities < 1))
    without = vectors.drop(columns="birth_date")
    assert FellegiSunter(smoothing=0.5).fit_predict(without).tolist() == [0, 1, 2, 3]


def test_K05_a_field_that_never_agrees_is_told_and_breaks_nothing():
    vectors = _k05(False)
    model = FellegiSunter(smoothing=0.5).fit(vectors)
    assert np.isfinite(model.weights(vectors)).all()
    assert any("mother_id" in note and "never agrees" in note for note in model.notes)


def test_K05_reaching_the_step_limit_is_told():
    assert not FellegiSunter(max_steps=1).fit(_k05(True)).estimate.converged


def test_K09_weights_decide_where_probabilities_saturate():
    vectors = pd.DataFrame({"f": [0, 1]})
    model = FellegiSunter().fit(vectors, np.array([10, 10]))
    assert 1 / (1 + 2.0**-60) == 1.0 == 1 / (1 + 2.0**-75)
    edges = pd.DataFrame({"record_id_a": ["a1", "a1"], "record_id_b": ["b1", "b2"], "match_weight": [60.0, 75.0]})
    _, told = assign_edges(edges, pd.Series({"a1": "A", "b1": "B", "b2": "B"}), lower=53.0)
    assert told.loc[told["link_decision"] == "link", "record_id_b"].tolist() == ["b2"]
    _, told = assign_edges(edges.assign(match_weight=[53.0, 20.0]), pd.Series({"a1": "A", "b1": "B", "b2": "B"}), lower=100.0)
    assert (told["link_decision"] == "non_link").all()
    assert model.estimate is not None


def test_missing_values_add_no_weight():
    vectors = pd.DataFrame({"a": [0] * 50 + [1] * 50, "b": [0] * 45 + [1] * 5 + [0] * 5 + [1] * 45})
    model = FellegiSunter(smoothing=0.5).fit(vectors)
    probe = pd.DataFrame({"a": [0, 0], "b": [np.nan, -3]})
    assert model.weights(probe).nunique() == 1
    assert model.weights(probe).iloc[0] == pytest.approx(np.log2(model.m["a"][0] / model.u["a"][0]))


@pytest.mark.parametrize(("n_classes", "missed", "false_neighbours"), [(1, 0.03007, 0.13502), (2, 0.02995, 0.13489)])
def test_W8_matches_lost_by_blocking_from_neighbour_counts(n_classes, missed, false_neighbours):
    counts = [1659, 53951, 6875, 603, 62, 5]
    assert sum(counts) == 63_155
    rates = missed_by_blocking(counts, n_classes)
    assert rates["missed_match_rate"] == pytest.approx(missed, abs=5e-6)
    assert rates["false_neighbours"] == pytest.approx(false_neighbours, abs=5e-6)
    mean = np.average(np.arange(6), weights=counts)
    assert mean == pytest.approx(1.104948, abs=5e-7)
    assert 1 - rates["missed_match_rate"] + rates["false_neighbours"] == pytest.approx(mean, abs=1e-6)
