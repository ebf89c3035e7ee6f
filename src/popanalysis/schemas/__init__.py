"""The contracts other programs rely on, as schemas, and the functions that hold a file against them.

``results.schema.json``, ``run_record.schema.json`` and ``parameters.schema.json`` are JSON Schemas; ``*.table.json`` are
table schemas after Frictionless Data's pattern, with two words of our own: ``onlyWhere`` (the field is blank unless
another field has one of these values) and ``furtherColumns`` (what columns after the named ones hold). A column or key
added at the end is no change of a contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import pandas as pd

from popanalysis.errors import PopAnalysisError, ValidationError, raise_together
from popanalysis.params import QuarterParams

__all__ = ["TABLES", "check_results", "check_run_record", "check_table", "parameters_schema", "read_schema"]

TABLES = ("linked_records", "links", "cases", "relations", "faults")
_TYPES = {"integer": r"-?\d+", "number": r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", "date": r"\d{4}-\d{2}-\d{2}", "string": r"[\s\S]*"}


def read_schema(name: str) -> dict[str, Any]:
    """Return a schema of the package: ``results``, ``run_record``, ``parameters``, or one of :data:`TABLES`."""
    file = f"{name}.table.json" if name in TABLES else f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(resources.files(__package__).joinpath(file).read_text(encoding="utf-8"))
    return schema


def parameters_schema() -> dict[str, Any]:
    """Return the schema of a period's parameter file, made from the model that reads it."""
    schema = QuarterParams.model_json_schema()
    schema["title"], schema["description"] = "params/<period>.yaml", "The parameters of a period; dates and codes are quoted text."
    # what the model's own validators accept or refuse beyond the bare types
    sources = schema["properties"]["inputs"]["additionalProperties"]
    sources["items"] = {"anyOf": [{"type": "string", "description": "a path"}, sources["items"]]}
    schema["properties"]["home_division"]["pattern"] = r"^\d{6}$"
    schema["properties"]["as_of"]["pattern"] = r"^\d{4}-\d{2}-\d{2}$"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def check_results(value: Any) -> None:
    """Hold the content of ``results.json`` against its schema.

    Raises
    ------
    ValidationError, ProblemsFoundError : what does not fit, each with its place.
    """
    _check_json("results", value)


def check_run_record(value: Any) -> None:
    """Hold the content of ``run_record.json`` against its schema; rows must add up to their total.

    Raises
    ------
    ValidationError, ProblemsFoundError : what does not fit, each with its place.
    """
    _check_json("run_record", value)
    for kind, counts in value["row_accounting"].items():
        parts = sum(n for fate, n in counts.items() if fate != "total")
        if parts != counts["total"]:
            raise _misfit("run_record", f"row_accounting/{kind}", f"合计 {counts['total']}", f"a total of {counts['total']}",
                          f"各项相加 {parts}", f"parts that add up to {parts}")


def check_table(name: str, frame: pd.DataFrame) -> None:
    """Hold a table of ``restricted/`` against its schema.

    Parameters
    ----------
    name : one of :data:`TABLES`.
    frame : the table, typed or as text; missing values and ``""`` are blank cells.

    Raises
    ------
    ValidationError, ProblemsFoundError : what does not fit, each with its column and first lines (as in the CSV, head = 1); never a value.

    Examples
    --------
    >>> check_table("relations", pd.DataFrame({"relation": ["alias"], "from_id": ["B-2025Q1-00001"], "to_id": ["B-2025Q1-00002"], "evidence": [""]}))
    """
    schema = read_schema(name)
    named = [field["name"] for field in schema["fields"]]
    if list(frame.columns[: len(named)]) != named:
        raise _misfit(name, "1", f"列 {'、'.join(named)}", f"columns {', '.join(named)}",
                      f"列 {'、'.join(map(str, frame.columns))}", f"columns {', '.join(map(str, frame.columns))}")
    fields = [*schema["fields"], *({**schema["furtherColumns"], "name": c} for c in frame.columns[len(named):] if "furtherColumns" in schema)]
    text = {column: _as_text(frame[column]) for column in frame.columns}
    raise_together(problem for field in fields for problem in _problems(name, field, text))


