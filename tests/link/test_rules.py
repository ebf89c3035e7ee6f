"""Rule sets: every key of the example is read, every fault is told with its place."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from popanalysis.errors import LinkageError, ParameterError, ProblemsFoundError
from popanalysis.link import LinkageRules, current_rules, link_records
from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons import RecordlinkageComparer
from popanalysis.link.comparisons.recordlinkage_comparer import METHODS, check_comparer
from popanalysis.link.frequencies import frequency_table
from popanalysis.project import shipped_folder
from popanalysis.synthetic import make_lists

EVERY_KEY = """
name: births
version: 1
author: "method office"
date: "2026-11-25"
reason: "first version"
sources:
  birth_cert: {duplicates: find}
  hukou_birth: {duplicates: none}
links: [[birth_cert, hukou_birth]]
blocking:
  max_block_pairs: 200000
  passes:
    - {name: certificate, on: [birth_cert_no]}
    - {name: parents, on: [{mother_name: sound}, {father_name: sound}], split_by: [{birth_date: month}]}
comparisons:
  - field: mother_name
    kind: person_name
    levels: [equal, same_variants, same_sound, near_sound, same_shape, one_missing, surname_only, different]
    term_frequency: {table: "names.v1.csv", damping: 1.0, levels: [equal, same_variants]}
  - {field: child_sex, kind: exact}
  - field: birth_date
    kind: date
    levels: [equal, next_day, one_digit, day_month_swapped, same_month, different]
  - field: birth_cert_no
    kind: certificate_number
    levels: [equal, exchanged, one_slip, different]
  - field: mother_live_addr
    kind: recordlinkage
    comparer: {class: String, method: jarowinkler}
    cut: [0.92, 0.80]
dependent: [[mother_name, birth_date]]
model:
  missing: skip
  prior: {rules: [certificate], recall: 0.6}
  u: {from: random_pairs, pairs: 1000000, seed: 20250401}
  m: {from: em, starts: 5, not_in_block_of: true, smoothing: 0.5, monotone: true}
  weight_cap: 20
decision:
  - {when: "birth_cert_no == different and mother_name == different", then: non_link}
  - {when: "birth_cert_no == equal and birth_date in (equal, next_day)", then: link}
