"""The waterfall of a match weight."""

import pandas as pd
import pytest

from popanalysis.link import PairExplanation
from popanalysis.report.drawing import Words
from popanalysis.report.weight_figure import plot_match_weight

ROWS = [("mother_id", "one_slip", 14.1), ("mother_name", "same_sound", 11.7), ("child_sex", "different", -3.9), ("father_id", "missing_right", 0.0), ("dependent_fields", "", -5.9)]
PAIR = PairExplanation(pd.DataFrame(ROWS, columns=["comparison", "level", "bits"]), 16.0, "possible_link", upper=20.0, lower=13.0)


@pytest.mark.parametrize(("language", "said"), [
    ("zh", "mother_id仅差一位或相邻两位颠倒 +14.1；mother_name不计声调读音相同 +11.7；child_sex不同 -3.9；相互关联的项目，扣除重复计算 -5.9；合计 16.0"),
    ("en", "mother_id differs by one slip +14.1; mother_name sounds the same +11.7; child_sex differs -3.9; counted twice in dependent fields -5.9; together 16.0")])
def test_each_step_begins_where_the_last_one_ended_and_the_last_ends_at_the_weight(language: str, said: str) -> None:
    chart = plot_match_weight(PAIR, words=Words("x", "x", "x", "x", language))
    assert chart.data["begins"].tolist()[1:] == chart.data["ends"].tolist()[:-1]
    assert chart.data["begins"].iloc[0] == 0 and chart.data["ends"].iloc[-1] == pytest.approx(PAIR.match_weight)
    assert said in chart.alt and chart.png.startswith(b"\x89PNG")


def test_the_same_pair_gives_the_same_bytes() -> None:
    words = Words("x", "x", "x", "x")
    assert plot_match_weight(PAIR, words=words).png == plot_match_weight(PAIR, words=words).png
