"""What is planted is found in every kind of file; what a record rightly shows is not."""

import base64
import json

import pytest
from nbformat.v4 import new_markdown_cell

from popanalysis.report import scan_publish
from popanalysis.report.html import render_html
from popanalysis.report.scan import scan_text

NUMBER = "159901202403050013"
FORBIDDEN = ["乌云其木格", "王小芳", "159901202403050013", "Z159900001", "甲镇乙嘎查三组12号"]
FILES = {
    "record.html": "<p>出生 312 例</p><td>{}</td>",
    "results.json": '{{"figures": {{"births.events": {{"value": "{}"}}}}}}',
    "quarterly_record.ipynb": '{{"cells": [{{"cell_type": "code", "source": [], "outputs": [{{"text": ["one\\n", "{}"]}}]}}]}}',
    "tables/births.csv": "镇,出生\n甲镇,{}\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("planted", "what"), [
    (NUMBER, "identity_number"), ("15990120240305001x", "identity_number"), ("159901681023512", "identity_number"),
    ("１５９９０１２０２４０３０５００１３", "identity_number"), ("159901 20240305 0013", "identity_number"), ("159901-20240305-0013", "identity_number"),
    ("1599**********0013", "masked_number"), ("1599***", "masked_number"), ("159901XXXXXXXX0013", "masked_number"),
    ("Z159900001", "certificate_number"), ("13800000000", "telephone"), ("0475-1234567", "telephone"),
    ("乌云其木格", "personal_value"), ("乌云 其木格", "personal_value"), ("王　小芳", "personal_value"), ("甲镇乙嘎查三组12号", "personal_value"),
    ("王*芳", "masked_name"), ("王**", "masked_name"), ("王某某", "masked_name"),
])
def test_what_is_planted_is_found_in_every_kind_of_file(tmp_path, name, planted, what):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(FILES[name].format(planted), encoding="utf-8")
    found = scan_publish(tmp_path, FORBIDDEN)
    assert what in {f.what for f in found}
    assert {f.file for f in found} == {name}


@pytest.mark.parametrize("name", FILES)
def test_an_ordinary_value_in_the_same_place_is_no_finding(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(FILES[name].format("312"), encoding="utf-8")
    assert scan_publish(tmp_path, FORBIDDEN) == []


def test_escapes_and_markup_inside_hide_nothing(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"x": "王小芳"}, ensure_ascii=True), encoding="utf-8")
    (tmp_path / "b.html").write_text("<p>王<b>小</b>芳</p>", encoding="utf-8")
    (tmp_path / "c.html").write_text("<p>&#29579;小芳</p>", encoding="utf-8")
    (tmp_path / "d.json").write_text('{"王小芳": 1, "n": 159901202403050013}', encoding="utf-8")
    found = {(f.file, f.what) for f in scan_publish(tmp_path, FORBIDDEN)}
    assert found == {("a.json", "personal_value"), ("b.html", "personal_value"), ("c.html", "personal_value"), ("d.json", "personal_value"), ("d.json", "identity_number")}


def test_neighbouring_cells_do_not_make_a_name(tmp_path):
    (tmp_path / "a.html").write_text("<tr><td>王</td><td>小芳</td></tr>", encoding="utf-8")
    (tmp_path / "b.csv").write_text("王,小芳\n", encoding="utf-8")
    assert scan_publish(tmp_path, FORBIDDEN) == []


@pytest.mark.parametrize("harmless", [
    "2025年第一季度 312 例，占 98.7%", "3f159901202403050013ab", "0.159901202403050013", "159901209913990013", "2025***", "births.v1", "2025-04-10",
    "区划代码 159901", "9e" * 32, "159901202403050013" * 2, "**重点**核对"])
def test_figures_hashes_and_codes_are_no_finding(harmless):
    assert scan_text(harmless) == []


def test_digits_inside_a_picture_are_no_finding_and_text_around_it_is_still_read(tmp_path):
    digits = base64.b64encode(b"x" * 9).decode() + "/" + NUMBER + "/" + "13800000000"
    (tmp_path / "a.html").write_text(f'<img alt="x" src="data:image/png;base64,{digits}"><p>出生</p>', encoding="utf-8")
    (tmp_path / "b.ipynb").write_text(json.dumps({"cells": [{"outputs": [{"data": {"image/png": digits}}]}]}), encoding="utf-8")
    assert scan_publish(tmp_path, FORBIDDEN) == []
    (tmp_path / "a.html").write_text(f'<img alt="王小芳" src="data:image/png;base64,{digits}">', encoding="utf-8")
    assert [f.what for f in scan_publish(tmp_path, FORBIDDEN)] == ["personal_value"]


def test_a_name_inside_a_word_that_may_be_published_is_no_finding(tmp_path):
    (tmp_path / "a.csv").write_text("镇,出生\n乌兰镇,12\n", encoding="utf-8")
    assert scan_publish(tmp_path, ["乌兰"], allowed=["乌兰镇"]) == []
    (tmp_path / "b.csv").write_text("镇,母亲\n乌兰镇,乌兰\n", encoding="utf-8")
    assert [f.file for f in scan_publish(tmp_path, ["乌兰"], allowed=["乌兰镇"])] == ["b.csv"]


def test_an_allowed_word_does_not_hide_a_longer_name(tmp_path):
    (tmp_path / "a.csv").write_text("王府生\n", encoding="utf-8")
    assert len(scan_publish(tmp_path, ["王府生"], allowed=["王府"])) == 1


def test_a_latin_name_is_no_part_of_a_longer_word(tmp_path):
    (tmp_path / "a.txt").write_text("recordlinkage", encoding="utf-8")
    assert scan_publish(tmp_path, ["Li", "record", "link"]) == []


def test_a_file_nobody_can_search_is_a_finding(tmp_path):
    (tmp_path / "lists.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "broken.csv").write_bytes(b"\xff\xfe\x00")
    assert [(f.file, f.what) for f in scan_publish(tmp_path, [])] == [("broken.csv", "unreadable_file"), ("lists.xlsx", "unreadable_file")]


def test_a_finding_does_not_repeat_the_value(tmp_path):
    (tmp_path / "a.csv").write_text(f"王小芳,{NUMBER}\n", encoding="utf-8")
    assert "王小芳" not in str(scan_publish(tmp_path, FORBIDDEN)) and NUMBER not in str(scan_publish(tmp_path, FORBIDDEN))


def test_ten_thousand_names_and_a_whole_record_find_the_one_that_is_there(tmp_path, write_notebook, sample_cells):
    surnames, given = "赵钱孙李周吴郑冯陈卫", [chr(0x4E00 + 7 * i) + chr(0x5000 + 3 * i) for i in range(1000)]
    names = [surname + name for surname in surnames for name in given]
    folder = tmp_path / "publish"
    folder.mkdir()
    (folder / "record.html").write_text(render_html(write_notebook(sample_cells)), encoding="utf-8")
    assert scan_publish(folder, names) == []
    (folder / "record.html").write_text(render_html(write_notebook([*sample_cells, new_markdown_cell(f"其中{names[4711]}待核实")])), encoding="utf-8")
    assert {f.what for f in scan_publish(folder, names)} == {"personal_value"}
