"""Charts are checked by their data and words, not by pixels; K28 is Chinese in charts, K29 stable outputs."""

import hashlib
import io
import itertools
import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from popanalysis.errors import ParameterError, RecordError, ValidationError
from popanalysis.report import Words, plot_agreement, plot_bars, plot_days, plot_grouped_bars, plot_overlap
from popanalysis.report.drawing import COLOURS, HATCHES, drawable, house_style, new_figure, picture

WORDS = Words("2025年第一季度出生登记核对", "全旗，2025年第一季度", "例", "三部门名单")
K28 = pd.Series({"一致": 250, "缺户口登记": 18, "日期不符": -3, "葛小䮌": 5})
LISTS = ["birth_cert", "hukou_birth", "town_birth"]
COMBINATIONS = pd.MultiIndex.from_tuples(list(itertools.product([True, False], repeat=3)), names=LISTS)


def test_K28_chinese_and_a_negative_value_are_drawn_without_a_box():
    chart = plot_bars(K28, words=WORDS)
    assert "日期不符 −3" in chart.alt and "葛小䮌 5" in chart.alt
    assert drawable("−") == "−"  # the minus sign is a glyph of its own; the font has it


def test_K28_the_font_is_the_packages_own_whatever_the_machine_has():
    with house_style():
        chosen = font_manager.findfont(font_manager.FontProperties(family=matplotlib.rcParams["font.family"]), fallback_to_default=False)
    assert chosen == str(sans_path())


def test_K28_settings_of_the_user_change_nothing():
    plain = plot_bars(K28, words=WORDS).png
    with matplotlib.rc_context({"font.family": "serif", "font.size": 30, "axes.unicode_minus": False, "savefig.dpi": 50}):
        assert plot_bars(K28, words=WORDS).png == plain


def test_K28_a_character_outside_the_font_is_written_as_its_code():
    assert drawable("葛小\U00020000") == "葛小U+20000"
    assert plot_bars(pd.Series({"葛小\U00020000": 5}), words=WORDS).png


def test_K28_a_box_is_an_error():
    with house_style():
        figure, axes = new_figure(1)
        axes.set_title("\U00020000")
        with pytest.raises(RecordError):
            picture(figure)


def test_K29_equal_data_give_equal_bytes_in_another_process():
    code = (
        "import hashlib, pandas as pd; from popanalysis.report import *; "
        "w = Words('2025年第一季度出生登记核对', '全旗，2025年第一季度', '例', '三部门名单'); "
        "print(hashlib.sha256(plot_bars(pd.Series({'一致': 250, '缺户口登记': 18, '日期不符': -3, '葛小䮌': 5}), words=w).png).hexdigest())")
    other = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True, encoding="utf-8").stdout.strip()
    assert other == hashlib.sha256(plot_bars(K28, words=WORDS).png).hexdigest()


def test_the_picture_names_no_program_and_no_time():
    image = Image.open(io.BytesIO(plot_bars(K28, words=WORDS).png))
    assert set(image.info) == {"dpi"}


def test_pyplot_holds_no_figure_afterwards():
    plot_bars(K28, words=WORDS)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


@pytest.mark.parametrize("blank", ["title", "scope", "unit", "source"])
def test_a_chart_without_title_scope_unit_or_source_is_refused(blank):
    with pytest.raises(ParameterError):
        Words(**{"title": "t", "scope": "s", "unit": "u", "source": "q", blank: " "})


def test_html_is_a_figure_with_alternative_text_and_caption():
    page = plot_bars(pd.Series({"甲 & 乙": 7}), words=WORDS)._repr_html_()
    assert page.startswith('<figure class="chart"><img alt="图：2025年第一季度出生登记核对。甲 &amp; 乙 7。" src="data:image/png;base64,')
    assert "<figcaption>" in page and "资料来源：三部门名单" in page


def test_a_suppressed_count_has_no_bar_and_its_mark_in_words():
    chart = plot_bars(pd.Series({"甲镇": 12, "乙镇": pd.NA}, dtype="Int64"), words=WORDS, shown=pd.Series({"甲镇": "12", "乙镇": "<5"}))
    assert chart.alt.endswith("甲镇 12；乙镇 <5。")
    assert chart.data["n"].isna().tolist() == [False, True]


def test_overlap_runs_from_the_fullest_combination_and_leaves_the_empty_one_out():
    chart = plot_overlap(pd.Series([240, 35, 17, 22, 8, 11, 13, 99], index=COMBINATIONS), words=WORDS)
    assert chart.data["n"].tolist() == [240, 35, 17, 8, 22, 11, 13]
    assert chart.data["lists"].iloc[3] == "出生申报户口、镇村实名登记"


