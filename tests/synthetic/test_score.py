"""Scores of a linkage against the truth, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from popanalysis.errors import SourceFileError
from popanalysis.report.messages import label
from popanalysis.synthetic.score import pairwise_scores, score_quarters, score_records, scores_in_words
from popanalysis.synthetic.score.kinds import score_aliases, score_kinds

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


def test_rows_of_other_lists_count_in_no_group_of_births() -> None:
    others = pd.DataFrame([("population", "c.xlsx", "s", "2", "", "", ""), ("population", "c.xlsx", "s", "3", "", "", "")], columns=truth_rows().columns[:-1])
    truth = pd.concat([truth_rows(), others.assign(local="")], ignore_index=True)
    scores = score_records(linked_rows(), truth)
    assert scores.table.set_index("group").loc["all", "n_true_pairs"] == 3 and scores.lost.empty


# --- one row a kind ---------------------------------------------------------------------------------------------


def found_rows() -> pd.DataFrame:
    """Two births, the second at health only; a move and a register row about the first; a pending registration tied wrongly; an adoption."""
    rows = [("birth_cert", "E1", "", "B-2025Q1-1", "r1", "used"), ("birth_cert", "E2", "", "B-2025Q1-2", "r2", "used"), ("birth_cert", "E1", "", "B-2025Q1-1", "r1", "duplicate"),
            ("town_birth", "E1", "", "B-2025Q1-1", "r3", "used"), ("deferred_hukou", "E2", "", "B-2025Q1-1", "r4", "used"),
            ("migration", "V1", "E1", "M-2025Q1-1", "r5", "used"), ("migration", "V2", "", "M-2025Q1-2", "r6", "used"), ("migration", "V3", "E9", "M-2025Q1-3", "r7", "used"),
            ("population", "", "E1", None, "r8", "used"), ("population", "", "E2", None, None, None), ("population", "", "", None, None, None),
            ("adoption", "A1", "E1", "A-2025Q1-1", "r9", "used")]
    table = pd.DataFrame(rows, columns=["kind", "event", "about", "event_id", "record_id", "fate"])
    return table.assign(quarter="2025Q1", file="f", sheet="s", row=[str(i) for i in range(len(table))])


RELATIONS = pd.DataFrame([("explains_absence", "M-2025Q1-1", "B-2025Q1-1", "x"), ("explains_absence", "M-2025Q1-2", "B-2025Q1-2", "x"),
                          ("register_entry_of", "r8", "B-2025Q1-1", "x")], columns=["relation", "from_id", "to_id", "evidence"])
OPEN = pd.DataFrame([("birth_cert", "B-2025Q1-1", "open"), ("birth_cert", "B-2025Q1-2", "open"), ("town_birth", "B-2025Q1-1", "open"), ("migration", "M-2025Q1-1", "kept")],
                    columns=["kind", "event_id", "state"])


def by_kind() -> pd.DataFrame:
    still = OPEN.assign(state=["held", "open", "held", "kept"])
    return score_kinds(found_rows(), RELATIONS, [OPEN, still]).set_index("kind")


def test_every_list_has_a_line_with_its_rows_and_fates() -> None:
    table = by_kind()
    assert table["rows"].to_dict() == {"birth_cert": 3, "deferred_hukou": 1, "migration": 3, "adoption": 1, "town_birth": 1, "population": 3}
    assert table.loc["birth_cert", ["used", "duplicate", "not_listed"]].tolist() == [2, 1, 0]
    assert table.loc["population", ["used", "not_listed"]].tolist() == [1, 2]


def test_pairs_of_a_kind_have_one_record_of_it() -> None:
    table = by_kind()
    # birth_cert: true E1 x (2 rows x town) + E2 x (1 x deferred); found: 2 x town + 2 x deferred (wrong)
    assert table.loc["birth_cert", ["n_true_pairs", "n_linked_pairs", "true_positive"]].tolist() == [3, 4, 2]
    assert table.loc["deferred_hukou", ["n_true_pairs", "n_linked_pairs", "true_positive"]].tolist() == [1, 3, 0]
    assert table.loc["birth_cert", "linked"] == 2 and table.loc["town_birth", "linked"] == 1


def test_rows_that_explain_or_register_count_by_what_they_concern() -> None:
    table = by_kind()
    # V1 rightly, V2 wrongly; what V3 concerns stands in no list
    assert table.loc["migration", ["n_true_pairs", "n_linked_pairs", "true_positive"]].tolist() == [1, 2, 1]
    assert table.loc["population", ["n_true_pairs", "n_linked_pairs", "true_positive"]].tolist() == [2, 1, 1]


def test_adoptions_are_tied_to_nothing() -> None:
    assert by_kind().loc["adoption", ["linked", "n_true_pairs", "n_linked_pairs"]].tolist() == [0, 0, 0]


def test_what_was_open_at_the_end_of_a_quarter_and_is_no_longer_was_closed_later() -> None:
    table = by_kind()
    assert table.loc["birth_cert", ["carried_over", "closed_later"]].tolist() == [2, 1]
    assert table.loc["migration", "carried_over"] == 0


def aliases(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of one person and change: kind, row, shown."""
    return pd.DataFrame([(kind, "f", "s", row, "E1", "mother", "name", "C1", shown) for kind, row, shown in rows],
                        columns=["kind", "file", "sheet", "row", "event", "person", "field", "change", "shown"])


