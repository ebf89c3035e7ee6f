"""Where a record is being made, and what its files are called.

A notebook that papermill runs alone writes into ``outputs/<period>/draft/`` and everything there stays a draft.
``popanalysis run`` makes a working folder, puts ``task.json`` into it, names it to the kernel through an environment
variable, and promotes it only after its checks. No other hidden input reaches the notebook.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from popanalysis.params import QuarterParams

__all__ = ["CURRENT", "DRAFT", "TASK", "WORK_ENV", "Workspace", "current_revision", "open_workspace", "revision_number", "revisions"]

WORK_ENV = "POPANALYSIS_WORK"
TASK = "task.json"
CURRENT = "current"
DRAFT = "draft"


@dataclass(frozen=True)
class Workspace:
    """The folder a run writes into.

    Attributes
    ----------
    folder : receives ``publish/`` and ``restricted/``.
    root : the project folder.
    revision_before : the revision this one follows, whose event ids and case numbers stay; None for the first.
    is_draft : whether papermill runs alone.
    """

    folder: Path
    root: Path
    revision_before: Path | None
    is_draft: bool


def open_workspace(params: QuarterParams, root: Path) -> Workspace:
    """Return the folder to write into: the one ``run`` prepared, or the draft folder."""
    if (work := os.environ.get(WORK_ENV)) is not None:
        folder = Path(work)
        task = json.loads((folder / TASK).read_text(encoding="utf-8"))
        before = task["revision_before"]
        return Workspace(folder, root, params.output_folder(root) / before if before else None, is_draft=False)
    home = params.output_folder(root)
    return Workspace(home / DRAFT, root, current_revision(home), is_draft=True)


def current_revision(home: Path) -> Path | None:
    """Return the revision folder that ``current`` names, None where there is none."""
    pointer = home / CURRENT
    if not pointer.is_file():
        return None
    revision = home / pointer.read_text(encoding="utf-8").strip()
    return revision if revision.is_dir() else None


def revision_number(folder: Path) -> int:
    """Return the number of a revision folder (``r2`` -> 2), 0 for any other name."""
    name = folder.name
    return int(name[1:]) if name.startswith("r") and name[1:].isdigit() else 0


def revisions(home: Path) -> list[Path]:
    """Return the revision folders of a period, oldest first."""
    found = [p for p in home.iterdir() if p.is_dir() and revision_number(p)] if home.is_dir() else []
    return sorted(found, key=revision_number)
