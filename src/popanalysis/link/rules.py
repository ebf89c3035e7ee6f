"""A linkage rule set: one YAML file, checked on reading, hashed into the record.

``params/linkage/births.v3.yaml`` is the one in use; ``current.yaml`` beside it names the version per rule set.
Two keys go beyond the plain Fellegi-Sunter table because births need them: ``swapped`` (fields whose columns an
office may have exchanged) and ``twins`` (fields that tell children of one delivery apart).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from popanalysis.errors import ParameterError, PopAnalysisError, raise_together
from popanalysis.rulefile import RuleSet, check_version, current_file

__all__ = ["LinkageRules", "current_rules"]


#: Columns of a birth in which children of one delivery differ; all others they share.
OF_THE_CHILD_ALONE = ("child_name", "child_sex", "child_id", "birth_time", "birth_order", "birth_cert_no")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRule(_Part):
    """Whether a list may hold an event twice."""

    duplicates: Literal["find", "none"] = "find"


KeyPart = str | dict[str, str]


class BlockingPass(_Part):
    """One blocking rule: records that agree on every key part are compared."""

    name: str
    on: Annotated[list[KeyPart], Field(min_length=1)]
    against: list[KeyPart] | None = None  # the other record's key, where it is another column (exchanged columns)
    split_by: list[KeyPart] = []


class BlockingRules(_Part):
    """Passes whose union gives the candidate pairs."""

    max_block_pairs: Annotated[int, Field(gt=0)] = 200_000
    passes: Annotated[list[BlockingPass], Field(min_length=1)]


class TermFrequencyRule(_Part):
    """Agreement on a rare value weighs more than on a common one."""

    table: str | None = None
    damping: Annotated[float, Field(ge=0, le=1)] = 1.0
    levels: list[str] = ["equal"]


class ComparisonRule(_Part):
    """One characteristic and its ladder of agreement, best level first."""

    field: str
    kind: str
    label: str = ""
    levels: list[str] = []
    former: str | None = None
    term_frequency: TermFrequencyRule | None = None
    comparer: dict[str, Any] = {}
    cut: list[float] = []

    @property
    def name(self) -> str:
        """Column of the comparison in the results."""
        return self.label or self.field


class PriorRule(_Part):
    """Share of matches, from near-certain blocking passes and the recall assumed for them."""

    rules: list[str] = []
    recall: Annotated[float, Field(gt=0, le=1)] = 0.6


class UEstimate(_Part):
    """How u is estimated."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    source: Annotated[Literal["random_pairs"], Field(alias="from")] = "random_pairs"
    pairs: Annotated[int, Field(gt=0)] = 1_000_000
    seed: int = 20250401


