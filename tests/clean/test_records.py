"""Whole frames: types, derived columns, what columns say of each other."""

import datetime as dt

import pandas as pd
import pytest

from popanalysis.clean import FAULTS, Divisions, clean_records, fields, shipped_checks
from popanalysis.clean.findings import CLEAN_FAULTS_COLUMNS
from popanalysis.clean.identity_number import check_character
from popanalysis.columns import SEVERITIES
from popanalysis.errors import ParameterError, ValidationError

RAW = pd.DataFrame({
    "mother_name": ["王　芳", "NA", "李娜（离）", "不详"],
    "mother_id": ["159901199001010049", "159901901010049", "9.90102E+17", "15990119900101004"],
    "child_name": ["王芳之女", "王一", "", "阿依古丽.买买提"],
    "child_sex": ["女", "1", "未知", ""],
    "birth_datetime": ["2025年3月5日14时23分", "2025-03", "25/3/5", "2025-03-31 23:58"],
    "mother_hukou_addr": ["内蒙古通辽市库伦旗库伦镇东梁社区", "哲盟库伦旗", "", "火星"],
    "parity": ["二孩", "1", "x", ""],
    "my_column": [1.5, 2.5, None, 4.0],
    "religion": ["planted"] * 4,
}, index=["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def cleaned() -> tuple[pd.DataFrame, pd.DataFrame]:
    return clean_records(RAW, "birth_cert", divisions=Divisions.load(None, "150524"), as_of=dt.date(2025, 4, 10))


def test_types_and_values(cleaned: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    records, _ = cleaned
    assert records.index.tolist() == ["a", "b", "c", "d"]
    kinds = {name: str(records[name].dtype) for name in ("mother_name", "birth_date", "parity", "child_sex", "mother_id_state")}
    assert kinds == {"mother_name": "string", "birth_date": "datetime64[ns]", "parity": "Int64", "child_sex": "string", "mother_id_state": "string"}
    assert records["mother_name"].fillna("").tolist() == ["王芳", "NA", "李娜", ""]
    assert records["mother_name_note"].fillna("").tolist() == ["", "", "离", ""]
    assert records["child_name"].fillna("").tolist() == ["", "王一", "", "阿依古丽·买买提"]
    assert records["child_name_note"].fillna("").tolist() == ["王芳之女", "", "", ""]
    assert records["mother_id_state"].tolist() == ["valid", "old_15", "damaged", "wrong_length"]
    assert records["mother_id"].fillna("").tolist() == ["159901199001010049", "159901901010049", "", "15990119900101004"]
    assert records["child_sex"].fillna("").tolist() == ["2", "1", "", ""]
    assert records["birth_date"].dt.strftime("%F").fillna("").tolist() == ["2025-03-05", "2025-03-01", "", "2025-03-31"]
    assert records["birth_date_precision"].fillna("").tolist() == ["day", "month", "", "day"]
    assert records["birth_time"].fillna("").tolist() == ["14:23", "", "", "23:58"]
    assert records["mother_hukou_addr_division"].fillna("").tolist() == ["150524", "150524", "", ""]
    assert records["mother_hukou_addr_village"].fillna("").tolist() == ["东梁", "", "", ""]
    assert records["parity"].fillna(-1).tolist() == [2, 1, -1, -1]


def test_own_columns_survive_and_private_ones_do_not(cleaned: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    records, faults = cleaned
    assert records["my_column"].tolist()[0] == 1.5
    assert "planted" not in records.to_csv() + faults.to_csv()
    assert "birth_datetime" not in records


def test_faults_name_record_field_and_raw_value(cleaned: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    _, faults = cleaned
    assert list(faults.columns) == list(CLEAN_FAULTS_COLUMNS)
    assert [row for row in faults[["record", "field", "raw_value", "fault"]].values.tolist() if row[0] == "c"] == [
        ["c", "birth_datetime", "25/3/5", "date_ambiguous"], ["c", "child_sex", "未知", "sex_unknown"], ["c", "mother_id", "9.90102E+17", "id_damaged"],
        ["c", "mother_name", "李娜（离）", "name_note_moved"], ["c", "parity", "x", "number_unreadable"]]
    assert set(faults["fault"]) <= {*FAULTS, *shipped_checks().labels()}
    assert set(faults["severity"]) <= set(SEVERITIES)


def test_cleaning_twice_equals_once(cleaned: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    records, _ = cleaned
    again, _ = clean_records(records, "birth_cert", divisions=Divisions.load(None, "150524"))
    pd.testing.assert_frame_equal(again[records.columns], records)


def test_inputs_stay_as_they_were() -> None:
    frame, types = RAW.copy(), pd.DataFrame("text", index=RAW.index, columns=["mother_id"]).astype(pd.CategoricalDtype(["text", "number", "date", "bool", "blank", "error"]))
    before, types_before = frame.copy(deep=True), types.copy(deep=True)
    clean_records(frame, "birth_cert", types=types)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(types, types_before)


def test_order_of_rows_changes_no_value() -> None:
    forward, _ = clean_records(RAW, "birth_cert")
    backward, _ = clean_records(RAW.iloc[::-1], "birth_cert")
    pd.testing.assert_frame_equal(backward.iloc[::-1], forward)


def test_K01_words_for_nothing_known_are_missing_everywhere() -> None:
    words = ["", None, "  ", "　", "无", "不详", "/", "—"]
    records, faults = clean_records(pd.DataFrame({"mother_name": words, "mother_id": words, "birth_date": words, "remark": words}), "town_birth")
    assert records[["mother_name", "mother_id", "mother_id_state", "birth_date", "remark"]].isna().all(axis=None)
    assert faults.empty


def test_K02_a_guard_fails_where_text_would_vanish_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields.codes, "read_plain_text", lambda text, cell_type: (None, ()))
    with pytest.raises(ValidationError, match="remark"):
        clean_records(pd.DataFrame({"remark": ["王芳"]}), "birth_cert")


def test_K11_a_float_column_of_a_users_frame_is_damaged_also_with_gaps() -> None:
    records, _ = clean_records(pd.DataFrame({"mother_id": [990102199102200176.0, None]}), "birth_cert")
    assert records["mother_id"].isna().all()
    assert records["mother_id_state"].fillna("").tolist() == ["damaged", ""]


def test_whole_numbers_of_a_users_frame_are_exact() -> None:
    records, _ = clean_records(pd.DataFrame({"mother_id": [159901199001010049], "birth_date": pd.to_datetime(["2025-03-05"])}), "birth_cert")
    assert records.loc[0, ["mother_id", "mother_id_state"]].tolist() == ["159901199001010049", "valid"]
    assert records.loc[0, "birth_date"] == pd.Timestamp(2025, 3, 5)


def test_ditto_is_taken_from_the_row_above_on_the_same_sheet_and_flagged() -> None:
    frame = pd.DataFrame({"sheet": ["甲", "甲", "甲", "乙"], "mother_name": ["王芳", "同上", "〃", "同上"]})
    records, faults = clean_records(frame, "town_birth")
    assert records["mother_name"].fillna("").tolist() == ["王芳", "王芳", "王芳", ""]
    assert faults[["record", "fault", "done"]].values.tolist() == [[1, "value_ditto", "copied"], [2, "value_ditto", "copied"], [3, "value_ditto", "set_missing"]]


def test_police_list_takes_birth_date_and_sex_from_the_childs_number() -> None:
    records, _ = clean_records(pd.DataFrame({"child_id": ["159901202403050013", "15990120240301002X", "看不清"], "child_name": ["王一", "王二", "王三"]}), "hukou_birth")
    assert records["birth_date"].dt.strftime("%F").fillna("").tolist() == ["2024-03-05", "2024-03-01", ""]
    assert records["birth_date_from"].fillna("").tolist() == ["child_id", "child_id", ""]
    assert records["child_sex"].fillna("").tolist() == ["1", "2", ""]
    assert records["birth_date_precision"].fillna("").tolist() == ["day", "day", ""]


def test_blank_birth_date_of_a_list_that_has_the_column_stays_blank() -> None:
    records, _ = clean_records(pd.DataFrame({"child_id": ["159901202403050013"], "birth_date": [""]}), "hukou_birth")
    assert records["birth_date"].isna().all()


def test_number_that_contradicts_its_row_is_reported_and_stays() -> None:
    frame = pd.DataFrame({"child_id": ["159901202403050013"], "child_sex": ["女"], "birth_date": ["2024-03-06"], "mother_id": ["159901198203190012"], "father_id": ["15990120240301002X"]})
    records, faults = clean_records(frame, "hukou_birth")
    faults = faults[faults["fault"] != "id_division_unknown"]
    assert faults[["field", "fault"]].values.tolist() == [["child_id", "id_birth_date_differs"], ["child_id", "id_sex_differs"], ["father_id", "id_sex_differs"], ["mother_id", "id_sex_differs"]]
    assert records["child_id"].tolist() == ["159901202403050013"]


@pytest.mark.parametrize(("mother", "reported"), [("15990120160101002", True), ("15990119500101002", True), ("15990119900101004", False)])
def test_only_the_impossible_age_of_a_mother_is_reported(mother: str, reported: bool) -> None:
    _, faults = clean_records(pd.DataFrame({"mother_id": [mother + check_character(mother)], "birth_date": ["2025-03-05"]}), "birth_cert")
    assert ("mother_age_impossible" in set(faults["fault"])) == reported


def test_date_column_wins_over_the_date_beside_the_time() -> None:
    records, faults = clean_records(pd.DataFrame({"birth_date": ["2025-03-05", "2025-03-05"], "birth_datetime": ["2025-03-06 14:23", "14:23"]}), "hukou_birth")
    assert records["birth_date"].dt.day.tolist() == [5, 5]
    assert records["birth_time"].tolist() == ["14:23", "14:23"]
    assert faults[["record", "fault"]].values.tolist() == [[0, "date_differs_from_time_column"]]


def test_towns_of_the_home_banner_are_found_by_full_or_short_name() -> None:
    records, faults = clean_records(pd.DataFrame({"town": ["库伦镇", "茫汗", "火星镇"]}), "town_birth", divisions=Divisions.load(None, "150524"))
    assert records["town_code"].fillna("").tolist() == ["150524100", "150524200", ""]
    assert faults["fault"].tolist() == ["town_unknown"]


def test_a_village_written_with_its_town_tells_the_town_where_no_column_does() -> None:
    frame = pd.DataFrame({"village": ["库伦镇东梁社区", "东梁社区", ""], "child_name": "白雪", "birth_date": "2025-03-05"})
    records, _ = clean_records(frame, "hukou_birth", divisions=Divisions.load(None, home="150524"))
    assert records["town_code"].fillna("").tolist() == ["150524100", "", ""]


def test_what_cannot_be_cleaned_is_refused() -> None:
    with pytest.raises(ParameterError, match="birth_cert"):
        clean_records(RAW, "births")
    with pytest.raises(ParameterError, match="行标签"):
        clean_records(RAW.set_axis(["a"] * 4), "birth_cert")


def test_an_empty_frame_is_cleaned_to_an_empty_frame() -> None:
    records, faults = clean_records(RAW.iloc[:0], "birth_cert")
    assert (len(records), len(faults)) == (0, 0)
    assert "mother_id_state" in records


def test_error_cell_is_missing_and_listed() -> None:
    types = pd.DataFrame({"mother_name": ["error", "text"]}).astype(pd.CategoricalDtype(["text", "number", "date", "bool", "blank", "error"]))
    records, faults = clean_records(pd.DataFrame({"mother_name": ["#N/A", "N/A"]}), "birth_cert", types=types)
    assert records["mother_name"].fillna("").tolist() == ["", "N/A"]
    assert faults[["record", "fault", "severity"]].values.tolist() == [[0, "value_error", "error"]]


@pytest.mark.parametrize("field", ["birth_date", "birth_datetime"])
def test_K23_lunar_date_is_missing_with_the_proposed_solar_date_beside_it(field: str) -> None:
    records, faults = clean_records(pd.DataFrame({field: ["农历二月十三", "2025-02-13", "2025年二月十三"]}), "town_birth", as_of=dt.date(2025, 4, 10))
    assert records["birth_date"].dt.strftime("%F").fillna("").tolist() == ["", "2025-02-13", ""]
    assert records["birth_date_proposed"].dt.strftime("%F").fillna("").tolist() == ["2025-03-12", "", "2025-03-12"]
    assert faults["fault"].tolist() == ["date_lunar", "date_lunar"]


def test_mark_behind_an_unnamed_twin_is_its_order() -> None:
    frame = pd.DataFrame({"child_name": ["王芳之女A", "王芳之女B", "王一（双胞胎小）", "王二"], "mother_name": ["王芳"] * 4})
    records, _ = clean_records(frame, "birth_cert")
    assert records["birth_order"].fillna(0).tolist() == [1, 2, 2, 0]
    stated, _ = clean_records(frame.assign(birth_order=["2", "", "", ""]), "birth_cert")
    assert stated["birth_order"].fillna(0).tolist() == [2, 2, 2, 0]


@pytest.mark.parametrize("number", ["159901169301011220", "159901167801011220", "159901226201010046"])
def test_a_date_centuries_away_inside_a_number_is_reported_and_stops_nothing(number: str) -> None:
    number = number[:17] + check_character(number[:17])
    frame = pd.DataFrame({"birth_date": ["2025-03-05"] * 2, "mother_id": [number, ""], "child_id": [number, ""], "mother_birth_date": ["1990-01-01", ""]})
    for kind in ("birth_cert", "hukou_birth", "town_birth"):
        records, faults = clean_records(frame, kind, as_of=dt.date(2025, 4, 10))
        assert records["birth_date"].notna().all()
        assert set(faults.loc[faults["field"] == "mother_id", "fault"]) & {"mother_age_impossible", "id_date_impossible", "id_date_future"}


@pytest.mark.parametrize("text", ["1600-01-01", "0001-01-01", "2300-05-05", "9999-12-31"])
def test_a_date_beyond_the_reach_of_nanoseconds_is_reported_and_stops_nothing(text: str) -> None:
    records, faults = clean_records(pd.DataFrame({"birth_date": [text, "2025-03-05"], "mother_birth_date": ["1990-01-01", text]}), "birth_cert", as_of=dt.date(2025, 4, 10))
    assert len(records) == 2
    assert {"birth_date", "mother_birth_date"} <= set(faults["field"])


@pytest.mark.parametrize(("kind", "act"), [("birth_cert", "issue_date"), ("hukou_birth", "accept_date"), ("town_birth", "registered_at")])
def test_a_birth_after_the_offices_own_act_or_the_day_of_the_record_is_doubtful_and_stays_as_written(kind: str, act: str) -> None:
    frame = pd.DataFrame({
        "birth_date": ["2025-03-05", "2025-03-07", "2025-05-01", "2025-03-05", "", "2025-03-06"],
        act: ["2025-03-06", "2025-03-06", "", "2025-03", "2025-03-06", "2025-03-06"]})  # the fourth act is known to the month only
    records, faults = clean_records(frame, kind, as_of=dt.date(2025, 4, 10))
    assert records["birth_date_doubtful"].tolist() == [False, True, True, False, False, False]
    assert records["birth_date"].dt.strftime("%F").fillna("").tolist() == frame["birth_date"].tolist()
    about_births = faults[faults["field"] == "birth_date"]
    assert about_births[["record", "fault", "done", "severity"]].values.tolist() == [
        [1, "birth_date_after_act", "kept", "warning"], [2, "date_future", "kept", "warning"]]
    again, _ = clean_records(records, kind)
    assert again["birth_date_doubtful"].tolist() == records["birth_date_doubtful"].tolist()


def test_a_birth_after_the_act_is_doubtful_wherever_its_date_was_read_from() -> None:
    in_time_column, _ = clean_records(pd.DataFrame({"birth_datetime": ["2025-03-07 14:23"], "issue_date": ["2025-03-06"]}), "birth_cert")
    in_number, faults = clean_records(pd.DataFrame({"child_id": ["159901202403050013"], "accept_date": ["2024-03-04"]}), "hukou_birth")
    assert in_time_column["birth_date_doubtful"].tolist() == in_number["birth_date_doubtful"].tolist() == [True]
    assert ["child_id", "birth_date_after_act"] in faults[["field", "fault"]].values.tolist()


@pytest.mark.parametrize(("row", "expected"), [
    ({"remark": "补领"}, "reissue"), ({"remark": "遗失补领结婚证"}, "reissue"), ({"remark": "补领结婚证。", "service_type": ""}, "reissue"), ({"remark": "换发", "cert_no": "J159901-2025-000012"}, "reissue"),
    ({"remark": "原证遗失，补领结婚证"}, "reissue"), ({"remark": "户口簿补办"}, None), ({"remark": "材料后补"}, None), ({"remark": "补证人签字"}, None), ({"remark": "", "cert_no": "J159901-2025-000012"}, "marriage"), ({"remark": "补领", "service_type": "结婚登记"}, "marriage")])
def test_a_remark_that_says_nothing_but_issued_again_tells_the_service_where_no_type_is_stated(row: dict[str, str], expected: str | None) -> None:
    frame = pd.DataFrame([{"husband_name": "王强", "wife_name": "李娜", "reg_date": "2025-03-05", **row}])
    records, _ = clean_records(frame, "marriage")
    found = records["service_type"].iloc[0] if "service_type" in records else None
    assert (None if pd.isna(found) else found) == expected
