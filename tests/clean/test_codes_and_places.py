"""Codes, counts, certificate numbers, divisions and addresses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from popanalysis.clean import Divisions
from popanalysis.clean.codes import read_certificate_number, read_ethnicity, read_sex, read_telephone, read_weight, read_whole_number
from popanalysis.clean.places import Place, clean_addresses, read_place
from popanalysis.clean.values import Distinct
from popanalysis.errors import ParameterError, SourceFileError


@pytest.fixture(scope="module")
def hure() -> Divisions:
    return Divisions.load(None, home="150524")


@pytest.mark.parametrize(("word", "code"), [("男", "1"), ("女", "2"), ("男性", "1"), ("女婴", "2"), ("1", "1"), ("2", "2"), ("２", "2"), ("M", "1"), ("f", "2"), ("♂", "1"), (" 男 ", "1")])
def test_sex_by_code_or_word(word: str, code: str) -> None:
    assert read_sex(word) == (code, ())


@pytest.mark.parametrize(("word", "severity"), [("0", "note"), ("9", "note"), ("未知", "note"), ("不详", "note"), ("甲", "warning")])
def test_unknown_sex_is_missing_and_listed(word: str, severity: str) -> None:
    code, findings = read_sex(word)
    assert (code, [(f.fault, f.severity) for f in findings]) == (None, [("sex_unknown", severity)])


def test_blank_sex_is_missing_without_a_word() -> None:
    assert read_sex("") == (None, ())


@pytest.mark.parametrize(("word", "name"), [("汉", "汉族"), ("蒙", "蒙古族"), ("蒙族", "蒙古族"), ("蒙古", "蒙古族"), ("02", "蒙古族"), ("2", "蒙古族"), ("达呼尔族", "达斡尔族"), ("崩龙", "德昂族")])
def test_ethnic_group_by_code_word_or_former_name(word: str, name: str) -> None:
    assert read_ethnicity(word) == (name, ())


def test_ethnic_entry_the_table_does_not_know_stays_as_written() -> None:
    name, findings = read_ethnicity("乌克兰(入籍)")
    assert (name, [f.done for f in findings]) == ("乌克兰(入籍)", ["kept"])


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("二孩", 2), ("第二孩", 2), ("单胎", 1), ("双胎", 2), ("39周+2天", 39), ("39+2", 39), ("39.0", 39), ("十一", 11), ("0", 0)])
def test_counts(text: str, number: int) -> None:
    assert read_whole_number(text) == (number, ())


@pytest.mark.parametrize(("text", "number"), [("1,234", 1234), ("3,250克", 3250), ("3，250", 3250), ("12,345,678", 12_345_678)])
def test_thousands_may_be_parted_by_commas(text: str, number: int) -> None:
    assert read_whole_number(text)[0] == number


@pytest.mark.parametrize(("text", "grams"), [("3千克", 3000), ("3.25公斤", 3250), ("3 250", 3250), ("6斤2两", None), ("6斤", None)])
def test_a_weight_in_another_unit_is_converted_or_refused_and_never_taken_for_grams(text: str, grams: int | None) -> None:
    assert read_weight(text)[0] == grams


@pytest.mark.parametrize("text", ["3、4", "2或3", "3/4", "1,2", "2-3", "3~4", "1,23", "2至3", "3.25.1"])
def test_two_numbers_are_none(text: str) -> None:
    assert [f.fault for f in read_whole_number(text)[1]] == ["number_unreadable"]


@pytest.mark.parametrize("text", ["多", "2.5孩子?", "x"])
def test_counts_that_cannot_be_read_are_listed(text: str) -> None:
    number, findings = read_whole_number(text)
    assert (number, [f.fault for f in findings]) == (None, ["number_unreadable"])


def test_weight_in_kilograms_can_only_be_kilograms() -> None:
    assert [read_weight(text)[0] for text in ("3250", "3250克", "3.25", "3.25kg", "2.9")] == [3250, 3250, 3250, 3250, 2900]


@pytest.mark.parametrize(("text", "number", "faults"), [
    ("X320101001", "X320101001", []), ("x320101001", "X320101001", []), ("Ｘ320101001", "X320101001", ["width_folded"]), ("X 320 101 001", "X320101001", ["blanks_removed"]),
    ("320101001", "320101001", ["cert_form_unusual"]), ("XO20101001", "XO20101001", ["cert_form_unusual"]), ("1.5E+09", None, ["number_damaged"]), ("无", None, []),
])
def test_certificate_numbers_are_never_repaired(text: str, number: str | None, faults: list[str]) -> None:
    found, findings = read_certificate_number(text)
    assert (found, [f.fault for f in findings]) == (number, faults)


def test_telephone_with_an_exponent_is_damaged() -> None:
    assert read_telephone("1.39E+10")[0] is None
    assert read_telephone("139 0000 0000")[0] == "13900000000"


@pytest.mark.parametrize(("text", "division", "town", "village"), [
    ("内蒙古自治区通辽市库伦旗库伦镇东梁社区", "150524", "150524100", "东梁"),
    ("内蒙古通辽市库伦旗库伦镇", "150524", "150524100", None),
    ("内蒙通辽市科左后旗甘旗卡镇", "150522", "150522100", None),
    ("哲盟库伦旗", "150524", None, None),
    ("内蒙古自治区哲里木盟库伦旗茫汗苏木巴彦嘎查", "150524", "150524200", "巴彦"),
    ("库伦镇东梁社区3号", "150524", "150524100", "东梁"),
    ("茫汗苏木巴彦嘎查", "150524", "150524200", "巴彦"),
    ("北京市朝阳区建国路1号", "110105", None, None),
    ("辽宁省朝阳市双塔区", "211302", None, None),
    ("呼和浩特市新城区", "150102", None, None),
    ("莫旗尼尔基镇", "150722", "150722100", None),
    ("锡盟东乌旗", "152525", None, None),
])
def test_addresses(hure: Divisions, text: str, division: str | None, town: str | None, village: str | None) -> None:
    assert read_place(text, hure) == Place(division, town, village)


@pytest.mark.parametrize("text", ["新城区", "朝阳区", "通辽市", "某某街", "东沟村"])
def test_a_name_that_several_counties_share_is_left_open(hure: Divisions, text: str) -> None:
    assert read_place(text, hure).division is None


def test_a_shared_name_is_the_home_one_where_home_has_it() -> None:
    assert read_place("新城区海拉尔东路街道", Divisions.load(None, home="150102")) == Place("150102", "150102001", None)


OVERLAY = pd.DataFrame({"code": ["159900", "159901", "159901100", "990102"], "name": ["试验盟", "试验旗", "试验镇", "测试区"], "status": "", "successors": ""})


def test_codes_of_an_overlay_are_known_everywhere() -> None:
    divisions = Divisions.from_frames(OVERLAY, "159901")
    assert [divisions.knows(code) for code in ("159901", "990102", "150524")] == [True, True, True]
    assert read_place("内蒙古试验盟试验旗试验镇东沟村", divisions) == Place("159901", "159901100", "东沟")
    assert read_place("试验镇东沟村", divisions) == Place("159901", "159901100", "东沟")
    assert divisions.name("159901100") == "试验镇"


def test_overlay_with_faults_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="name"):
        Divisions.from_frames(OVERLAY[["code"]], "159901")
    with pytest.raises(ParameterError, match="第 2 行"):
        Divisions.from_frames(OVERLAY.assign(code="15x"), "159901")
    with pytest.raises(SourceFileError, match="不存在"):
        Divisions.load(tmp_path / "没有.csv", "159901")
    (tmp_path / "坏.csv").write_bytes(b"\xff\xff")
    with pytest.raises(SourceFileError, match="UTF-8"):
        Divisions.load(tmp_path / "坏.csv", "159901")


def test_abolished_code_leads_to_the_one_in_force(hure: Divisions) -> None:
    assert hure.current("152325") == "150524"
    assert hure.status("152325") == "abolished"


def test_house_numbers_make_no_difference_to_the_place(hure: Divisions) -> None:
    texts = ["库伦旗库伦镇东梁社区3号", "库伦旗库伦镇东梁社区12号", "库伦旗库伦镇12号", "库伦旗先进苏木2村", "库伦旗", "12号"]
    cleaned = clean_addresses(Distinct(np.arange(len(texts)), texts, ["text"] * len(texts)), hure)
    found = [Place(*row) for row in zip(cleaned.columns["division"], cleaned.columns["town"], cleaned.columns["village"], strict=True)]
    assert found == [read_place(text, hure) for text in texts]
