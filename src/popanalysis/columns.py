"""Every column name and code list, spelt once.

The words are those of the exchange: a *kind* is a list of the exchange, a *department* the office that
owns it, an *event* what its rows speak of. Canonical field names are those of
``reference/header_synonyms.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# --- kinds, departments, events ------------------------------------------------------------------

#: kind -> department that owns it, in the order records are shown and counted.
DEPARTMENT_OF_KIND: Final[Mapping[str, str]] = MappingProxyType({
    "birth_cert": "health",
    "unverified_delivery": "health",
    "hukou_birth": "police",
    "deferred_hukou": "police",
    "identity_change": "police",
    "migration": "police",
    "death": "police",
    "marriage": "civil_affairs",
    "adoption": "civil_affairs",
    "town_birth": "township",
    "town_marriage": "township",
    "population": "register",
    "reported_totals": "township",
    "void_certificates": "health",
})
KINDS: Final[tuple[str, ...]] = tuple(DEPARTMENT_OF_KIND)
DEPARTMENTS: Final[tuple[str, ...]] = ("health", "police", "civil_affairs", "township", "register", "other")

#: The kinds this version reads; the others keep their names and answer "not yet".
BIRTH_KINDS: Final[tuple[str, ...]] = ("birth_cert", "hukou_birth", "town_birth")
KINDS_READ: Final[tuple[str, ...]] = BIRTH_KINDS

#: event -> the letter its ids begin with.
EVENT_LETTER: Final[Mapping[str, str]] = MappingProxyType(
    {"birth": "B", "marriage": "W", "adoption": "A", "change": "C", "move": "M", "death": "D"})
EVENT_OF_KIND: Final[Mapping[str, str]] = MappingProxyType({
    "birth_cert": "birth", "hukou_birth": "birth", "town_birth": "birth",
    "deferred_hukou": "birth", "unverified_delivery": "birth",
    "marriage": "marriage", "town_marriage": "marriage", "adoption": "adoption",
    "identity_change": "change", "migration": "move", "death": "death",
})

# --- fates and states ----------------------------------------------------------------------------

FATES: Final[tuple[str, ...]] = ("used", "duplicate", "superseded", "out_of_scope", "unusable", "not_a_record")
LINK_STATUSES: Final[tuple[str, ...]] = ("linked", "set", "review", "unlinked", "not_linkable")
LINK_DECISIONS: Final[tuple[str, ...]] = ("link", "possible_link", "non_link")
CASE_STATES: Final[tuple[str, ...]] = (
    "open", "referred", "answered", "confirmed", "corrected", "rejected", "closed", "reopened")
SEVERITIES: Final[tuple[str, ...]] = ("info", "note", "warning", "error")
MISSING_LEFT: Final = -1
MISSING_RIGHT: Final = -2
MISSING_BOTH: Final = -3
MISSING_LEVEL_NAME: Final[Mapping[int, str]] = MappingProxyType(
    {MISSING_LEFT: "missing_left", MISSING_RIGHT: "missing_right", MISSING_BOTH: "missing_both"})

# --- fields ---------------------------------------------------------------------------------------

#: Never stored, whatever the kind: the value is dropped while the sheet is read; the comparison does not need it.
DROPPED_FIELDS: Final[frozenset[str]] = frozenset({
    "policy_class", "fertility_cert_no", "permit_no", "transfer_no",
    "children_total", "children_male", "children_female", "prior_children",
    "gravidity", "marital_status", "marital_status_ambiguous", "religion", "contraception", "health_status",
    "paternity_test_no", "delivery_mode", "hospital_no",
})
#: Header words whose columns are dropped although no canonical field stands for them.
DROPPED_HEADER_WORDS: Final[tuple[str, ...]] = (
    "政策", "准生", "生育证", "服务证", "孩子数", "子女数", "男孩数", "女孩数", "孕次", "婚姻状况", "婚否", "宗教", "避孕",
    "健康", "疾病", "既往史", "家族史", "过敏", "HIV", "艾滋", "血型", "流产", "死胎", "死产", "合并症", "高危", "准迁证",
    "社会抚养费", "亲子鉴定", "收入",
)
#: Kept in memory while a run lasts, to tell twins and birth order apart; written nowhere.
MEMORY_ONLY_FIELDS: Final[frozenset[str]] = frozenset({"parity", "birth_weight", "husband_prior_status", "wife_prior_status"})

#: canonical fields of the kinds read, in the order they are written. Derived columns stand in DERIVED_COLUMNS.
FIELDS_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "birth_cert": (
        "birth_cert_no", "old_birth_cert_no", "child_name", "child_sex", "birth_date", "birth_time", "birth_order", "plurality",
        "parity", "birth_weight", "gestation_weeks", "birth_place", "birth_place_class", "facility", "issuer", "issue_date",
        "mother_name", "mother_id", "mother_birth_date", "mother_age", "mother_nationality", "mother_ethnicity",
        "mother_hukou_addr", "mother_live_addr", "mother_phone",
        "father_name", "father_id", "father_birth_date", "father_age", "father_nationality", "father_ethnicity",
        "father_hukou_addr", "father_live_addr", "father_phone", "marriage_cert_no", "remark"),
    "hukou_birth": (
        "birth_cert_no", "child_id", "child_name", "child_sex", "child_ethnicity", "birth_date", "birth_time", "birth_place",
        "accept_date", "accept_unit", "mother_name", "mother_id", "father_name", "father_id",
        "hukou_addr", "father_hukou_addr", "father_live_addr", "region", "village", "group",
        "household_no", "birth_cert_issue_date", "birth_reg_class", "former_name", "remark"),
    "town_birth": (
        "birth_cert_no", "child_name", "child_id", "child_sex", "birth_date", "birth_time", "birth_order", "birth_place", "parity",
        "mother_name", "mother_id", "mother_hukou_addr", "mother_live_addr",
        "father_name", "father_id", "father_hukou_addr", "father_live_addr",
        "town", "village", "group", "registered_by", "registered_at", "remark"),
})
NAME_FIELDS: Final[frozenset[str]] = frozenset({
    "child_name", "mother_name", "father_name", "former_name", "registered_by"})
ID_FIELDS: Final[frozenset[str]] = frozenset({"child_id", "mother_id", "father_id"})
DATE_FIELDS: Final[frozenset[str]] = frozenset({
    "birth_date", "issue_date", "accept_date", "registered_at", "mother_birth_date", "father_birth_date", "birth_cert_issue_date"})
SEX_FIELDS: Final[frozenset[str]] = frozenset({"child_sex"})
ETHNICITY_FIELDS: Final[frozenset[str]] = frozenset({"child_ethnicity", "mother_ethnicity", "father_ethnicity"})
CERTIFICATE_FIELDS: Final[frozenset[str]] = frozenset({"birth_cert_no", "old_birth_cert_no"})
ADDRESS_FIELDS: Final[frozenset[str]] = frozenset({
    "mother_hukou_addr", "mother_live_addr", "father_hukou_addr", "father_live_addr", "hukou_addr"})
INTEGER_FIELDS: Final[frozenset[str]] = frozenset({
    "parity", "plurality", "birth_order", "birth_weight", "gestation_weeks", "mother_age", "father_age"})

#: The date of the office's own act; it decides the period a row belongs to.
ACT_DATE_OF_KIND: Final[Mapping[str, str]] = MappingProxyType(
    {"birth_cert": "issue_date", "hukou_birth": "accept_date", "town_birth": "registered_at"})

#: Without one of these a list of the kind cannot be used at all (each inner tuple: one of them is enough).
NEEDED_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType({
    "birth_cert": (("birth_date", "birth_datetime"), ("mother_name", "mother_id", "birth_cert_no")),
    "hukou_birth": (("birth_date", "birth_datetime", "child_id"), ("child_name", "mother_name", "mother_id", "father_id")),
    "town_birth": (("birth_date", "birth_datetime"), ("mother_name", "mother_id")),
})

#: origin of a row, in front of every frame that still knows its cells.
ORIGIN_COLUMNS: Final[tuple[str, ...]] = ("kind", "department", "file", "sheet", "row")
UNKNOWN_CHARACTER: Final = "□"  # one character that could not be written; it agrees with anything

# --- columns of the files other programs read; their schemas stand in schemas/ -----------------------

LINKED_RECORDS_COLUMNS: Final[tuple[str, ...]] = (
    "kind", "department", "file", "sheet", "row", "record_id", "fate", "fate_reason", "event_id", "set_id", "link_status")
LINKS_COLUMNS: Final[tuple[str, ...]] = (
    "record_id_a", "record_id_b", "link_decision", "match_weight", "match_probability")
CASES_COLUMNS: Final[tuple[str, ...]] = (
    "case_id", "code", "event_id", "set_id", "field", "list_a", "value_a", "cell_a", "list_b", "value_b", "cell_b",
    "recipient", "state", "opened_in", "due_on", "closed_in")
RELATIONS_COLUMNS: Final[tuple[str, ...]] = ("relation", "from_id", "to_id", "evidence")
FAULTS_COLUMNS: Final[tuple[str, ...]] = ("file", "sheet", "row", "column", "cell", "raw_value", "fault", "done", "severity")
DECISIONS_COLUMNS: Final[tuple[str, ...]] = (
    "made_on", "by", "role", "origin", "about", "target", "answer", "field", "value", "reason")
