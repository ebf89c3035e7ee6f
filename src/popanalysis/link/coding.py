"""Code every column once: a value becomes an int32, and all further work is done per distinct value.

Records of all sources stand in one line, in the order of their content, so that no result depends on the order
in which rows or files arrived. Inside the engine a record is its position in that line; record ids appear only at the edge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from popanalysis.errors import LinkageError
from popanalysis.link.notes import Note
from popanalysis.link.rules import LinkageRules, nearest
from popanalysis.link.threads import beside
from popanalysis.link.values import ObjectArray, ValueTable, as_arrow

__all__ = ["MISSING", "Column", "ObjectArray", "Universe", "ValueTable", "code_records", "code_values"]

IntArray = npt.NDArray[np.int32]

#: Code of a missing value.
MISSING = -1
#: Texts that say "nothing is known", in small letters; the last four are what a cast to text makes of a gap, however it is written.
#: NA, N/A and null are not among them: names and codes are written so, and no cast makes them (K17).
MISSING_WORDS = frozenset({"", "无", "不详", "未知", "暂无", "待查", "—", "-", "/", "nan", "none", "<na>", "nat"})

_MISSING_WORDS = pa.array(sorted(MISSING_WORDS))
_LONGEST_MISSING_WORD = max(len(word.encode()) for word in MISSING_WORDS)

_TIME_OF_DAY = re.compile(r"[T ]00:00(:00(\.0+)?)?$")


@dataclass(frozen=True)
class Column:
    """One column of all sources: a code per record, and the table the codes point into."""

    codes: IntArray
    table: ValueTable


@dataclass(frozen=True)
class Universe:
    """All records of all sources, in content order.

    ``source`` holds the number of each record's source (its place in ``sources``).
    """

    record_ids: ObjectArray
    source: npt.NDArray[np.int8]
    sources: tuple[str, ...]
    columns: Mapping[str, Column]
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.record_ids)

    def sizes(self) -> npt.NDArray[np.int64]:
        """Return the number of records of each source."""
        return np.bincount(self.source, minlength=len(self.sources))

    def sources_of(self, label: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Sources that hold records of each label (0, 1, 2 ... ; a label a record), a bit a source."""
        kind: Any = np.int16 if len(self.sources) < 15 else np.int64
        bits = np.zeros(int(label.max(initial=-1)) + 1, kind)
        np.bitwise_or.at(bits, label, kind(1) << self.source.astype(kind))
        return bits


def code_records(
    frames: Mapping[str, pd.DataFrame], rules: LinkageRules, make_keys: Callable[[Sequence[str], ValueTable], None] | None = None,
) -> Universe:
    """Code the columns a rule set uses.

    Parameters
    ----------
    frames : source -> DataFrame indexed by record id; a source or column may be absent (then nothing is known of it).
    rules : names the sources, and by its comparisons and blocking passes the columns.
    make_keys : makes keys of the distinct values of some columns, beside the ordering of the records.

    Raises
    ------
    LinkageError : a frame of no such source or no DataFrame, an index that is not unique over all frames, or a date column without one
        readable date.
    """
    _check_form(frames, rules)
    sources = tuple(rules.sources)
    given = [frames[s] if s in frames else pd.DataFrame() for s in sources]
    lengths = [len(f) for f in given]
    ids = np.concatenate([np.asarray(f.index.to_numpy(), dtype=object) for f in given]) if given else np.array([], dtype=object)
    source = np.repeat(np.arange(len(sources), dtype=np.int8), lengths)
    columns: dict[str, Column] = {}
    notes: list[Note] = []
    dates = {c.field for c in rules.comparisons if c.kind == "date"}
    pools = _pools(rules)
    _, coded = beside(partial(_check_ids, ids), _coded, (([_texts(frame, name, name in dates) for name in pool for frame in given],) for pool in pools))
    for pool, (codes, table) in zip(pools, coded, strict=True):
        if dates.intersection(pool):
            notes += _check_dates(table, pool)
        for name, part in zip(pool, np.split(codes, len(pool)), strict=True):
            columns[name] = Column(part, table)

    pa.default_memory_pool().release_unused()

    def in_content_order() -> Universe:
        order = _content_order(source, ids, columns)
        ordered = {name: Column(c.codes[order] if len(c.table) else c.codes, c.table) for name, c in columns.items()}
        return Universe(ids[order], source[order], sources, ordered, tuple(notes))

    tables = sorted(zip(pools, (table for _, table in coded), strict=True), key=lambda some: -len(some[1]))  # the largest first: two threads then end together
    universe, _ = beside(in_content_order, make_keys or (lambda pool, table: None), tables)
    for _, table in tables:
        table.let_go()
    return universe


