"""Children of one delivery: what tells them apart is weighed against a sibling."""

import numpy as np
import pandas as pd
import pytest

from popanalysis.link import LinkageRules, Linked, current_rules, link_records
from popanalysis.link.lost_pairs import estimate_lost_pairs
from popanalysis.project import shipped_folder
from popanalysis.synthetic import make_lists

MOTHER = {"birth_date": "2025-02-20", "mother_name": "吴秀彦", "mother_id": "159902199304051805", "father_name": "孔宇山", "father_id": "159904199707233235"}


@pytest.fixture(scope="module")
def rules() -> LinkageRules:
    return current_rules(shipped_folder("params") / "linkage", "births")


@pytest.fixture(scope="module")
def crowd() -> dict[str, pd.DataFrame]:
    """Births of others, among whom the model learns."""
    keep = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]
    return {name: frame.set_index("record_id")[keep] for name, frame in make_lists(3000, 12)[0].items()}


def linked(crowd: dict[str, pd.DataFrame], rules: LinkageRules, **rows: list[dict[str, object]]) -> Linked:
    frames = {name: pd.concat([frame, pd.DataFrame([MOTHER | row for row in rows[name]], index=[f"{name}{k}" for k in range(len(rows[name]))])]) for name, frame in crowd.items()}
    return link_records(frames, rules)


def test_a_name_that_differs_in_one_character_is_the_siblings_where_a_sibling_without_a_name_is_there(crowd, rules) -> None:
    """The town's child is 可潼: not the hospital's 可涵, but the other one, who had no name yet."""
    found = linked(crowd, rules,
                   birth_cert=[{"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": "Z150137214"}, {"child_name": None, "child_sex": "2", "birth_cert_no": "Z150137213"}],
                   hukou_birth=[{"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": "Z150137214"}, {"child_name": "孔可潼", "child_sex": "2", "birth_cert_no": "Z150137213"}],
                   town_birth=[{"child_name": "孔可潼", "child_sex": "2", "birth_cert_no": None}])
    events = found.events
    assert events["town_birth0"] == events["hukou_birth1"] == events["birth_cert1"] != events["birth_cert0"]
    assert events["birth_cert0"] == events["hukou_birth0"]


def test_a_slip_in_a_parents_number_does_not_choose_between_twins(crowd, rules) -> None:
    """The town knows neither names nor certificates; that one row lacks the father's number, and one police row too, says nothing about the child."""
    twins = [{"child_name": "徐浩炎", "child_sex": "1", "birth_cert_no": "Z150146441"}, {"child_name": "徐浩帅", "child_sex": "1", "birth_cert_no": "Z150146440"}]
    found = linked(crowd, rules, birth_cert=twins, hukou_birth=[twins[0], twins[1] | {"father_id": None}],
                   town_birth=[{"child_name": None, "child_sex": "1", "father_id": "159904197907233235"}, {"child_name": None, "child_sex": "1", "father_id": None}])
    status = found.records.set_index("record_id").loc[["town_birth0", "town_birth1"], "link_status"]
    assert status.eq("set").all()


def test_twins_told_apart_by_one_character_of_the_name_are_no_second_entry_of_one_child(crowd, rules) -> None:
    rows = [{"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": None}, {"child_name": "孔可潼", "child_sex": "2", "birth_cert_no": None}]
    found = linked(crowd, rules, birth_cert=rows, hukou_birth=rows, town_birth=rows)
    assert found.events["town_birth0"] != found.events["town_birth1"]
    assert [found.events[f"{kind}0"] for kind in crowd] == [found.events["birth_cert0"]] * 3


def test_a_row_entered_twice_with_another_spelling_is_one_child(crowd, rules) -> None:
    row = {"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": "Z150137214"}
    found = linked(crowd, rules, birth_cert=[row], hukou_birth=[row, row | {"child_name": "孔可函"}], town_birth=[row])
    assert found.events.loc[["birth_cert0", "hukou_birth0", "hukou_birth1", "town_birth0"]].nunique() == 1


def test_a_girl_here_and_a_boy_of_another_name_there_are_two_children_though_no_list_holds_both(crowd, rules) -> None:
    girl = {"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": "Z150137214"}
    boy = {"child_name": "孔可潼", "child_sex": "1", "birth_cert_no": "Z150137213"}
    found = linked(crowd, rules, birth_cert=[girl], hukou_birth=[boy], town_birth=[boy | {"birth_cert_no": None}])
    assert found.events["birth_cert0"] != found.events["hukou_birth0"] == found.events["town_birth0"]
    records = found.records.set_index("record_id")
    assert records.at["birth_cert0", "link_status"] != "linked" and records.at["hukou_birth0", "link_status"] in ("linked", "review")


@pytest.mark.parametrize("slip", [{"child_sex": "1"}, {"child_name": "孔可潼"}, {"birth_cert_no": "Z150137218"}, {"child_name": None, "birth_cert_no": None}])
def test_one_slip_does_not_make_two_children_of_one(crowd, rules, slip) -> None:
    girl = {"child_name": "孔可涵", "child_sex": "2", "birth_cert_no": "Z150137214"}
    found = linked(crowd, rules, birth_cert=[girl], hukou_birth=[girl | slip], town_birth=[girl | {"birth_cert_no": None}])
    assert found.events.loc[["birth_cert0", "hukou_birth0", "town_birth0"]].nunique() == 1
    assert found.records.set_index("record_id").loc[["birth_cert0", "hukou_birth0", "town_birth0"], "link_status"].eq("linked").all()


