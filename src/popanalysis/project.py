"""Where things lie: the project folder, and what the package brings along for a folder that has none.

A project is the nearest folder, from a starting folder upwards, that holds ``params/``. The command line,
papermill, JupyterLab and nbval therefore agree on what a relative path means.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from popanalysis.errors import ParameterError

__all__ = ["find_root", "lay_out_project", "shipped_folder"]

_PACKAGE = Path(__file__).resolve().parent
#: The folders of a project that the package brings along.
SHIPPED = ("notebooks", "params")


def find_root(start: Path | None = None) -> Path:
    """Return the nearest folder, from ``start`` (default: the working folder) upwards, that holds ``params/``.

    Raises
    ------
    ParameterError : no folder above holds ``params/``.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "params").is_dir():
            return folder
    raise ParameterError(
        zh=f"在 {start} 及其上级文件夹中没有找到 params 文件夹。请进入项目文件夹后再运行，或先运行 popanalysis demo 建立项目。",
        en=f"No folder from {start} upwards holds 'params'. Change into the project folder, or run 'popanalysis demo' to lay one out.",
        start=start,
    )


def shipped_folder(name: str) -> Path:
    """Return the package's own copy of ``notebooks`` or ``params``."""
    inside = _PACKAGE / "_project" / name  # an installed wheel
    return inside if inside.is_dir() else _PACKAGE.parents[1] / name  # a checkout


def lay_out_project(folder: Path) -> list[Path]:
    """Copy the notebooks and rule sets into ``folder`` where they are missing; return what was written.

    Nothing that exists is touched: a project's own rules and notebooks stay as they are.
    """
    written: list[Path] = []
    for name in SHIPPED:
        source = shipped_folder(name)
        for file in sorted(p for p in source.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts):
            target = folder / name / file.relative_to(source)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                written.append(target)
    return written
