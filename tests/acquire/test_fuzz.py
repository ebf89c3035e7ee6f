"""A few hundred mutations of files in every format, by the rules of ``benchmarks/fuzz_reading.py``; and any text as a value."""

import datetime as dt
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popanalysis.acquire.reading import read_submission
from popanalysis.clean import clean_records
from popanalysis.clean.values import is_missing, tidy
from popanalysis.columns import FIELDS_OF_KIND
from popanalysis.params import InputSource

N_MUTATIONS = 60


def load(name: str) -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


fuzz = load("fuzz_reading")


@pytest.mark.parametrize("form", fuzz.FORMS)
def test_a_damaged_file_is_refused_for_a_named_reason_or_what_was_not_touched_stays(form: str, tmp_path: Path) -> None:
    found = list(fuzz.runs(form, N_MUTATIONS, 7, tmp_path))
    assert [(number, way, broken) for number, _, way, _, broken in found if broken] == []
    assert {outcome for _, _, way, outcome, _ in found if not way} == {"read"}  # a change that means nothing is never refused
    assert sum(outcome == "read" for *_, outcome, _ in found) > N_MUTATIONS / 4  # the rules were tried on what was read


@pytest.mark.parametrize("form", fuzz.FORMS)
def test_the_second_reader_counts_the_rows_of_the_whole_list(form: str) -> None:
    assert fuzz.second_count(fuzz.FORMS[form].write(), fuzz.FORMS[form]) == len(fuzz.LINES)


def test_a_rule_that_is_broken_is_seen(tmp_path: Path) -> None:
    form = fuzz.FORMS["csv, UTF-8"]
    assert fuzz.broken_rules(form.write().replace("白雨".encode(), "黑雨".encode()).replace("白雪".encode(), "黑雪".encode()), form, tmp_path, "")[1] != []
    assert fuzz.broken_rules(form.write(), form, tmp_path, "") == ("read", [])


#: pieces of which odd values are made: digits and letters of every width, dots, brackets, blanks, marks of exporters, words for nothing
_PIECES = st.sampled_from([
    "1", "159901199003050028", "1990", "２０２５", "X", "x", "Ⅹ", "年", "月", "日", "-", "/", ".", "·", "•", "．", "（", ")", "曾用名", "王", "白塔娜", "𠀋", "□", "?", "\u3000", "\u200b",
    "\t", "'", "=\"", "\"", "E+17", "无", "不详", "同上", "女", "蒙古族", "东升镇", "库伦旗", "农历", "廿三", "闰", "24:00", "下午2:23", "NA", "nan", "None", "\ue000", "\ufffd", "之女A", "+86 "])
VALUES = st.one_of(st.lists(_PIECES, max_size=6).map("".join), st.text(max_size=20).filter(lambda text: "\x00" not in text))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(values=st.lists(VALUES, min_size=1, max_size=4), kind=st.sampled_from(sorted(FIELDS_OF_KIND)), data=st.data())
def test_any_text_in_any_field_is_typed_or_reported_and_never_lost_unsaid(values: list[str], kind: str, data: st.DataObject) -> None:
    fields = data.draw(st.lists(st.sampled_from(FIELDS_OF_KIND[kind]), min_size=1, max_size=4, unique=True))
    frame = pd.DataFrame(dict.fromkeys(fields, values))
    records, faults = clean_records(frame, kind, as_of=dt.date(2025, 4, 10))
    assert len(records) == len(values)
    told = set(zip(faults["record"], faults["field"], strict=True))
    for field in fields:
        derived = [name for name in records if name.startswith(field.removesuffix("_date"))]
        for row, text in enumerate(values):
            said = not is_missing(tidy(text)[0])
            kept = any(pd.notna(records.at[row, name]) for name in derived if not name.endswith(("_doubtful", "_from")))
            elsewhere = any(isinstance(value, str) and value == text for value in records.loc[row])  # an old name that is the present one tells of no change
            assert not said or kept or elsewhere or (row, field) in told, (kind, field, text)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(values=st.lists(st.lists(_PIECES, max_size=6).map("".join), min_size=1, max_size=4))
def test_cleaning_twice_changes_nothing(values: list[str]) -> None:
    frame = pd.DataFrame({"mother_name": values, "mother_id": values, "child_name": values, "birth_cert_no": values, "mother_hukou_addr": values})
    once, _ = clean_records(frame, "birth_cert")
    again, _ = clean_records(once, "birth_cert")
    pd.testing.assert_frame_equal(again[list(frame.columns)], once[list(frame.columns)])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(values=st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=3))
def test_a_value_comes_out_of_a_workbook_as_it_went_in(values: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    folder = tmp_path_factory.mktemp("any")
    book = openpyxl.Workbook()
    book.active.append(["序号", "新生儿姓名", "出生日期", "母亲姓名"])
    try:
        for number, row in enumerate(values, start=1):
            for column, value in enumerate(row, start=2):
                cell = book.active.cell(number + 1, column, value)
                cell.value, cell.data_type = value, "s"
            book.active.cell(number + 1, 1, number)
    except IllegalCharacterError:
        return  # no workbook can hold it
    book.save(folder / "登记.xlsx")
    read = read_submission(InputSource(path="登记.xlsx"), "birth_cert", folder)
    expected = [[value.replace("\r\n", "\n").replace("\r", "\n") if value.strip() else "" for value in row] for row in values]
    assert [[value.replace("\r\n", "\n").replace("\r", "\n") for value in row] for row in read.cells[["child_name", "birth_date", "mother_name"]].to_numpy().tolist()] == expected
