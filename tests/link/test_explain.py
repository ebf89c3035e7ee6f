"""Why a pair was linked or not: bits that add up, and sentences put together from fixed slots."""

import copy
import pickle

import pandas as pd
import pytest

from popanalysis.errors import LinkageError
from popanalysis.link import LinkageRules, Linked, PairExplanation, current_rules, explain_event, explain_pair, explain_record, link_records
from popanalysis.link.comparisons import ladder_of
from popanalysis.link.explain import LEVEL_WORDS
from popanalysis.project import shipped_folder
from popanalysis.synthetic.large import make_lists

NAMES = {"mother_id": "母亲公民身份号码", "mother_name": "母亲姓名", "father_name": "父亲姓名", "child_name": "新生儿姓名", "child_sex": "性别", "birth_date": "出生日期", "birth_cert_no": "出生医学证明编号"}
FOLDER = shipped_folder("params") / "linkage"


def told(*rows: tuple[str, str, float], weight: float, decision: str) -> PairExplanation:
    return PairExplanation(pd.DataFrame(rows, columns=["comparison", "level", "bits"]), weight, decision, upper=20.0, lower=13.0)


#: explanation, its sentence in Chinese and in English, written by hand
GOLDEN = [
    (told(("mother_id", "equal", 19.9), ("birth_date", "equal", 8.0), weight=27.9, decision="link"),
     "母亲公民身份号码一致（+19.9）、出生日期一致（+8.0），支持为同一事项；没有相反的内容。合计 27.9 比特，达到上限 20.0，认定为同一事项。",
     "For one event: mother_id agrees (+19.9), birth_date agrees (+8.0); against it: nothing. Together 27.9 bits, at or above the upper threshold of 20.0: they are taken for one event."),
    (told(("mother_name", "same_sound", 9.2), ("child_sex", "different", -5.1), ("mother_id", "missing_left", 0.0), weight=14.2, decision="possible_link"),
     "母亲姓名不计声调读音相同（+9.2），支持为同一事项；性别不同（-5.1），与此相反；母亲公民身份号码至少一方缺项，不计权重。合计 14.2 比特，在下限 13.0 与上限 20.0 之间，留待人工审核。",
     "For one event: mother_name sounds the same (+9.2); against it: child_sex differs (-5.1); missing on one side at least: mother_id. "
     "Together 14.2 bits, between the thresholds of 13.0 and 20.0: they are left to a reviewer."),
    (told(("mother_name", "different", -6.0), ("birth_date", "different", -7.5), ("child_sex", "equal", 0.3), weight=-13.2, decision="non_link"),
     "没有明显支持为同一事项的内容；出生日期不同（-7.5）、母亲姓名不同（-6.0），与此相反。合计 -13.2 比特，低于下限 13.0，不认定为同一事项。",
     "For one event: nothing of weight; against it: birth_date differs (-7.5), mother_name differs (-6.0). Together -13.2 bits, below the lower threshold of 13.0: they are not taken for one event."),
    (told(("mother_id", "equal", 17.0), ("child_name", "one_different", 0.9), ("child_sex", "different", -3.9), weight=31.2, decision="non_link"),
     "母亲公民身份号码一致（+17.0）、新生儿姓名有一字不同（+0.9），支持为同一事项；性别不同（-3.9），与此相反。合计 31.2 比特，达到上限 20.0，但另有更合适的对应或规则不许对应，不认定为同一事项。",
     "For one event: mother_id agrees (+17.0), child_name differs in one character (+0.9); against it: child_sex differs (-3.9). "
     "Together 31.2 bits, at or above the upper threshold of 20.0: yet a better partner or a rule keeps them apart."),
]
#: one comparison at one level: what it says of the field
ONE = [
    ("mother_id", "upgraded_15_to_18", "母亲公民身份号码为同一号码的 15 位与 18 位写法（+12.0）"), ("mother_id", "one_slip", "母亲公民身份号码仅差一位或相邻两位颠倒（+12.0）"),
    ("mother_id", "same_date_and_division", "母亲公民身份号码不同，但其中的出生日期和区划相同（+12.0）"), ("mother_name", "same_variants", "母亲姓名仅字形或符号写法不同（+12.0）"),
    ("mother_name", "near_sound", "母亲姓名读音相近（+12.0）"), ("father_name", "transliteration", "父亲姓名为同一蒙古语名的不同译写（+12.0）"), ("father_name", "same_shape", "父亲姓名字形相近（+12.0）"),
    ("mother_name", "one_missing", "母亲姓名少写一字或一个音节（+12.0）"), ("mother_name", "wildcard", "母亲姓名除未能写出的字外一致（+12.0）"), ("child_name", "order_swapped", "新生儿姓名前后次序不同（+12.0）"),
    ("birth_date", "next_day", "出生日期相差一天（+12.0）"), ("birth_date", "one_digit", "出生日期只差一个数字（+12.0）"), ("birth_date", "day_month_swapped", "出生日期日与月颠倒（+12.0）"),
    ("birth_date", "lunar", "出生日期一为农历写法（+12.0）"), ("birth_date", "equal_month", "出生日期年月一致（未写明日）（+12.0）"), ("birth_date", "year_off", "出生日期月日相同而年份相差一年（+12.0）"),
    ("birth_cert_no", "exchanged", "出生医学证明编号为换发前后的编号（+12.0）"),
]