@pytest.mark.parametrize(("rows", "counted", "linked"), [
    ((("birth_cert", "0", "old"), ("town_birth", "3", "new")), 2, 2),
    ((("birth_cert", "0", "old"), ("town_birth", "3", "old")), 0, 0),  # nothing changed between these
    ((("birth_cert", "1", "old"), ("town_birth", "3", "new")), 2, 0),  # row 1 stands in another event
    ((("birth_cert", "0", "old"), ("birth_cert", "2", "new")), 0, 0)])  # one list
def test_records_of_a_person_whose_value_changed_between_lists(rows: tuple[tuple[str, str, str], ...], counted: int, linked: int) -> None:
    last = score_aliases(found_rows(), aliases(*rows)).set_index("kind").loc["all"]
    assert (last["rows"], last["linked"]) == (counted, linked)


# --- whole quarters ----------------------------------------------------------------------------------------------


def write_quarter(root: Path) -> None:
    output, truth = root / "outputs/2025Q1", root / "data/2025Q1/truth"
    (output / "r2/restricted").mkdir(parents=True)
    truth.mkdir(parents=True)
    (output / "current").write_text("r2\n", encoding="utf-8")
    known = truth_rows().assign(quarter="2025Q1", about="", detail="", duplicate="False")
    linked = linked_rows()
    linked["event_id"] = "B-2025Q1-" + linked["event_id"]
    linked.assign(record_id=[f"r{i}" for i in range(len(known))], fate_reason="").to_csv(output / "r2/restricted/linked_records.csv", index=False, encoding="utf-8-sig")
    RELATIONS.iloc[:0].to_csv(output / "r2/restricted/relations.csv", index=False, encoding="utf-8-sig")
    OPEN.iloc[:0].to_parquet(output / "r2/restricted/carried_forward.parquet")
    pd.DataFrame({"case_id": ["2025Q1-0001"], "code": "field_differs", "field": "mother_name", "opened_in": "2025Q1", "list_b": "hukou_birth", "cell_a": "[a.xlsx]s!D5",
                  "cell_b": "[b.csv]C2"}).to_csv(output / "r2/restricted/cases.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame([("birth_cert", "a.xlsx", "s", "5", "mother_name", "sound_alike", "白塔娜", "白塔那")],
                 columns=["kind", "file", "sheet", "row", "field", "error", "true_value", "written_value"]).to_csv(truth / "errors.csv", index=False, encoding="utf-8")
    pd.DataFrame([("a.xlsx", "s", "5", "mother_name", "白塔那"), ("b.csv", "", "2", "mother_name", "白塔娜")],
                 columns=["file", "sheet", "row", "field", "value"]).to_csv(truth / "values.csv", index=False, encoding="utf-8")
    known.to_csv(truth / "records.csv", index=False, encoding="utf-8")
    aliases(("birth_cert", "5", "old"))[:0].to_csv(truth / "aliases.csv", index=False, encoding="utf-8")


def test_quarters_are_read_from_the_current_revision(tmp_path: Path) -> None:
    write_quarter(tmp_path)
    scores = score_quarters(tmp_path, ["2025Q1"])
    assert scores.births.table.loc[0, "true_positive"] == 1
    assert scores.questions.set_index("code").loc["all", ["planted", "reported", "asked", "untrue"]].tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(("language", "words"), [("zh", ("双胞胎", "出生医学证明（卫生健康）", "采用")), ("en", ("twins", "Birth certificates (health)", "Used"))])
def test_scores_are_told_in_both_languages(tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    write_quarter(tmp_path)
    told = scores_in_words(score_quarters(tmp_path, ["2025Q1"]), label, language)
    assert all(word in told for word in (*words, "0.3333"))


def test_a_quarter_without_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError) as caught:
        score_quarters(tmp_path, ["2025Q1"])
    assert caught.value.file == "outputs/2025Q1/r1/restricted/linked_records.csv"