def code_values(values: ObjectArray) -> tuple[IntArray, ValueTable]:
    """Return a code per value and the distinct texts; blanks, gaps and words for "unknown" get code -1.

    Examples
    --------
    >>> codes, table = code_values(np.array(["王芳", None, " 王芳", "不详", "李娜"], dtype=object))
    >>> codes.tolist(), table.values.tolist()
    ([0, -1, 0, -1, 1], ['王芳', '李娜'])
    """
    return _coded([_written(values)])


def _coded(parts: list[pa.StringArray]) -> tuple[IntArray, ValueTable]:
    """Code texts that stand in several parts."""
    if all(part.null_count == len(part) for part in parts):  # a column that is absent or empty
        return _all_missing(sum(map(len, parts))), ValueTable(pa.array([], pa.string()))
    encoded = pa.chunked_array(parts, pa.string()).dictionary_encode().combine_chunks()
    codes, told = encoded.indices.fill_null(MISSING).to_numpy(), encoded.dictionary
    trimmed = pc.utf8_trim_whitespace(told)
    short = np.flatnonzero(pc.less_equal(pc.binary_length(trimmed), _LONGEST_MISSING_WORD))
    missing = short[np.asarray(pc.is_in(pc.utf8_lower(trimmed.take(pa.array(short))), _MISSING_WORDS), dtype=bool)]
    if len(missing) or not trimmed.equals(told):
        kept = np.ones(len(told), bool)
        kept[missing] = False
        again = pc.if_else(pa.array(kept), trimmed, pa.scalar(None, pa.string())).dictionary_encode()
        codes, told = np.append(again.indices.fill_null(MISSING).to_numpy(), np.int32(MISSING))[codes], again.dictionary
    table = ValueTable(told)
    table.make_hashes()
    return codes.astype(np.int32, copy=False), table


def _all_missing(n: int) -> IntArray:
    """Codes of a column without a value; they take no memory and are not to be written."""
    return np.broadcast_to(np.int32(MISSING), n)


def _written(values: Any) -> pa.StringArray:
    """Write values as texts and gaps; what is no text as it would stand in a list."""
    try:
        return as_arrow(values)
    except TypeError:
        codes, distinct = pd.factorize(values)
        texts = np.array([*(v if type(v) is str else _plain(v) for v in distinct), None], dtype=object)
        return as_arrow(texts[codes])


# --- columns ----------------------------------------------------------------------------------------


def _check_form(frames: Mapping[str, pd.DataFrame], rules: LinkageRules) -> None:
    if not isinstance(frames, Mapping) or not isinstance(rules, LinkageRules):
        raise LinkageError(
            zh=f"link_records 需要“来源 -> DataFrame”的字典和 LinkageRules.read 读入的规则集，实际为 {type(frames).__name__} 和 {type(rules).__name__}。",
            en=f"link_records takes a mapping source -> DataFrame and rules from LinkageRules.read, found {type(frames).__name__} and {type(rules).__name__}.")
    for name, frame in frames.items():
        if name not in rules.sources:
            zh, en = nearest(name, list(rules.sources))
            raise LinkageError(
                zh=f"规则集 {rules.name} 中没有来源“{name}”；{zh}。", en=f"Rule set {rules.name} knows no source '{name}'; {en}.", source=name)
        if not isinstance(frame, pd.DataFrame):
            raise LinkageError(
                zh=f"来源 {name} 应为以记录编号为索引的 DataFrame，实际为 {type(frame).__name__}。",
                en=f"Source '{name}' must be a DataFrame indexed by record id, found {type(frame).__name__}.", source=name)
        if not frame.columns.is_unique:
            doubled = [str(c) for c in frame.columns[frame.columns.duplicated()].unique()]
            raise LinkageError(
                zh=f"来源 {name} 中有同名列：{'、'.join(doubled)}。请只保留一列。",
                en=f"Source '{name}' holds columns of one name: {', '.join(doubled)}. Keep one of each.", source=name, columns=tuple(doubled))


def _check_ids(ids: ObjectArray) -> None:
    index = pd.Index(ids)
    if not index.is_unique:
        twice = index[index.duplicated()].unique()
        shown = ", ".join(map(str, twice[:5]))
        raise LinkageError(
            zh=f"记录编号（索引）须在所有来源中唯一，有 {len(twice)} 个编号重复，如 {shown}。请先为每条记录编号，再进行比对。",
            en=f"Record ids (the index) must be unique over all sources; {len(twice)} stand twice, for example {shown}. Give every record its own id first.",
            record_ids=[*map(str, twice[:5])])