@pytest.fixture(scope="module")
def linked() -> tuple[Linked, LinkageRules]:
    rules = current_rules(FOLDER, "births")
    frames = {kind: frame.drop(columns="event", errors="ignore").set_axis([f"{kind}{k}" for k in range(len(frame))]) for kind, frame in make_lists(400, 7)[0].items() if kind in rules.sources}
    return link_records(frames, rules), rules


def test_the_bits_of_every_pair_add_up_to_its_weight(linked: tuple[Linked, LinkageRules]) -> None:
    found, rules = linked
    assert len(found.links) > 500
    for link in found.links.iloc[:: max(1, len(found.links) // 200)].to_dict("records"):
        explained = explain_pair(found, rules, link["record_id_b"], link["record_id_a"])
        assert explained.table["bits"].sum() == pytest.approx(link["match_weight"], abs=1e-6)
        assert explained.link_decision == link["link_decision"]


def test_the_level_of_each_comparison_is_that_of_the_links(linked: tuple[Linked, LinkageRules]) -> None:
    found, rules = linked
    link = found.links.iloc[0]
    table = explain_pair(found, rules, link["record_id_a"], link["record_id_b"]).table.set_index("comparison")["level"]
    assert [table[rule.name] for rule in rules.comparisons] == [link[rule.name] for rule in rules.comparisons]


@pytest.mark.parametrize(("explained", "zh", "en"), GOLDEN)
def test_the_sentence_says_what_speaks_for_it_what_against_and_where_the_sum_lies(explained: PairExplanation, zh: str, en: str) -> None:
    assert explained.sentence("zh", NAMES.__getitem__) == zh
    assert explained.sentence("en") == en


@pytest.mark.parametrize(("name", "level", "said"), ONE)
def test_each_level_is_said_in_the_words_of_an_office(name: str, level: str, said: str) -> None:
    explained = told((name, level, 12.0), weight=21.0, decision="link")
    assert explained.sentence("zh", NAMES.__getitem__) == f"{said}，支持为同一事项；没有相反的内容。合计 21.0 比特，达到上限 20.0，认定为同一事项。"


def test_every_level_of_the_shipped_rules_has_its_words() -> None:
    for name in ("births", "marriages"):
        assert {level for rule in current_rules(FOLDER, name).comparisons for level in ladder_of(rule)} <= LEVEL_WORDS.keys()


def test_a_pair_that_was_not_compared_is_told(linked: tuple[Linked, LinkageRules]) -> None:
    found, rules = linked
    with pytest.raises(LinkageError, match="未被列为候选，或低于下限"):
        explain_pair(found, rules, "x", "y")


def test_the_waterfall_goes_from_nothing_to_the_weight(linked: tuple[Linked, LinkageRules]) -> None:
    found, rules = linked
    link = found.links.iloc[3]
    steps = explain_pair(found, rules, link["record_id_a"], link["record_id_b"]).waterfall()
    assert steps["begins"].iloc[0] == 0 and steps["ends"].iloc[-1] == pytest.approx(link["match_weight"])
    assert steps["begins"].iloc[1:].tolist() == steps["ends"].iloc[:-1].tolist() and steps["bits"].is_monotonic_decreasing


# --- an event, and a record that stands alone ---

FAMILY = {"child_name": "白小林", "child_sex": "1", "birth_date": "2025-03-05", "mother_name": "白塔娜", "mother_id": "159901199003050026", "father_name": "包青山",
          "father_id": "159901198811230018", "birth_cert_no": "X159900001"}
SIBLING = FAMILY | {"child_name": "白小雨", "birth_cert_no": "X159900002", "child_sex": "2"}
STRANGER = {"child_name": "孟和", "child_sex": "1", "birth_date": "2025-03-05", "mother_name": "白塔娜", "mother_id": "159901198507120047", "birth_cert_no": "X159900077"}
ALONE = {"child_sex": "2", "birth_date": "2025-01-09", "mother_name": "包乌云", "mother_id": "159901199211110021", "birth_cert_no": "X159900099"}


@pytest.fixture(scope="module")
def few() -> tuple[Linked, dict[str, pd.DataFrame], LinkageRules]:
    rules = current_rules(FOLDER, "births")
    frames = {"birth_cert": pd.DataFrame([FAMILY, SIBLING, ALONE], index=["h1", "h2", "h3"]), "hukou_birth": pd.DataFrame([FAMILY, FAMILY], index=["p1", "p2"]),
              "town_birth": pd.DataFrame([FAMILY, STRANGER], index=["t1", "t2"])}
    return link_records(frames, rules), frames, rules


def test_an_event_is_held_together_by_its_strongest_ties(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, _, rules = few
    explained = explain_event(found, rules, found.events["h1"])
    assert sorted(explained.records["record_id"]) == ["h1", "p1", "p2", "t1"]
    assert len(explained.ties) == 6 and explained.ties["needed"].sum() == 3  # four records, three ties hold them
    assert explained.ties["match_weight"].is_monotonic_decreasing
    zh, en = explained.sentence("zh"), explained.sentence("en")
    assert zh.startswith("3 份名单的 4 条记录为同一事项，依据：") and "是同一名单中 p1 的重复登记。" in zh and "上限为 20.0" in zh
    assert en.startswith("4 records of 3 lists are one event, by ") and "is a second entry of p1 in its list." in en


def test_an_event_of_one_record_says_so(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, _, rules = few
    assert explain_event(found, rules, found.events["h3"]).sentence("zh") == "本事项只有一条记录，未与其他记录对应。"
    with pytest.raises(LinkageError, match="没有事项 E999"):
        explain_event(found, rules, "E999")


def test_a_record_without_a_partner_is_told_its_best_candidates_and_why_not(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, frames, rules = few
    stranger = explain_record(found, frames, rules, "t2")
    assert set(stranger.candidates["why_not"]) == {"too_little_agrees"} and stranger.candidates["match_weight"].max() < rules.thresholds.lower
    assert "一致之处不足，低于下限" in stranger.sentence("zh") and "agrees too little, below the lower threshold" in stranger.sentence("en")
    sibling = explain_record(found, frames, rules, "h2").candidates.set_index("record_id")
    assert sibling.loc["t1", "why_not"] == "has_a_better_partner"
    linked_one = explain_record(found, frames, rules, "h1").candidates
    assert set(linked_one["why_not"]) == {"one_event"}


def test_a_record_that_no_pass_brings_together_with_another_is_told_so(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, frames, rules = few
    assert explain_record(found, frames, rules, "h3").sentence("zh") == "记录 h3：其他名单中没有任何记录在分组条件上与其相同，因而没有候选。"
    with pytest.raises(LinkageError, match="没有记录 x9"):
        explain_record(found, frames, rules, "x9")


def test_no_value_of_a_person_stands_in_an_explanation(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, frames, rules = few
    said = [explain_event(found, rules, event).sentence(language) for event in found.events.unique() for language in ("zh", "en")]
    said += [explain_record(found, frames, rules, record).sentence(language) for record in found.events.index for language in ("zh", "en")]
    values = {str(v) for row in (FAMILY, SIBLING, STRANGER, ALONE) for v in row.values() if len(str(v)) > 1}
    assert not [v for v in values if any(v in sentence for sentence in said)]


def test_a_linkage_can_be_pickled_and_copied_with_its_notes(few: tuple[Linked, dict[str, pd.DataFrame], LinkageRules]) -> None:
    found, _, _ = few
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert again.notes == found.notes and [note.in_("zh") for note in again.notes] == [note.in_("zh") for note in found.notes]
        pd.testing.assert_frame_equal(again.links, found.links)
