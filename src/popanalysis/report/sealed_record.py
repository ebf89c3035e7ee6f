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

__all__ = ["read_run_record", "refuse_changed_files", "revision_of"]


def revision_of(folder: Path) -> Path:
    revision = folder if revision_number(folder) else current_revision(folder)
    if revision is None or not (revision / PUBLISH / "run_record.json").is_file():
        raise RecordError(
            zh=f"{folder} 中没有已生成的记录。请指定统计期文件夹（如 outputs/2025Q1）或修订文件夹（如 outputs/2025Q1/r1）。",
            en=f"{folder} holds no finished record. Name a period's folder (outputs/2025Q1) or a revision (outputs/2025Q1/r1).", folder=str(folder))
    return revision


def read_run_record(revision: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((revision / PUBLISH / "run_record.json").read_text(encoding="utf-8"))
    return told


def refuse_changed_files(revision: Path, told: Mapping[str, Any]) -> None:
    """Compare the sealed files with the hashes taken when they were sealed."""
    changed = [entry["path"] for entry in told["sealed"] if not (revision / entry["path"]).is_file() or file_hash(revision / entry["path"]) != entry["sha256"]]
    extra = {p.relative_to(revision).as_posix() for p in sealed_files(revision)} - {entry["path"] for entry in told["sealed"]}
    changed += sorted(extra)
    if changed or fingerprint(revision) != told["fingerprint"]:
        raise RecordError(
            zh=f"{revision.name} 封存后被改动：{'、'.join(changed) or 'run_record.json'}。请用备份恢复，或重新运行生成新的修订。",
            en=f"{revision.name} was changed after sealing: {', '.join(changed) or 'run_record.json'}. Restore it from the backup, or run again for a new revision.",
            files=tuple(changed))
