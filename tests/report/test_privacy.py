import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from popanalysis.errors import ValidationError
from popanalysis.report import bounded_rate, suppress_counts, suppress_grouped, suppress_held, suppress_small

# By hand: 3 is small; the row total 60 and the column total 43 give it away, so one more count goes in its row and in its column.
TABLE = pd.DataFrame(
    [[3, 17, 40, 60], [40, 25, 35, 100], [43, 42, 75, 160]], index=["甲镇", "乙镇", "合计"], columns=["一月", "二月", "三月", "合计"])


def test_a_small_count_and_a_rectangle_around_it_are_withheld():
    shown = suppress_small(TABLE, total_row="合计", total_column="合计")
    assert shown.shown.to_numpy().tolist() == [
        ["<5", "×", "40", "60"],
        ["×", "×", "35", "100"],
        ["43", "42", "75", "160"]]
    assert (shown.n_small, shown.n_withheld, shown.suppressed) == (1, 3, 4)
    assert shown.values.isna().to_numpy().sum() == 4


def test_without_totals_only_the_small_count_goes():
    assert suppress_small(TABLE.iloc[:2, :3]).shown.to_numpy().tolist() == [["<5", "17", "40"], ["40", "25", "35"]]


def test_a_sum_published_elsewhere_gives_nothing_away():
    # By hand: 3 births only at a, 40 only at b, 50 at both. Hiding "a" and "b" would do for the total 93, but the rows of
    # list a (53 = a + a_and_b) and of list b (90) are published too: a = 53 - 50.
    counts = pd.Series({"a_and_b": 50, "a": 3, "b": 40})
    sums = [["a_and_b", "a"], ["a_and_b", "b"]]
    assert suppress_counts(counts).shown["n"].tolist() == ["50", "<5", "×", "93"]
    assert suppress_counts(counts, sums=sums).shown["n"].tolist() == ["×", "<5", "×", "×"]


def test_a_zero_stays_and_names_nobody():
    assert suppress_counts(pd.Series({"a": 0, "b": 12})).shown["n"].tolist() == ["0", "12", "12"]


def test_two_small_counts_whose_sum_leaves_one_answer_take_a_third_with_them():
    # 1 + 1 = 2 has no other answer in positive numbers, so hiding both is not enough
    shown = suppress_counts(pd.Series({"a": 1, "b": 1, "c": 30})).shown["n"].tolist()
    assert shown == ["<5", "<5", "×", "32"]


def test_two_small_counts_that_could_be_several_pairs_need_no_third():
    assert suppress_counts(pd.Series({"a": 2, "b": 3, "c": 30})).shown["n"].tolist() == ["<5", "<5", "30", "35"]


def test_a_small_total_is_small_itself():
    assert suppress_counts(pd.Series({"a": 2, "b": 0})).shown["n"].tolist() == ["<5", "0", "<5"]


def test_a_table_of_so_few_that_its_marks_would_tell_is_not_shown_at_all():
    # four ones: a grand total "<5" over four cells of at least 1 could only be 4
    table = pd.DataFrame([[0, 0, 1, 1], [1, 1, 1, 3], [1, 1, 2, 4]], index=["a", "b", "total"], columns=["x", "y", "z", "total"])
    assert set(suppress_small(table, total_row="total", total_column="total").shown.to_numpy().ravel()) == {"×"}


def test_the_choice_does_not_depend_on_the_order_of_rows():
    one = suppress_small(TABLE, total_row="合计", total_column="合计").shown
    other = suppress_small(TABLE.iloc[[2, 1, 0], [3, 2, 1, 0]], total_row="合计", total_column="合计").shown
    pd.testing.assert_frame_equal(other.loc[one.index, one.columns], one)


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_of_zero_or_one_hides_nothing(threshold):
    assert suppress_counts(pd.Series({"a": 1, "b": 2}), threshold).suppressed == 0


@pytest.mark.parametrize("wrong", [[[1.5, 2]], [[-1, 2]], [[None, 2]]])
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ValidationError):
        suppress_small(pd.DataFrame(wrong, columns=["a", "b"]))


def test_a_total_that_is_not_the_sum_is_refused():
    with pytest.raises(ValidationError, match="8"):
        suppress_small(pd.DataFrame({"n": [3, 5, 9]}, index=["a", "b", "total"]), total_row="total")


