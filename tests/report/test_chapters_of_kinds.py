"""The chapters on the lists beside those of births: what they say, what they keep to themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.columns import CHANGE_ITEMS, DEFER_CLASSES, DOUBT_CLASSES, VOID_REASONS
from popanalysis.measure.marriages import MARRIAGES_HELD
from popanalysis.measure.persons import Changes
from popanalysis.measure.registration import CertificateRows, Deliveries, Waiting
from popanalysis.params import QuarterParams
from popanalysis.report import (
    chapter_adoptions,
    chapter_certificates,
    chapter_changes,
    chapter_deliveries,
    chapter_home_counties,
    chapter_marriages,
    chapter_month,
    chapter_month_in_short,
    chapter_moves,
    chapter_pending,
    chapter_register,
    chapter_reported,
)

EVERY = ["identity_change", "marriage", "town_marriage", "deferred_hukou", "unverified_delivery", "void_certificates", "migration", "death", "adoption", "reported_totals", "population"]


def params(*absent: str, nil: tuple[str, ...] = (), **more: object) -> QuarterParams:
    inputs = {kind: [f"{kind}.xlsx"] for kind in EVERY if kind not in (*absent, *nil)}
    return QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": inputs, "nil_reports": list(nil), **more})


# --- adoptions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "said"), [(params(), "已收到"), (params("adoption"), "未收到"), (params(nil=("adoption",)), "零报告")])
def test_of_adoptions_the_chapter_says_received_reported_as_none_or_not_received(given, said):
    chapter = chapter_adoptions(given)
    assert said in repr(chapter) and "依法保密" in repr(chapter)
    assert not chapter.results and not chapter.tables


# --- changes -----------------------------------------------------------------------------------------------------


def changes(n_name: int, n_ethnicity: int) -> Changes:
    table = pd.DataFrame(0, index=list(CHANGE_ITEMS), columns=["change", "correct", "other"])
    table.loc["name", "change"], table.loc["ethnicity", "correct"] = n_name, n_ethnicity
    return Changes(table, n_met=n_name)


def test_changes_stand_by_item_and_by_class_and_no_small_one_can_be_worked_out():
    chapter = chapter_changes(changes(30, 3), 7, 0, params())
    assert chapter.results["changes.met"]["value"] is None and "≥29 项" in repr(chapter)  # three were not met
    assert chapter.results["changes.item.name"]["suppressed"] or chapter.results["changes.item.total"]["suppressed"]
    assert chapter.results["changes.item.ethnicity"]["value"] is None
    assert "7 件" in repr(chapter) and "0 件" in repr(chapter)


# --- pending registrations, deliveries, certificates ---------------------------------------------------------------


def waiting(n: int, median: float | None) -> Waiting:
    return Waiting(pd.Series({**dict.fromkeys(DEFER_CLASSES, 0), "no_birth_certificate": n}),
                   pd.Series({"within_month": n, "within_quarter": 0, "within_year": 0, "longer": 0, "unknown": 0}), median)


def test_pending_registrations_are_told_with_how_long_they_waited_and_what_the_law_says():
    said = repr(chapter_pending(waiting(12, 41.5), 6, 5, params()))
    assert "12 例" in said and "41.5 天" in said and "6 例" in said and "不得作为落户条件的 5 例" in said and "等待最久的优先" in said


def test_how_long_a_few_have_waited_is_not_told():
    chapter = chapter_pending(waiting(3, 41.5), 0, 0, params())
    assert chapter.results["pending.median_days"]["value"] is None and "41.5" not in repr(chapter)


def deliveries(**classes: int) -> Deliveries:
    return Deliveries(pd.Series({**dict.fromkeys(DOUBT_CLASSES, 0), **classes}), {"to_clarify": 6, "non_local": 9}, {"to_clarify": 5, "non_local": 0}, 0)


def test_deliveries_are_two_groups_and_no_class_is_tied_to_a_list():
    chapter = chapter_deliveries(deliveries(doubtful=8, withheld=2, non_local=11), params())
    assert "身份待核实的分娩 10 例，其中已见《出生医学证明》≥6 例，已见户口登记 5 例" in repr(chapter) and "旗外户籍的分娩 11 例" in repr(chapter)
    assert {key for key in chapter.results.to_plain()["figures"] if "certificate" in key or "registered" in key} == {
        f"deliveries.{group}.{what}" for group in ("to_clarify", "non_local") for what in ("with_certificate", "registered")}
    assert "不在其他名单中查找" in repr(chapter)


def test_numbers_are_told_by_reason_and_questions_about_numbers_by_kind():
    rows = CertificateRows(pd.Series({**dict.fromkeys([*VOID_REASONS, "unknown"], 0), "void": 8, "reissued": 6}), n_followed=7)  # 7 of 14
    chapter = chapter_certificates(rows, pd.Series({"certificate_gap": 5, "certificate_shared": 0}), params())
    assert "对应到出生的 7 份" in repr(chapter) and chapter.results["certificates.certificate_gap"]["value"] == 5
    quiet = repr(chapter_certificates(rows, pd.Series({"certificate_gap": 0}), params("void_certificates")))
    assert "未收到" in quiet and "没有关于编号的待办事项" in quiet


# --- moves, register, totals -----------------------------------------------------------------------------------------


def test_moves_and_deaths_explain_what_lists_do_not_hold():
    explained = pd.DataFrame({"event": ["birth"], "kind": ["hukou_birth"], "n_events": [9]})
    chapter = chapter_moves(pd.Series({"in": 20, "out": 30, "unknown": 0}), 31, explained, params())
    assert chapter.results["moves.explained.birth.hukou_birth"]["value"] == 9 and "死亡登记 31 例" in repr(chapter)
    assert "不再请有关单位核查" in "".join(chapter.tables["absences_explained"].notes)
    nothing = chapter_moves(pd.Series({"in": 20, "out": 30, "unknown": 0}), 31, explained.iloc[:0], params("death"))
    assert "没有可由迁移或死亡说明" in repr(nothing) and "未收到" in repr(nothing) and "absences_explained" not in nothing.tables


def test_entries_of_the_register_are_a_rate_without_a_small_rest():
    entries = pd.DataFrame({"event": ["birth", "birth"], "person": ["child", "parent"], "n_events": [100, 100], "n_with_entry": [80, 98]})
    chapter = chapter_register(entries, params())
    assert chapter.results["register.birth.child"]["value"] == pytest.approx(0.8)
    assert "98" not in chapter.tables["register_entries"].rows[1][-1]


def reported(**towns: tuple[int | None, int | None, int]):
    told = pd.DataFrame([(town, *row[:2]) for town, row in towns.items()], columns=["town", "births", "marriages"]).astype({"births": "Int64", "marriages": "Int64"})
    counted = pd.DataFrame({"births": [row[2] for row in towns.values()], "marriages": 20}, index=pd.Index(list(towns), name="town"))
    return chapter_reported(told, counted, params())


def test_reported_stands_beside_counted_with_the_difference():
    chapter = reported(东升镇=(40, 20, 38), 新民乡=(30, 20, 33))
    rows = {row[0]: row for row in chapter.tables["reported_totals"].rows}
    assert rows["东升镇"][1:4] == ("40", "38", "+2") and rows["新民乡"][1:4] == ("30", "33", "-3")
    assert chapter.results["totals.births.reported"]["value"] == 70 and chapter.results["totals.births.counted"]["value"] == 71


def test_a_town_that_did_not_report_is_no_nought_and_its_births_are_not_held_against_the_sum():
    chapter = reported(东升镇=(40, 20, 38), 新民乡=(None, 20, 33))
    rows = {row[0]: row for row in chapter.tables["reported_totals"].rows}
    assert rows["新民乡"][1] == "—" and chapter.results["totals.births.counted"]["value"] == 38


def test_the_difference_of_a_small_count_is_not_told():
    rows = {row[0]: row for row in reported(东升镇=(40, 20, 38), 新民乡=(3, 20, 2), 胡吉尔农场=(50, 20, 50)).tables["reported_totals"].rows}
    assert rows["新民乡"][3] == "—" and not rows["新民乡"][1].isdigit()


# --- marriages ---------------------------------------------------------------------------------------------------------


def marriages(given: QuarterParams):
    held = pd.Series(dict(zip(MARRIAGES_HELD, (40, 12, 6, 7, 0), strict=True)))
    town = pd.DataFrame({"town": ["东升镇", None], "n_marriages": [50, 15], "n_marriage": [40, 12], "n_town_marriage": [45, 8]})
    agreement = pd.DataFrame({"field": ["reg_date"], "n_compared": [40], "n_agree": [30], "n_missing": [0]})
    return chapter_marriages(held, town, {"elsewhere": 8, "other": 5, "undated": 1, "reissued": 6}, agreement, 40, 0, given)


def test_marriages_are_told_by_list_town_and_field_and_what_is_not_counted_apart():
    chapter = marriages(params())
    assert "仅见补领结婚证的 6 对" in repr(chapter) and "不等于未登记" in "".join(chapter.tables["marriages"].notes)
    assert chapter.results["marriages.held_by.total"]["value"] == 65 and chapter.results["marriages.standing.reissued"]["value"] == 6
    assert chapter.results["marriages.agreement.reg_date"]["value"] == pytest.approx(0.75)
    assert set(chapter.tables) == {"marriages", "marriages_by_town", "marriages_agreement"}


def test_without_the_registrys_list_towns_are_not_held_against_it():
    chapter = marriages(params("marriage"))
    assert "未收到" in repr(chapter) and "marriages_by_town" not in chapter.tables


# --- the month -----------------------------------------------------------------------------------------------------------

STANDING = ("agrees", "differs", "missing", "not_yet_due", "not_expected")


def month(*rows: tuple[str, int, int, int, int, int], kinds: tuple[str, ...] = ("hukou_birth",)):
    table = pd.DataFrame([(sum(row[1:]), *row[1:] * len(kinds)) for row in rows], index=[row[0] for row in rows],
                         columns=["n_events", *(f"{kind}.{name}" for kind in kinds for name in STANDING)])
    given = params(period="2025-03", as_of="2025-03-31")
    return chapter_month("birth", table, 6, ("birth_cert", "hukou_birth", "town_birth"), {"159901001": "团结街道", "159901102": "东升镇"}.__getitem__, given), given


def test_a_month_tells_town_by_town_what_is_missing_and_what_is_not_yet_due():
    chapter, given = month(("159901001", 20, 10, 8, 9, 0), ("159901102", 30, 11, 7, 10, 0), ("", 0, 0, 0, 0, 0))
    table = chapter.tables["monthly_hukou_birth"]
    assert [row[0] for row in table.rows] == ["团结街道", "东升镇", "合计"]
    assert table.rows[-1][1:] == ("105", "50", "21", "15", "19", "0")
    assert "未收到" in repr(chapter) and chapter.results["monthly.births.hukou_birth.not_yet_due"]["value"] == 19
    short = repr(chapter_month_in_short([chapter], given))
    assert "尚未见到 15" in short and "未到期限 19" in short


def test_births_of_other_counties_are_counted_by_county_small_ones_hidden():
    chapter = chapter_home_counties(pd.Series({"159902": 14, "159904": 3, "": 9}), {"159902": "沙日塔拉旗", "159904": "霍日格旗"}.__getitem__, params(period="2025-03", as_of="2025-03-31"))
    rows = {row[0]: row[1] for row in chapter.tables["monthly_home_county"].rows}
    assert not rows["霍日格旗（159904）"].isdigit() and "户籍地旗县不详" in rows
    assert sum(value.isdigit() for value in rows.values()) <= 2  # what is shown must not give the small one away
