"""The discrepancy rules: which lists should hold an event, which fields are compared, who is asked."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from popanalysis.errors import Text
from popanalysis.rulefile import RuleSet

__all__ = ["Code", "ComparedField", "DiscrepancyRules"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    settled_by: str


class Code(_Part):
    """A kind of discrepancy: how grave, what it is called, what is asked."""

    severity: Literal["info", "note", "warning", "error"]
    label: Wording
    ask: Wording | dict[str, Wording]


class DiscrepancyRules(RuleSet):
    """The rules of one event (``params/discrepancy/births.v1.yaml``)."""

    event: str
    lists: tuple[str, ...]
    stays_open_quarters: int = 4
    fields: tuple[ComparedField, ...]
    of_the_child: tuple[str, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    codes: dict[str, Code]

    def asks(self) -> dict[tuple[str, str], Text]:
        """Return (code, list) -> what is asked under the code of the office that owns the list."""
        return {
            (code, kind): (entry.ask if isinstance(entry.ask, Wording) else entry.ask[kind]).text
            for code, entry in self.codes.items() for kind in self.lists
        }
