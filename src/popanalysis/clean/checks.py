"""The checks every row goes through: versioned YAML, read and tested against what may be asked of a row at all.

Only the impossible is pointed at. A check on marriage, parity, the number of children or any condition of birth policy cannot be
written: the fields are not there, and the limits of what is there are fixed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from popanalysis.columns import (
    ACT_DATE_OF_KIND,
    BIRTH_KINDS,
    DATE_FIELDS,
    DEPARTMENTS,
    DROPPED_FIELDS,
    ETHNICITY_FIELDS,
    EVENT_OF_KIND,
    FIELDS_OF_KIND,
    KINDS,
    MARRIAGE_CERTIFICATE_FIELDS,
    MEMORY_ONLY_FIELDS,
    PERSONS_OF_KIND,
    SEALED_KINDS,
)
from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.project import shipped_folder
from popanalysis.rulefile import RuleSet, current_file, rule_folder

__all__ = ["Check", "CheckRules", "examples_of", "is_date_word", "read_checks", "shipped_checks"]

#: What may be said of a person: as stated in the row, and inside the identity number.
PERSONS_WORDS: Final = ("number", "birth_date", "sex", "number.birth_date", "number.sex")
#: The age of a mother that nobody can have, and the distance of two deliveries that no body allows: wider limits may be set, narrower ones not.
_YOUNGEST, _OLDEST, _APART = 10, 60, 150
#: Persons of a family about whose ages nothing is asked.
_OTHERS: Final = {"father", "husband", "wife", "spouse"}
#: Dates of a row that are somebody's: the child's birth; of each_date anybody's.
_WHOSE: Final = {"birth_date": "child", "delivery_date": "child", "date": "date"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(_Part):
    """What is wrong, as an office reads it."""

    zh: str
    en: str


class YearsBetween(_Part):
    """Years from one date to another."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    at_least: float
    at_most: float


class DaysBetweenRows(_Part):
    """Days between the rows of one list that share a number; up to ``one_delivery`` days apart they are one delivery."""

    same: str
    date: str
    at_least: int = Field(ge=1)
    one_delivery: int = Field(3, ge=0)


