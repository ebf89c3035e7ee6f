"""A record that was sealed: finding it, reading what it says of itself, and refusing it when it was changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from popanalysis.errors import RecordError
from popanalysis.report.record_files import PUBLISH
from popanalysis.report.seal import file_hash, fingerprint, sealed_files
from popanalysis.workspace import current_revision, revision_number

__all__ = ["beside_the_seal", "read_run_record", "refuse_changed_files", "revision_of"]


def revision_of(folder: Path) -> Path:
    """Return the revision that a period's folder or a revision folder stands for.

    Raises
    ------
    RecordError : there is no finished record.
    """
    folder = folder.resolve()
    revision = folder if revision_number(folder) else current_revision(folder)
    if revision is None or not (revision / PUBLISH).is_dir():
        raise RecordError(
            zh=f"{folder} 中没有已生成的记录。请指定统计期文件夹（如 outputs/2025Q1）或修订文件夹（如 outputs/2025Q1/r1）。",
            en=f"{folder} holds no finished record. Name a period's folder (outputs/2025Q1) or a revision (outputs/2025Q1/r1).", folder=str(folder))
    return revision


def read_run_record(revision: Path) -> dict[str, Any]:
    """Read what a revision says of itself.

    Raises
    ------
    RecordError : ``run_record.json`` is missing or damaged.
    """
    try:
        told: dict[str, Any] = json.loads((revision / PUBLISH / "run_record.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(
            zh=f"{revision.parent.name} 的 {revision.name} 缺少 run_record.json 或该文件已损坏。请用备份恢复，或重新运行生成新的修订。",
            en=f"run_record.json of {revision.parent.name}/{revision.name} is missing or damaged. Restore it from the backup, or run again for a new revision.",
            file="publish/run_record.json") from error
    return told


def beside_the_seal(revision: Path) -> list[dict[str, str]]:
    """Return path and hash of the published files that the fingerprint leaves out because papermill stamps times into them."""
    sealed = set(sealed_files(revision))
    others = [p for p in (revision / PUBLISH).rglob("*") if p.is_file() and p not in sealed and p.name != "run_record.json"]
    return [{"path": p.relative_to(revision).as_posix(), "sha256": file_hash(p)} for p in sorted(others)]


def refuse_changed_files(revision: Path, told: Mapping[str, Any]) -> None:
    """Compare every published and sealed file with the hash taken when the revision was sealed.

    Raises
    ------
    RecordError : files were changed, removed or added since; ``files`` names them.
    """
    expected = {entry["path"]: entry["sha256"] for entry in (*told["sealed"], *told.get("beside_the_seal", []))}
    changed = [name for name, digest in expected.items() if not (revision / name).is_file() or file_hash(revision / name) != digest]
    if not changed:
        present = {p.relative_to(revision).as_posix() for p in (*sealed_files(revision), *(p for p in (revision / PUBLISH).rglob("*") if p.is_file()))}
        changed = sorted(present - expected.keys() - {f"{PUBLISH}/run_record.json"})
    if changed or fingerprint(revision) != told["fingerprint"]:
        names = changed or ["publish/run_record.json"]
        raise RecordError(
            zh=f"{told['period']} 的 {revision.name} 封存后被改动：{'、'.join(names)}。请用备份恢复，或重新运行生成新的修订。",
            en=f"{revision.name} of {told['period']} was changed after sealing: {', '.join(names)}. Restore it from the backup, or run again for a new revision.",
            files=tuple(names))
