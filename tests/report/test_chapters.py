"""What the chapters say, and what they keep to themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.columns import FATES
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report import (
    chapter_accounting,
    chapter_agreement,
    chapter_arrivals,
    chapter_linkage,
    chapter_timeliness,
    chapter_to_do,
)


def params(**more: object) -> QuarterParams:
    return QuarterParams.from_values({
        "period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": ["a.xlsx"], "town_birth": ["c.xlsx"]}, **more})


def arrivals(*kinds: str) -> pd.DataFrame:
    return pd.DataFrame([(kind, f"{kind}.xlsx", 7, 1, 0) for kind in kinds], columns=["kind", "file", "n_rows", "n_dropped", "n_unknown"])


def test_a_list_not_received_is_said_so_before_any_figure():
    chapter = chapter_arrivals(arrivals("birth_cert", "town_birth"), params())
    assert "未收到" in repr(chapter) and "公安" in repr(chapter.parts[-1])
    assert chapter.results["arrivals.hukou_birth.state"]["value"] == "not_received"


def test_a_nil_report_is_not_a_list_that_is_missing():
    chapter = chapter_arrivals(arrivals("birth_cert", "town_birth"), params(nil_reports=["hukou_birth"]))
    assert chapter.results["arrivals.hukou_birth.state"]["value"] == "nil" and len(chapter.parts) == 1


def test_row_accounting_is_told_exactly():
    counts = pd.DataFrame({fate: [1] for fate in FATES} | {"blank": [2], "total": [8]}, index=pd.Index(["birth_cert"], name="kind"))
    chapter = chapter_accounting(counts, params())
    assert chapter.results["rows.birth_cert.used"]["value"] == 1 and chapter.tables["row_accounting"].rows[0][-1] == "8"


def cases(n_open: int, n_closed: int) -> pd.DataFrame:
    rows = [("police", "missing_at", "", "hukou_birth", "2025Q1", "")] * n_open + [("health", "field_differs", "birth_date", "birth_cert", "2024Q4", "2025Q1")] * n_closed
    return pd.DataFrame(rows, columns=["recipient", "code", "field", "list_b", "opened_in", "closed_in"])


ASKS = {("missing_at", "hukou_birth"): Text("尚未见户口登记，请协助办理", "please help"), ("field_differs", "birth_cert"): Text("建议核对", "please check")}


def to_do(table: pd.DataFrame, **balance: int):
    return chapter_to_do(table, balance, ASKS, params())


def test_open_questions_name_the_office_and_what_is_asked():
    chapter = to_do(cases(9, 0), opening=0, new=9, closed=0, closing=9)
    row = chapter.tables["cases_by_recipient"].rows[0]
    assert row[0] == "公安部门" and row[-1] == "尚未见户口登记，请协助办理" and "9" in row
    assert "不作为收费、处罚或延缓办理的依据" in chapter.tables["cases_by_recipient"].notes[0]
    assert chapter.results["cases.open.total"]["value"] == 9


@pytest.mark.parametrize(("balance", "shown"), [
    ({"opening": 20, "new": 30, "closed": 10, "closing": 40}, ("20", "30", "10", "40")),
    ({"opening": 20, "new": 30, "closed": 3, "closing": 47}, ("20", "30", "<5", "×")),  # 20 + 30 - 47 would give the three away
    ({"opening": 0, "new": 4, "closed": 0, "closing": 4}, ("0", "<5", "0", "<5")),
])
def test_a_small_count_cannot_be_worked_out_from_the_balance(balance, shown):
    assert to_do(cases(9, 0), **balance).tables["case_balance"].rows[0][1:] == shown


def test_nothing_open_is_said_in_words():
    assert "没有待核实的事项" in repr(to_do(cases(0, 6), opening=6, new=0, closed=6, closing=0))


def test_no_two_lists_no_rates():
    chapter = chapter_agreement(pd.DataFrame(columns=["field", "list_a", "list_b", "n_births", "n_missing", "n_compared", "n_agree"]), params())
    assert "没有两份名单" in repr(chapter) and not chapter.tables


def test_a_rate_that_would_give_a_small_count_away_is_told_as_a_bound():
    table = pd.DataFrame([("birth_date", "birth_cert", "town_birth", 100, 0, 100, 98, 0.98, 0.9, 1.0)],
                         columns=["field", "list_a", "list_b", "n_births", "n_missing", "n_compared", "n_agree", "agreement_rate", "rate_low", "rate_high"])
    chapter = chapter_agreement(table, params())
    assert chapter.results["agreement.birth_date.birth_cert.town_birth"]["value"] is None
    assert "≥96.0%" in chapter.tables["agreement"].rows[0]


def test_the_linkage_says_that_not_linked_is_not_unregistered():
    chapter = chapter_linkage([], {"false_link_rate": 0.0012, "missed_match_rate": None}, 300, 2, params())
    assert "未能对应不等于未登记" in repr(chapter) and "0.12%" in repr(chapter) and "<5 对" in repr(chapter)
    assert chapter.results["linkage.review"]["suppressed"]


def test_no_dates_no_days():
    assert chapter_timeliness(pd.DataFrame({"kind": [], "days": []}), pd.DataFrame(
        columns=["kind", "n_records", "median", "quartile_low", "quartile_high", "percentile_90", "share_within_30"]), params()).parts == []
