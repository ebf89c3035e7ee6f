"""Say what received files are, before anybody has named them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from popanalysis.acquire.formats import is_of_the_system
from popanalysis.acquire.kinds import KindGuess, guess_kinds, lacking_fields
from popanalysis.acquire.layouts import in_header_words
from popanalysis.acquire.no_list import NO_LIST, is_care_file
from popanalysis.acquire.reading import read_bytes, read_tables
from popanalysis.acquire.rows import classify_rows
from popanalysis.acquire.submission import SheetReading
from popanalysis.acquire.table import Table
from popanalysis.errors import PopAnalysisError, Text

__all__ = ["Recognition", "recognise_file", "recognise_folder"]


_LOOKED_AT = 5_000  # rows
_IDENTITY_NUMBER = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx]", re.ASCII)
_FEWEST = 3  # a head of two known words may stand over anything


@dataclass(frozen=True)
class Recognition:
    """What one sheet of a file was taken for.

    ``kind`` is ``None`` where no list of the exchange fits. ``lacking`` names the groups of needed fields that a recognised list has
    no column for (each inner tuple: one of them is enough); such a list cannot be used as it is. ``divisions`` counts the division codes
    that the identity numbers begin with.
    """

    path: Path
    sheet: str
    visible: bool
    kind: str | None
    score: float
    why: Text
    reading: SheetReading | None = None
    others: tuple[tuple[str, float], ...] = ()
    problem: PopAnalysisError | None = None
    lacking: tuple[tuple[str, ...], ...] = ()
    divisions: Mapping[str, int] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether the sheet can be read as its kind."""
        return self.kind is not None and not self.lacking


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

    A file that cannot be read gives one entry with ``problem`` set. Hidden files and those that systems
    and office programs leave behind (lock files, Thumbs.db, desktop.ini) are passed over.
    """
    found: list[Recognition] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not is_of_the_system(p.name)):
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
    if any(is_care_file(column.header for column in guess.head.columns) for guess in guesses[:1]):
        return Recognition(path, table.name, table.visible, None, 0.0, NO_LIST)
    if not guesses or not _enough(guesses[0]):
        return Recognition(path, table.name, table.visible, None, 0.0, Text("没有合适的类别", "no kind fits"), others=others)
    best, lacking = guesses[0], tuple(lacking_fields(guesses[0].head, guesses[0].kind))
    return Recognition(path, table.name, table.visible, best.kind, best.score, _lacks(best, lacking) if lacking else best.why(), _reading_of(best, table), others,
                       lacking=lacking, divisions=_divisions_in(table))


def _divisions_in(table: Table) -> Mapping[str, int]:
    found = (value[:6] for row in table.rows[:_LOOKED_AT] for value in row if isinstance(value, str) and _IDENTITY_NUMBER.fullmatch(value.strip()))
    return dict(Counter(found).most_common())


def _enough(guess: KindGuess) -> bool:
    """Three columns are enough, two where the title speaks too; a head that lacks what its kind needs has to be known for the most part."""
    if not lacking_fields(guess.head, guess.kind):
        return guess.n_fields >= _FEWEST - bool(guess.title_words)
    headers = [column for column in guess.head.columns if column.header]
    return guess.n_fields >= _FEWEST - bool(guess.title_words) and (bool(guess.title_words) or (len(guess.head.fields) > _FEWEST and guess.head.n_known * 2 >= len(headers)))


def _lacks(guess: KindGuess, lacking: tuple[tuple[str, ...], ...]) -> Text:
    needed, why = in_header_words(lacking, guess.kind), guess.why()
    return Text(f"{why.zh}，但缺少必需的列：{needed.zh}", f"{why.en}; it lacks needed columns: {needed.en}")


def _reading_of(guess: KindGuess, table: Table) -> SheetReading:
    roles = classify_rows(table, guess.head)
    n_rows = sum(role == "record" for role in roles.roles.values())
    return SheetReading(table.name, table.visible, table.visible, guess.why(), tuple(table.numbers[guess.head.first : guess.head.last + 1]),
                           tuple(c for c in guess.head.columns if c.header), n_rows, roles.n_blank, len(table.hidden_rows), roles.printed_total, table.n_hidden_columns)
