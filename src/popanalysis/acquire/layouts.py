"""Which header stands for which field: the shipped synonyms, and an office's own layout, which wins.

A layout is a YAML file of ``params/sources/``::

    kind: birth_cert                 # the list it describes
    sheets: ["登记表"]               # only these sheets, hidden ones too; default: all visible ones
    header_rows: [2, 3]              # where the head stands; default: found by its words
    columns:                         # header as in the file ("上层_下层" in two rows) or column letter -> field
      "产妇身份证件": mother_id
      "院内编码": ignore
    date_order: dmy                  # what 03/04/2025 and 25/3/5 mean: ymd, dmy or mdy
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from popanalysis.columns import DROPPED_FIELDS, DROPPED_HEADER_WORDS, FIELDS_OF_KIND, KINDS
from popanalysis.errors import ParameterError, PopAnalysisError, Text, raise_together
from popanalysis.reference import reference_table

__all__ = ["OfficeLayout", "Synonym", "header_keys", "in_header_words", "is_general", "is_known_header", "known_fields", "names_private_matter", "stored_fields", "synonyms", "told_as_head", "usual_header"]

#: Raw fields read beside those of ``FIELDS_OF_KIND``: the date and time of birth may share a column, and a
#: reissue register has the number in force in a column of its own.
RAW_FIELDS: Final = ("birth_datetime", "new_birth_cert_no")
IGNORE: Final = "ignore"
_INSTEAD: Final = "instead of "

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]|_x000D_")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_EDGES = "*:;,.、_-—·"


def stored_fields(kind: str) -> frozenset[str]:
    """Return the fields whose cells are kept for a kind."""
    return frozenset(FIELDS_OF_KIND.get(kind, ())) | frozenset(RAW_FIELDS)


@cache
def known_fields(kind: str) -> frozenset[str]:
    """Return every field that has a name in a kind, kept or not."""
    return stored_fields(kind) | {entry.field for entries in synonyms(kind).values() for entry in entries if entry.own}


# --- headers ------------------------------------------------------------------------------------------


@cache
def header_keys(header: str) -> tuple[str, ...]:
    """Return the forms under which a header is looked up: without blanks, then also without bracketed notes.

    Examples
    --------
    >>> header_keys("身份证号\\n(必填)"), header_keys("居（村）委会"), header_keys("\\ufeff姓名")
    (('身份证号(必填)', '身份证号'), ('居(村)委会', '居委会'), ('姓名',))
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", header)).casefold().strip(_EDGES)
    bare = _BRACKETS.sub("", text).strip(_EDGES)
    return (text,) if bare in ("", text) else (text, bare)


@dataclass(frozen=True)
class Synonym:
    """What a header stands for. A low ``rank`` is the usual wording; ``own`` tells the kind's own list from ``any``."""

    field: str
    rank: int
    own: bool


@cache
def _all_synonyms() -> pd.DataFrame:
    """Return the shipped synonyms, then those added to them; a ``note`` that begins with "instead of" puts an added meaning first."""
    return pd.concat([reference_table("header_synonyms").assign(note=""), reference_table("header_synonyms_added")], ignore_index=True)


@cache
def synonyms(kind: str) -> Mapping[str, tuple[Synonym, ...]]:
    """Return header key -> what it stands for in a kind: the kind's own meaning first, then that of ``any``."""
    table = _all_synonyms()
    found: dict[str, list[Synonym]] = {}
    for own, record_kind in ((True, kind), (False, "any")):
        rows = table[table["record_kind"] == record_kind]
        for rank, (field, header, note) in enumerate(zip(rows["canonical_field"], rows["header"], rows["note"], strict=True)):
            entries = found.setdefault(header_keys(header)[0], [])
            if all((e.field, e.own) != (field, own) for e in entries):
                entries.insert(0 if note.startswith(_INSTEAD) else len(entries), Synonym(field, rank, own))
    return {key: tuple(entries) for key, entries in found.items()}


def is_general(header: str) -> bool:
    """Say whether a header alone does not tell whose it is (出生日期 may be anybody's, 分娩日期 is a birth's)."""
    return any(not entry.own for key in header_keys(header.rsplit("_", 1)[-1]) for entry in synonyms("any").get(key, ()))


def usual_header(field: str, kind: str) -> str:
    """Return the usual wording of a field's header in a kind; the field's name where it has none.

    >>> usual_header("birth_date", "birth_cert")
    '出生日期'
    """
    table = _all_synonyms()
    headers = table.loc[(table["record_kind"] == kind) & (table["canonical_field"] == field), "header"]
    return str(headers.iloc[0]) if len(headers) else field


def in_header_words(groups: Iterable[Iterable[str]], kind: str) -> Text:
    """Name needed fields by the headers to look for, two a field; the field's own name stands in English only, in brackets.

    >>> in_header_words([("mother_name", "mother_id")], "birth_cert").zh
    '母亲姓名／产妇姓名 或 母亲身份证号／母亲身份证号码'
    """
    table = _all_synonyms()
    own = table[table["record_kind"] == kind]

    def headers(field: str) -> list[str]:
        return [str(header) for header in own.loc[own["canonical_field"] == field, "header"].iloc[:2]] or [field]

    return Text("；".join(" 或 ".join("／".join(headers(field)) for field in group) for group in groups),
                "; ".join(" or ".join(f"{' / '.join(headers(field))} ({field})" for field in group) for group in groups))


@cache
def _all_keys() -> frozenset[str]:
    return frozenset(header_keys(header)[0] for header in _all_synonyms()["header"])


def is_known_header(header: str) -> bool:
    """Say whether some list of the exchange uses this header."""
    return any(key in _all_keys() for key in header_keys(header))


def told_as_head(cells: Iterable[object]) -> Text:
    """Say what a row holds that should be a head: how many cells, and those of them that some list uses as headers; the rest may be somebody's name.

    >>> told_as_head(["娃娃名字", "性别", ""]).zh, told_as_head(["王一", "159901202503120016"]).zh
    ('有 2 个单元格，其中只有“性别”是已知的列名', '有 2 个单元格，没有一个是已知的列名')
    """
    texts = [text for cell in cells if cell is not None and (text := str(cell).strip())]
    known = [text for text in texts if is_known_header(text)][:6]
    zh, en = "”“".join(known), "', '".join(known)
    return Text(f"有 {len(texts)} 个单元格，{f'其中只有“{zh}”是已知的列名' if known else '没有一个是已知的列名'}",
                f"holds {len(texts)} cells, " + (f"of which only '{en}' are known headers" if known else "none of them a known header"))


def names_private_matter(header: str) -> bool:
    """Say whether a header contains a word of the privacy list; such a column is never stored.

    >>> names_private_matter("是否领取生育服务证"), names_private_matter("性别")
    (True, False)
    """
    text = header_keys(header)[0]
    return any(word.casefold() in text for word in DROPPED_HEADER_WORDS)


# --- an office's own layout -----------------------------------------------------------------------------


class OfficeLayout(BaseModel):
    """The columns of one office's list as a person wrote them down; see the module's head for the keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    sheets: list[str] | None = None
    header_rows: list[int] | None = None
    columns: dict[str, str] = {}
    date_order: Literal["ymd", "dmy", "mdy"] | None = None

    @field_validator("kind")
    @classmethod
    def _kind_is_read(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"{kind}|{', '.join(KINDS)}")
        return kind

    @classmethod
    def read(cls, path: Path, name: str) -> OfficeLayout:
        """Read and check a layout file; ``name`` is how the parameters call it.

        Raises
        ------
        ParameterError, ProblemsFoundError : the file is absent, no YAML, or a key or field is wrong; all faults at once.
        """
        try:
            loaded = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
        except FileNotFoundError:
            raise ParameterError(
                zh=f"列对应文件 {name} 不存在。请检查参数中 columns 的路径（应在 params/sources/ 下）。",
                en=f"Layout file {name} does not exist. Check the path under 'columns' (it should lie in params/sources/).", file=name) from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            zh_line, en_line = (f"第 {mark.line + 1} 行", f", line {mark.line + 1},") if mark else ("", "")
            raise ParameterError(
                zh=f"列对应文件 {name} {zh_line}不是 UTF-8 编码的 YAML 文本。请改正后重试。",
                en=f"Layout file {name}{en_line} is not YAML text in UTF-8. Mend it and try again.", file=name) from error
        try:
            layout = cls.model_validate(loaded)
        except ValidationError as error:
            raise_together(_explain(item, name) for item in error.errors())
            raise  # pragma: no cover - raise_together always raises here
        raise_together(layout._problems(name))
        return layout

    def field_of(self, letter: str, header: str) -> str | None:
        """Return what the layout says about a column, ``None`` where it says nothing."""
        if letter in self.columns:
            return self.columns[letter]
        named = {key: field for written, field in self.columns.items() for key in header_keys(written)[:1]}
        return next((named[key] for key in header_keys(header)[:1] if key in named), None)

    def _problems(self, name: str) -> list[PopAnalysisError]:
        known = sorted(stored_fields(self.kind))
        problems: list[PopAnalysisError] = []
        for header, field in self.columns.items():
            if field in DROPPED_FIELDS:
                problems.append(ParameterError(
                    zh=f"列对应文件 {name} 中“{header}”对应的 {field} 属于不予读取的个人信息，不能使用。请改为 ignore 或删去该行。",
                    en=f"In {name} column '{header}' is mapped to {field}, which is never read for privacy. Write 'ignore' or delete the line.",
                    file=name, column=header))
            elif field != IGNORE and field not in known:
                near = difflib.get_close_matches(field, known, n=1)
                problems.append(ParameterError(
                    zh=f"列对应文件 {name} 中“{header}”对应的字段 {field} 不存在。{f'是否应为 {near[0]}？' if near else ''}可用的有：{'、'.join(known)}，或 ignore。",
                    en=f"In {name} column '{header}' is mapped to an unknown field '{field}'.{f' Did you mean {near[0]}?' if near else ''} Valid: {', '.join(known)}, or ignore.",
                    file=name, column=header))
        return problems


def _explain(item: Any, name: str) -> ParameterError:
    place = ".".join(str(part) for part in item["loc"]) or "（全文）"
    valid = "、".join(OfficeLayout.model_fields)
    if item["type"] == "extra_forbidden":
        return ParameterError(zh=f"列对应文件 {name} 中没有 {place} 这个键。可用的有：{valid}。",
                              en=f"Unknown key '{place}' in {name}. Valid: {', '.join(OfficeLayout.model_fields)}.", file=name, name=place)
    if item["type"] == "missing":
        return ParameterError(zh=f"列对应文件 {name} 缺少必填的 {place}。", en=f"Key '{place}' is missing in {name}.", file=name, name=place)
    if item["type"] == "value_error":
        kind, _, kinds = str(item["ctx"]["error"]).partition("|")
        return ParameterError(zh=f"列对应文件 {name} 的 kind 为“{kind}”，应为 {kinds} 之一。", en=f"'kind' is '{kind}' in {name}; it must be one of {kinds}.",
                              file=name, name=place)
    return ParameterError(zh=f"列对应文件 {name} 中 {place} 的值不可用：{item['input']!r}。", en=f"The value of '{place}' in {name} is not usable: {item['msg']}.",
                          file=name, name=place)
