import csv
from html.parser import HTMLParser

import pandas as pd
import pytest

from popanalysis.errors import ParameterError
from popanalysis.report import show_table, write_tables

DESCRIBED = {"title": "各镇出生", "scope": "全旗，2025年第一季度", "unit": "例", "source": "三部门名单"}


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def counts():
    return pd.DataFrame({"镇": ["甲镇", "乙镇", "合计"], "出生": [12, 7, 19], "一致率": [0.91666, None, 0.9], "备注": ["<b>", "", "x"]})


@pytest.mark.parametrize("blank", ["title", "scope", "unit", "source"])
def test_a_table_without_title_scope_unit_or_source_is_refused(counts, blank):
    with pytest.raises(ParameterError) as caught:
        show_table(counts, **{**DESCRIBED, blank: " "})
    assert caught.value.name == blank


def test_html_is_a_table_with_caption_and_scoped_heads(counts):
    page = show_table(counts, **DESCRIBED, percent=["一致率"])._repr_html_()
    tags = Tags(page)
    assert [len(tags.all(t)) for t in ("table", "caption", "thead", "tbody")] == [1, 1, 1, 1]
    assert {attrs["scope"] for attrs in tags.all("th")} == {"col", "row"}
    assert len([a for a in tags.all("th") if a["scope"] == "row"]) == 3
    assert all(text in page for text in ("各镇出生", "统计范围：全旗，2025年第一季度", "单位：例", "资料来源：三部门名单"))
    assert "<script" not in page and "&lt;b&gt;" in page


def test_numbers_stand_right_and_words_left(counts):
    table = show_table(counts, **DESCRIBED, percent=["一致率"])
    assert table.kinds == ("short", "num", "num", "short")


def test_long_text_wraps_in_a_column_wide_enough_to_read():
    frame = pd.DataFrame({"事项": ["尚未见登记"], "请协助": ["请核对是否已签发《出生医学证明》；如在旗外或院外出生，请注明"]})
    assert show_table(frame, **DESCRIBED).kinds == ("short", "long")


def test_a_wide_table_scrolls_in_its_own_named_and_focusable_box(counts):
    box = Tags(show_table(counts, **DESCRIBED)._repr_html_()).all("div")[1]
    assert box == {"class": "scroll", "role": "region", "aria-label": "各镇出生", "tabindex": "0"}


def test_heads_of_two_levels_span_their_columns():
    frame = pd.DataFrame([[1, 2, 3]], index=pd.Index(["甲镇"], name="镇"), columns=pd.MultiIndex.from_tuples([("一月", "男"), ("一月", "女"), ("二月", "男")]))
    heads = Tags(show_table(frame, **DESCRIBED)._repr_html_()).all("th")
    assert [h.get("colspan") for h in heads if h["scope"] == "colgroup"] == ["2", "1"]
    assert heads[0]["rowspan"] == "2"


def test_the_same_word_under_two_heads_is_not_merged():
    frame = pd.DataFrame([[1, 2]], index=pd.Index(["甲镇"], name="镇"), columns=pd.MultiIndex.from_tuples([("一月", "男"), ("二月", "男")]))
    page = show_table(frame, **DESCRIBED)._repr_html_()
    assert page.count(">男</th>") == 2


def test_the_first_of_two_stub_columns_heads_groups_and_stays_in_the_csv(tmp_path):
    frame = pd.DataFrame({"件数": [7, 2, 9, 9]}, index=pd.MultiIndex.from_tuples(
        [("公安部门", "甲"), ("公安部门", "乙"), ("公安部门", "小计"), ("合计", "")], names=["承办单位", "事项"]))
    table = show_table(frame, **DESCRIBED)
    page = table._repr_html_()
    assert page.count("公安部门") == 1 and '<tr class="group"><th scope="rowgroup" colspan="2">公安部门</th></tr>' in page
    assert page.count('<tr class="subtotal">') == page.count('<tr class="total">') == 1 and "承办单位" not in page
    table.write(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[:2] == ["承办单位,事项,件数", "公安部门,甲,7"]


def test_dates_stay_on_one_line():
    assert show_table(pd.DataFrame({"名单": ["甲", "乙"], "接收日期": ["2025-04-03", None]}), **DESCRIBED).kinds == ("short", "date")


def test_marks_explain_themselves_only_where_used(counts):
    plain = show_table(counts.drop(columns="一致率"), **DESCRIBED)
    marked = show_table(pd.DataFrame({"镇": ["甲镇", "乙镇"], "出生": ["<3", "×"], "一致率": ["≥98.0%", None]}), **DESCRIBED)
    assert plain.notes == ()
    assert [note[:3] for note in marked.notes] == ["“—”", "“<3", "“≥”"]


def test_rates_are_rounded_once_on_display(counts):
    assert show_table(counts, **DESCRIBED, percent=["一致率"]).rows[0][2] == "91.7%"
    assert counts["一致率"][0] == 0.91666


def test_percent_naming_no_column_is_refused(counts):
    with pytest.raises(ParameterError, match="rate"):
        show_table(counts, **DESCRIBED, percent=["rate"])


def test_csv_holds_the_cells_as_shown_and_the_index_what_they_mean(counts, tmp_path):
    safe = pd.DataFrame({"镇": ["甲镇", "乙镇"], "出生": ["<5", 12]})
    paths = write_tables({"births": show_table(safe, **DESCRIBED)}, tmp_path / "tables")
    assert [path.name for path in paths] == ["births.csv", "index.csv"]
    assert paths[0].read_bytes() == "\ufeff镇,出生\n甲镇,<5\n乙镇,12\n".encode()
    with paths[1].open(encoding="utf-8-sig", newline="") as handle:
        row = next(csv.DictReader(handle))
    assert (row["file"], row["title"], row["scope"], row["unit"], row["source"]) == ("births.csv", "各镇出生", "全旗，2025年第一季度", "例", "三部门名单")


def test_the_frame_given_stays_as_it_was(counts):
    before = counts.copy()
    show_table(counts, **DESCRIBED, percent=["一致率"])
    pd.testing.assert_frame_equal(counts, before)


def test_a_table_without_rows_still_shows_its_heads(counts):
    table = show_table(counts.iloc[:0], **DESCRIBED)
    assert table.rows == () and "一致率" in table._repr_html_()
