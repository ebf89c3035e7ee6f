"""Shared by the rooms' tests: an invented quarter on disk, and a project that has made its record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from popanalysis.project import lay_out_project
from popanalysis.run import run_period
from popanalysis.synthetic import write_demo


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with notebooks, rules and two invented quarters; nothing was run in it. Read only."""
    root = tmp_path_factory.mktemp("project")
    lay_out_project(root)
    write_demo(root, quarters=2)
    return root


@pytest.fixture(scope="session")
def recorded_project(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project with the record of its first quarter made. Read only."""
    root = tmp_path_factory.mktemp("recorded") / "project"
    shutil.copytree(demo_project, root)
    with inside(root):
        run_period(root / "params/2025Q1.yaml")
    return root


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """Copy a project into a folder the test may change."""
    def copy(project: Path) -> Path:
        target = tmp_path / "project"
        shutil.copytree(project, target)
        return target
    return copy


class inside:  # noqa: N801 - reads as a preposition
    """Work in a folder for a while."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        self.before = Path.cwd()
        os.chdir(self.folder)

    def __exit__(self, *_: object) -> None:
        os.chdir(self.before)


@pytest.fixture
def in_folder() -> Iterator[Callable[[Path], None]]:
    """Change the working folder for the rest of the test."""
    before = Path.cwd()
    yield lambda folder: os.chdir(folder)
    os.chdir(before)


@pytest.fixture
def project(demo_project: Path, copy_of: Callable[[Path], Path], in_folder: Callable[[Path], None]) -> Path:
    """A project of the test's own, with the working folder in it."""
    root = copy_of(demo_project)
    in_folder(root)
    return root


@pytest.fixture
def recorded(recorded_project: Path, copy_of: Callable[[Path], Path], in_folder: Callable[[Path], None]) -> Path:
    """The same with the record of the first quarter made."""
    root = copy_of(recorded_project)
    in_folder(root)
    return root
