"""A sheet that was sent out and came back with answers: the joint-review book or a look-up worksheet.

Columns are known by their heads, whatever their order; rows may have been added, left blank or sorted, the file saved by another program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from popanalysis.acquire.reading import read_bytes, read_tables
from popanalysis.acquire.table import Table, as_text
from popanalysis.answers import ANSWER, CASE, CHAIR, CHECK, FINDING, LOOKED_UP_BY, LOOKED_UP_ON, MET_ON, NOTE, PAIR, RIGHT_VALUE
from popanalysis.errors import SourceFileError, Text

__all__ = ["Answered", "AnsweredRow", "read_answered"]

_HEADS: Final[Mapping[str, Text]] = {
    "case": CASE, "pair": PAIR, "answer": ANSWER, "value": RIGHT_VALUE, "note": NOTE, "finding": FINDING, "by": LOOKED_UP_BY, "on": LOOKED_UP_ON, "check": CHECK}
_LABELLED: Final[Mapping[str, Text]] = {"met_on": MET_ON, "chair": CHAIR}
_SEARCHED_ROWS: Final = 12


@dataclass(frozen=True)
class AnsweredRow:
    """A row with an answer: where it stands, and what was written under each head (``case``, ``pair``, ``answer`` …), blank where nothing was."""

    sheet: str
    row: int
    said: Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """What came back.

    Attributes
    ----------
    file, sha256 : name and hash of the file.
    met_on, chair : what stands beside these words anywhere in it, blank where they do not.
    rows : rows with an answer, or with something written and no number, in the order of sheets and rows.
    n_open : rows of questions left blank.
    """

    file: str
    sha256: str
    met_on: str
    chair: str
    rows: tuple[AnsweredRow, ...]
    n_open: int


def read_answered(path: Path, name: str) -> Answered:
    """Read a workbook that came back.

    Raises
    ------
    SourceFileError : it cannot be read, or no sheet of it asks about cases or pairs.
    """
    if not path.is_file():
        raise SourceFileError(zh=f"文件 {name} 不存在。请核对文件名和所在文件夹。", en=f"There is no file {name}. Check its name and folder.", file=name)
    data = read_bytes(path, name)
    tables = read_tables(data, name)
    pages = [(table, head, places) for table in tables for head, places in _heads(table)]
    if not pages:
        raise SourceFileError(
            zh=f"文件 {name} 中没有“{CASE.zh}”和“{CHECK.zh}”两列，不是会商材料或查询单。请确认文件；列名被改动的，请改回原样。",
            en=f"{name} has no columns '{CASE.en}' and '{CHECK.en}'; it is no joint-review book and no look-up worksheet. Name another file, or put the heads back as they were.", file=name)
    told = [_told(table, head, places) for table, head, places in pages]
    labelled = {key: next((found for table in tables if (found := _beside(table, text))), "") for key, text in _LABELLED.items()}
    return Answered(name, hashlib.sha256(data).hexdigest(), labelled["met_on"], labelled["chair"], tuple(row for rows, _ in told for row in rows), sum(n for _, n in told))


def _heads(table: Table) -> Iterator[tuple[int, dict[str, int]]]:
    """Find the head of a sheet of questions: the row in which a number and a check value are named."""
    for place, row in enumerate(table.rows[:_SEARCHED_ROWS]):
        texts = [_text(value) for value in row]
        found = {key: next((texts.index(word) for word in (text.zh, text.en) if word in texts), -1) for key, text in _HEADS.items()}
        places = {key: at for key, at in found.items() if at >= 0}
        if {"case", "pair"} & places.keys() and {"answer", "finding"} & places.keys() and "check" in places:
            yield place, places
            return


def _told(table: Table, head: int, places: Mapping[str, int]) -> tuple[list[AnsweredRow], int]:
    rows, n_open = [], 0
    for number, row in zip(table.numbers[head + 1:], table.rows[head + 1:], strict=True):
        said = {key: _text(row[at]) if at < len(row) else "" for key, at in places.items()}
        if any(said.get(key) for key in ("answer", "value", "finding")):
            rows.append(AnsweredRow(table.name, number, said))
        elif said.get("case") or said.get("pair"):
            n_open += 1
    return rows, n_open


def _beside(table: Table, label: Text) -> str:
    """Return what is written to the right of a label, or behind its colon in the same cell."""
    for row in table.rows[:_SEARCHED_ROWS]:
        texts = [_text(value) for value in row]
        for place, text in enumerate(texts):
            for word in (label.zh, label.en):
                if text.rstrip("：:") == word:
                    return next(filter(None, texts[place + 1:]), "")
                if text.startswith((f"{word}：", f"{word}:")):
                    return text[len(word) + 1:].strip()
    return ""


def _text(value: object) -> str:
    return as_text(value)[0].strip()