def attacker_range(shown: pd.DataFrame, truth: pd.DataFrame, cell: tuple[int, int], threshold: int) -> tuple[float, float]:
    """Smallest and largest whole number a reader of the published table can give a cell; every cell is an unknown here."""
    rows, columns = shown.shape
    low, high = np.zeros((rows, columns)), np.full((rows, columns), 10_000.0)
    for r in range(rows):
        for c in range(columns):
            mark = shown.iat[r, c]
            if mark == f"<{threshold}":
                low[r, c], high[r, c] = 1, threshold - 1
            elif mark == "×":
                low[r, c] = threshold
            else:
                low[r, c] = high[r, c] = truth.iat[r, c]
    sums = []
    for r in range(rows):
        line = np.zeros((rows, columns))
        line[r, :-1], line[r, -1] = 1, -1
        sums.append(line.ravel())
    for c in range(columns):
        line = np.zeros((rows, columns))
        line[:-1, c], line[-1, c] = 1, -1
        sums.append(line.ravel())
    goal = np.zeros((rows, columns))
    goal[cell] = 1
    found = [
        milp(sign * goal.ravel(), integrality=np.ones(rows * columns), bounds=Bounds(low.ravel(), high.ravel()), constraints=LinearConstraint(np.array(sums), 0, 0))
        for sign in (1, -1)]
    return float(found[0].fun), float(-found[1].fun)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 14), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_small_count_can_be_worked_out_from_the_published_table(inner):
    table = pd.DataFrame(inner)
    table["total"] = table.sum(axis=1)
    table.loc["total"] = table.sum()
    published = suppress_small(table, 5, total_row="total", total_column="total")
    for r, c in np.argwhere(published.shown.to_numpy() == "<5"):
        low, high = attacker_range(published.shown, table, (r, c), 5)
        assert low < high


def test_no_small_count_of_a_group_can_be_worked_out_from_the_sums():
    index = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("a", "z"), ("b", "x"), ("c", "x"), ("c", "y")])
    shown = suppress_grouped(pd.Series([20, 3, 9, 2, 30, 40], index=index)).shown["n"]
    # b has one row of two, so its sum is small as well; the sum of all stands elsewhere, so another sum goes with it
    assert shown.tolist()[-1] == "104" and shown[("b", "x")] == shown[("b",)] == "<5" and shown[("a", "y")] == "<5"
    assert sorted([shown[("a", "x")], shown[("a", "z")], shown[("a",)], shown[("c",)]]).count("×") >= 1
    assert "×" in {shown[("a",)], shown[("c",)]}


def test_how_few_a_list_lacks_cannot_be_worked_out_from_whole_and_part():
    table = pd.DataFrame({"births": [39, 36, 41, 116], "cert": [36, 30, 35, 101], "hukou": [23, 23, 27, 73]}, index=["甲镇", "乙镇", "丙镇", "合计"])
    shown = suppress_held(table, whole="births", total_row="合计").shown
    assert shown["births"].tolist() == ["39", "36", "41", "116"] and shown["hukou"].tolist() == ["23", "23", "27", "73"]
    # 3 of 39 lack: "at least 35" would be told of 1 to 4 alike; a second count goes with it, or the total would tell the first
    assert shown.at["甲镇", "cert"] == "≥35" and shown["cert"].tolist().count("×") == 1


def test_one_town_with_two_marriages_does_not_take_the_whole_table_with_it():
    table = pd.DataFrame({"n": [23, 26, 41, 2], "registry": [22, 19, 33, 1], "towns": [15, 18, 30, 2]}, index=["甲镇", "乙镇", "丙镇", "不详"])
    table.loc["合计"] = table.sum()
    shown = suppress_held(table, whole="n", total_row="合计").shown
    assert shown.loc["不详"].tolist() == ["<5"] * 3 and shown.at["合计", "n"] == "92"
    assert 1 <= shown["n"].tolist().count("×") <= 2  # with none 2 would be the total less the others
    assert shown.to_numpy().ravel().tolist().count("×") <= 6


def test_no_bound_tells_a_whole_that_is_not_shown():
    table = pd.DataFrame({"n": [23, 26, 41, 2], "registry": [22, 25, 40, 1]}, index=["甲镇", "乙镇", "丙镇", "不详"])
    table.loc["合计"] = table.sum()
    shown = suppress_held(table, whole="n", total_row="合计").shown
    for _, row in shown.iterrows():
        assert row["n"].isdigit() or "≥" not in row["registry"]


@pytest.mark.parametrize(("numerator", "denominator", "expected"), [
    (195, 200, (0.975, 0.975)),
    (196, 200, (0.98, 1.0)),   # 4 differ: only "at least 196 of 200"
    (199, 200, (0.98, 1.0)),   # 1 differs: the same words, so that they do not tell which
    (200, 200, (1.0, 1.0)),
    (4, 200, (0.0, 0.02)),
    (2, 3, (0.0, 1.0)),        # the denominator itself is small
])
def test_a_rate_never_tells_a_small_rest(numerator, denominator, expected):
    assert bounded_rate(numerator, denominator) == pytest.approx(expected)
