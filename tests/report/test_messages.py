import pytest

from popanalysis import columns
from popanalysis.errors import RecordError
from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules
from popanalysis.report.figures import DAY_BINS
from popanalysis.report.messages import label, words
from popanalysis.rulefile import current_file

#: everyone a question can go to: the office of a list, the one that settles a field, and the reviewer of an open link
RECIPIENTS = {
    *columns.DEPARTMENTS, *columns.DEPARTMENT_OF_KIND.values(), "reviewer",
    *(entry.settled_by for entry in DiscrepancyRules.read(current_file(shipped_folder("params") / "discrepancy", "births")).fields)}
RELATIONS = ("alias", "explains_absence", "register_entry_of", "certificate_followed", "in_set")
CODES = {code for name in ("births", "marriages", "changes")
         for code in DiscrepancyRules.read(current_file(shipped_folder("params") / "discrepancy", name)).codes}
FIELDS = {field for fields in columns.FIELDS_OF_KIND.values() for field in fields}


@pytest.mark.parametrize(("group", "keys"), [
    ("kind", columns.KINDS), ("kind_short", columns.KINDS), ("department", columns.DEPARTMENTS), ("recipient", RECIPIENTS),
    ("event", columns.EVENT_LETTER), ("fate", columns.FATES), ("link_status", columns.LINK_STATUSES), ("link_decision", columns.LINK_DECISIONS),
    ("case_state", columns.CASE_STATES), ("severity", columns.SEVERITIES), ("level", columns.MISSING_LEVEL_NAME.values()),
    ("field", FIELDS), ("days_bin", DAY_BINS), ("case", CODES), ("defer_class", columns.DEFER_CLASSES), ("doubt_class", columns.DOUBT_CLASSES),
    ("change_item", columns.CHANGE_ITEMS), ("direction", columns.DIRECTIONS), ("void_reason", columns.VOID_REASONS), ("relation", RELATIONS)])
def test_every_code_of_the_shared_lists_has_words_in_both_languages(group, keys):
    for key in keys:
        assert any("\u4e00" <= c <= "\u9fff" for c in label(group, key, "zh")), key
        assert not any("\u4e00" <= c <= "\u9fff" for c in label(group, key, "en")), key


def test_no_entry_is_blank_and_no_two_keys_of_a_list_read_the_same():
    for group, entries in words().items():
        assert all(text.zh.strip() and text.en.strip() for text in entries.values()), group
    for group in ("kind", "kind_short", "fate", "link_status", "case_state", "field", "case"):
        for language in ("zh", "en"):
            shown = [text.in_(language) for key, text in words()[group].items() if key not in ("birth_datetime", "birth_time")]
            assert len(set(shown)) == len(shown), (group, language)


def test_wording_never_accuses():
    everything = "".join(text.zh for entries in words().values() for text in entries.values())
    assert not [word for word in ("虚假", "违法", "瞒报", "漏报", "虚报", "弄虚作假", "超生", "计划外") if word in everything]


def test_a_code_without_words_is_an_error_that_names_it():
    with pytest.raises(RecordError) as caught:
        label("fate", "vanished", "zh")
    assert (caught.value.group, caught.value.key) == ("fate", "vanished")