class MEstimate(_Part):
    """How m is estimated."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    source: Annotated[Literal["em"], Field(alias="from")] = "em"
    starts: Annotated[int, Field(ge=1)] = 5
    not_in_block_of: bool = True
    smoothing: Annotated[float, Field(ge=0)] = 0.5
    monotone: bool = True


class ModelRules(_Part):
    """The Fellegi-Sunter model."""

    missing: Literal["skip", "level"] = "skip"
    prior: PriorRule = PriorRule()
    u: UEstimate = UEstimate()
    m: MEstimate = MEstimate()
    weight_cap: Annotated[float, Field(gt=0)] = 20.0


class DecisionLine(_Part):
    """A line of the decision table; the first line that applies decides."""

    when: str
    then: Literal["link", "possible_link", "non_link"]


class Thresholds(_Part):
    """Match weights in bits; between them a pair goes to clerical review."""

    upper: float
    lower: float


class AssignmentRules(_Part):
    """How records are put together into events."""

    method: Literal["exact"] = "exact"
    close_call: Annotated[float, Field(ge=0)] = 3.0
    largest_component: Annotated[int, Field(ge=2)] = 60


class TwinRules(_Part):
    """Which comparisons tell children of one delivery apart."""

    told_apart_by: list[str]


class LinkageRules(RuleSet):
    """A checked rule set.

    Examples
    --------
    >>> from popanalysis.project import shipped_folder
    >>> rules = LinkageRules.read(shipped_folder("params") / "linkage" / "births.v1.yaml")
    >>> changed = rules.with_(upper_threshold=rules.thresholds.upper + 1)
    >>> rules.name, changed.sha256 == rules.sha256
    ('births', False)
    """

    sources: dict[str, SourceRule]
    links: list[tuple[str, str]] = []
    blocking: BlockingRules
    comparisons: Annotated[list[ComparisonRule], Field(min_length=1)]
    dependent: list[list[str]] = []
    swapped: list[tuple[str, str]] = []
    twins: TwinRules | None = None
    model: ModelRules = ModelRules()
    decision: list[DecisionLine] = []
    thresholds: Thresholds
    assignment: AssignmentRules = AssignmentRules()
    _tables: dict[str, pd.Series[int]] = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read and check a rule file and the term-frequency tables it names (beside it).

        A table that is named but not there is no fault: frequencies then come from the lists that are linked, and a note of the linkage
        says so. A file called ``<name>.v<version>.yaml`` must hold that version; any other name will do for a trial.

        Raises
        ------
        ParameterError, ProblemsFoundError : the file is missing or no YAML, a key is unknown, a value or a reference is wrong;
            all faults at once, each with its place.
        """
        path = Path(path)
        rules = cls.from_values(_load(path), path.name)
        check_version(rules, path.name)
        rules._file = path.name
        for comparison in rules.comparisons:
            if comparison.term_frequency and comparison.term_frequency.table:
                name = comparison.term_frequency.table
                if (path.parent / name).is_file():  # else the frames given serve, and the result says so
                    rules._tables[name] = _frequencies(path.parent / name)
        return rules

    @classmethod
    def from_values(cls, values: Any, file: str = "") -> Self:
        """Check plain values, as YAML gives them."""
        try:
            rules = cls.model_validate(values)
        except ValidationError as error:
            raise_together(_explain(file, item, cls) for item in error.errors())
            raise  # pragma: no cover - raise_together always raises here
        raise_together(_problems(rules, file))
        return rules

    def with_(self, **changes: Any) -> Self:
        """Return a changed copy.

        Parameters
        ----------
        **changes : ``upper_threshold`` (takes the lower one along where it would fall below it), ``lower_threshold``, a key of the file (``comparisons=[...]``), or a key inside a section,
            joined by two underscores (``model__weight_cap=10``, ``assignment__close_call=2``).

        Raises
        ------
        ParameterError : there is no such key, or the changed rule set is wrong.
        """
        alias = {"upper_threshold": "thresholds__upper", "lower_threshold": "thresholds__lower"}
        values = self.model_dump(by_alias=True)
        for key, value in changes.items():
            *sections, last = alias.get(key, key).split("__")
            place: Any = values
            for section in sections:
                place = place.get(section) if isinstance(place, dict) else None
            if not isinstance(place, dict) or last not in place:
                raise _no_such_key(self.file, key, [*alias, *values])
            place[last] = value.model_dump(by_alias=True) if isinstance(value, BaseModel) else value
        if "lower_threshold" not in changes and isinstance(changes.get("upper_threshold"), int | float):
            values["thresholds"]["lower"] = min(values["thresholds"]["lower"], changes["upper_threshold"])
        changed = self.from_values(values, self.file)
        changed._file = self.file
        changed._tables = self._tables
        return changed

    @property
    def sha256(self) -> str:
        """SHA-256 of the content: every key with its value, and the term-frequency tables."""
        content: dict[str, Any] = {"rules": self.model_dump(mode="json", by_alias=True)}
        content["tables"] = {name: sorted((str(key), int(n)) for key, n in table.items()) for name, table in sorted(self._tables.items())}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def telling_apart(self) -> list[str]:
        """Comparisons that tell children of one delivery apart: those of ``twins``, else those of columns that speak of the child alone."""
        if self.twins is not None:
            return list(self.twins.told_apart_by)
        return [c.name for c in self.comparisons if c.field in OF_THE_CHILD_ALONE]

    def frequencies(self, comparison: ComparisonRule) -> pd.Series[int] | None:
        """Return value -> count from the versioned table, or None where there is none."""
        rule = comparison.term_frequency
        if rule is None or rule.table not in self._tables:
            return None
        table = self._tables[rule.table]
        fields = table.index.get_level_values("field")
        return table[fields == comparison.field].droplevel("field")


