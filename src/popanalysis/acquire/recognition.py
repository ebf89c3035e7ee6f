"""Say what received files are, before anybody has named them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from popanalysis.acquire.kinds import KindGuess, guess_kinds, lacking_fields
from popanalysis.acquire.reading import read_bytes, read_tables
from popanalysis.acquire.rows import classify_rows
from popanalysis.acquire.submission import SheetReading
from popanalysis.acquire.table import Table
from popanalysis.columns import KINDS_READ
from popanalysis.errors import PopAnalysisError, Text

__all__ = ["Recognition", "recognise_file", "recognise_folder"]


@dataclass(frozen=True)
class Recognition:
    """What one sheet of a file was taken for. ``kind`` is ``None`` where no list of the exchange fits."""

    path: Path
    sheet: str
    visible: bool
    kind: str | None
    score: float
    why: Text
    reading: SheetReading | None = None
    others: tuple[tuple[str, float], ...] = ()
    problem: PopAnalysisError | None = None


def recognise_file(path: Path) -> list[Recognition]:
    """Say for each sheet of a file which list of the exchange it is and how its columns are understood.

    Raises
    ------
    SourceFileError : the file cannot be read.
    """
    tables = read_tables(read_bytes(path, path.name), path.name)
    return [_recognise_sheet(table, path) for table in tables]


def recognise_folder(folder: Path) -> list[Recognition]:
    """Recognise every file below a folder, in the order of their names.

    A file that cannot be read gives one entry with ``problem`` set. Hidden files and the lock files of office programs are passed over.
    """
    found: list[Recognition] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith((".", "~$"))):
        try:
            found.extend(recognise_file(path))
        except PopAnalysisError as error:
            found.append(Recognition(path, "", True, None, 0.0, error.text, problem=error))
    return found


def _recognise_sheet(table: Table, path: Path) -> Recognition:
    if not any(v not in ("", None) for row in table.rows for v in row):
        return Recognition(path, table.name, table.visible, None, 0.0, Text("空表", "empty"))
    guesses = guess_kinds(table, path.stem)
    others = tuple((guess.kind, guess.score) for guess in guesses[1:3])
    best = guesses[0] if guesses else None
    if best is None or lacking_fields(best.head, best.kind) or (len(best.head.fields) < 2 and best.kind in KINDS_READ):
        return Recognition(path, table.name, table.visible, None, best.score if best else 0.0, Text("没有合适的类别", "no kind fits"), others=others)
    return Recognition(path, table.name, table.visible, best.kind, best.score, best.why(), _reading_of(best, table), others)


def _reading_of(guess: KindGuess, table: Table) -> SheetReading:
    roles = classify_rows(table, guess.head)
    n_rows = sum(role == "record" for role in roles.roles.values())
    return SheetReading(table.name, table.visible, table.visible, guess.why(), tuple(table.numbers[guess.head.first : guess.head.last + 1]),
                           tuple(c for c in guess.head.columns if c.header), n_rows, roles.n_blank, len(table.hidden_rows), roles.printed_total, table.n_hidden_columns)
