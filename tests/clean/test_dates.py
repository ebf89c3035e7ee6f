"""Dates: the written list of forms."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from popanalysis.clean import clean_records
from popanalysis.clean.dates import Century, clean_dates, read_date
from popanalysis.clean.lunar import propose_solar_date
from popanalysis.clean.values import Cleaned, Distinct


def column(*texts: str, cell_type: str = "text") -> Cleaned:
    return clean_dates(Distinct(np.arange(len(texts)), list(texts), [cell_type] * len(texts)))


def days(cleaned: Cleaned) -> list[str]:
    return [str(day)[:10] for day in cleaned.columns[""]]


@pytest.mark.parametrize(("text", "cell_type"), [
    ("2025-03-05", "text"), ("2025/3/5", "text"), ("2025.3.5", "text"), ("2025年3月5日", "text"), ("二〇二五年三月五日", "text"),
    ("20250305", "text"), ("20250305", "number"), ("20250305.0", "text"), ("2025-03-05 00:00:00", "text"),
])
def test_K22_nine_forms_of_one_day(text: str, cell_type: str) -> None:
    read = read_date(text, cell_type)
    assert (read.date, read.precision, read.findings) == (dt.date(2025, 3, 5), "day", ())


@pytest.mark.parametrize(("text", "fault"), [
    ("25/3/5", "date_ambiguous"), ("03/04/2025", "date_ambiguous"), ("2025-02-30", "date_impossible"), ("0000-00-00", "date_impossible"),
])
def test_K22_nothing_is_guessed(text: str, fault: str) -> None:
    read = read_date(text)
    assert (read.date, [f.fault for f in read.findings]) == (None, [fault])


@pytest.mark.parametrize("text", ["2025-03", "2025年3月"])
def test_K22_a_month_keeps_its_precision(text: str) -> None:
    read = read_date(text)
    assert (read.date, read.precision, [f.fault for f in read.findings]) == (dt.date(2025, 3, 1), "month", ["date_month_only"])


def test_K22_midnight_written_as_24_is_the_next_day_with_a_note() -> None:
    read = read_date("2025-3-5 24:00")
    assert (read.date, read.clock, [f.fault for f in read.findings]) == (dt.date(2025, 3, 6), "00:00:00", ["date_24h"])
    assert column("2025-3-5 24:00").columns["clock"].tolist() == ["00:00"]


def test_K22_the_count_of_unreadable_dates_equals_the_count_listed() -> None:
    cleaned = column("2025-03-05", "25/3/5", "随便", "3月5日", "2025-02-30", "农历二月十三", "", "无")
    assert np.isnat(cleaned.columns[""]).tolist() == [False] + [True] * 7
    assert [bool(f) for f in cleaned.findings] == [False] + [True] * 5 + [False] * 2


@pytest.mark.parametrize(("order", "text", "day"), [
    ("ymd", "25/3/5", dt.date(2025, 3, 5)), ("dmy", "03/04/2025", dt.date(2025, 4, 3)), ("mdy", "03/04/2025", dt.date(2025, 3, 4)), ("ymd", "68.3.5", dt.date(1968, 3, 5)),
])
def test_an_order_that_the_office_states_settles_the_ambiguity(order: str, text: str, day: dt.date) -> None:
    assert read_date(text, order=order).date == day


@pytest.mark.parametrize(("text", "cell_type", "day", "clock"), [
    ("2024．03．05", "text", dt.date(2024, 3, 5), None), ("2024年03月05日14时23分", "text", dt.date(2024, 3, 5), "14:23:00"),
    ("45356", "number", dt.date(2024, 3, 5), None), ("45356", "text", dt.date(2024, 3, 5), None), ("45356.599", "number", dt.date(2024, 3, 5), "14:22:34"),
    ("二零二四年十二月二十一日", "text", dt.date(2024, 12, 21), None), ("二○二四年三月五日", "text", dt.date(2024, 3, 5), None), ("２０２４-３-５", "text", dt.date(2024, 3, 5), None),
    ("2024-03-05T14:23:00", "date", dt.date(2024, 3, 5), "14:23:00"), ("2024年3月5日下午2:23", "text", dt.date(2024, 3, 5), "14:23:00"),
    ("202403051423", "text", dt.date(2024, 3, 5), "14:23:00"), ("2024.3.5生", "text", dt.date(2024, 3, 5), None), ("2024 - 3 - 5", "text", dt.date(2024, 3, 5), None),
])
def test_further_forms(text: str, cell_type: str, day: dt.date, clock: str | None) -> None:
    read = read_date(text, cell_type)
    assert (read.date, read.clock) == (day, clock)


@pytest.mark.parametrize(("text", "day"), [("25年4月9日", "2025-04-09"), ("二五年三月五日", "2025-03-05"), ("6/17/24", "2024-06-17"), ("17/6/2024", "2024-06-17"), ("03/17/2025", "2025-03-17"), ("09年3月1日", "2009-03-01")])
def test_what_the_calendar_allows_in_one_order_only_is_read(text: str, day: str) -> None:
    read = read_date(text, century=Century(dt.date(2025, 4, 10)))
    assert str(read.date) == day
    assert [f.fault for f in read.findings] == ([] if "20" in text else ["date_short_year"])


@pytest.mark.parametrize("text", ["25/3/5", "03/04/2025", "25/3/31", "13/3/25", "26年1月2日", "5/3/25"])
def test_what_has_two_orders_or_lies_in_a_year_to_come_stays_open(text: str) -> None:
    assert [f.fault for f in read_date(text, century=Century(dt.date(2025, 4, 10))).findings] == ["date_ambiguous"]


def test_the_century_of_a_grown_up_is_told_only_where_the_other_lies_ahead() -> None:
    born = Century(dt.date(2025, 4, 10), recent=False)
    assert [str(read_date(text, century=born).date) for text in ("85年4月9日", "26年1月2日", "25年4月9日", "09年3月1日")] == ["1985-04-09", "1926-01-02", "None", "None"]


def test_midnight_at_the_end_of_a_day_is_the_next_day_also_in_a_column_of_its_own() -> None:
    together = clean_records(pd.DataFrame({"birth_datetime": ["2025-03-05 24:00"]}), "birth_cert")
    apart = clean_records(pd.DataFrame({"birth_date": ["2025-03-05"], "birth_time": ["24:00"]}), "birth_cert")
    for records, faults in (together, apart):
        assert records[["birth_date", "birth_time"]].astype(str).to_numpy().tolist() == [["2025-03-06", "00:00"]]
        assert faults["fault"].tolist() == ["date_24h"]


@pytest.mark.parametrize("text", ["夜里12点", "晚上12:30", "夜间2点"])
def test_a_time_of_the_night_that_may_be_of_two_days_is_not_guessed(text: str) -> None:
    records, faults = clean_records(pd.DataFrame({"birth_date": ["2025-03-05"], "birth_time": [text]}), "birth_cert")
    assert records["birth_time"].isna().all() and faults["fault"].tolist() == ["time_unreadable"]


def test_a_date_and_a_moment_at_24_hours_of_it_are_one_day() -> None:
    records, faults = clean_records(pd.DataFrame({"birth_date": ["2025-03-05"], "birth_datetime": ["2025-03-05 24:00"]}), "birth_cert")
    assert records[["birth_date", "birth_time"]].astype(str).to_numpy().tolist() == [["2025-03-06", "00:00"]]
    assert "date_differs_from_time_column" not in faults["fault"].tolist()


@pytest.mark.parametrize(("text", "cell_type", "fault"), [("0305", "text", "date_no_year"), ("3月5日", "text", "date_no_year"), ("2024.1", "number", "date_ambiguous"), ("下周", "text", "date_unreadable")])
def test_what_lacks_its_year_or_its_zero_stays_open(text: str, cell_type: str, fault: str) -> None:
    assert [f.fault for f in read_date(text, cell_type).findings] == [fault]


@pytest.mark.parametrize("text", ["2025年二月十三", "农历二月十三", "二月十三(阴历)", "2025-02-13 农历", "闰六月初三", "腊月廿八"])
def test_K23_lunar_words_mark_a_date_and_it_is_not_read_as_solar(text: str) -> None:
    read = read_date(text)
    assert (read.date, [f.fault for f in read.findings]) == (None, ["date_lunar"])


@pytest.mark.parametrize(("text", "solar"), [
    ("2025年二月十三", dt.date(2025, 3, 12)), ("农历二月十三", dt.date(2025, 3, 12)), ("二月十三(阴历)", dt.date(2025, 3, 12)), ("2025-02-13 农历", dt.date(2025, 3, 12)),
    ("闰六月初三", dt.date(2025, 7, 27)), ("2024年正月廿五", dt.date(2024, 3, 5)),
])
def test_K23_proposed_solar_date(text: str, solar: dt.date) -> None:
    assert propose_solar_date(text, dt.date(2025, 10, 10)) == solar


def test_K23_without_a_word_the_date_stays_solar() -> None:
    assert read_date("2025-02-13").date == dt.date(2025, 2, 13)


def test_K31_a_column_of_23_59_17_is_restored_to_the_next_day() -> None:
    cleaned = column("2025-03-31T23:59:17", "2025-02-27T23:59:17", "2025-03-05", cell_type="date")
    assert days(cleaned) == ["2025-04-01", "2025-02-28", "2025-03-05"]
    assert [[f.fault for f in found] for found in cleaned.findings] == [["date_clock_artefact"], ["date_clock_artefact"], []]
    assert cleaned.columns["clock"].tolist() == [None, None, None]


def test_K31_the_reverse_keeps_its_day() -> None:
    assert days(column("2021-08-12 00:00:43")) == ["2021-08-12"]


def test_K31_time_stamps_of_the_summers_with_an_hour_more_are_right() -> None:
    assert read_date("644166000000", "number").date == dt.date(1990, 6, 1)


def test_K31_a_utc_time_is_brought_to_local_time() -> None:
    read = read_date("2025-03-31T16:30:00Z")
    assert (read.date, read.clock, [f.fault for f in read.findings]) == (dt.date(2025, 4, 1), "00:30:00", ["date_zone_converted"])


def test_K31_births_on_both_sides_of_midnight_stay_where_they_are() -> None:
    cleaned = column("2025-03-31 23:58", "2025-04-01 00:05", "2025-03-31 23:59:17")
    assert days(cleaned) == ["2025-03-31", "2025-04-01", "2025-03-31"]
    assert cleaned.columns["clock"].tolist() == ["23:58", "00:05", "23:59"]


def test_a_time_alone_is_no_date() -> None:
    read = read_date("14:23")
    assert (read.date, read.clock, read.findings) == (None, "14:23:00", ())
