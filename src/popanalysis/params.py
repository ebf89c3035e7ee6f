"""The period's parameters, checked on creation; the only reader of ``params/<period>.yaml``.

YAML turns an unquoted ``012`` into ten and ``no`` into false. :meth:`QuarterParams.read` therefore reads every
scalar as the text that stands in the file and lets the schema decide. Values that come through papermill have
already changed type; they are refused with the quoted form to use (:meth:`QuarterParams.from_namespace`).
"""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from popanalysis.columns import KINDS
from popanalysis.errors import ParameterError, PopAnalysisError, raise_together
from popanalysis.periods import Period

__all__ = ["InputSource", "QuarterParams", "RuleFolders", "SearchWithheld"]


# --- types of single values -----------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"text|{value!r}")
    return value


def _iso_date(value: object) -> str:
    text = value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else _text(value)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
            raise ValueError
        dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"date|{text}") from None
    return text


def _period(value: object) -> str:
    text = _text(value)
    try:
        Period.parse(text)
    except ParameterError:
        raise ValueError(f"period|{text}") from None
    return text


def _division(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"\d{6}", text, flags=re.ASCII):
        raise ValueError(f"division|{text}")
    return text


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d+", str(value), flags=re.ASCII):
        raise ValueError(f"whole|{value!r}")
    return int(str(value))


def _memory(value: object) -> str | None:
    if value is None:
        return None
    text = _text(value)
    if not re.fullmatch(r"\d+(\.\d+)?\s*[KMGT]B", text, flags=re.ASCII):
        raise ValueError(f"memory|{text}")
    return text


TextValue = Annotated[str, BeforeValidator(_text)]
PeriodName = Annotated[str, BeforeValidator(_period)]
IsoDate = Annotated[str, BeforeValidator(_iso_date)]
DivisionCode = Annotated[str, BeforeValidator(_division)]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Memory = Annotated[str | None, BeforeValidator(_memory)]

#: How a refused value is explained: what the field must be, in both languages.
_EXPECTED: Mapping[str, tuple[str, str]] = {
    "text": ("加引号的文本", "quoted text"),
    "period": ("加引号的统计期，季度写作 \"2025Q1\"", "a quoted period; a quarter is written \"2025Q1\""),
    "date": ("加引号的日期，如 \"2025-04-10\"", "a quoted date such as \"2025-04-10\""),
    "division": ("加引号的六位行政区划代码，如 \"159901\"（半角数字）", "a quoted six-digit division code such as \"159901\" (ASCII digits)"),
    "whole": ("不小于 0 的整数", "a whole number, 0 or more"),
    "memory": ("加引号的内存大小，如 \"8GB\"", "a quoted size such as \"8GB\""),
}


#: What a required key holds.
_REQUIRED: Mapping[str, tuple[str, str]] = {
    "period": _EXPECTED["period"], "home_division": _EXPECTED["division"], "as_of": _EXPECTED["date"],
    "inputs": ("各类名单的文件，如 birth_cert: [\"data/名单.xlsx\"]", "the files of each list, such as birth_cert: [\"data/list.xlsx\"]"),
}


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSource(_Checked):
    """One file, sheet or query of a kind."""

    path: TextValue | None = None
    sheet: TextValue | None = None
    password_env: TextValue | None = None
    columns: TextValue | None = None
    replaces: TextValue | None = None
    database: TextValue | None = None
    query: TextValue | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_origin(self) -> InputSource:
        if (self.path is None) == (self.database is None) or (self.database is None) != (self.query is None):
            raise ValueError("source|")
        return self

    @property
    def name(self) -> str:
        """The source as written in the parameters; a query on one line."""
        return self.path if self.path is not None else " ".join(f"{self.database}: {self.query}".split())


class RuleFolders(_Checked):
    """Where the rule sets lie, relative to the project."""

    linkage: TextValue = "params/linkage"
    checks: TextValue = "params/checks"
    discrepancy: TextValue = "params/discrepancy"
    referral: TextValue = "params/referral"


class SearchWithheld(_Checked):
    """The recorded purpose that turns on the exact search for a mother who withheld her identity."""

    purpose: TextValue
    by: TextValue
    date: IsoDate


