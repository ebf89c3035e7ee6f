"""The discrepancy rules: which lists should hold an event, which fields are compared, who is asked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field

from popanalysis.columns import DEPARTMENTS, EVENT_OF_KIND, KINDS
from popanalysis.errors import Text
from popanalysis.rulefile import RuleSet

__all__ = ["Code", "ComparedField", "DiscrepancyRules"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_of(valid: Sequence[str]) -> Callable[[str], str]:
    """Refuse a word that is none of these, and name the nearest."""
    def check(word: str) -> str:
        if word not in valid:
            near = difflib.get_close_matches(word, valid, 1, 0)
            raise ValueError(f"'{word}' 不存在，是否为 {near[0]}？ Unknown; did you mean {near[0]}?")
        return word
    return check


Kind = Annotated[str, AfterValidator(_one_of(KINDS))]
Department = Annotated[str, AfterValidator(_one_of(DEPARTMENTS))]
Owner = Annotated[str, AfterValidator(_one_of(("list", "settles", *DEPARTMENTS)))]


class Wording(_Part):
    """One wording in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The wording as the package's bilingual text."""
        return Text(self.zh, self.en)


class ComparedField(_Part):
    """A field held against the other lists.

    ``kind`` says how: ``date`` respects the precision given, ``name`` lets an unknown character agree with any,
    ``code`` and ``text`` are compared as they stand. ``settled_by`` is the office asked when no third list decides.
    """

    field: str
    kind: Literal["date", "name", "code", "text"] = Field(alias="as")
    settled_by: Department


Row = dict[str, str | None]


class Examples(_Part):
    """Rows of a small period for which the question is right, is not, or cannot be told. Names are ``<kind>_<n>``; what a row leaves out is as in
    the event's usual row, and a blank is a missing value."""

    invalid: dict[str, Row]
    valid: dict[str, Row]
    undecided: dict[str, Row]


class Code(_Part):
    """A kind of discrepancy: how grave, who owns it, what it is called, what is asked, and examples that the tests run.

    ``owner``: ``list`` is the office of the list it is about; ``settles`` the office of the list that stands alone, else the one that settles
    the field; else a department.
    """

    severity: Literal["info", "note", "warning", "error"]
    owner: Owner = "list"
    label: Wording
    ask: Wording | dict[Kind, Wording]
    examples: Examples | None = None


class DiscrepancyRules(RuleSet):
    """The rules of one event (``params/discrepancy/births.v4.yaml``).

    Attributes
    ----------
    lists : the lists that should hold the event, in the order they are shown.
    further : other lists that may speak of it; nothing is missing at them, their codes are asked about all the same.
    grace_days : list -> calendar days after the event in which its office need not have acted.
    fields, of_the_child : what is compared, and which of it not inside a set of twins.
    exchangeable, exchanged_code : pairs of columns an office may have exchanged, and the code of that question.
    """

    event: str
    lists: tuple[Kind, ...]
    further: tuple[Kind, ...] = ()
    stays_open_quarters: int = 4
    grace_days: dict[Kind, int] = {}
    fields: tuple[ComparedField, ...] = ()
    of_the_child: tuple[str, ...] = ()
    exchangeable: tuple[tuple[str, str], ...] = Field((), validation_alias=AliasChoices("exchangeable", "parents"))
    exchanged_code: str = "parents_exchanged"
    codes: dict[str, Code]

    @property
    def compared_lists(self) -> tuple[str, ...]:
        """The lists whose values are held against each other: those that should hold the event, and the further ones that may hold it."""
        return (*self.lists, *(kind for kind in self.further if EVENT_OF_KIND.get(kind) == self.event))

    def asks(self) -> dict[tuple[str, str], Text]:
        """Return (code, list) -> what is asked under the code of the office that owns the list."""
        found: dict[tuple[str, str], Text] = {}
        for code, entry in self.codes.items():
            for kind in (*self.lists, *self.further):
                ask = entry.ask if isinstance(entry.ask, Wording) else entry.ask.get(kind)
                if ask is not None:
                    found[code, kind] = ask.text
        return found