thresholds: {upper: 12.0, lower: 4.0}
assignment: {method: exact, close_call: 3.0, largest_component: 60}
"""


def _write(folder: Path, text: str, name: str = "births.v1.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read_and_written_on_as_key_stays_text(tmp_path):
    rules = LinkageRules.read(_write(tmp_path, EVERY_KEY))
    assert rules.blocking.passes[1].on == [{"mother_name": "sound"}, {"father_name": "sound"}]
    assert rules.model.u.pairs == 1_000_000 and rules.model.m.starts == 5 and rules.sources["hukou_birth"].duplicates == "none"
    assert rules.comparisons[4].cut == [0.92, 0.80] and rules.thresholds.lower == 4.0


@pytest.mark.parametrize(("old", "new", "place", "hint"), [
    ("weight_cap: 20", "weigth_cap: 20", "model.weigth_cap", "weight_cap"),
    ("close_call: 3.0", "close_cal: 3.0", "assignment.close_cal", "close_call"),
    ("kind: exact}", "kind: exakt}", "comparisons.1.kind", "exact"),
    ("next_day, one_digit, day", "nextday, one_digit, day", "comparisons.2.levels", "next_day"),
    ("split_by:", "splitby:", "blocking.passes.1.splitby", "split_by"),
    ("== different and mother_name", "= different and mother_name", "decision.0.when", "different"),
    ("in (equal, next_day)", "in (equal, tomorrow)", "decision.1.when", "next_day"),
    ("rules: [certificate]", "rules: [certificat]", "model.prior.rules", "certificate"),
    ("[[birth_cert, hukou_birth]]", "[[birth_cert, hukou]]", "links", "hukou_birth"),
    ("upper: 12.0, lower: 4.0", "upper: 4.0, lower: 12.0", "thresholds", "upper"),
    ("upper: 12.0", "upper: high", "thresholds.upper", "high"),
    ("{mother_name: sound}", "{mother_name: sond}", "blocking.passes.1.on", "sound"),
    ("[{birth_date: month}]", "[{birth_date: mnth}]", "blocking.passes.1.split_by", "month"),
    ("on: [birth_cert_no]", "on: [birth_cert_no], against: [{old_no: certificat}]", "blocking.passes.0.against", "certificate"),
    ("on: [birth_cert_no]", "on: [birth_cert_no], against: [old_no, birth_date]", "blocking.passes.0.against", "2"),
    ("{mother_name: sound}", "{mother_name: sound, birth_date: month}", "blocking.passes.1.on", "on"),
    ("class: String", "class: Strin", "comparisons.4.comparer.class", "String"),
    ("class: String", "class: Frequency", "comparisons.4.comparer.class", "String"),
    ("{class: String, method: jarowinkler}", "{method: jarowinkler}", "comparisons.4.comparer.class", "String"),
    ("method: jarowinkler", "method: jarowinkel", "comparisons.4.comparer.method", "jarowinkler"),
    ("method: jarowinkler", "methd: jarowinkler", "comparisons.4.comparer.methd", "method"),
    ("class: String, method: jarowinkler", "class: Numeric, method: jarowinkler", "comparisons.4.comparer.method", "linear"),
    ("cut: [0.92, 0.80]", "cut: [0.80, 0.92]", "comparisons.4.cut", "[0.92, 0.8]"),
    ("cut: [0.92, 0.80]", "cut: [0.92, 0.92]", "comparisons.4.cut", "[0.92]"),
    ("cut: [0.92, 0.80]", "cut: [92, 0.8]", "comparisons.4.cut", "[0.8]"),
    ("cut: [0.92, 0.80]", "cut: []", "comparisons.4.cut", "0.92"),
    ("version: 1", "version: 2", "version", "births.v2.yaml")])
def test_a_fault_is_told_with_its_place_and_the_nearest_valid_word(tmp_path, old, new, place, hint):
    assert old in EVERY_KEY
    with pytest.raises((ParameterError, ProblemsFoundError)) as caught:
        LinkageRules.read(_write(tmp_path, EVERY_KEY.replace(old, new)))
    for language in ("zh", "en"):
        assert place in caught.value.message(language) and hint in caught.value.message(language)


@pytest.mark.parametrize("name", ["births.yaml", "trial of mine.yaml", "births.v7b.yaml", "births.v7.yaml"])
def test_the_version_is_held_against_a_file_name_that_speaks_of_one(tmp_path, name):
    assert LinkageRules.read(_write(tmp_path, EVERY_KEY.replace("version: 1", "version: 7"), name)).version == 7


def test_a_frequency_table_that_is_named_but_not_there_is_told_when_linking(tmp_path):
    rules = LinkageRules.read(_write(tmp_path, EVERY_KEY))
    rows = pd.DataFrame({"mother_name": ["王芳", "李娜"], "birth_cert_no": ["X159900001", "X159900002"]}, index=["a", "b"])
    notes = link_records({"birth_cert": rows, "hukou_birth": rows.rename(index=str.upper)}, rules).notes
    assert any("names.v1.csv" in note and "mother_name" in note for note in notes)


@pytest.mark.parametrize(("comparer", "left", "right"), [
    ({"class": "Numeric", "method": "linear", "scale": 10.0}, "3200", "3201"), ({"class": "Date"}, "2025-03-05", "2025-05-03"), ({"class": "Exact"}, "x", "y"),
    *(({"class": "String", "method": method}, "12 Mainstr", "12 Mainstrt") for method in METHODS["String"]),
    *(({"class": "Numeric", "method": method}, "3200", "3300") for method in METHODS["Numeric"])])
def test_every_comparer_that_is_accepted_grades(comparer, left, right):
    assert list(check_comparer(comparer, [0.9, 0.4])) == []
    table = ValueTable(np.array([left, right], dtype=object))
    codes = np.array([0, 0], np.int32), np.array([0, 1], np.int32)
    same, other = RecordlinkageComparer("x", comparer, [0.9, 0.4]).levels(*codes, table).tolist()
    assert same == 0 and other in (0, 1, 2)


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(ProblemsFoundError) as caught:
        LinkageRules.read(_write(tmp_path, EVERY_KEY.replace("weight_cap", "weigth").replace("close_call", "closecall")))
    assert len(caught.value.problems) == 2


def test_levels_out_of_order_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="best first"):
        LinkageRules.read(_write(tmp_path, EVERY_KEY.replace("[equal, next_day, one_digit,", "[next_day, equal, one_digit,")))


@pytest.mark.parametrize("text", ["", "just words", "a: [1, 2", "- 1\n- 2"])
def test_a_file_that_is_no_rule_set_is_refused(tmp_path, text):
    with pytest.raises((ParameterError, ProblemsFoundError)):
        LinkageRules.read(_write(tmp_path, text))


def test_a_missing_file_is_told():
    with pytest.raises(ParameterError, match=r"nowhere\.yaml"):
        LinkageRules.read("nowhere.yaml")


def test_a_changed_copy_leaves_the_original(tmp_path):
    rules = LinkageRules.read(_write(tmp_path, EVERY_KEY))
    changed = rules.with_(upper_threshold=15, model__weight_cap=10)
    assert (changed.thresholds.upper, changed.model.weight_cap) == (15, 10)
    assert (rules.thresholds.upper, rules.model.weight_cap) == (12, 20)
    assert changed.sha256 != rules.sha256 == LinkageRules.read(tmp_path / "births.v1.yaml").sha256
    assert rules.with_().sha256 == rules.sha256
    assert (rules.with_(upper_threshold=2).thresholds.lower, rules.thresholds.lower) == (2, 4)
    with pytest.raises(ParameterError, match="upper_threshold"):
        rules.with_(uper_threshold=1)
    with pytest.raises(ParameterError):
        rules.with_(lower_threshold=99)


def test_the_term_frequency_table_is_read_and_is_part_of_the_hash(tmp_path):
    plain = LinkageRules.read(_write(tmp_path, EVERY_KEY)).sha256
    _write(tmp_path, "field,value,count\nmother_name,王芳,30\nmother_name,NA,2\nchild_name,王芳,9\n", "names.v1.csv")
    rules = LinkageRules.read(tmp_path / "births.v1.yaml")
    assert rules.frequencies(rules.comparisons[0]).to_dict() == {"王芳": 30, "NA": 2}
    assert rules.sha256 != plain
    _write(tmp_path, "field;value;count\n", "names.v1.csv")
    with pytest.raises(ParameterError, match=r"names\.v1\.csv"):
        LinkageRules.read(tmp_path / "births.v1.yaml")


def test_current_names_the_version_in_use(tmp_path):
    shutil.copytree(shipped_folder("params") / "linkage", tmp_path / "linkage")
    assert current_rules(tmp_path / "linkage", "births").file == "births.v3.yaml"
    entry = yaml.safe_load((tmp_path / "linkage" / "current.yaml").read_text(encoding="utf-8"))
    assert entry["births"] == "births.v3.yaml"
    with pytest.raises(ParameterError):
        current_rules(tmp_path / "linkage", "weddings")


def test_a_table_of_frequencies_made_from_lists_is_read_back_and_names_no_rare_value(tmp_path):
    frames = {name: frame.set_index("record_id") for name, frame in make_lists(3000, 4)[0].items()}
    rules = current_rules(shipped_folder("params") / "linkage", "births")
    table = frequency_table(frames, rules)
    assert table.columns.tolist() == ["field", "value", "count"] and set(table["field"]) == {"mother_name", "father_name", "child_name"}
    assert (table.loc[table["value"].ne(""), "count"] >= 5).all()
    assert table[table["field"].eq("mother_name")]["count"].sum() == sum(frame["mother_name"].notna().sum() for frame in frames.values())
    table.to_csv(tmp_path / "names.v1.csv", index=False, encoding="utf-8")
    values = rules.model_dump(by_alias=True)
    for comparison in values["comparisons"]:
        if comparison["term_frequency"]:
            comparison["term_frequency"]["table"] = "names.v1.csv"
    (tmp_path / "births.v3.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with_table = LinkageRules.read(tmp_path / "births.v3.yaml")
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in frames.items()}
    pd.testing.assert_frame_equal(frequency_table(shuffled, rules), table)
    small = {name: frame.iloc[:400] for name, frame in frames.items()}
    linked, other = link_records(small, with_table), link_records(small, rules)
    assert not any("frequencies come from the lists at hand" in note for note in linked.notes)
    assert any("frequencies come from the lists at hand" in note for note in other.notes)
    read = with_table.frequencies(next(c for c in with_table.comparisons if c.field == "mother_name"))
    common = table[table["field"].eq("mother_name")].iloc[0]
    assert read is not None and read[common["value"]] == common["count"]


def test_a_rule_set_without_frequencies_has_nothing_to_count(tmp_path):
    values = current_rules(shipped_folder("params") / "linkage", "births").model_dump(by_alias=True)
    for comparison in values["comparisons"]:
        comparison["term_frequency"] = None
    with pytest.raises(LinkageError, match="没有按取值频率加权的比较项"):
        frequency_table({}, LinkageRules.from_values(values))