# --- parts --------------------------------------------------------------------------------------------


def _check_json(name: str, value: Any) -> None:
    validator = jsonschema.Draft202012Validator(read_schema(name))
    errors = sorted(validator.iter_errors(value), key=lambda e: [str(part) for part in e.absolute_path])
    raise_together(
        _misfit(name, "/".join(map(str, e.absolute_path)) or "/", f"{e.validator}: {json.dumps(e.validator_value, ensure_ascii=False)[:120]}",
                f"{e.validator}: {json.dumps(e.validator_value, ensure_ascii=False)[:120]}", *_found(e)) for e in errors)


def _found(error: Any) -> tuple[str, str]:
    """Say what stands there; of a missing key only its name, of a long value only its beginning."""
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"缺少 {'、'.join(missing)}", f"{', '.join(missing)} missing"
    shown = json.dumps(error.instance, ensure_ascii=False, default=str)[:60]
    return shown, shown


def _as_text(column: pd.Series[Any]) -> pd.Series[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    return column.astype("object").where(column.notna(), "").astype(str)


def _problems(table: str, field: dict[str, Any], text: dict[str, pd.Series[str]]) -> Iterator[PopAnalysisError]:
    column, rules = text[field["name"]], field.get("constraints", {})
    filled = column.ne("")

    def problem(wrong: pd.Series[bool], zh: str, en: str) -> Iterator[PopAnalysisError]:
        if wrong.any():
            lines = [int(i) + 2 for i in wrong.to_numpy().nonzero()[0]]
            shown = ", ".join(map(str, lines[:5])) + (" …" if len(lines) > 5 else "")
            yield _misfit(table, f"{field['name']}: {shown}", zh, en, f"{len(lines)} 行不符", f"{len(lines)} rows that are not", column=field["name"], lines=tuple(lines))

    yield from problem(filled & ~column.str.fullmatch(_TYPES[field["type"]]), f"类型 {field['type']}", f"type {field['type']}")
    if rules.get("required"):
        yield from problem(~filled, "不为空", "a value")
    if "enum" in rules:
        yield from problem(filled & ~column.isin(rules["enum"]), f"{'、'.join(rules['enum'])} 之一", f"one of {', '.join(rules['enum'])}")
    if "pattern" in rules:
        yield from problem(filled & ~column.str.contains(re.compile(rules["pattern"])), f"形如 {rules['pattern']}", f"the form {rules['pattern']}")
    if rules.get("unique"):
        yield from problem(filled & column.duplicated(keep=False), "不重复", "no value twice")
    if "minimum" in rules or "maximum" in rules:
        low, high = rules.get("minimum", float("-inf")), rules.get("maximum", float("inf"))
        numbers = pd.to_numeric(column.where(filled), errors="coerce")
        yield from problem(numbers.lt(low) | numbers.gt(high), f"{low} 至 {high}", f"{low} to {high}")
    for other, values in field.get("onlyWhere", {}).items():
        yield from problem(filled & ~text[other].isin(values), f"仅当 {other} 为 {'、'.join(values)} 时有值", f"blank unless {other} is {' or '.join(values)}")


def _misfit(name: str, place: str, zh_expected: str, en_expected: str, zh_found: str, en_found: str, **facts: Any) -> ValidationError:
    return ValidationError(
        zh=f"{name} 在 {place} 处不符合约定：应为 {zh_expected}，实际为 {zh_found}。请检查写出该文件的步骤。",
        en=f"{name} breaks its contract at {place}: expected {en_expected}, found {en_found}. See the step that writes this file.",
        table=name, place=place, **facts)