def test_overlap_does_not_depend_on_the_order_of_rows():
    counts = pd.Series([240, 35, 17, 22, 8, 11, 13, 0], index=COMBINATIONS)
    assert plot_overlap(counts, words=WORDS).png == plot_overlap(counts.iloc[::-1], words=WORDS).png


def test_agreement_shows_denominators_and_hides_a_small_rest():
    table = pd.DataFrame({"agree": [280, 198, 2, 0], "compared": [295, 200, 3, 0]}, index=["姓名", "出生日期", "性别", "父亲姓名"])
    chart = plot_agreement(table, words=WORDS)
    assert chart.data["share"].tolist() == ["94.9%", "≥98.0%", "×", "—"]
    assert chart.data["n"].tolist() == ["n=295", "n=200", "n<5", "n=0"]
    assert "198" not in chart.alt and "n=3" not in chart.alt


def test_agreement_of_several_pairs_stands_under_one_field():
    index = pd.MultiIndex.from_tuples([("姓名", "卫生—公安"), ("姓名", "卫生—镇村"), ("性别", "卫生—公安")])
    chart = plot_agreement(pd.DataFrame({"agree": [190, 90, 180], "compared": [200, 100, 200]}, index=index), words=WORDS)
    assert chart.alt.endswith("姓名 卫生—公安 95.0%（n=200）；姓名 卫生—镇村 90.0%（n=100）；性别 卫生—公安 90.0%（n=200）。")


def test_more_than_four_pairs_of_lists_are_refused():
    index = pd.MultiIndex.from_tuples([("姓名", str(i)) for i in range(5)])
    with pytest.raises(ValidationError) as caught:
        plot_agreement(pd.DataFrame({"agree": 9, "compared": 20}, index=index), words=WORDS)
    assert caught.value.n_series == 5


def test_days_fall_into_their_classes_with_limits_included():
    days = pd.Series([0, 7] * 5 + [8, 30] * 5 + [31] * 9 + [366] * 6 + [None, -1])
    assert plot_days(days, words=WORDS).data["n"].tolist() == [10, 10, 9, 0, 0, 6]


def test_days_hide_a_small_class_and_what_would_give_it_away():
    chart = plot_days(pd.Series([1] * 20 + [20] * 10 + [400] * 2), words=WORDS)
    assert chart.alt.count("<5") == 1 and chart.alt.count("×") == 1


def test_marks_are_explained_under_the_chart_too():
    chart = plot_days(pd.Series([1] * 20 + [20] * 10 + [400] * 2), words=WORDS)
    assert len(chart.notes) == 1 and "<5" in chart.notes[0] and "×" in chart.notes[0] and "少于 5" in chart._repr_html_()
    assert plot_bars(K28, words=WORDS).notes == ()


def test_letters_are_nine_pixels_high_on_a_phone():
    """A figure of 5.4 inches is shown 368 pixels wide; the smallest letters in it have 9.5 points."""
    figure, _ = new_figure(1)
    assert 9.5 / (figure.get_figwidth() * 72) * 368 >= 8.99


def test_more_than_four_groups_are_refused():
    with pytest.raises(ValidationError) as caught:
        plot_grouped_bars(pd.DataFrame(np.ones((2, 5))), words=WORDS)
    assert caught.value.n_groups == 5


def test_grouped_bars_tell_every_value():
    counts = pd.DataFrame({"卫生": [12, 7], "公安": [11, 9]}, index=["甲镇", "乙镇"])
    assert plot_grouped_bars(counts, words=WORDS).alt.endswith("甲镇 卫生 12；甲镇 公安 11；乙镇 卫生 7；乙镇 公安 9。")


def lightness(colour: str) -> float:
    red, green, blue = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    luminance = sum(w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), (red, green, blue), strict=True))
    return 116 * luminance ** (1 / 3) - 16


def test_groups_are_told_apart_in_a_grey_print():
    for (one, hatch_one), (other, hatch_other) in itertools.combinations(zip(COLOURS, HATCHES, strict=True), 2):
        assert hatch_one != hatch_other or abs(lightness(one) - lightness(other)) > 20, (one, other)


def test_the_data_given_stay_as_they_were():
    counts = pd.Series([240, 35, 17, 22, 8, 11, 13, 0], index=COMBINATIONS)
    before = counts.copy()
    plot_overlap(counts, words=WORDS)
    pd.testing.assert_series_equal(counts, before)