class QuarterParams(_Checked):
    """Everything a period's record depends on besides the files themselves.

    The keys are those of ``params/<period>.yaml``; the project folder, from which relative paths count, is not one of them.

    Examples
    --------
    >>> params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901",
    ...     "inputs": {"birth_cert": ["data/a.xlsx"]}, "as_of": "2025-04-10"})
    >>> params.inputs["birth_cert"][0].path, params.small_cells
    ('data/a.xlsx', 5)
    """

    period: PeriodName = Field(description="quarter \"2025Q1\", month \"2025-03\" or year \"2025\"")
    home_division: DivisionCode = Field(description="GB/T 2260 code of the banner")
    inputs: dict[str, list[InputSource]] = Field(description="kind -> list of sources")
    as_of: IsoDate = Field(description="the day the record speaks of")
    divisions_overlay: TextValue | None = None
    received: dict[str, IsoDate] = {}
    nil_reports: list[TextValue] = []
    decisions: list[TextValue] = []
    previous_record: TextValue | None = None
    rules: RuleFolders = RuleFolders()
    holidays: TextValue | None = None
    search_withheld: SearchWithheld | None = None
    small_cells: WholeNumber = 5
    max_memory: Memory = None
    spark_master: TextValue | None = None
    output_dir: TextValue | None = None
    language: Literal["zh", "en"] = "zh"
    engine: Literal["local", "recordlinkage", "spark"] = "local"

    # --- making ---

    @classmethod
    def read(cls, path: Path | str) -> QuarterParams:
        """Read a parameter file; every scalar is taken as the text that stands in the file.

        Raises
        ------
        ParameterError, ProblemsFoundError : the file cannot be read, or a key or value is wrong; all faults at once.
        """
        path = Path(path)
        loaded = _load_yaml(path)
        if not isinstance(loaded, dict):
            raise ParameterError(
                zh=f"参数文件 {path.name} 中没有“键: 值”。必填：period、home_division、inputs、as_of。",
                en=f"Parameter file {path.name} holds no 'key: value' lines. Required: period, home_division, inputs, as_of.", file=str(path))
        return cls.from_values(_nulls(loaded))

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> QuarterParams:
        """Check plain values (as a notebook or program holds them).

        Raises
        ------
        ParameterError, ProblemsFoundError : a key or value is wrong; all faults at once.
        """
        problems: list[PopAnalysisError] = []
        params: QuarterParams | None = None
        try:
            params = cls.model_validate(dict(values))
        except ValidationError as error:
            problems += [_explain(item) for item in error.errors()]
        problems += _unknown_kinds(values)
        if params is not None:
            problems += params._problems()
        raise_together(problems)
        assert params is not None  # without a problem there is a model
        return params

    @classmethod
    def from_namespace(cls, namespace: Mapping[str, Any]) -> QuarterParams:
        """Collect the parameters of a notebook from its ``globals()``.

        A name that papermill injected and that is no parameter is refused: papermill itself only logs it.
        """
        values = {name: namespace[name] for name in cls.model_fields if name in namespace}
        return cls.from_values(values | {name: namespace.get(name) for name in _injected_names(namespace)})

    # --- reading ---

    @property
    def span(self) -> Period:
        """The period as dates."""
        return Period.parse(self.period)

    @property
    def as_of_date(self) -> dt.date:
        """The day the record speaks of."""
        return dt.date.fromisoformat(self.as_of)

    def output_folder(self, root: Path) -> Path:
        """The folder that holds the period's revisions."""
        return root / (self.output_dir or f"outputs/{self.period}")

    def divisions_file(self, root: Path) -> Path | None:
        """The file of divisions that the national table lacks."""
        return root / self.divisions_overlay if self.divisions_overlay is not None else None

    def to_plain(self) -> dict[str, Any]:
        """Return the parameters as plain values, sources in their shortest form; `from_values` takes them back."""
        plain = self.model_dump(mode="json")
        plain["inputs"] = {
            kind: [s.path if s.model_dump(exclude_none=True).keys() == {"path"} else s.model_dump(exclude_none=True) for s in sources]
            for kind, sources in self.inputs.items()
        }
        return plain

    # --- checks that need more than one value ---

    def _problems(self) -> list[PopAnalysisError]:
        problems: list[PopAnalysisError] = []
        if self.as_of_date < self.span.first_day:
            problems.append(ParameterError(
                zh=f"as_of（{self.as_of}）早于统计期 {self.period} 的第一天。as_of 是记录所反映的日期，一般为交换截止日之后。",
                en=f"as_of ({self.as_of}) lies before the first day of {self.period}. as_of is the day the record speaks of, usually after the exchange day.",
                name="as_of", value=self.as_of))
        for kind in self.nil_reports:
            if self.inputs.get(kind):
                problems.append(ParameterError(
                    zh=f"{kind} 同时列在 inputs 和 nil_reports 中。零报告的类别请从 inputs 中删去。",
                    en=f"{kind} stands both in inputs and in nil_reports. Remove it from inputs if the office reported none.", name="nil_reports", value=kind))
        return problems


