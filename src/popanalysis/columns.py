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

#: The lists that should hold every birth of the banner.
BIRTH_KINDS: Final[tuple[str, ...]] = ("birth_cert", "hukou_birth", "town_birth")
MARRIAGE_KINDS: Final[tuple[str, ...]] = ("marriage", "town_marriage")
#: Lists that speak of no event: totals, certificate numbers, the register of persons.
HELPER_KINDS: Final[tuple[str, ...]] = ("reported_totals", "void_certificates")
REGISTER_KINDS: Final[tuple[str, ...]] = ("population",)
#: Lists whose rows are tied to nothing and written nowhere; only that they arrived is told.
SEALED_KINDS: Final[tuple[str, ...]] = ("adoption",)

#: event -> the letter its ids begin with.
EVENT_LETTER: Final[Mapping[str, str]] = MappingProxyType(
    {"birth": "B", "marriage": "W", "adoption": "A", "change": "C", "move": "M", "death": "D"})
EVENT_OF_KIND: Final[Mapping[str, str]] = MappingProxyType({
    "birth_cert": "birth", "hukou_birth": "birth", "town_birth": "birth",
    "deferred_hukou": "birth", "unverified_delivery": "birth",
    "marriage": "marriage", "town_marriage": "marriage", "adoption": "adoption",
    "identity_change": "change", "migration": "move", "death": "death",
})
KINDS_OF_EVENT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {event: tuple(kind for kind in KINDS if EVENT_OF_KIND.get(kind) == event) for event in EVENT_LETTER})

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
    "paternity_test_no", "delivery_mode", "hospital_no", "placing_party", "death_class",
})
#: Header words whose columns are dropped although no canonical field stands for them.
DROPPED_HEADER_WORDS: Final[tuple[str, ...]] = (
    "政策", "准生", "生育证", "生育登记", "服务证", "孩子数", "子女数", "男孩数", "女孩数", "孕次", "婚姻状况", "婚否", "宗教", "避孕",
    "健康", "婚检", "疾病", "既往史", "家族史", "过敏", "HIV", "艾滋", "血型", "流产", "死胎", "死产", "合并症", "高危", "准迁证",
    "社会抚养费", "亲子鉴定", "收入",
)
#: Kept in memory while a run lasts, to tell twins and birth order apart; written nowhere.
MEMORY_ONLY_FIELDS: Final[frozenset[str]] = frozenset({"parity", "birth_weight", "husband_prior_status", "wife_prior_status"})
#: Texts of which a part may be nothing that is kept: in a return sheet their cells are marked, their words are not repeated.
NOT_RETURNED_FIELDS: Final[frozenset[str]] = frozenset({"defer_reason", "doubt_reason", "remark", "value_before", "value_after"})

_SPOUSE_FIELDS: Final = ("name", "id", "birth_date", "nationality", "ethnicity", "hukou_addr", "live_addr", "phone", "prior_status")
_MARRIAGE_FIELDS: Final = (
    "cert_no", "cert_print_no", "service_type", "reg_date", "reg_office", "reg_office_code",
    *(f"husband_{field}" for field in _SPOUSE_FIELDS), *(f"wife_{field}" for field in _SPOUSE_FIELDS))