def _pools(rules: LinkageRules) -> list[list[str]]:
    """Columns that are coded together: former numbers and exchanged columns must meet in one table."""
    groups: list[set[str]] = []
    for names in [*_used_together(rules), *([n] for n in _used(rules))]:
        merged = set(names).union(*(g for g in groups if g.intersection(names)))
        groups = [g for g in groups if not g.intersection(names)] + [merged]
    return sorted((sorted(g) for g in groups), key=lambda pool: (-len(pool), pool))  # the largest first: two threads then end together


def _used_together(rules: LinkageRules) -> Iterable[list[str]]:
    yield from (list(pair) for pair in rules.swapped)
    yield from ([c.field, c.former] for c in rules.comparisons if c.former)
    for blocking_pass in rules.blocking.passes:
        for left, right in zip(blocking_pass.on, blocking_pass.against or [], strict=False):
            yield [_field(left), _field(right)]


def _used(rules: LinkageRules) -> Iterable[str]:
    yield from (c.field for c in rules.comparisons)
    for p in rules.blocking.passes:
        yield from (_field(part) for part in [*p.on, *(p.against or []), *p.split_by])


def _field(part: str | dict[str, str]) -> str:
    return part if isinstance(part, str) else next(iter(part))


def _texts(frame: pd.DataFrame, name: str, is_date: bool) -> pa.StringArray:
    """Return a column as texts and gaps; numbers and dates are written out once per distinct value."""
    if name not in frame.columns:
        return pa.nulls(len(frame), pa.string())
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    values: ObjectArray
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        values = column.to_numpy(dtype=object)
    else:
        codes, distinct = pd.factorize(column)
        values = np.array([*(_plain(v) for v in distinct), None], dtype=object)[codes]
    precision = f"{name}_precision"
    if is_date and precision in frame.columns:
        values = _cut_to_precision(values, frame[precision].to_numpy(dtype=object))
    return _written(values)


def _cut_to_precision(values: ObjectArray, precision: ObjectArray) -> ObjectArray:
    cut = values.copy()
    for word, length in (("month", 7), ("year", 4)):
        for k in np.flatnonzero(pd.Series(precision, dtype="object").eq(word).fillna(False)):
            cut[k] = None if pd.isna(values[k]) else _plain(values[k])[:length]
    return cut


def _plain(value: Any) -> str:
    """Write a value that is no text as the text it would be in a list."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return _TIME_OF_DAY.sub("", str(value)).strip()


def _check_dates(table: ValueTable, pool: list[str]) -> list[Note]:
    from popanalysis.link.comparisons.date import DateKeys

    unreadable = int(np.sum(table.keys(DateKeys).unreadable))
    if unreadable and unreadable == len(table):
        raise LinkageError(
            zh=f"日期列 {'、'.join(pool)} 中没有一个可读的日期。应为日期类型或“2025-03-05”形式的文本。请先用 clean_records 处理。",
            en=f"Date column {', '.join(pool)} holds no readable date. Expected dates or text like 2025-03-05. Run clean_records first.", column=pool[0])
    if not unreadable:
        return []
    return [Note(f"{{field}}: {unreadable} distinct values are no ISO date and count as missing", f"{{field}}有 {unreadable} 个不同取值不是规范日期，按缺项处理", *pool)]


def _content_order(source: npt.NDArray[np.int8], ids: ObjectArray, columns: Mapping[str, Column]) -> npt.NDArray[np.intp]:
    """Order records by source and content; only records alike in every column are ordered by their ids."""
    content = np.zeros(len(ids), dtype=np.uint64)
    for name in sorted(columns):
        column = columns[name]
        content = (content ^ column.table.hashes[column.codes]) * np.uint64(0x100000001B3)
    starts = np.concatenate([[0], np.cumsum(np.bincount(source))]).tolist()  # sources stand one after the other
    order = np.concatenate([np.array([], np.intp), *(a + np.argsort(content[a:b]) for a, b in pairwise(starts))])
    same = (np.diff(content[order]) == 0) & (np.diff(source[order]) == 0)
    if same.any():
        in_tie = np.append(same, False) | np.insert(same, 0, False)
        run = np.cumsum(~np.insert(same, 0, False))
        tied = np.flatnonzero(in_tie)
        by_id = sorted(tied, key=lambda k: (run[k], str(ids[order[k]])))
        order[tied] = order[by_id]
    return order
