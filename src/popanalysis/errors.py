"""Every exception of the package, in one tree.

    PopAnalysisError
    ├── ParameterError   (ValueError)    a parameter, rule set or column map is wrong
    ├── SourceFileError  (OSError)       a received file is missing, unreadable or of no known kind
    ├── ValidationError  (ValueError)    the data read do not fit what the next room needs
    ├── LinkageError     (ValueError)    the engine cannot link what it was given
    ├── ReferralError    (ValueError)    a case cannot be sent or an answer not taken
    ├── RecordError      (RuntimeError)  a record cannot be made, checked, promoted or signed
    └── NotYetError      (NotImplementedError)  the name is reserved, the work behind it not built

Every message exists in Chinese and in English and says: what is wrong and where, what was expected,
what was found, what to do next. It never holds a person's name or a full identity number.
Doubt is not an error: ties and close calls go to clerical review.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Text:
    """One sentence in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence in ``zh`` or ``en`` (anything else counts as ``en``)."""
        return self.zh if language == "zh" else self.en


class PopAnalysisError(Exception):
    """Root of the tree.

    Parameters
    ----------
    zh, en : the same message in Chinese and in English.
    **facts : what the message speaks of (``file=``, ``column=``, ``record_ids=`` ...); each becomes an
        attribute, so that programs need not parse the sentence.

    Examples
    --------
    >>> error = ParameterError(zh="参数 quater 不存在", en="Unknown parameter 'quater'", name="quater")
    >>> error.name, error.message("en")
    ('quater', "Unknown parameter 'quater'")
    """

    def __init__(self, *, zh: str, en: str, **facts: Any) -> None:
        super().__init__(zh, en)
        self.text = Text(zh, en)
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)

    def message(self, language: str) -> str:
        """Return the message in one language."""
        return self.text.in_(language)

    def __str__(self) -> str:
        return f"{self.text.zh}\n{self.text.en}"

    def __getattr__(self, name: str) -> Any:  # facts are set per instance; tells type checkers so
        raise AttributeError(name)


class ParameterError(PopAnalysisError, ValueError):
    """A parameter, rule set or column map is wrong."""


class SourceFileError(PopAnalysisError, OSError):
    """A received file is missing, unreadable, or of no kind that is exchanged."""


class ValidationError(PopAnalysisError, ValueError):
    """The data read do not fit what the next room needs."""


class LinkageError(PopAnalysisError, ValueError):
    """The engine cannot link what it was given."""


class ReferralError(PopAnalysisError, ValueError):
    """A case cannot be sent, or an answer cannot be taken."""


class RecordError(PopAnalysisError, RuntimeError):
    """A record cannot be made, checked, promoted or signed."""


class NotYetError(PopAnalysisError, NotImplementedError):
    """The name is reserved for later work; ``zh`` and ``en`` say what to do meanwhile."""

    def __init__(self, what: str, *, zh: str = "", en: str = "") -> None:
        super().__init__(
            zh=f"“{what}”的名称已预留，本版本尚未提供。{zh}",
            en=f"'{what}' is reserved; this version does not offer it yet. {en}".rstrip(),
            what=what,
        )


class ProblemsFoundError(PopAnalysisError, ValueError):
    """Several faults found in one go, shown together.

    Parameters
    ----------
    problems : the single errors, in the order a person would mend them.
    """

    def __init__(self, problems: Iterable[PopAnalysisError]) -> None:
        self.problems = tuple(problems)
        n = len(self.problems)
        super().__init__(
            zh="\n".join([f"发现 {n} 个问题，更正后请重新运行：", *(f"  {i}. {p.text.zh}" for i, p in enumerate(self.problems, 1))]),
            en="\n".join([f"{n} problem(s) found; mend them and run again:", *(f"  {i}. {p.text.en}" for i, p in enumerate(self.problems, 1))]),
        )


def raise_together(problems: Iterable[PopAnalysisError]) -> None:
    """Raise nothing, the one error, or all of them as :class:`ProblemsFoundError`."""
    found = list(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise ProblemsFoundError(found)
