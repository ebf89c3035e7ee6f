"""What earlier records hand on: the events carried forward, the cases, the ids given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from popanalysis.columns import EVENT_LETTER
from popanalysis.errors import SourceFileError
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.workspace import Workspace, current_revision, revision_number, revisions

__all__ = ["Earlier", "EarlierRecord", "read_earlier", "read_history", "read_revision"]


@dataclass(frozen=True)
class EarlierRecord:
    """One sealed revision of an earlier record.

    Attributes
    ----------
    period, revision, fingerprint : which record it is.
    carried : DataFrame, the rows of ``carried_forward.parquet`` (see :mod:`popanalysis.reconcile.carry_forward`).
    cases : DataFrame, ``cases.csv`` as text.
    event_ids : Series record_id -> event_id of every row it listed.
    """

    folder: Path
    period: str
    revision: int
    fingerprint: str
    carried: pd.DataFrame
    cases: pd.DataFrame
    event_ids: pd.Series

    def read_records(self) -> pd.DataFrame | None:
        """Return the typed rows that took part in it, with their ``kind``; ``None`` where they were purged."""
        path = self.folder / "restricted" / "records.parquet"
        return pd.read_parquet(path) if path.is_file() else None


@dataclass(frozen=True)
class Earlier:
    """What came before a run: the previous quarter's record and the revision before, either may be absent.

    ``last_events`` (letter of the event -> number) and ``last_case`` are the highest numbers that any earlier revision of the period
    gave: a number is never used again, also when the event or case is no more.
    """

    previous: EarlierRecord | None = None
    before: EarlierRecord | None = None
    last_events: Mapping[str, int] = field(default_factory=dict)
    last_case: int = 0

    @property
    def carried(self) -> pd.DataFrame | None:
        """What the previous quarter carried forward."""
        return self.previous.carried if self.previous else None

    def describe_previous(self, root: Path) -> tuple[str, int, str] | None:
        """Return folder (from the project), revision and fingerprint of the previous record."""
        if self.previous is None:
            return None
        folder = self.previous.folder
        name = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.as_posix()
        return name, self.previous.revision, self.previous.fingerprint


def read_earlier(params: QuarterParams, workspace: Workspace) -> Earlier:
    """Read the previous quarter's record and the revision before this one.

    Raises
    ------
    SourceFileError : ``previous_record`` holds no finished record, or a part of one is missing.
    """
    previous = None
    if params.previous_record is not None:
        home = workspace.root / params.previous_record
        revision = home if revision_number(home) else current_revision(home)
        if revision is None or not revision.is_dir():
            raise SourceFileError(
                zh=f"上期记录 {params.previous_record} 中没有已生成的记录（缺少 current）。请先运行上一季度，或将 previous_record 设为 null。",
                en=f"Previous record {params.previous_record} holds no finished record (no 'current'). Run that quarter first, or set previous_record to null.",
                file=params.previous_record)
        previous = read_revision(revision)
        if not Period.parse(previous.period).last_day < params.span.quarter_of.first_day:
            raise SourceFileError(
                zh=f"previous_record 指向 {previous.period} 的记录，应为本期（{params.period}）之前的季度。",
                en=f"previous_record names the record of {previous.period}; it must be of a quarter before {params.period}.", file=params.previous_record)
    if workspace.revision_before is None or params.span.month:  # a monthly summary gives no ids that a later one would keep
        return Earlier(previous)
    earlier = [read_revision(r) for r in revisions(workspace.revision_before.parent) if revision_number(r) <= revision_number(workspace.revision_before)]
    return Earlier(
        previous, earlier[-1],
        {letter: max(_highest(r.event_ids, f"{letter}-{params.period}-") for r in earlier) for letter in EVENT_LETTER.values()},
        max(_highest(r.cases["case_id"], f"{params.period}-") for r in earlier))


def _highest(ids: pd.Series, of_period: str) -> int:
    return max((int(str(name).rsplit("-", 1)[1]) for name in ids.unique() if str(name).startswith(of_period)), default=0)


def read_revision(revision: Path) -> EarlierRecord:
    """Read one revision folder (``outputs/2025Q1/r1``)."""
    try:
        told = json.loads((revision / "publish" / "run_record.json").read_text(encoding="utf-8"))
        carried = pd.read_parquet(revision / "restricted" / "carried_forward.parquet")
        cases = _read_table(revision / "restricted" / "cases.csv")
        listed = _read_table(revision / "restricted" / "linked_records.csv")
    except FileNotFoundError as error:
        missing = Path(error.filename).name if error.filename else "?"
        raise SourceFileError(
            zh=f"记录 {revision} 不完整，缺少 {missing}。请用备份恢复，或重新运行该季度。",
            en=f"Record {revision} is incomplete: {missing} is missing. Restore it from the backup, or run that quarter again.",
            file=str(revision), missing=missing) from error
    known = listed[listed["event_id"].ne("")].drop_duplicates("record_id").set_index("record_id")["event_id"]
    return EarlierRecord(revision, told["period"], told["revision"], told["fingerprint"], carried, cases, known)


def _read_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read_history(earlier: Earlier, root: Path, quarters: int = 7) -> list[tuple[str, dict[str, Any]]]:
    """Return (period, published figures) of the records before, oldest first, as far as the chain of previous records leads.

    Parameters
    ----------
    quarters : how many at most. A record that is no longer there ends the chain.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    folder = earlier.previous.folder if earlier.previous else None
    while folder is not None and len(found) < quarters:
        try:
            told = json.loads((folder / "publish" / "run_record.json").read_text(encoding="utf-8"))
            figures = json.loads((folder / "publish" / "results.json").read_text(encoding="utf-8"))["figures"]
        except (OSError, ValueError, KeyError):
            break
        found.append((told["period"], figures))
        before = told["previous_record"]
        folder = (root / before["folder"]) if before else None
        if folder is not None and not revision_number(folder):
            folder = current_revision(folder)
    return found[::-1]
