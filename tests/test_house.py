"""The layout holds: rooms use earlier rooms only, and the three places that name dependencies say the same."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "popanalysis"
STAGES = ("acquire", "clean", "link", "reconcile", "refer", "measure", "report")
SHARED = {"answers", "schemas", "columns", "errors", "intervals", "params", "periods", "project", "reference", "rulefile", "workbooks", "workspace"}
#: the verbs above the stages; run.py may be used by those after it
ABOVE = {"__main__": {"cli"}, "executing": set(), "making": {"executing"}, "run": {"executing", "making"}, "signing": {"making", "run"}, "office_layouts": set(), "start": {"office_layouts"}, "doctor": set(), "feedback": set(), "cli": {"feedback", "run", "signing", "start", "doctor", "synthetic"}}
#: library -> the only room that knows it
KNOWN_TO = {"recordlinkage": "link", "papermill": "executing", "nbconvert": "report", "matplotlib": "report", "python_calamine": "acquire", "xlrd": "acquire",
            "typer": "cli", "filelock": "run"}


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_room_uses_earlier_rooms_and_shared_ones_only(file):
    room = room_of(file)
    used = {name.split(".")[1] for name in imports(file) if name.startswith("popanalysis.")} - {room, "__version__"}
    if room in STAGES:
        allowed = SHARED | set(STAGES[: STAGES.index(room)])
    elif room in ABOVE:
        allowed = SHARED | set(STAGES) | ABOVE[room]
    elif room == "synthetic":
        allowed = SHARED
    else:
        allowed = SHARED
    assert used <= allowed


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_library_is_known_to_one_room(file):
    room = room_of(file)
    found = {name.split(".")[0] for name in imports(file)} & KNOWN_TO.keys()
    assert {library for library in found if KNOWN_TO[library] != room and not (room == "synthetic" and library == "openpyxl")} == set()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {normal(name): version for name, version in (line.split("==") for line in lines if line and not line.startswith("#"))}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in (*project["dependencies"], *(t for extra in project["optional-dependencies"].values() for t in extra))]


def test_every_dependency_is_pinned_within_what_the_project_declares():
    pinned = pins()
    for requirement in declared():
        assert requirement.specifier.contains(pinned[normal(requirement.name)]), requirement.name


def test_conda_users_get_the_same_versions():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    named = {normal(name): version for name, version in (line.split("==") for line in pip if "==" in line)}
    pinned = pins()
    assert named == {normal(r.name): pinned[normal(r.name)] for r in declared()}


def test_no_download_address_stands_in_the_pins():
    for name in ("constraints.txt", "environment.yml", "pyproject.toml"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_notebooks_are_committed_without_outputs_and_hold_no_logic():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        import nbformat

        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            assert not cell.outputs and cell.execution_count is None
            if "parameters" in cell.metadata.get("tags", []):
                continue
            kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
            assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda}
            assert len(cell.source.splitlines()) <= 10


def test_every_library_the_package_imports_is_declared():
    """Module names that differ from the name of their distribution stand in the second set."""
    named = {normal(r.name) for r in declared()} | {"pil", "yaml", "python-calamine", "msoffcrypto", "pylopdf-fonts-zh-cn", "four-corner-method"}
    used = {normal(name.split(".")[0]) for file in FILES for name in imports(file)} - {normal(name) for name in sys.stdlib_module_names} - {"popanalysis"}
    assert used <= named


def test_the_table_of_public_faults_names_the_tests_there_are():
    """CONTRIBUTING.md: number -> files; every test that carries a number stands in it, and nothing else does."""
    told = {(number, file) for number, files in re.findall(r"^\| (K\d\d) \|[^|]*\|([^|]*)\|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
            for file in re.findall(r"`([^`]+)`", files)}
    there = {(number, path.relative_to(ROOT / "tests").as_posix()) for path in (ROOT / "tests").rglob("test_*.py")
             for number in re.findall(r"^def test_(K\d\d)_", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert told == there
