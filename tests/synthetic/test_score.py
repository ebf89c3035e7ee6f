"""Scores of a linkage against the truth, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from popanalysis.errors import SourceFileError
from popanalysis.synthetic.score import pairwise_scores, score_quarters, score_records

SOURCE = pd.Series({"h1": "H", "h1again": "H", "p1": "P", "t1": "T", "h2": "H", "t2": "T", "p3": "P"})
TRUTH = pd.Series({"h1": 1, "h1again": 1, "p1": 1, "t1": 1, "h2": 2, "t2": 2, "p3": 3})


def test_truth_against_itself_is_perfect() -> None:
    found = pairwise_scores(TRUTH, TRUTH, SOURCE)
    # event 1: h1-p1, h1-t1, again-p1, again-t1, p1-t1; event 2: h2-t2; the pair inside list H does not count
    assert found["n_true_pairs"] == found["n_linked_pairs"] == found["true_positive"] == 6
    assert found["f1"] == 1.0


def test_a_record_linked_with_nothing_costs_recall_only() -> None:
    events = TRUTH.astype("Int64").copy()
    events["t1"] = pd.NA
    found = pairwise_scores(events, TRUTH, SOURCE)
    assert (found["true_positive"], found["n_linked_pairs"], found["n_true_pairs"]) == (3, 3, 6)
    assert found["precision"] == 1.0 and found["recall"] == 0.5


def test_events_joined_wrongly_cost_precision() -> None:
    events = TRUTH.replace({3: 2})
    found = pairwise_scores(events, TRUTH, SOURCE)
    # event 2 now holds h2, t2, p3: three pairs, one of them true
    assert (found["true_positive"], found["n_linked_pairs"], found["n_true_pairs"]) == (6, 8, 6)


def test_order_of_records_changes_no_score() -> None:
    events = TRUTH.replace({3: 2})
    assert pairwise_scores(events.iloc[::-1], TRUTH.sample(frac=1, random_state=1), SOURCE) == pairwise_scores(events, TRUTH, SOURCE)


def truth_rows() -> pd.DataFrame:
    rows = [("birth_cert", "a.xlsx", "s", "5", "E1", "", "han"), ("hukou_birth", "b.csv", "", "2", "E1", "", "han"),
            ("birth_cert", "a.xlsx", "s", "6", "E2", "M1", "one_part"), ("hukou_birth", "b.csv", "", "3", "E2", "M1", "one_part"),
            ("birth_cert", "a.xlsx", "s", "7", "E3", "M1", "one_part"), ("hukou_birth", "b.csv", "", "4", "E3", "M1", "one_part")]
    return pd.DataFrame(rows, columns=["kind", "file", "sheet", "row", "event", "set_id", "name_form"]).assign(local="True")


def linked_rows() -> pd.DataFrame:
    """The twins crossed, and the rows in another order, as the record writes them."""
    ids = ["B1", "B1", "B2", "B3", "B3", "B2"]
    return truth_rows()[["kind", "file", "sheet", "row"]].assign(fate="used", event_id=ids).iloc[::-1]


def test_crossed_twins_show_in_the_line_of_twins_only() -> None:
    scores = score_records(linked_rows(), truth_rows())
    table = scores.table.set_index("group")
    assert table.loc["twins", "true_positive"] == 0 and table.loc["twins", "n_true_pairs"] == 2
    assert table.loc["single", "f1"] == 1.0 and table.loc["han", "f1"] == 1.0
    assert table.loc["all", ["n_true_pairs", "n_linked_pairs", "true_positive"]].tolist() == [3, 3, 1]
    assert table.loc["birth_cert+hukou_birth", "n_true_pairs"] == 3 and table.loc["birth_cert+town_birth", "n_true_pairs"] == 0
    assert scores.lost.empty


def test_a_row_that_came_to_no_fate_of_use_is_lost() -> None:
    linked = linked_rows()
    linked.loc[linked["row"].eq("7"), ["fate", "event_id"]] = ["unusable", ""]
    linked = linked[~(linked["file"].eq("b.csv") & linked["row"].eq("4"))]
    lost = score_records(linked, truth_rows()).lost
    assert lost[["file", "row"]].values.tolist() == [["a.xlsx", "7"], ["b.csv", "4"]]
    assert lost["fate"].fillna("none").tolist() == ["unusable", "none"]


def test_duplicates_are_not_lost() -> None:
    linked = linked_rows()
    linked.loc[linked["row"].eq("5"), "fate"] = "duplicate"
    assert score_records(linked, truth_rows()).lost.empty


@pytest.mark.parametrize(("language", "word"), [("zh", "双胞胎"), ("en", "twins")])
def test_scores_are_told_in_both_languages(language: str, word: str) -> None:
    told = score_records(linked_rows(), truth_rows()).in_words(language)
    assert word in told and "0.3333" in told


def test_quarters_are_read_from_the_current_revision(tmp_path: Path) -> None:
    output, truth = tmp_path / "outputs/2025Q1", tmp_path / "data/2025Q1/truth"
    (output / "r2/restricted").mkdir(parents=True)
    truth.mkdir(parents=True)
    (output / "current").write_text("r2\n", encoding="utf-8")
    linked_rows().to_csv(output / "r2/restricted/linked_records.csv", index=False, encoding="utf-8-sig")
    truth_rows().to_csv(truth / "records.csv", index=False, encoding="utf-8")
    assert score_quarters(tmp_path, ["2025Q1"]).table.loc[0, "true_positive"] == 1


def test_a_quarter_without_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError) as caught:
        score_quarters(tmp_path, ["2025Q1"])
    assert caught.value.file == "outputs/2025Q1/r1/restricted/linked_records.csv"