class Condition(_Part):
    """One way of testing; exactly one key is given."""

    equal: tuple[str, str] | None = None
    not_after: tuple[str, str] | None = None
    filled: str | None = None
    years_between: YearsBetween | None = None
    days_between_rows: DaysBetweenRows | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"须写且只写一种核查方式：{'、'.join(type(self).model_fields)} (give exactly one of them)")
        return self

    @property
    def way(self) -> str:
        """Name of the key given."""
        return next(iter(self.model_fields_set))

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked at, in the order written."""
        if self.years_between:
            return self.years_between.start, self.years_between.end
        if self.days_between_rows:
            return self.days_between_rows.same, self.days_between_rows.date
        return self.equal or self.not_after or (str(self.filled),)


class Check(_Part):
    """One check.

    Attributes
    ----------
    name : code in ``faults.csv``; stable.
    lists : kinds it is made on, empty for all.
    scope : once a row, once a person or once a date of the list (``for`` in the file).
    owner : the office that is asked: ``sender``, or a department.
    examples : outcome -> raw values of one row; tests run them.
    """

    name: str = Field(pattern=r"[a-z][a-z0-9_]*")
    lists: tuple[str, ...] = ()
    scope: Literal["row", "each_person", "each_date"] = Field("row", alias="for")
    test: Condition
    severity: Literal["info", "note", "warning", "error"]
    owner: str = "sender"
    label: Label
    examples: Mapping[Literal["pass", "fail", "cannot_tell"], Mapping[str, str]] = {}

    @property
    def text(self) -> Text:
        """The label as the package's bilingual text."""
        return Text(self.label.zh, self.label.en)

    def is_made_on(self, kind: str) -> bool:
        """Say whether lists of this kind are checked."""
        return kind in self.lists if self.lists else kind not in SEALED_KINDS

    @field_validator("lists")
    @classmethod
    def _known_lists(cls, lists: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [kind for kind in lists if kind not in KINDS or kind in SEALED_KINDS]
        if wrong:
            raise ValueError(f"没有这样的名单或该名单不作核查：{'、'.join(wrong)}；可用的有 {'、'.join(k for k in KINDS if k not in SEALED_KINDS)} (unknown or sealed list)")
        return lists

    @field_validator("owner")
    @classmethod
    def _known_owner(cls, owner: str) -> str:
        if owner not in ("sender", *DEPARTMENTS):
            raise ValueError(f"owner 应为 sender 或部门名：{'、'.join(DEPARTMENTS)} (unknown owner)")
        return owner

    @model_validator(mode="after")
    def _allowed(self) -> Check:
        for word in self.test.words:
            _check_word(word, self)
        _check_together(self.test)
        _check_limits(self.test)
        return self


class CheckRules(RuleSet):
    """The checks in use (``params/checks/records.v1.yaml``)."""

    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _names_once(self) -> CheckRules:
        names = [check.name for check in self.checks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"核查名称重复：{'、'.join(twice)} (a name stands twice)")
        return self

    def labels(self) -> dict[str, Text]:
        """Return name -> what is wrong where the check fails."""
        return {check.name: check.text for check in self.checks}


def read_checks(params: QuarterParams, root: Path) -> CheckRules:
    """Read the checks that ``current.yaml`` names in the folder the parameters name; the package's where the project has none.

    Raises
    ------
    ParameterError, ProblemsFoundError : a file is missing or wrong; all faults at once.
    """
    return CheckRules.read(current_file(rule_folder(root, params.rules.checks), "records"))


@cache
def shipped_checks() -> CheckRules:
    """Return the checks that come with the package."""
    return CheckRules.read(current_file(shipped_folder("params") / "checks", "records"))


# --- what may be asked of a row ------------------------------------------------------------------------------------


def _check_word(word: str, check: Check) -> None:
    kinds = check.lists or tuple(kind for kind in KINDS if kind not in SEALED_KINDS)
    if check.scope == "each_person":
        if word not in PERSONS_WORDS:
            raise ValueError(f"“{word}”不能用于 each_person，可用的有 {'、'.join(PERSONS_WORDS)} (no such word of a person)")
        return
    if word == "as_of" or (word == "date" and check.scope == "each_date"):
        return
    if word == "act_date":
        _refuse_without(word, [kind for kind in kinds if kind not in ACT_DATE_OF_KIND])
        return
    person, _, rest = word.partition(".")
    if rest:
        if rest not in PERSONS_WORDS:
            raise ValueError(f"“{word}”无法理解，点后可用的有 {'、'.join(PERSONS_WORDS)} (no such word of a person)")
        _refuse_without(word, [kind for kind in kinds if person not in PERSONS_OF_KIND.get(kind, ())])
        return
    if word in DROPPED_FIELDS | MEMORY_ONLY_FIELDS:
        raise ValueError(f"“{word}”不保存，不得用于核查 ({word} is never stored and may not be tested)")
    if word in ETHNICITY_FIELDS:
        raise ValueError(f"民族成份不作核查：“{word}” (ethnic groups are not tested)")
    if check.test.way == "filled" and (word.startswith("father_") or word in MARRIAGE_CERTIFICATE_FIELDS):
        raise ValueError(f"“{word}”可以依法不填，不得作为核查条件 ({word} may lawfully be blank)")
    if check.test.way not in ("filled", "equal") and word not in DATE_FIELDS:
        raise ValueError(f"“{word}”不是日期 ({word} is no date)")
    _refuse_without(word, [kind for kind in kinds if word not in FIELDS_OF_KIND[kind] and not (word == "birth_date" and EVENT_OF_KIND.get(kind) == "birth")])


def _refuse_without(word: str, kinds: Iterable[str]) -> None:
    lacking = list(kinds)
    if lacking:
        raise ValueError(f"名单 {'、'.join(lacking)} 中没有“{word}”，请在 lists 中写明适用的名单 (these lists have no such field; name the lists it is for)")


def _check_together(test: Condition) -> None:
    """What is held against each other must be of one nature and of one person; how parents resemble each other is nobody's question."""
    words, dates = test.words, [is_date_word(word) for word in test.words]
    if test.filled and "." in test.filled:
        raise ValueError(f"filled 应写字段名，实际为“{test.filled}” (name a field)")
    if test.days_between_rows:
        if not words[0].endswith(".number"):
            raise ValueError(f"same 应为某人的号码，如 mother.number，实际为“{words[0]}” (name somebody's number)")
        return
    if not test.filled and not test.equal and not all(dates):
        raise ValueError(f"“{words[dates.index(False)]}”不是日期 (no date)")
    if test.equal and dates[0] != dates[1]:
        raise ValueError(f"“{words[0]}”与“{words[1]}”不是同一类内容，不能比较 (a date and a text)")
    persons = {_person_of(word) for word in words} - {""}
    if test.years_between and persons & _OTHERS:
        raise ValueError(f"“{words[0]}”与“{words[1]}”不作核查：年龄只核查生育时的母亲，不核查父亲和配偶 (of a family only the mother's age at the birth is tested)")
    if (len(persons) > 1 and not (test.years_between and persons == {"mother", "child"})) or (test.equal and set(words) & MARRIAGE_CERTIFICATE_FIELDS):
        raise ValueError(f"“{words[0]}”与“{words[1]}”不作核查：不比较不同的人，也不核查婚姻登记证字号 (persons are not held against each other)")


def is_date_word(word: str) -> bool:
    """Say whether a word of a check stands for a date."""
    return word in ("as_of", "act_date", "date") or word.rpartition(".")[2] == "birth_date" or word in DATE_FIELDS


def _person_of(word: str) -> str:
    """Return the person a word speaks of, "" where it speaks of the row."""
    persons = {person for kind in KINDS for person in PERSONS_OF_KIND.get(kind, ())}
    return _WHOSE.get(word) or next((person for person in sorted(persons, key=len, reverse=True) if word.startswith((f"{person}_", f"{person}."))), "")


def _check_limits(test: Condition) -> None:
    """Nothing but the impossible may be pointed at."""
    years, days = test.years_between, test.days_between_rows
    if years and (years.at_least > _YOUNGEST or years.at_most < _OLDEST):
        raise ValueError(f"年龄只核查不可能的情况：at_least 不得大于 {_YOUNGEST}，at_most 不得小于 {_OLDEST} (only the impossible may be pointed at)")
    if days and (days.at_least > _APART or days.date != "birth_date"):
        raise ValueError(f"两次分娩的间隔只核查不可能的情况：at_least 不得大于 {_APART} 天，date 为 birth_date (only the impossible may be pointed at)")


def examples_of(check: Check) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Yield outcome, kind and raw values of the examples of a check."""
    for outcome, values in check.examples.items():
        row = dict(values)
        yield outcome, row.pop("kind", next(iter(check.lists), BIRTH_KINDS[0])), row
