"""What a linkage says of its own errors."""

import numpy as np
import pandas as pd
import pytest

from popanalysis.errors import LinkageError, ParameterError
from popanalysis.link import LinkageRules, Linked, current_rules, link_records
from popanalysis.link.clerical import clerical_estimate
from popanalysis.link.error_table import COLUMNS, error_table, groups_of
from popanalysis.link.leave_out import audit_field, rules_without
from popanalysis.link.quality import count_interval
from popanalysis.project import shipped_folder
from popanalysis.synthetic import make_lists

COMPARED = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]


@pytest.fixture(scope="module")
def rules() -> LinkageRules:
    return current_rules(shipped_folder("params") / "linkage", "births")


def lists(n: int, seed: int, times: float = 1.0) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    keyed = {name: frame.set_index("record_id") for name, frame in make_lists(n, seed, times=times)[0].items()}
    return {name: frame[COMPARED] for name, frame in keyed.items()}, pd.concat(keyed.values())


def true_rates(linked: Linked, truth: pd.Series) -> tuple[float, float]:
    """Share of wrong links and of missed matches, counted from the known events, records in sets left out."""
    table = linked.records[linked.records["link_status"].ne("set")]
    table = table.assign(truth=table["record_id"].map(truth))
    counts = dict.fromkeys(("event_id", "both", "truth"), 0)
    sources = sorted(table["source"].unique())
    for k, a in enumerate(sources):
        for b in sources[k + 1:]:
            one, two = table[table["source"].eq(a)], table[table["source"].eq(b)]
            for name, by in (("event_id", ["event_id"]), ("truth", ["truth"]), ("both", ["event_id", "truth"])):
                counts[name] += len(one.merge(two, on=by))
    return 1 - counts["both"] / counts["event_id"], 1 - counts["both"] / counts["truth"]


@pytest.mark.parametrize(("seed", "times"), [(seed, times) for seed in (101, 102, 103, 104, 105) for times in (1.0, 3.0)])
def test_the_true_rates_lie_in_narrow_expected_intervals(rules: LinkageRules, seed: int, times: float) -> None:
    frames, truth = lists(2000, seed, times)
    linked = link_records(frames, rules)
    expected = linked.model.errors
    false, missed = true_rates(linked, truth["event"])
    assert expected["false_link_rate_low"] - 1e-9 <= false <= expected["false_link_rate_high"] + 1e-9
    assert expected["missed_match_rate_low"] - 1e-9 <= missed <= expected["missed_match_rate_high"] + 1e-9
    assert expected["false_link_rate_high"] - expected["false_link_rate_low"] <= 0.01
    assert expected["missed_match_rate_high"] - expected["missed_match_rate_low"] <= 0.02


def test_more_mistakes_make_more_expected_misses(rules: LinkageRules) -> None:
    rates = [link_records(lists(8000, 7, times)[0], rules).model.errors["missed_match_rate"] for times in (0.5, 2.0, 4.0)]
    assert rates[0] < rates[1] < rates[2]


def test_a_wider_expectation_makes_a_wider_interval() -> None:
    narrow, wide = count_interval(10.0), count_interval(10.0, spread=10.0)
    assert wide[0] <= narrow[0] <= 10 <= narrow[1] < wide[1] and count_interval(0.0)[0] == 0


def test_estimates_stand_side_by_side_and_by_group(rules: LinkageRules) -> None:
    frames, truth = lists(2000, 5, 2.0)
    linked = link_records(frames, rules)
    sample = clerical_estimate(pd.DataFrame({"n_pairs": [4000, 100], "n_reviewed": [200, 60], "n_matches": [199, 12], "is_link": [True, False]}))
    table = error_table(linked, rules, groups_of(frames, truth["local"]), sample)
    assert tuple(table.columns) == COLUMNS
    assert table["estimate"].drop_duplicates().tolist() == ["model", "neighbours", "clerical_sample"]
    whole, forms = table.iloc[0], table[table["group"].eq("name_form")]
    assert set(forms["value"]) == {"composed", "dotted", "han", "one_part"} and set(table["group"]) == {"", "lists", "name_form", "local"}
    assert forms["n_links"].sum() == whole["n_links"] == (linked.expected.is_link.sum() if linked.expected else -1)
    rates = table[["false_link_rate", "missed_match_rate"]].dropna()
    assert ((rates >= 0) & (rates <= 1)).all(axis=None)
    assert table[table["estimate"].eq("clerical_sample")]["false_link_rate"].item() == pytest.approx(1 / 200)
    by_lists = table[table["estimate"].eq("neighbours")]
    assert len(by_lists) == 3 and by_lists["missed_match_rate_high"].between(0.02, 0.3).all()  # coverages of .88 to .93 are part of it


def test_a_linkage_without_expected_errors_is_told(rules: LinkageRules) -> None:
    linked = link_records(lists(50, 1)[0], rules)
    bare = Linked(linked.links, linked.events, linked.records, linked.model, linked.blocking, linked.candidate_pairs)
    with pytest.raises(LinkageError, match="没有预期误差"):
        error_table(bare, rules)


# --- leave one field out ---


def test_an_audited_field_has_no_part_in_its_links(rules: LinkageRules) -> None:
    changed = rules_without(rules, "birth_date")
    assert "birth_date" not in [c.field for c in changed.comparisons]
    assert not [p.name for p in changed.blocking.passes if "birth_date" in str(p.on) + str(p.against) + str(p.split_by)]
    assert "parents" in [p.name for p in changed.blocking.passes]  # split by the date no more, but there
    without_mother = rules_without(rules, "mother_id", "mother_name")
    assert without_mother.swapped == [] and ["mother_name", "mother_id"] not in without_mother.dependent
    with pytest.raises(ParameterError, match="没有比较项“mother_nam”"):
        rules_without(rules, "mother_nam")
    with pytest.raises(ParameterError, match="没有剩下比较项或分组方式"):
        rules_without(rules, *[c.field for c in rules.comparisons])


def test_links_made_with_a_field_flatter_it(rules: LinkageRules) -> None:
    """A quarter of the town's rows know names only, and the wrong day: where a wrong day costs the link, the date's own links do not show it."""
    frames, _ = lists(1500, 9)
    town = frames["town_birth"].copy()
    wrong = np.arange(len(town)) % 4 == 0
    town.loc[wrong, ["mother_id", "father_id", "father_name", "birth_cert_no"]] = None
    town.loc[wrong, "birth_date"] = (pd.to_datetime(town.loc[wrong, "birth_date"]) + pd.Timedelta(days=9)).dt.strftime("%Y-%m-%d")
    audit = audit_field({**frames, "town_birth": town}, rules.with_(upper_threshold=29.0), "birth_date")
    told = audit.table[audit.table["lists"].eq("birth_cert+town_birth")]
    agree = told[told["level"].eq("equal")].set_index("links")["share"]
    assert agree["without_field"] < agree["all"] - 0.03
    shares = audit.table[audit.table["level"].ne("missing")].groupby(["links", "lists"])["share"].sum()
    assert shares.to_numpy(dtype=float) == pytest.approx(1.0)