def current_rules(folder: Path | str, name: str) -> LinkageRules:
    """Read the version of the rule set ``name`` that ``current.yaml`` in ``folder`` names.

    Raises
    ------
    ParameterError : the folder has no ``current.yaml``, no such entry, or the file is wrong.
    """
    return LinkageRules.read(current_file(Path(folder), name))


# --- reading --------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """YAML 1.1 reads the key ``on`` as true and an unquoted day as a date: only true and false are truth values here, days are text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_bytes().decode("utf-8-sig"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        zh_line, en_line = (f"（第 {mark.line + 1} 行）", f" (line {mark.line + 1})") if mark else ("", "")
        raise ParameterError(
            zh=f"规则文件 {path.name}{zh_line}无法读取：须为 UTF-8 编码的 YAML 文本。请检查路径和格式。",
            en=f"Rule file {path.name}{en_line} cannot be read as UTF-8 YAML ({type(error).__name__}). Check path and form.", file=str(path)) from error


def _frequencies(path: Path) -> pd.Series[int]:
    try:
        frame = pd.read_csv(path, dtype={"field": str, "value": str, "count": int}, keep_default_na=False, encoding="utf-8-sig")
        return frame.set_index(["field", "value"])["count"]
    except (OSError, ValueError, KeyError) as error:
        raise ParameterError(
            zh=f"词频表 {path.name} 无法读取：须为 UTF-8 编码的 CSV，列为 field,value,count。",
            en=f"Term-frequency table {path.name} cannot be read; it must be a UTF-8 CSV with the columns field,value,count ({error}).",
            file=str(path)) from error


# --- checks that need more than one value ------------------------------------------------------------


def _problems(rules: LinkageRules, file: str) -> list[PopAnalysisError]:
    from popanalysis.link.comparisons import check_comparison, ladder_of  # the comparisons know their own ladders
    from popanalysis.link.decision import check_condition

    found: list[PopAnalysisError] = []
    names = [c.name for c in rules.comparisons]
    for k, comparison in enumerate(rules.comparisons):
        found += [_wrong(file, f"comparisons.{k}.{key}", zh, en) for key, zh, en in check_comparison(comparison)]
        if comparison.term_frequency and not found:
            found += _unknown_names(file, f"comparisons.{k}.term_frequency.levels", comparison.term_frequency.levels, ladder_of(comparison))
    for name in sorted({n for n in names if names.count(n) > 1}):
        found.append(_wrong(file, "comparisons", f"“{name}”出现两次，请用 label 区分", f"'{name}' stands twice; tell them apart by 'label'"))
    for k, blocking_pass in enumerate(rules.blocking.passes):
        found += _key_problems(file, f"blocking.passes.{k}", blocking_pass)
    for pair in rules.links:
        found += _unknown_names(file, "links", pair, list(rules.sources))
    for group in rules.dependent:
        found += _unknown_names(file, "dependent", group, names)
    if rules.twins:
        found += _unknown_names(file, "twins.told_apart_by", rules.twins.told_apart_by, names)
    for pair in rules.swapped:
        found += _unknown_names(file, "swapped", pair, [c.field for c in rules.comparisons])
    found += _unknown_names(file, "model.prior.rules", rules.model.prior.rules, [p.name for p in rules.blocking.passes])
    if rules.thresholds.upper < rules.thresholds.lower:
        found.append(_wrong(file, "thresholds", "upper 不得小于 lower", "upper must not be below lower"))
    if not found:
        ladders = {c.name: ladder_of(c) for c in rules.comparisons}
        for k, line in enumerate(rules.decision):
            found += [_wrong(file, f"decision.{k}.when", zh, en) for zh, en in check_condition(line.when, ladders)]
    return found