def test_how_often_lists_leave_a_sibling_out_is_learned_from_them(crowd, rules) -> None:
    """Where no list ever holds both twins of a delivery that another shows, one name with another character is sooner the sibling."""
    from popanalysis.link import deliveries

    told: list[float] = []
    for one_sided in (False, True):
        rows: dict[str, list[dict[str, object]]] = {name: [] for name in crowd}
        for k in range(60):
            of = {"mother_name": f"白{chr(0x4E00 + 37 * k)}花", "mother_id": f"1599021992030{k:02d}180{k % 9}", "father_id": f"1599041997072{k:02d}323{k % 7}", "birth_date": f"2025-0{1 + k % 3}-{1 + k % 28:02d}"}
            twins = [of | {"child_name": f"白可{c}", "child_sex": "2", "birth_cert_no": f"Z1501{k:04d}{n}"} for n, c in enumerate("涵潼")]
            rows["birth_cert"] += twins
            rows["hukou_birth"] += twins[:1] if one_sided else twins
            rows["town_birth"] += twins[1:] if one_sided else twins
        seen = []
        usual = deliveries.learn_listed

        def watched(*arguments, usual=usual, seen=seen):
            seen.append(usual(*arguments))
            return seen[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("popanalysis.link.events.learn_listed", watched)
            linked(crowd, rules, **rows)
        police, townships = np.array([1], np.int8), np.array([2], np.int8)
        told.append(float(seen[0].one_child(police, townships)[0]))
    assert told[1] < told[0] - 3  # more than eight times as often


def test_a_row_once_more_is_no_question_where_the_other_lists_hold_one_child_and_know_of_twins(crowd, rules) -> None:
    """The police list holds two rows without a name; the others hold one child. Where lists show both twins of all other deliveries, it is one child."""
    row = {"child_name": None, "child_sex": "2", "birth_cert_no": None}
    found = linked(crowd, rules, birth_cert=[row | {"birth_cert_no": "Z150137214", "child_name": "孔可涵"}], hukou_birth=[row, row], town_birth=[row | {"child_name": "孔可涵"}])
    of_one = ["birth_cert0", "hukou_birth0", "hukou_birth1", "town_birth0"]
    assert found.events.loc[of_one].nunique() == 1
    records = found.records.set_index("record_id").loc[of_one]
    assert records["link_status"].eq("linked").all() and records["duplicate_of"].ne("").sum() == 1


# --- what blocking lost ---


@pytest.mark.parametrize(("times", "seed"), [(1.0, 3), (3.0, 3), (4.0, 8)])
def test_the_pairs_lost_by_blocking_lie_between_the_two_estimates(rules, times: float, seed: int) -> None:
    from popanalysis.link.blocking import block_pairs
    from popanalysis.link.coding import code_records

    keyed = {name: frame.set_index("record_id") for name, frame in make_lists(8000, seed, times=times)[0].items()}
    universe = code_records({name: frame.drop(columns=["event", "set_id"]) for name, frame in keyed.items()}, rules)
    truth = pd.concat([frame["event"] for frame in keyed.values()]).loc[universe.record_ids].to_numpy()
    found = block_pairs(universe, rules)
    right = (truth[found.left] == truth[found.right]) & (universe.source[found.left] != universe.source[found.right])
    counts = pd.crosstab(truth, universe.source)
    true = int((counts[0] * counts[1] + counts[0] * counts[2] + counts[1] * counts[2]).sum())
    lost = 1 - right.sum() / true
    estimate = estimate_lost_pairs(universe, found.left[right], found.right[right], rules)
    assert estimate is not None and estimate.low <= estimate.share <= estimate.high
    assert estimate.low / 2 - 1e-4 <= lost <= 2 * estimate.high + 1e-4


def test_no_links_no_estimate(rules) -> None:
    from popanalysis.link.coding import code_records

    universe = code_records({"birth_cert": pd.DataFrame([MOTHER], index=["a"])}, rules)
    assert estimate_lost_pairs(universe, np.zeros(0, np.int64), np.zeros(0, np.int64), rules) is None


def test_twins_stay_apart_where_one_office_writes_other_names_for_many_children(rules) -> None:
    """The police register three children in ten under another name than the hospital's: names still tell the twins of the other lists apart."""
    keyed = {name: frame.set_index("record_id") for name, frame in make_lists(6000, 5)[0].items()}
    police = keyed["hukou_birth"]
    renamed = np.random.default_rng(1).random(len(police)) < 0.3
    given = police["child_name"].dropna().str[1:].sample(int(renamed.sum()), replace=True, random_state=1).to_numpy()
    police.loc[renamed, "child_name"] = police.loc[renamed, "mother_name"].fillna("王").str[0].to_numpy() + given
    found = link_records({name: frame.drop(columns=["event", "set_id", "birth_time", "mother_live_addr"], errors="ignore") for name, frame in keyed.items()}, rules)
    truth = pd.concat([frame["event"] for frame in keyed.values()])
    linked_ones = found.records[found.records["link_status"].eq("linked")]
    assert found.records["link_status"].eq("set").mean() < 0.003
    assert linked_ones.assign(truth=linked_ones["record_id"].map(truth)).groupby("event_id")["truth"].nunique().gt(1).mean() < 0.0005
