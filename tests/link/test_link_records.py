"""The engine as a whole: events of three lists, twins, people's decisions, and input that holds little or nothing."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from recordlinkage.index import Random

from popanalysis.acquire import read_submissions
from popanalysis.clean import clean_submissions
from popanalysis.clean.divisions import Divisions
from popanalysis.columns import BIRTH_KINDS
from popanalysis.errors import LinkageError, NotYetError
from popanalysis.link import LinkageRules, link_records
from popanalysis.link.blocking import BlockOn
from popanalysis.link.comparisons import DateOf, IdNumber, PersonName
from popanalysis.link.control import binarised
from popanalysis.params import QuarterParams
from popanalysis.synthetic import make_lists, write_demo
from popanalysis.synthetic.score import pairwise_scores

LISTS = ("birth_cert", "hukou_birth", "town_birth")
FAMILY = {"mother_name": "王敏", "mother_id": "990102199304150242", "father_id": "990102199102200176", "birth_date": "2025-03-12"}


def groups(linked) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in linked.events.groupby(linked.events).groups.values()}


def status(linked) -> dict[str, str]:
    return dict(zip(linked.records["record_id"], linked.records["link_status"], strict=True))


def twins(**changes) -> dict[str, pd.DataFrame]:
    certificates = [{"birth_cert_no": "F990000101", "child_name": "王子涵", "child_sex": "2", "birth_time": "08:10"},
                    {"birth_cert_no": "F990000102", "child_name": "王子轩", "child_sex": "1", "birth_time": "08:14"}]
    hukou = [{"child_name": "王子涵", "child_sex": "2", "child_id": "990102202503120024"}, {"child_name": "王子轩", "child_sex": "1", "child_id": "990102202503120016"}]
    town = [{"child_name": "王子涵"}, {"child_name": "王子轩"}]
    rows = {"birth_cert": certificates, "hukou_birth": hukou, "town_birth": town}
    return {kind: pd.DataFrame([FAMILY | row for row in rows[kind]], index=[f"{kind[0]}1", f"{kind[0]}2"]) for kind in LISTS}


TWO_CHILDREN = {frozenset({"b1", "h1", "t1"}), frozenset({"b2", "h2", "t2"})}


def test_K07_twins_stay_two_persons(rules):
    linked = link_records(twins(), rules)
    assert groups(linked) == TWO_CHILDREN
    assert set(status(linked).values()) == {"linked"}


def test_K07_V_twins_whose_names_sound_alike_are_two_events_of_one_set(rules):
    frames = {kind: frame.assign(child_name=["王子涵", "王子晗"]) for kind, frame in twins().items()}
    frames["birth_cert"]["child_sex"] = frames["hukou_birth"]["child_sex"] = "2"
    frames["hukou_birth"]["child_id"] = ["990102202503120024", "990102202503120040"]
    linked = link_records(frames, rules)
    assert groups(linked) == TWO_CHILDREN
    town = linked.records.set_index("record_id").loc[["t1", "t2"]]
    assert town["link_status"].eq("set").all() and town["set_id"].nunique() == 1 and town["set_id"].ne("").all()


def test_K07_W_a_second_child_born_after_midnight(rules):
    frames = twins()
    for kind in LISTS:
        frames[kind]["birth_date"] = ["2025-03-12", "2025-03-13"]
    frames["birth_cert"]["birth_time"] = ["23:55", "00:05"]
    assert groups(link_records(frames, rules)) == TWO_CHILDREN


def test_K07_X_one_row_does_not_serve_two_children(rules):
    frames = twins()
    frames["town_birth"] = frames["town_birth"].iloc[:1].assign(remark="双胞胎")
    assert groups(link_records(frames, rules)) == {frozenset({"b1", "h1", "t1"}), frozenset({"b2", "h2"})}


#: A plain rule set, with every section but no line about twins, and two certain lines.
FEW_FIELDS = {
    "name": "births", "version": 3, "sources": {kind: {"duplicates": "find"} for kind in LISTS},
    "links": [["birth_cert", "hukou_birth"], ["birth_cert", "town_birth"], ["hukou_birth", "town_birth"]],
    "blocking": {"passes": [{"name": "mother", "on": ["mother_id"]}, {"name": "certificate", "on": ["birth_cert_no"]},
                            {"name": "sounds", "on": [{"mother_name": "sound"}, "birth_date"], "split_by": [{"birth_date": "month"}]}]},
    "comparisons": [
        {"field": "mother_id", "kind": "id_number", "levels": ["equal", "one_slip", "different"]},
        {"field": "mother_name", "kind": "person_name", "levels": ["equal", "same_sound", "one_missing", "different"],
         "term_frequency": {"table": "not there.csv", "levels": ["equal"]}},
        {"field": "birth_date", "kind": "date", "levels": ["equal", "next_day", "same_month", "different"]},
        {"field": "child_sex", "kind": "exact"}, {"field": "birth_cert_no", "kind": "certificate_number", "levels": ["equal", "one_slip", "different"]},
        {"field": "father_id", "kind": "id_number"}, {"field": "father_name", "kind": "person_name"},
        {"field": "place", "kind": "recordlinkage", "comparer": {"class": "String", "method": "jaro"}, "cut": [0.9, 0.7]}],
    "dependent": [["father_name", "father_id"]],
    "model": {"prior": {"rules": ["certificate"], "recall": 0.6}, "m": {"starts": 5}},
    "decision": [{"when": "birth_cert_no == different and mother_id == different and mother_name == different", "then": "non_link"},
                 {"when": "birth_cert_no == equal and birth_date in (equal, next_day)", "then": "link"}],
    "thresholds": {"upper": 12.0, "lower": 4.0}, "assignment": {"close_call": 3.0}}


def _told_apart(events: pd.Series, frames: dict[str, pd.DataFrame]) -> bool:
    """No event holds two certificates, or two rows that differ in sex."""
    rows = pd.concat(frames.values()).reindex(columns=["child_sex", "birth_cert_no"]).assign(event=events)
    return bool((rows.groupby("event")[["child_sex", "birth_cert_no"]].nunique() <= 1).all().all())


@pytest.mark.parametrize("engine", ["local", "recordlinkage"])
def test_K07_twins_of_different_sex_and_certificate_never_meet_under_a_plain_rule_set(engine):
    plain = LinkageRules.from_values(FEW_FIELDS)
    frames = twins()
    linked = link_records(frames, plain, engine=engine)
    assert _told_apart(linked.events, frames) and linked.events[["t1", "t2"]].nunique() == 2
    if engine == "local":  # boys with boys, girls with girls; the survey's rows, without sex, are a set
        assert linked.events["b1"] == linked.events["h1"] != linked.events["b2"] == linked.events["h2"]
        assert linked.records.set_index("record_id").loc[["t1", "t2"], "link_status"].eq("set").all()
    for only in LISTS:
        assert link_records({only: frames[only]}, plain, engine=engine).events.nunique() == 2
    for absent in LISTS:
        two = {kind: rows for kind, rows in frames.items() if kind != absent}
        assert _told_apart(link_records(two, plain, engine=engine).events, two)


def test_K07_twins_among_many_births_never_meet_under_a_plain_rule_set():
    lists, truth = with_truth(1200, 21)
    linked = link_records(lists, LinkageRules.from_values(FEW_FIELDS))
    certificates = lists["birth_cert"].loc[lists["birth_cert"]["birth_cert_no"].notna()]
    told = pd.DataFrame({"event": linked.events[certificates.index], "truth": truth[certificates.index]})
    assert (told.groupby("event")["truth"].nunique() == 1).all()
    assert pairwise_scores(linked.events, truth, linked.records.set_index("record_id")["source"].reindex(truth.index))["precision"] > 0.99


def test_K20_equal_sound_alone_never_links_neighbours_children(rules):
    left = pd.DataFrame([{"child_name": "李晨曦", "birth_date": "2025-03-12", "mother_name": "赵兰", "mother_id": "159901199001010028"}], index=["a"])
    right = pd.DataFrame([{"child_name": "李晨熙", "birth_date": "2025-03-12", "mother_name": "孙悦", "mother_id": "159901199202020046"}], index=["b"])
    assert link_records({"birth_cert": left, "hukou_birth": right}, rules).events.nunique() == 2


def test_planted_mistakes_are_seen_through(banner, rules):
    frames, truth = banner
    linked = link_records(frames, rules)
    source = linked.records.set_index("record_id")["source"]
    table = pd.DataFrame({"event": linked.events, "truth": truth[linked.events.index], "source": source})

    def pairs(by: list[str]) -> int:
        size = table.groupby(by).size()
        within = table.groupby([*by, "source"]).size()
        return int((size**2).sum() - (within**2).sum()) // 2

    right, found, true = pairs(["event", "truth"]), pairs(["event"]), pairs(["truth"])
    assert right / found > 0.999 and right / true > 0.993
    assert linked.records["link_status"].eq("review").mean() < 0.015


def _canonical(linked, content: pd.Series) -> set[frozenset[str]]:
    return {frozenset(content[list(g)]) for g in groups(linked)}


def test_the_order_of_rows_and_columns_and_lists_changes_nothing(banner, rules):
    frames, _ = banner
    first = link_records(frames, rules)
    mixed = {kind: frames[kind].sample(frac=1, random_state=5)[frames[kind].columns[::-1]] for kind in reversed(LISTS)}
    second = link_records(mixed, rules)
    assert first.events.equals(second.events)
    assert first.links.equals(second.links) and first.records.equals(second.records)


def test_ids_given_by_row_number_give_the_same_events_by_content(banner, rules):
    frames, _ = banner
    content, results = {}, []
    for seed in (1, 2):
        shuffled = {k: f.sample(frac=1, random_state=seed) for k, f in frames.items()}
        numbered = {k: f.reset_index(names="was").set_axis([f"{k}-{n}" for n in range(len(f))]) for k, f in shuffled.items()}
        content = pd.concat([f["was"] for f in numbered.values()])
        results.append(_canonical(link_records({k: f.drop(columns="was") for k, f in numbered.items()}, rules), content))
    assert results[0] == results[1]


def test_unrelated_rows_change_no_event_of_the_others(banner, rules):
    frames, _ = banner
    before = link_records(frames, rules)
    stranger = pd.DataFrame({"mother_name": ["欧阳若兰"], "mother_id": ["159909197001010045"], "birth_date": ["2019-07-01"]}, index=["stranger"])
    after = link_records({**frames, "town_birth": pd.concat([frames["town_birth"], stranger])}, rules)
    assert groups(before) == groups(after) - {frozenset({"stranger"})}


def test_frames_given_are_not_changed(banner, rules):
    frames, _ = banner
    before = {kind: frame.copy(deep=True) for kind, frame in frames.items()}
    link_records(frames, rules)
    assert all(frames[kind].equals(before[kind]) for kind in frames)


def test_threads_hash_seed_and_locale_change_nothing():
    code = ("import hashlib; from popanalysis.link import *; from popanalysis.project import shipped_folder; from popanalysis.synthetic.large import make_lists\n"
            "frames = {k: f.set_index('record_id').drop(columns='event') for k, f in make_lists(300, seed=4)[0].items()}\n"
            "linked = link_records(frames, current_rules(shipped_folder('params') / 'linkage', 'births'))\n"
            "print(hashlib.sha256((linked.links.to_csv() + linked.records.to_csv()).encode()).hexdigest())")
    told = set()
    for settings in ({"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1", "LC_ALL": "C"}, {"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"}):
        done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, text=True, check=True, encoding="utf-8")
        told.add(done.stdout)
    assert len(told) == 1 and len(told.pop().strip()) == hashlib.sha256().digest_size * 2


ROW = {"child_name": "白小雨", "child_sex": "1", "birth_date": "2025-03-05", "mother_name": "白塔娜", "mother_id": "159901199003050026",
       "father_name": "包青山", "father_id": "159901198811230018", "birth_cert_no": "X159900001"}
OTHER = {"child_name": "孟和", "child_sex": "2", "birth_date": "2025-02-11", "mother_name": "萨仁高娃", "mother_id": "159902199107070060",
         "father_name": "宝音图", "father_id": "159902198902110039", "birth_cert_no": "X159900077"}


def frame(**rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), index=list(rows))


def test_a_decision_of_a_person_joins_what_nothing_else_would(rules):
    frames = {"birth_cert": frame(a=ROW), "hukou_birth": frame(b=OTHER)}
    assert link_records(frames, rules).events.nunique() == 2
    decided = pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"], "is_match": [True]})
    linked = link_records(frames, rules, decisions=decided)
    assert linked.events.nunique() == 1 and set(status(linked).values()) == {"linked"}
    assert linked.links[["record_id_a", "record_id_b", "link_decision"]].values.tolist() in ([["a", "b", "link"]], [["b", "a", "link"]])


def test_a_decision_of_a_person_keeps_apart_what_all_else_would_join(rules):
    frames = {"birth_cert": frame(a=ROW), "hukou_birth": frame(b=ROW), "town_birth": frame(c=ROW)}
    decided = pd.DataFrame({"record_id_a": ["b"], "record_id_b": ["a"], "is_match": [False]})
    linked = link_records(frames, rules, decisions=decided)
    assert linked.events["a"] != linked.events["b"]
    assert link_records(frames, rules).events.nunique() == 1


def test_contradicting_decisions_are_refused(rules):
    frames = {"birth_cert": frame(a=ROW), "hukou_birth": frame(b=ROW), "town_birth": frame(c=ROW)}
    decided = pd.DataFrame({"record_id_a": ["a", "b", "a"], "record_id_b": ["b", "c", "c"], "is_match": [True, True, False]})
    with pytest.raises(LinkageError, match="contradict") as caught:
        link_records(frames, rules, decisions=decided)
    assert set(caught.value.record_ids) == {"a", "c"}


def test_decisions_as_rows_of_a_decision_file_bind_in_the_same_way(rules):
    frames = {"birth_cert": frame(a=ROW), "hukou_birth": frame(b=OTHER), "town_birth": frame(c=ROW)}
    rows = pd.DataFrame({"made_on": ["2025-04-12", "2025-04-11", "2025-04-11", "2025-04-11"], "about": ["pair", "pair", "pair", "case"],
                         "target": ["b+a", "a+b", "c+a", "2025Q1-0001"], "answer": ["link", "non_link", "non_link", "closed"], "reason": ""})
    plain = pd.DataFrame({"record_id_a": ["a", "a"], "record_id_b": ["b", "c"], "is_match": [True, False]})
    by_rows, by_pairs = (link_records(frames, rules, decisions=d) for d in (rows, plain))
    assert groups(by_rows) == {frozenset({"a", "b"}), frozenset({"c"})}
    assert by_rows.records.equals(by_pairs.records)
    assert groups(link_records(frames, rules, decisions=rows.iloc[3:])) == groups(link_records(frames, rules))


@pytest.mark.parametrize("decisions", [
    [("a", "b", True)], {"record_id_a": ["a"]}, "decisions.csv", pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"]}),
    pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"], "is_match": ["link"]}),
    pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"], "is_match": [None]}),
    pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"], "is_match": pd.array([pd.NA], dtype="boolean")}),
    pd.DataFrame({"about": ["pair"], "target": ["a+b"], "answer": ["lnk"]}), pd.DataFrame({"about": ["pair"], "target": ["a+b"], "answer": [pd.NA]}),
    pd.DataFrame({"about": ["pair"], "target": ["a"], "answer": ["link"]}), pd.DataFrame({"about": ["pair"], "target": [None], "answer": ["link"]}),
    pd.DataFrame({"about": ["pair"], "target": ["a+b+c"], "answer": ["link"]})])
def test_decisions_of_another_form_are_refused_with_a_sentence(rules, decisions):
    with pytest.raises(LinkageError, match="decisions") as caught:
        link_records({"birth_cert": frame(a=ROW), "hukou_birth": frame(b=ROW)}, rules, decisions=decisions)
    assert "decisions" in caught.value.message("zh")


@pytest.mark.parametrize("decisions", [
    pd.DataFrame(columns=["record_id_a", "record_id_b", "is_match"]), pd.DataFrame(columns=["about", "target", "answer"]),
    pd.DataFrame({"about": [pd.NA], "target": ["x"], "answer": ["y"]})])
def test_decisions_that_say_nothing_change_nothing(rules, decisions):
    assert link_records({"birth_cert": frame(a=ROW), "hukou_birth": frame(b=ROW)}, rules, decisions=decisions).events.nunique() == 1


@pytest.mark.parametrize("bad", [[ROW], ROW, None, "births.xlsx", pd.Series(ROW), np.zeros((2, 2)), pd.concat([frame(b=ROW), frame(b=ROW)], axis=1)])
def test_a_source_that_is_no_frame_is_refused_by_name(rules, bad):
    with pytest.raises(LinkageError, match="hukou_birth"):
        link_records({"birth_cert": frame(a=ROW), "hukou_birth": bad}, rules)


def test_other_arguments_of_a_wrong_kind_are_refused(rules):
    with pytest.raises(LinkageError, match="mapping"):
        link_records([frame(a=ROW)], rules)
    with pytest.raises(LinkageError, match=r"LinkageRules\.read"):
        link_records({"birth_cert": frame(a=ROW)}, "params/linkage/births.v1.yaml")
    with pytest.raises(LinkageError, match="known_events"):
        link_records({"birth_cert": frame(a=ROW)}, rules, known_events={"a": "K"})


def test_decisions_about_records_not_in_the_lists_are_told(rules):
    decided = pd.DataFrame({"record_id_a": ["gone"], "record_id_b": ["a"], "is_match": [True]})
    assert any("1 decisions" in note for note in link_records({"birth_cert": frame(a=ROW)}, rules, decisions=decided).notes)


def test_a_new_record_joins_an_event_of_an_earlier_quarter(rules):
    frames = {"birth_cert": frame(old1=ROW), "town_birth": frame(old2=ROW), "hukou_birth": frame(new=ROW)}
    linked = link_records(frames, rules, known_events=pd.Series({"old1": "B-2024Q4-00007", "old2": "B-2024Q4-00007"}))
    assert linked.events.nunique() == 1


def test_events_of_an_earlier_quarter_never_meet(rules):
    frames = {"birth_cert": frame(old1=ROW), "town_birth": frame(old2=ROW), "hukou_birth": frame(new=ROW)}
    linked = link_records(frames, rules, known_events=pd.Series({"old1": "B-2024Q4-00007", "old2": "B-2024Q4-00008"}))
    assert linked.events["old1"] != linked.events["old2"]


def test_a_second_entry_does_not_bring_two_earlier_events_together(rules):
    frames = {"birth_cert": frame(old1=ROW, old2=ROW, new=ROW), "hukou_birth": frame(b=ROW)}
    linked = link_records(frames, rules, known_events=pd.Series({"old1": "K1", "old2": "K2"}))
    assert linked.events["old1"] != linked.events["old2"]


def test_a_second_entry_does_not_bring_together_what_a_person_kept_apart(rules):
    decided = pd.DataFrame({"record_id_a": ["a"], "record_id_b": ["b"], "is_match": [False]})
    linked = link_records({"birth_cert": frame(a=ROW, b=ROW, c=ROW), "hukou_birth": frame(d=ROW)}, rules, decisions=decided)
    assert linked.events["a"] != linked.events["b"]


def test_records_of_one_known_event_stay_together_whatever_they_say(rules):
    frames = {"birth_cert": frame(old1=ROW), "hukou_birth": frame(old2=OTHER)}
    linked = link_records(frames, rules, known_events=pd.Series({"old1": "K", "old2": "K"}))
    assert linked.events.nunique() == 1


def test_a_second_entry_in_one_list_shares_the_event(rules):
    again = ROW | {"mother_name": "白塔那", "mother_id": "159901199003050062"}
    linked = link_records({"birth_cert": frame(a=ROW, again=again), "hukou_birth": frame(b=ROW)}, rules)
    assert linked.events.nunique() == 1
    told = linked.records.set_index("record_id")["duplicate_of"]
    assert sorted(told[["a", "again"]]) in (["", "a"], ["", "again"])


def test_one_list_without_links_finds_its_duplicates(rules):
    alone = rules.with_(sources={"birth_cert": {"duplicates": "find"}}, links=[], model__prior={"rules": [], "recall": 0.6})
    linked = link_records({"birth_cert": frame(a=ROW, again=ROW | {"mother_name": "白塔那"}, b=OTHER)}, alone)
    assert groups(linked) == {frozenset({"a", "again"}), frozenset({"b"})}
    assert set(status(linked).values()) == {"unlinked"}


def test_parents_columns_exchanged_in_one_list_link_all_the_same(rules):
    swapped = ROW | {"mother_name": ROW["father_name"], "father_name": ROW["mother_name"], "mother_id": ROW["father_id"], "father_id": ROW["mother_id"]}
    without_number = swapped | {"birth_cert_no": None}
    linked = link_records({"birth_cert": frame(a=ROW, x=OTHER), "town_birth": frame(c=without_number)}, rules)
    assert linked.events["a"] == linked.events["c"]
    assert linked.links.set_index(["record_id_a", "record_id_b"])["swapped"].eq("swapped").any()


def test_an_exchanged_certificate_links_by_its_former_number(rules):
    exchanged = {k: v for k, v in ROW.items() if k in ("birth_cert_no", "birth_date", "mother_name")}
    linked = link_records({"birth_cert": frame(a=exchanged | {"birth_cert_no": "Y159900500", "old_birth_cert_no": "X159900001"}),
                           "hukou_birth": frame(b=exchanged | {"mother_id": None})}, rules)
    assert linked.links["birth_cert_no"].astype(str).tolist() in (["exchanged"], [])
    assert linked.candidate_pairs == 1


@pytest.mark.parametrize("frames", [
    {}, {"birth_cert": pd.DataFrame()}, {"birth_cert": frame(a=ROW)}, {"birth_cert": frame(a=ROW).iloc[:0], "hukou_birth": frame(b=ROW)},
    {"birth_cert": pd.DataFrame(index=["a", "b"]), "town_birth": pd.DataFrame({"child_name": [None]}, index=["c"])}])
def test_empty_lists_single_records_and_absent_columns_give_a_result(frames, rules):
    linked = link_records(frames, rules)
    n = sum(len(f) for f in frames.values())
    assert len(linked.events) == len(linked.records) == linked.events.nunique() == n
    assert list(linked.links.columns[:5]) == ["record_id_a", "record_id_b", "link_decision", "match_weight", "match_probability"]


def test_records_with_nothing_to_compare_are_not_linkable(rules):
    bare = pd.DataFrame({"child_sex": ["1", "1"], "mother_name": ["", "不详"]}, index=["c", "d"])
    linked = link_records({"birth_cert": frame(a=ROW), "town_birth": bare}, rules)
    assert status(linked) == {"a": "unlinked", "c": "not_linkable", "d": "not_linkable"}


def test_all_missing_and_constant_columns_add_nothing(banner, rules):
    frames, _ = banner
    plain = link_records(frames, rules)
    padded = {k: f.assign(birth_order=pd.NA, birth_time=None, child_id="") for k, f in frames.items()}
    assert link_records(padded, rules).events.equals(plain.events)


def test_two_lists_only(banner, rules):
    frames, truth = banner
    linked = link_records({k: frames[k] for k in ("birth_cert", "town_birth")}, rules)
    together = linked.links[linked.links["link_decision"] == "link"]
    right = truth[together["record_id_a"]].to_numpy() == truth[together["record_id_b"]].to_numpy()
    assert right.mean() > 0.999


def test_other_types_of_columns_give_the_same_events(banner, rules):
    frames, _ = banner
    plain = link_records(frames, rules)
    typed = {k: f.assign(birth_date=pd.to_datetime(f["birth_date"]).astype("datetime64[s]"), child_sex=pd.to_numeric(f["child_sex"]).astype("Int64"),
                         mother_name=f["mother_name"].astype("string"), father_name=f["father_name"].astype("category")) for k, f in frames.items()}
    assert groups(link_records(typed, rules)) == groups(plain)


def test_an_id_that_stands_twice_is_refused(rules):
    with pytest.raises(LinkageError, match="unique") as caught:
        link_records({"birth_cert": frame(a=ROW), "hukou_birth": frame(a=ROW)}, rules)
    assert caught.value.record_ids == ["a"]


def test_a_date_column_without_a_readable_date_is_refused(rules):
    with pytest.raises(LinkageError, match="birth_date"):
        link_records({"birth_cert": frame(a=ROW | {"birth_date": "三月"})}, rules)
    linked = link_records({"birth_cert": frame(a=ROW | {"birth_date": "三月"}), "hukou_birth": frame(b=ROW)}, rules)
    assert linked.events.nunique() == 1 and any("birth_date" in note for note in linked.notes)


def test_month_precision_is_compared_by_month(rules):
    known_to_month = pd.DataFrame([ROW | {"birth_cert_no": None, "birth_date": pd.Timestamp("2025-03-01"), "birth_date_precision": "month"}], index=["b"])
    linked = link_records({"birth_cert": frame(a=ROW), "town_birth": known_to_month}, rules)
    assert linked.links["birth_date"].astype(str).tolist() == ["equal_month"] and linked.events.nunique() == 1


def test_unknown_sources_and_engines_are_refused_and_spark_is_not_yet(rules):
    with pytest.raises(LinkageError, match="birth_cert"):
        link_records({"birth_cerd": frame(a=ROW)}, rules)
    with pytest.raises(LinkageError, match="local"):
        link_records({}, rules, engine="locl")
    with pytest.raises(NotYetError):
        link_records({}, rules, engine="spark")


def cross_pair_rates(linked, truth: pd.Series) -> tuple[float, float]:
    """Precision and recall of pairs of records of different lists."""
    scores = pairwise_scores(linked.events, truth, linked.records.set_index("record_id")["source"].reindex(truth.index))
    return scores["precision"], scores["recall"]


@pytest.mark.parametrize(("n", "seed"), [(1500, 77), (250, 3)])
def test_the_control_engine_links_with_every_column_there(rules, n, seed):
    frames, truth = with_truth(n, seed)
    linked = link_records(frames, rules, engine="recordlinkage")
    precision, recall = cross_pair_rates(linked, truth)
    assert precision > 0.99 and recall > 0.975  # of ten seeds the least were .9994 and .9844
    assert not linked.records["link_status"].eq("review").mean() > 0.02
    assert (linked.links.loc[linked.links["link_decision"] == "link", "match_probability"] >= 0.5).mean() > 0.95


def with_truth(n: int, seed: int) -> tuple[dict[str, pd.DataFrame], pd.Series]:
    lists = {kind: frame.set_index("record_id") for kind, frame in make_lists(n, seed=seed)[0].items()}
    truth = pd.concat([frame["event"] for frame in lists.values()])
    return {kind: frame.drop(columns=["event", "set_id"]) for kind, frame in lists.items()}, truth


def test_the_control_engine_is_not_ruined_by_columns_that_are_nearly_empty(rules):
    frames, truth = with_truth(400, 11)
    sparse = {kind: frame.assign(mother_live_addr_town=None, birth_order=pd.NA, child_id="") for kind, frame in frames.items()}
    for k, kind in enumerate(LISTS):  # one list says much about places, the others say it now and then
        sparse[kind].loc[sparse[kind].index[:: 1 + 9 * k], ["mother_live_addr_town", "mother_live_addr_village"]] = ["159901001", "胡吉尔"]
    precision, recall = cross_pair_rates(link_records(sparse, rules, engine="recordlinkage"), truth)
    assert precision > 0.97 and recall > 0.97


def test_the_control_engine_links_the_demo_quarter_as_it_was_cleaned(rules, tmp_path):
    params_file, = write_demo(tmp_path)
    params = QuarterParams.read(params_file)
    divisions = Divisions.load(params.divisions_file(tmp_path), params.home_division)
    cleaned = clean_submissions(read_submissions(params, tmp_path), params, divisions).records
    frames = {kind: cleaned[kind] for kind in BIRTH_KINDS}
    written = pd.read_csv(tmp_path / "data/2025Q1/truth/records.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    place = ["file", "sheet", "row"]
    known = pd.concat([f[place].astype(str).fillna("").assign(record_id=f.index) for f in frames.values()]).merge(written, on=place)
    assert len(known) > 1000
    linked = link_records(frames, rules, engine="recordlinkage")
    precision, recall = cross_pair_rates(linked, known.set_index("record_id")["event"])
    assert precision > 0.98 and recall > 0.97


def test_the_control_engine_learns_from_little_or_nothing(rules):
    linked = link_records({"birth_cert": frame(a=ROW), "hukou_birth": frame(b=ROW, c=OTHER)}, rules, engine="recordlinkage")
    assert groups(linked) == {frozenset({"a", "b"}), frozenset({"c"})}
    assert linked.links["match_probability"].between(0, 1).all()
    assert any("2 candidate pairs" in note or "1 candidate pairs" in note for note in linked.notes)
    for frames in ({}, {"birth_cert": frame(a=ROW)}, {"birth_cert": pd.DataFrame(index=["a", "b"]), "town_birth": pd.DataFrame({"child_name": [None]}, index=["c"])}):
        assert link_records(frames, rules, engine="recordlinkage").events.nunique() == sum(map(len, frames.values()))


def test_the_control_engine_finds_duplicates_of_one_list(rules):
    alone = rules.with_(sources={"birth_cert": {"duplicates": "find"}}, links=[])
    linked = link_records({"birth_cert": frame(a=ROW, again=ROW | {"mother_name": "白塔那"}, b=OTHER)}, alone, engine="recordlinkage")
    assert groups(linked) == {frozenset({"a", "again"}), frozenset({"b"})}


@pytest.mark.parametrize("engine", ["local", "recordlinkage"])
@pytest.mark.parametrize("links", [None, []])
def test_one_list_alone_has_a_prior_and_probabilities_that_are_some(rules, engine, links):
    frames, truth = with_truth(200, 5)
    half = frames["birth_cert"].iloc[:80]
    twice = pd.concat([frames["birth_cert"], half.rename(index=lambda name: name + "_again")])
    linked = link_records({"birth_cert": twice}, rules if links is None else rules.with_(links=links), engine=engine)
    assert 0 < linked.model.prior < 1
    assert linked.links["match_probability"].between(0, 1).all() and linked.links["match_weight"].notna().all()
    assert all(0 <= rate <= 1 for rate in linked.model.errors.values())
    events = linked.events
    assert sum(events[name] == events[name + "_again"] for name in half.index) >= 76
    assert events.nunique() >= truth[frames["birth_cert"].index].nunique() - 1


@pytest.mark.parametrize("sizes", [(1, 0, 0), (2, 0, 0), (3, 0, 0), (1, 1, 0), (2, 2, 2), (0, 0, 0), (9, 1, 0)])
def test_K05_the_prior_is_strictly_between_0_and_1_for_lists_of_any_size(rules, sizes):
    frames = {kind: frame(**{f"{kind}{k}": ROW for k in range(n)}) for kind, n in zip(LISTS, sizes, strict=True)}
    for recall in (0.01, 1.0):
        linked = link_records(frames, rules.with_(model__prior={"rules": ["certificate"], "recall": recall}))
        assert 0 < linked.model.prior < 1 and np.isfinite(linked.model.prior_weight)
        assert linked.links["match_probability"].between(0, 1).all()
    if sizes == (2, 0, 0):
        assert any("prior" in note for note in link_records(frames, rules.with_(model__prior={"rules": ["certificate"], "recall": 0.01})).notes)


def test_the_control_engine_says_what_it_leaves_aside(banner, rules):
    frames, _ = banner
    lines = [{"when": "birth_cert_no == equal", "then": "link"}]
    linked = link_records(frames, rules.with_(decision=lines), engine="recordlinkage")
    assert any("decision" in note for note in linked.notes) and any("child_id" in note for note in linked.notes)


def test_the_control_engine_does_not_depend_on_the_order_of_rows(banner, rules):
    frames, _ = banner
    mixed = {kind: frames[kind].sample(frac=1, random_state=5) for kind in reversed(LISTS)}
    first, second = (link_records(f, rules, engine="recordlinkage") for f in (frames, mixed))
    assert first.links.equals(second.links) and first.records.equals(second.records)


def test_a_classifier_of_recordlinkage_works_on_our_levels(banner, rules):
    frames, truth = banner
    left, right = frames["birth_cert"], frames["hukou_birth"]
    names = ["mother_name", "father_name", "mother_id", "father_id", "birth_date"]
    kinds = [PersonName, PersonName, IdNumber, IdNumber, DateOf]
    pairs = recordlinkage.Index([BlockOn(["mother_id"]), BlockOn(["father_id"]), Random(500, random_state=1)]).index(left, right)
    comparisons = [kind(name, label=name) for kind, name in zip(kinds, names, strict=True)]
    vectors = recordlinkage.Compare(comparisons).compute(pairs, left, right)
    binary = pd.DataFrame(binarised(vectors.to_numpy(), [len(c.ladder) for c in comparisons]), index=pairs, columns=names)
    links = recordlinkage.ECMClassifier().fit_predict(binary)
    assert len(links) > 1000
    assert (truth[links.get_level_values(0)].to_numpy() == truth[links.get_level_values(1)].to_numpy()).mean() > 0.95


def test_missing_as_a_level_of_its_own_is_a_sensitivity_run(banner, rules):
    frames, _ = banner
    linked = link_records(frames, rules.with_(model__missing="level"))
    assert "missing" in linked.model.table.loc[linked.model.table["comparison"] == "child_name", "level"].tolist()
    assert set(linked.links["birth_cert_no"].astype(str)) >= {"missing_left", "missing_right", "missing_both", "equal"} - {"missing_left"}
    assert linked.events.nunique() < 1.1 * link_records(frames, rules).events.nunique()


def test_decision_lines_veto_and_link(banner, rules):
    frames, _ = banner
    vetoed = link_records(frames, rules.with_(decision=[{"when": "not (mother_id == equal or birth_cert_no == equal)", "then": "non_link"}]))
    links = vetoed.links[vetoed.links["link_decision"] == "link"]
    direct = links["mother_id"].astype(str).eq("equal") | links["birth_cert_no"].astype(str).eq("equal")
    assert direct.mean() > 0.9
    assert vetoed.events.nunique() > link_records(frames, rules).events.nunique()


def test_weights_are_bits_and_probabilities_follow(banner, rules):
    frames, _ = banner
    linked = link_records(frames, rules)
    odds = linked.links["match_weight"] + linked.model.prior_weight
    assert np.allclose(linked.links["match_probability"], 1 / (1 + np.exp2(-odds.clip(-1000, 1000))))
    assert linked.links.loc[linked.links["link_decision"] == "possible_link", "match_weight"].ge(rules.thresholds.lower).all()


def test_the_model_tells_m_u_and_expected_errors(banner, rules):
    frames, _ = banner
    model = link_records(frames, rules).model
    assert model.table.groupby("comparison")[["m_probability", "u_probability"]].sum().to_numpy() == pytest.approx(1.0)
    ordered = model.table.groupby("comparison")["match_weight"].apply(lambda w: (np.diff(w) <= 1e-9).all())
    assert ordered.all()
    assert model.n_missing["child_id"] == model.n_candidates > model.n_missing["birth_cert_no"] > 0
    assert 0 <= model.errors["false_link_rate"] < 0.01 and 0 <= model.errors["missed_match_rate"] < 0.02


def test_any_columns_and_sources_can_be_named():
    rules = LinkageRules.from_values({
        "name": "people", "version": 1, "sources": {"left": {"duplicates": "none"}, "right": {"duplicates": "none"}}, "links": [["left", "right"]],
        "blocking": {"passes": [{"name": "street", "on": ["street"]}]},
        "comparisons": [{"field": "street", "kind": "exact"}, {"field": "shop", "kind": "recordlinkage", "comparer": {"class": "String"}, "cut": [1.0, 0.8]},
                        {"field": "tax_no", "kind": "exact"}], "thresholds": {"upper": 3, "lower": 1}})
    left = pd.DataFrame({"street": [f"s{k % 9}" for k in range(60)], "shop": [f"shop number {k}" for k in range(60)], "tax_no": [f"{k:05}" for k in range(60)]})
    right = left.rename(index=lambda k: k + 1000).iloc[:50]
    linked = link_records({"left": left, "right": right}, rules)
    assert all(linked.events[k] == linked.events[k + 1000] for k in range(50))


def test_twins_stay_two_persons_without_a_line_about_twins(banner, rules):
    plain = rules.with_(twins=None)
    assert plain.telling_apart == ["birth_time", "birth_order", "child_sex", "child_name", "birth_cert_no", "child_id"]
    assert groups(link_records(twins(), plain)) == TWO_CHILDREN
    frames, _ = banner
    assert link_records(frames, plain).events.equals(link_records(frames, rules).events)


GAPS = {
    "object NA": lambda n: pd.array([pd.NA] * n, dtype=object), "object None": lambda n: np.array([None] * n, dtype=object),
    "mixed": lambda n: np.array(([pd.NA, None, float("nan"), pd.NaT, ""] * n)[:n], dtype=object),
    "string": lambda n: pd.array([pd.NA] * n, dtype="string"), "Int64": lambda n: pd.array([pd.NA] * n, dtype="Int64"),
    "boolean": lambda n: pd.array([pd.NA] * n, dtype="boolean"), "float": lambda n: np.full(n, np.nan),
    "date": lambda n: np.full(n, "NaT", dtype="datetime64[ns]"), "category": lambda n: pd.Categorical([None] * n),
    "category of text": lambda n: pd.Categorical([None] * n, categories=["a"]), "text": lambda n: np.array(["<NA>"] * n, dtype=object)}


def _of_every_kind(rules) -> tuple[LinkageRules, list[str], dict[str, pd.DataFrame]]:
    """A rule set with every kind of comparison, the columns it uses, and 25 births that have them all."""
    asked = rules.with_(comparisons=[*rules.model_dump(by_alias=True)["comparisons"], FEW_FIELDS["comparisons"][-1]])
    frames = {kind: rows.assign(birth_date_precision="day", old_birth_cert_no=None, place="x") for kind, rows in with_truth(25, 6)[0].items()}
    return asked, sorted({c.field for c in asked.comparisons} | {"old_birth_cert_no", "birth_date_precision"}), frames


def _emptied(frames, names, gap=lambda n: [None] * n, kinds=LISTS) -> dict[str, pd.DataFrame]:
    return {kind: rows.assign(**{name: gap(len(rows)) for name in names}) if kind in kinds else rows for kind, rows in frames.items()}


@pytest.mark.parametrize(("gap", "engine"), [*((gap, "local") for gap in GAPS), ("mixed", "recordlinkage"), ("date", "recordlinkage")])
def test_columns_of_gaps_say_nothing_whatever_their_type(rules, gap, engine):
    asked, used, frames = _of_every_kind(rules)
    names = [name for name in used if name not in ("mother_id", "mother_name")]
    for kinds in (LISTS[:1], LISTS):
        linked = link_records(_emptied(frames, names, GAPS[gap], kinds), asked, engine=engine)
        assert linked.links["match_weight"].notna().all()
        assert linked.events.equals(link_records(_emptied(frames, names, kinds=kinds), asked, engine=engine).events)
    assert all(linked.links[name].astype(str).eq("missing_both").all() for name in names if name in linked.links)


def test_each_column_alone_may_hold_gaps_only(rules):
    asked, used, frames = _of_every_kind(rules)
    for name in used:
        linked = link_records(_emptied(frames, [name], GAPS["mixed"]), asked)
        assert linked.links["match_weight"].notna().all() and len(linked.links) > 20
        if name in linked.links:
            assert linked.links[name].astype(str).eq("missing_both").all()


@pytest.mark.parametrize("missing", [pd.NA, None, float("nan"), ""])
def test_a_precision_that_is_missing_beside_a_missing_date_is_no_evidence(rules, missing):
    here = frame(a=ROW, b={**ROW, "birth_date": None}).assign(birth_date_precision=["day", missing])
    there = frame(c=ROW).assign(birth_date_precision="day")
    linked = link_records({"birth_cert": here, "hukou_birth": there}, rules)
    assert linked.events["a"] == linked.events["c"]
