"""What only shows when the files of a period are held against each other: the same list twice, corrected twice or by itself, two lists in each other's place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from popanalysis.acquire.kinds import KIND_NAMES
from popanalysis.acquire.submission import Submission
from popanalysis.errors import ParameterError, PopAnalysisError
from popanalysis.params import InputSource

__all__ = ["Attempt", "corrected_twice", "listed_twice", "replaces_itself", "swapped_kinds"]


@dataclass
class Attempt:
    """A source of the parameters and what came of reading it."""

    source: InputSource
    kind: str
    submission: Submission | None = None
    problems: list[PopAnalysisError] = field(default_factory=list)

    @property
    def likely(self) -> str | None:
        """The kind the file looks like by itself, where that is another one."""
        found = self.submission.likely if self.submission else next((p.facts["likely"] for p in self.problems if p.facts.get("likely")), None)
        return found if found != self.kind else None


def listed_twice(attempts: Sequence[Attempt], root: Path) -> Iterator[ParameterError]:
    """Yield an error for each two sources of equal content, unless they name different sheets or one replaces the other."""
    alike: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        if (content := _hash(attempt, root)):
            alike.setdefault(content, []).append(attempt)
    for same in alike.values():
        for one, other in combinations(same, 2):
            if _replaces(one, other) or _replaces(other, one) or _other_sheets(one, other):
                continue
            a, b = one.source.name, other.source.name
            kinds = f"“{KIND_NAMES[one.kind].zh}”和“{KIND_NAMES[other.kind].zh}”"
            if a == b and one.kind == other.kind:
                zh, en = f"文件 {a} 在“{KIND_NAMES[one.kind].zh}”（{one.kind}）下列了两次", f"File {a} is listed twice under {one.kind}"
            elif a == b:
                zh, en = f"文件 {a} 同时列为{kinds}（{one.kind}、{other.kind}）", f"File {a} is listed under both {one.kind} and {other.kind}"
            else:
                zh, en = f"文件 {a}（{one.kind}）与文件 {b}（{other.kind}）内容完全相同", f"File {a} ({one.kind}) and file {b} ({other.kind}) have the same content"
            yield ParameterError(
                zh=f"{zh}。请从 inputs 中删去其一；如其中一份放错，请换成应报送的名单。",
                en=f"{en}. Remove one of them from 'inputs'; if one was put there by mistake, put the list that belongs there.", files=(a, b), kinds=(one.kind, other.kind))


def corrected_twice(attempts: Sequence[Attempt]) -> Iterator[ParameterError]:
    """Yield an error for each two sources of which a return sheet corrects what the other corrects too: both would count. Parts of one new list are no such case."""
    returns = [a.submission for a in attempts if a.submission and a.submission.replaces]
    for one, other in combinations(returns, 2):
        if (one.kind, one.replaces) != (other.kind, other.replaces) or (one.replaces_rows is None and other.replaces_rows is None):
            continue
        if one.replaces_rows is None or other.replaces_rows is None or one.replaces_rows & other.replaces_rows:
            a, b = sorted((one.file, other.file))
            yield ParameterError(
                zh=f"文件 {a} 和 {b} 都更正 {one.replaces} 中的同一行。请只保留其一；如其中一份是在另一份基础上再次核对的，请将它的 replaces 改为另一份。",
                en=f"Files {a} and {b} correct the same row of {one.replaces}. Keep one of them; if one was made from the other, name that one under its 'replaces'.",
                files=(a, b), replaces=one.replaces)


def replaces_itself(source: InputSource) -> ParameterError:
    """Return the refusal of a source that replaces itself, at once or by way of others: no list would be left."""
    return ParameterError(
        zh=f"文件 {source.name} 的 replaces 指向它自己（或几份文件互相指向），这样没有一份名单可用。请将 replaces 改为被更正的原文件。",
        en=f"'replaces' of {source.name} points to itself, or several files to each other, so that no list would be left. Name the list that was corrected.", file=source.name)


def _hash(attempt: Attempt, root: Path) -> str | None:
    """Return the content's hash, ``None`` for a file that is absent, unreadable or empty: that is told already."""
    if attempt.submission:
        return attempt.submission.sha256
    if attempt.source.path is None:
        return None
    try:
        data = (root / attempt.source.path).read_bytes()
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest() if data.strip() else None


def _replaces(one: Attempt, other: Attempt) -> bool:
    return one.kind == other.kind and one.source.replaces is not None and one.source.replaces == other.source.path


def _other_sheets(one: Attempt, other: Attempt) -> bool:
    """Different sheets of one workbook may be different lists."""
    if one.submission and other.submission:
        used = [{sheet.name for sheet in a.submission.sheets if sheet.used} for a in (one, other) if a.submission]
        return used[0].isdisjoint(used[1])
    return one.source.sheet != other.source.sheet or one.source.columns != other.source.columns


def swapped_kinds(attempts: Sequence[Attempt]) -> Iterator[ParameterError]:
    """Yield an error for each two files of which each looks like the kind the other is listed as; a layout vouches for its file."""
    doubtful = [a for a in attempts if a.likely and a.source.columns is None]
    for one, other in combinations(doubtful, 2):
        if (one.likely, other.likely) == (other.kind, one.kind):
            yield ParameterError(
                zh=f"两份文件的类别可能写反：{one.source.name} 列为“{KIND_NAMES[one.kind].zh}”（{one.kind}），但更像“{KIND_NAMES[other.kind].zh}”；"
                   f"{other.source.name} 列为“{KIND_NAMES[other.kind].zh}”（{other.kind}），但更像“{KIND_NAMES[one.kind].zh}”。请在 inputs 中对调；如类别无误，请为其写明列对应（columns）。",
                en=f"The kinds of two files may be swapped: {one.source.name} is listed as {one.kind} but looks like {other.kind}, {other.source.name} is listed as {other.kind} "
                   f"but looks like {one.kind}. Exchange them under 'inputs'; if the kinds are right, give the files a layout ('columns').",
                files=(one.source.name, other.source.name), kinds=(one.kind, other.kind))
