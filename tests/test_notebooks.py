"""The notebooks run as a person would run them (case K29)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
METHODS = sorted((ROOT / "notebooks/methods").glob("*.ipynb"))


def nbval(notebook: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", *options, str(notebook)]
    return subprocess.run(command, cwd=notebook.parent, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_quarterly_notebook_runs_as_it_stands(demo_project: Path, copy_of: Callable[[Path], Path]) -> None:
    done = nbval(copy_of(demo_project) / "notebooks/quarterly_record.ipynb", "--nbval-lax")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("notebook", METHODS, ids=lambda p: p.stem)
def test_a_methods_notebook_gives_the_outputs_it_was_committed_with(notebook: Path) -> None:
    done = nbval(notebook, "--nbval")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("notebook", METHODS[:1], ids=lambda p: p.stem)
def test_K29_one_changed_number_in_an_output_is_noticed(notebook: Path) -> None:
    changed = nbformat.read(notebook, as_version=4)
    cell = next(c for c in changed.cells if c.cell_type == "code" and c.outputs)
    text = cell.outputs[0]["data"]["text/plain"]
    digit = next(c for c in text[::-1] if c.isdigit())
    place = text.rindex(digit)
    cell.outputs[0]["data"]["text/plain"] = text[:place] + str((int(digit) + 1) % 10) + text[place + 1:]
    copy = notebook.with_name("changed_by_a_test.ipynb")
    changed.cells = changed.cells[: changed.cells.index(cell) + 1]
    nbformat.write(changed, copy)
    try:
        assert nbval(copy, "--nbval").returncode == 1
    finally:
        copy.unlink()