# --- helpers --------------------------------------------------------------------------------------


def _load_yaml(path: Path) -> Any:
    """Read a YAML file with every scalar as text; each way it can fail has its own sentence."""
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeys)
    except FileNotFoundError:
        zh, en = "不存在。请检查路径，或运行 popanalysis init 生成参数文件", "does not exist. Check the path, or make one with 'popanalysis init'"
    except IsADirectoryError:
        zh, en = "是文件夹。请指定其中的参数文件", "is a folder. Name the parameter file in it"
    except PermissionError:
        zh, en = "没有读取权限，或正被其他程序占用", "cannot be read: no permission, or another program holds it"
    except (UnicodeDecodeError, yaml.reader.ReaderError):
        zh, en = "不是 UTF-8 编码的文本。请用记事本打开，另存为时选择 UTF-8", "is not text in UTF-8. Open it in an editor and save it as UTF-8"
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.problem and "could not find expected" in error.problem else error.problem_mark
        line = mark.line + 1 if mark else 1
        cause = next(((c_zh, c_en) for words, c_zh, c_en in _YAML_FAULTS if words in f"{error.problem} {error.context}"), ("格式有误", str(error.problem)))
        zh, en = f"第 {line} 行：{cause[0]}", f"line {line}: {cause[1]}"
    raise ParameterError(zh=f"参数文件 {path.name} {zh}。", en=f"Parameter file {path.name} {en}.", file=str(path))


#: words of the YAML reader -> what a clerk did, in both languages; the first that fits is told
_YAML_FAULTS = (
    ("stands twice", "同一参数写了两次，请删去一处", "a key stands twice; remove one"),
    ("cannot start any token", "用了制表符或全角符号，请改用空格和半角符号", "a tab or a character that cannot stand here; use blanks and plain punctuation"),
    ("unknown escape character", "路径中的“\\”请改为“/”", "write paths with '/', not with a backslash"),
    ("quoted scalar", "引号没有成对", "a quotation mark has no partner"),
    ("could not find expected ':'", "缺少半角冒号“:”（不要用全角“：”，冒号后空一格）", "a colon is missing (a plain ':' followed by a blank)"),
    ("flow", "方括号或花括号没有成对，或缺少逗号", "brackets without a partner, or a comma is missing"),
    ("mapping values are not allowed", "一行中有多余的冒号，或上一行缩进有误；含冒号的文本请加引号", "one colon too many, or wrong indentation above; quote texts that hold a colon"),
    ("block", "缩进不一致：同一层的各行须左对齐", "lines of one level must begin at the same column"),
)