def _key_problems(file: str, place: str, blocking_pass: BlockingPass) -> Iterator[PopAnalysisError]:
    from popanalysis.link.keys import TRANSFORMS

    for key, parts in (("on", blocking_pass.on), ("against", blocking_pass.against or []), ("split_by", blocking_pass.split_by)):
        for part in parts:
            if isinstance(part, dict) and len(part) != 1:
                yield _wrong(file, f"{place}.{key}", "每个分块键应为一列，或“列名: 变换”一对", "a key part is a column, or one pair of column and transform")
            elif isinstance(part, dict):
                yield from _unknown_names(file, f"{place}.{key}", list(part.values()), list(TRANSFORMS))
    if blocking_pass.against is not None and len(blocking_pass.against) != len(blocking_pass.on):
        yield _wrong(file, f"{place}.against", f"应与 on 一样有 {len(blocking_pass.on)} 个分块键，实际为 {len(blocking_pass.against)} 个",
                     f"must have as many key parts as 'on' ({len(blocking_pass.on)}), found {len(blocking_pass.against)}")


def _wrong(file: str, place: str, zh: str, en: str) -> ParameterError:
    return ParameterError(zh=f"规则文件 {file} 的 {place}：{zh}。", en=f"Rule file {file}, {place}: {en}.", file=file, place=place)


def nearest(name: str, valid: list[str]) -> tuple[str, str]:
    """Return a hint in Chinese and English: the nearest valid name, and all of them."""
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    zh = (f"是否应为“{near[0]}”？" if near else "") + f"可用的有：{'、'.join(valid)}"
    en = (f"did you mean '{near[0]}'? " if near else "") + f"valid: {', '.join(valid)}"
    return zh, en


def _unknown_names(file: str, place: str, used: list[str] | tuple[str, ...], valid: list[str]) -> list[PopAnalysisError]:
    found: list[PopAnalysisError] = []
    for name in used:
        if name not in valid:
            zh, en = nearest(name, valid)
            found.append(_wrong(file, place, f"“{name}”不存在；{zh}", f"unknown name '{name}'; {en}"))
    return found


def _no_such_key(file: str, place: str, valid: list[str]) -> ParameterError:
    key = place.split(".")[-1]
    zh, en = nearest(key, valid)
    return ParameterError(
        zh=f"规则文件 {file} 的 {place} 无此键。{zh}。", en=f"Rule file {file} has an unknown key at {place}; {en}.", file=file, place=place)


def _explain(file: str, item: Any, model: type[BaseModel]) -> ParameterError:
    """Turn one pydantic complaint into a sentence for the person who wrote the file."""
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return _no_such_key(file, place, _keys_at(model, item["loc"][:-1]))
    if item["type"] == "missing":
        return _wrong(file, place, "缺少必填键", "this required key is missing")
    expected = item.get("ctx", {}).get("expected")
    zh = f"应为 {expected}" if expected else f"值不可用（{item['msg']}）"
    return _wrong(file, place, f"{zh}，实际为 {item['input']!r}", f"{item['msg']}, found {item['input']!r}")


def _keys_at(model: Any, loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand at a place, following the types of the models downwards."""
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
            model = field.annotation if field else None
        else:
            model = next(iter(get_args(model)[-1:]), None)
        options = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        if options and type(None) in get_args(model):
            model = options[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []
