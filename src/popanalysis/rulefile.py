"""How every rule set is read: versioned YAML, checked on reading, hashed into the record.

A rule set lies in a folder as ``<name>.v<version>.yaml``; ``current.yaml`` beside it names the version in use per
rule set. Each room owns the model of its own rules and builds it on :class:`RuleSet`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from popanalysis.errors import ParameterError, raise_together
from popanalysis.project import shipped_folder

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one, where the wheel has it

__all__ = ["RuleSet", "check_version", "current_file", "rule_folder"]


def rule_folder(root: Path, folder: str) -> Path:
    """Return a folder of rule sets: the project's own, or the package's where the project has none of the default name."""
    own = root / folder
    shipped = shipped_folder("params") / Path(folder).name
    return shipped if not own.is_dir() and folder == f"params/{shipped.name}" and shipped.is_dir() else own


def current_file(folder: Path, name: str) -> Path:
    """Return the file that ``current.yaml`` in ``folder`` names for the rule set ``name``.

    Raises
    ------
    ParameterError : the folder, ``current.yaml``, its entry or the file is missing.
    """
    index = folder / "current.yaml"
    if not index.is_file():
        raise ParameterError(
            zh=f"规则文件夹 {folder.name} 中没有 current.yaml（说明现用版本）。请从程序自带的 params 文件夹中复制。",
            en=f"Rule folder '{folder.name}' has no current.yaml naming the versions in use. Copy it from the params folder that comes with the program.",
            file=str(index))
    entries = yaml.safe_load(index.read_text(encoding="utf-8")) or {}
    if name not in entries:
        raise ParameterError(
            zh=f"{folder.name}/current.yaml 中没有“{name}”。现有：{'、'.join(map(str, entries)) or '无'}。",
            en=f"{folder.name}/current.yaml has no entry '{name}'. Found: {', '.join(map(str, entries)) or 'none'}.", file=str(index), name=name)
    file = folder / str(entries[name])
    if not file.is_file():
        raise ParameterError(
            zh=f"{folder.name}/current.yaml 指定的规则文件 {file.name} 不存在。",
            en=f"{folder.name}/current.yaml names {file.name}, which does not exist.", file=str(file))
    return file


class RuleSet(BaseModel):
    """A rule set: its name and version, who made it and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int
    author: str = ""
    date: str = ""
    reason: str = ""
    _file: str = ""
    _sha256: str = ""

    @property
    def file(self) -> str:
        """Name of the file it was read from."""
        return self._file

    @property
    def sha256(self) -> str:
        """SHA-256 of that file's bytes."""
        return self._sha256

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read and check a rule file.

        Raises
        ------
        ParameterError, ProblemsFoundError : the file is missing, no YAML, or a key or value is wrong; all faults at once.
        """
        path = Path(path)
        try:
            content = path.read_bytes()
            loaded = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ParameterError(
                zh=f"规则文件 {path.name} 无法读取：须为 UTF-8 编码的 YAML 文本。",
                en=f"Rule file {path.name} cannot be read; it must be UTF-8 YAML ({type(error).__name__}).", file=str(path)) from error
        try:
            rules = cls.model_validate(loaded)
        except ValidationError as error:
            raise_together(_explain(path.name, item, cls) for item in error.errors())
            raise  # pragma: no cover - raise_together always raises here
        check_version(rules, path.name)
        rules._file = path.name
        rules._sha256 = hashlib.sha256(content).hexdigest()
        return rules


def check_version(rules: RuleSet, file: str) -> None:
    """Refuse a file called ``<name>.v<version>.yaml`` that holds another version; any other name will do for a trial.

    Raises
    ------
    ParameterError : the two differ.
    """
    found = re.fullmatch(r"(.+)\.v(\d+)\.ya?ml", file)
    if found and int(found[2]) != rules.version:
        raise ParameterError(
            zh=f"规则文件 {file} 的 version 写的是 {rules.version}，文件名表明是第 {int(found[2])} 版。请改正 version，或将文件改名为 {found[1]}.v{rules.version}.yaml。",
            en=f"Rule file {file} holds version {rules.version}, its name says {int(found[2])}. Mend the version, or call the file {found[1]}.v{rules.version}.yaml.",
            file=file, name="version")


def _explain(file: str, item: Any, model: type[BaseModel]) -> ParameterError:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(item["loc"][-1]), list(model.model_fields), n=1, cutoff=0.5)
        return ParameterError(
            zh=f"规则文件 {file} 的 {place} 无此键。" + (f"是否应为“{near[0]}”？" if near else ""),
            en=f"Rule file {file} has an unknown key at {place}." + (f" Did you mean '{near[0]}'?" if near else ""), file=file, name=place)
    return ParameterError(
        zh=f"规则文件 {file} 的 {place} 有误：{item['msg']}（实际为 {item['input']!r}）。",
        en=f"Rule file {file}, {place}: {item['msg']} (found {item['input']!r}).", file=file, name=place)