class _UniqueKeys(yaml.BaseLoader):
    """YAML with every scalar as text; a key given twice is an error, not a silent choice."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"key '{key}' stands twice", problem_mark=key_node.start_mark)
        if isinstance(value_node, yaml.ScalarNode) and value_node.style is None and value_node.value in ("", "~", "null", "Null", "NULL"):
            seen[key] = None
        else:
            seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _injected_names(namespace: Mapping[str, Any]) -> set[str]:
    """Names assigned in the cell that papermill puts behind the notebook's own parameters."""
    cells = [source for source in namespace.get("In", []) if source.startswith("# Parameters")]
    return {node.id for source in cells for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _nulls(loaded: dict[Any, Any]) -> dict[str, Any]:
    """Drop keys left empty, so that they take their defaults."""
    return {str(key): value for key, value in loaded.items() if value is not None}


def _unknown_kinds(values: Mapping[str, Any]) -> list[PopAnalysisError]:
    """Kinds nobody knows; looked at apart from the model, so that they are told together with whatever else is wrong."""
    return [
        _unknown(f"{key} 中的类别", f"kind in {key}", str(kind), KINDS)
        for key in ("inputs", "received", "nil_reports") if isinstance(values.get(key), dict | list) for kind in values[key] if kind not in KINDS
    ]


def _unknown(zh_what: str, en_what: str, name: str, valid: tuple[str, ...] | list[str]) -> ParameterError:
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return ParameterError(
        zh=f"{zh_what}“{name}”不存在。" + (f"是否应为“{near[0]}”？" if near else "") + f"可用的有：{'、'.join(valid)}。",
        en=f"Unknown {en_what} '{name}'." + (f" Did you mean '{near[0]}'?" if near else "") + f" Valid: {', '.join(valid)}.",
        name=name, nearest=near[0] if near else None)


def _explain(item: Any) -> PopAnalysisError:
    """Turn one pydantic complaint into a sentence for the person who wrote the file."""
    place = ".".join(str(part) for part in item["loc"])
    kind = item["type"]
    if kind == "extra_forbidden":
        model: type[BaseModel] = QuarterParams
        if item["loc"][0] == "rules":
            model = RuleFolders
        elif item["loc"][0] == "search_withheld":
            model = SearchWithheld
        elif item["loc"][0] == "inputs":
            model = InputSource
        return _unknown("参数" if len(item["loc"]) == 1 else f"{place} 处的键", "parameter" if len(item["loc"]) == 1 else f"key at {place}",
                        str(item["loc"][-1]), list(model.model_fields))
    if kind == "missing":
        zh, en = _REQUIRED.get(place, ("", ""))
        return ParameterError(
            zh=f"缺少必填参数 {place}{f'：{zh}' if zh else ''}。请在参数文件中补上。",
            en=f"Required parameter '{place}' is missing{f': {en}' if en else ''}. Add it to the parameter file.", name=place)
    if kind == "value_error":
        what, _, found = str(item["ctx"]["error"]).partition("|")
        if what in _EXPECTED:
            zh, en = _EXPECTED[what]
            if found in ("", "''"):
                return ParameterError(zh=f"参数 {place} 尚未填写，应为{zh}。", en=f"Parameter '{place}' is blank; it must be {en}.", name=place, value=found)
            return ParameterError(zh=f"参数 {place} 应为{zh}，实际为 {found}。", en=f"Parameter '{place}' must be {en}, found {found}.", name=place, value=found)
        if what == "source":
            return ParameterError(
                zh=f"{place} 应写文件路径，或 path（文件），或 database 加 query（数据库查询），三者之一。",
                en=f"{place} must be a path, or a mapping with 'path', or one with both 'database' and 'query'.", name=place)
    if kind == "literal_error":
        valid = str(item["ctx"]["expected"])
        return ParameterError(zh=f"参数 {place} 的值“{item['input']}”不可用，应为 {valid}。", en=f"Parameter '{place}' is '{item['input']}'; it must be {valid}.",
                              name=place, value=item["input"])
    shape = {"dict_type": ("“键: 值”的形式", "a mapping of key: value"), "list_type": ("列表（方括号或短横线）", "a list (brackets or dashes)"),
             "model_type": ("“键: 值”的形式", "a mapping of key: value")}
    zh, en = shape.get(kind, (f"另一种写法（{item['msg']}）", f"different: {item['msg']}"))
    return ParameterError(zh=f"参数 {place} 应为{zh}，实际为 {item['input']!r}。", en=f"Parameter '{place}' must be {en}, found {item['input']!r}.",
                          name=place, value=item["input"])