#: canonical fields of each kind, in the order they are written. What cleaning adds is told by ``clean_records``.
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
        "town", "village", "group", "registered_by", "registered_at", "remark", "hukou_addr", "live_addr"),
    "unverified_delivery": (
        "birth_cert_no", "delivery_date", "birth_time", "child_sex", "child_name", "doubt_reason", "facility",
        "mother_name", "mother_id", "mother_hukou_addr", "mother_live_addr", "mother_phone", "father_name", "father_id", "remark"),
    "deferred_hukou": (
        "birth_cert_no", "child_name", "child_id", "child_sex", "birth_date", "defer_date", "defer_reason", "accept_unit",
        "mother_name", "mother_id", "mother_hukou_addr", "mother_live_addr", "father_name", "father_id", "father_hukou_addr", "father_live_addr",
        "hukou_addr", "village", "group", "remark"),
    "identity_change": (
        "person_name", "person_id", "person_sex", "person_birth_date", "change_item", "change_class", "change_date", "change_reason",
        "old_name", "new_name", "old_id", "new_id", "old_ethnicity", "new_ethnicity", "old_birth_date", "new_birth_date",
        "value_before", "value_after", "accept_unit", "hukou_addr", "village", "remark"),
    "migration": (
        "person_name", "person_id", "accept_date", "direction", "change_class", "from_region", "to_region", "village", "group", "remark"),
    "death": (
        "person_name", "person_id", "person_sex", "person_birth_date", "person_ethnicity", "death_date", "death_cert_no", "exit_date", "exit_reason",
        "mother_name", "mother_id", "father_name", "father_id", "hukou_addr", "live_addr", "village", "group", "remark"),
    "marriage": (*_MARRIAGE_FIELDS, "remark"),
    "town_marriage": (*_MARRIAGE_FIELDS, "town", "village", "group", "registered_by", "registered_at", "remark"),
    "adoption": (
        "cert_no", "cert_print_no", "reg_date", "adoptee_name", "adoptee_new_name", "adoptee_sex", "adoptee_birth_date", "adoptee_id",
        "adoptive_father_name", "adoptive_father_id", "adoptive_mother_name", "adoptive_mother_id", "adopter_name", "adopter_id",
        "adopter_addr", "dissolve_date", "dissolve_cert_no", "remark"),
    "population": (
        "household_no", "household_person_no", "person_name", "person_id", "sex", "birth_date", "ethnicity", "relation_to_head",
        "hukou_addr", "live_addr", "village", "police_station", "status", "living_status",
        "mother_name", "mother_id", "father_name", "father_id", "spouse_name", "spouse_id"),
    "reported_totals": ("town", "period", "births", "marriages", "registered_by", "registered_at", "remark"),
    "void_certificates": (
        "old_birth_cert_no", "new_birth_cert_no", "reason", "date", "child_name", "child_sex", "birth_date", "mother_name", "mother_id", "issuer", "remark"),
})
_FIELDS: Final = frozenset(field for fields in FIELDS_OF_KIND.values() for field in fields)
NAME_FIELDS: Final[frozenset[str]] = frozenset({"registered_by"} | {f for f in _FIELDS if f.endswith("_name")})
ID_FIELDS: Final[frozenset[str]] = frozenset({
    "child_id", "mother_id", "father_id", "husband_id", "wife_id", "person_id", "old_id", "new_id", "spouse_id",
    "adoptee_id", "adoptive_father_id", "adoptive_mother_id", "adopter_id"})
DATE_FIELDS: Final[frozenset[str]] = frozenset({"registered_at", "date"} | {f for f in _FIELDS if f.endswith("_date")})
SEX_FIELDS: Final[frozenset[str]] = frozenset({"child_sex", "person_sex", "adoptee_sex", "sex"})
ETHNICITY_FIELDS: Final[frozenset[str]] = frozenset({"ethnicity"} | {f for f in _FIELDS if f.endswith("_ethnicity")})
CERTIFICATE_FIELDS: Final[frozenset[str]] = frozenset({"birth_cert_no", "old_birth_cert_no", "new_birth_cert_no"})
MARRIAGE_CERTIFICATE_FIELDS: Final[frozenset[str]] = frozenset({"cert_no", "marriage_cert_no"})  # of the kinds in MARRIAGE_KINDS
ADDRESS_FIELDS: Final[frozenset[str]] = frozenset({"from_region", "to_region"} | {f for f in _FIELDS if f.endswith("_addr")})
INTEGER_FIELDS: Final[frozenset[str]] = frozenset({
    "parity", "plurality", "birth_order", "birth_weight", "gestation_weeks", "mother_age", "father_age", "births", "marriages"})
#: kind -> the persons a row speaks of: the beginnings of their fields (``<person>_name``, ``<person>_id``).
PERSONS_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    **dict.fromkeys((*BIRTH_KINDS, "deferred_hukou", "unverified_delivery"), ("child", "mother", "father")),
    **dict.fromkeys(MARRIAGE_KINDS, ("husband", "wife")),
    "identity_change": ("person",), "migration": ("person",), "death": ("person", "mother", "father"),
    "population": ("person", "mother", "father", "spouse"), "void_certificates": ("child", "mother"),
    "adoption": ("adoptee", "adoptive_father", "adoptive_mother", "adopter"),
})
#: Whose values may stand in nothing published.
PERSONAL_FIELDS: Final[tuple[str, ...]] = tuple(sorted(
    (NAME_FIELDS - {"registered_by"}) | ID_FIELDS | {f"{field}_18" for field in ID_FIELDS} | CERTIFICATE_FIELDS | {"cert_no", "marriage_cert_no", "death_cert_no"} | {f for f in _FIELDS if f.endswith("_phone")}))

#: What a code may say in the columns that cleaning derives from words.
DOUBT_CLASSES: Final[tuple[str, ...]] = ("doubtful", "undocumented", "withheld", "non_local")  # unverified_delivery.doubt_class
DEFER_CLASSES: Final[tuple[str, ...]] = (  # deferred_hukou.defer_class
    "no_birth_certificate", "certificate_differs", "parents_papers", "parentage", "birth_abroad", "not_permitted", "other")
CHANGE_ITEMS: Final[tuple[str, ...]] = (  # identity_change.change_item, as in identity_change_categories.csv
    "name", "former_name", "ethnicity", "birth_date", "id_no", "sex", "birth_place", "native_place", "info_level", "other")
CHANGE_CLASSES: Final[tuple[str, ...]] = ("change", "correct", "fix_duplicate", "fix_wrong", "other")  # identity_change.change_class
DIRECTIONS: Final[tuple[str, ...]] = ("in", "out")  # migration.direction
VOID_REASONS: Final[tuple[str, ...]] = ("void", "exchanged", "reissued")  # void_certificates.reason

#: The date of the office's own act; it decides the period a row belongs to. Kinds without one belong to the period they were sent for.
ACT_DATE_OF_KIND: Final[Mapping[str, str]] = MappingProxyType({
    "birth_cert": "issue_date", "hukou_birth": "accept_date", "town_birth": "registered_at", "deferred_hukou": "defer_date",
    "identity_change": "change_date", "migration": "accept_date", "death": "exit_date", "marriage": "reg_date",
    "town_marriage": "registered_at", "adoption": "reg_date", "void_certificates": "date"})

#: kind -> field that the title of a sheet may tell for all its rows; its words arrive as ``<field>_told`` beside the columns.
FIELD_TOLD_BY_TITLE: Final[Mapping[str, str]] = MappingProxyType({"migration": "direction", "void_certificates": "reason", "reported_totals": "period"})

#: Without one of these a list of the kind cannot be used at all (each inner tuple: one of them is enough).
NEEDED_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType({
    "birth_cert": (("birth_date", "birth_datetime"), ("mother_name", "mother_id", "birth_cert_no")),
    "hukou_birth": (("birth_date", "birth_datetime", "child_id"), ("child_name", "mother_name", "mother_id", "father_id")),
    "town_birth": (("birth_date", "birth_datetime"), ("mother_name", "mother_id")),
    "unverified_delivery": (("delivery_date", "birth_cert_no"), ("mother_name", "mother_id", "birth_cert_no", "doubt_reason", "remark")),
    "deferred_hukou": (("child_name", "mother_name", "father_name", "mother_id", "father_id"),),
    "identity_change": (("person_id", "person_name", "old_id", "old_name"),
                        ("change_item", "value_before", "value_after", "old_name", "new_name", "old_id", "new_id",
                         "old_ethnicity", "new_ethnicity", "old_birth_date", "new_birth_date")),
    "migration": (("person_id", "person_name"),),
    "death": (("person_id", "person_name"),),
    "marriage": (("husband_name", "husband_id"), ("wife_name", "wife_id")),
    "town_marriage": (("husband_name", "husband_id"), ("wife_name", "wife_id")),
    "adoption": (("adoptee_name", "adoptee_new_name", "adoptive_father_name", "adoptive_mother_name", "adopter_name", "cert_no"),),
    "population": (("person_id", "person_name"),),
    "reported_totals": (("town",), ("births", "marriages")),
    "void_certificates": (("old_birth_cert_no", "new_birth_cert_no"),),
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
    "recipient", "state", "opened_in", "due_on", "closed_in", "how", "likelier", "evidence")
RELATIONS_COLUMNS: Final[tuple[str, ...]] = ("relation", "from_id", "to_id", "evidence")
FAULTS_COLUMNS: Final[tuple[str, ...]] = ("file", "sheet", "row", "column", "cell", "raw_value", "fault", "done", "severity")
DECISIONS_COLUMNS: Final[tuple[str, ...]] = (
    "made_on", "by", "role", "origin", "about", "target", "answer", "field", "value", "reason")
