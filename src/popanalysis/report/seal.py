"""Which files of a revision are sealed, and the one number that stands for them all.

Fingerprint, byte for byte: for every sealed file, sorted by path, one line ::

    <SHA-256 of the file, 64 lower-case hex digits><two blanks><path relative to the revision, "/" between folders><line feed>

in UTF-8; the fingerprint is the SHA-256 of these lines, 64 lower-case hex digits. That is what ``sha256sum`` prints, so
that anyone can check a record without this package: ``sha256sum FILES... | sha256sum`` with the paths in byte order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from popanalysis.errors import RecordError

__all__ = ["SEALED", "SEALED_MONTHLY", "file_hash", "fingerprint", "fingerprint_of", "notebook_outputs", "seal", "sealed_files"]

#: Patterns of the sealed files, relative to the revision. The notebook is compared by its outputs instead: papermill
#: stamps times into it; run_record.json holds the fingerprint itself.
SEALED = (
    "publish/results.json", "publish/tables/*", "publish/record.html", "publish/record.pdf",
    "restricted/linked_records.csv", "restricted/links.csv", "restricted/cases.csv", "restricted/relations.csv", "restricted/faults.csv",
    "restricted/carried_forward.parquet",
)
#: The same of a monthly summary, which adds nothing to the chain of records.
SEALED_MONTHLY = ("publish/results.json", "publish/tables/*", "publish/record.html", "publish/record.pdf",
                  "restricted/monthly_differences.csv", "restricted/home_county.csv", "restricted/faults.csv")
_MAY_BE_ABSENT = frozenset({"publish/record.pdf", "publish/tables/*"})


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, 64 lower-case hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sealed_files(revision: Path) -> list[Path]:
    """Return the sealed files of a revision, sorted by their path inside it.

    Raises
    ------
    RecordError : a file that every revision has is not there.
    """
    found: set[Path] = set()
    of_month = (revision / "restricted" / "monthly_differences.csv").is_file()
    for pattern in SEALED_MONTHLY if of_month else SEALED:
        matches = {path for path in revision.glob(pattern) if path.is_file()}
        if not matches and pattern not in _MAY_BE_ABSENT:
            raise RecordError(
                zh=f"记录文件夹 {revision.name} 中缺少文件 {pattern}，记录不完整。请重新运行 popanalysis run。",
                en=f"The record folder {revision.name} lacks {pattern}; the record is not whole. Run 'popanalysis run' again.", file=pattern)
        found |= matches
    return sorted(found, key=lambda path: _inside(path, revision))


def seal(revision: Path) -> list[dict[str, str]]:
    """Return ``path`` and ``sha256`` of every sealed file, as ``run_record.json`` lists them."""
    return [{"path": _inside(path, revision), "sha256": file_hash(path)} for path in sealed_files(revision)]


def fingerprint_of(sealed: Iterable[Mapping[str, str]]) -> str:
    """Return the fingerprint of listed files (see the head of this module).

    Examples
    --------
    >>> empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    >>> fingerprint_of([{"path": "publish/results.json", "sha256": empty}])[:16]
    '71efaeefebd88a10'
    """
    lines = sorted((entry["path"], entry["sha256"]) for entry in sealed)
    return hashlib.sha256("".join(f"{digest}  {path}\n" for path, digest in lines).encode("utf-8")).hexdigest()


def fingerprint(revision: Path) -> str:
    """Return the fingerprint of a revision as its files are now."""
    return fingerprint_of(seal(revision))


def notebook_outputs(path: Path) -> list[dict[str, Any]]:
    """Return what the cells of an executed notebook show, in order, to compare two executions.

    Times, counters, ids and metadata are left out, and so is the error stream, which carries warnings and progress;
    a cell's text pieces on one stream are joined, as their split depends on timing.

    Returns
    -------
    One mapping an output: ``cell`` (position among code cells), ``type``, and ``text``, ``data`` or ``error``.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    shown: list[dict[str, Any]] = []
    code_cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    for number, cell in enumerate(code_cells):
        printed = "".join(_joined(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream" and output["name"] == "stdout")
        if printed:
            shown.append({"cell": number, "type": "stdout", "text": printed})
        for output in cell["outputs"]:
            if "data" in output:
                shown.append({"cell": number, "type": "data", "data": {mime: _joined(value) for mime, value in sorted(output["data"].items())}})
            elif output["output_type"] == "error":
                shown.append({"cell": number, "type": "error", "error": output["ename"]})
    return shown


def _inside(path: Path, revision: Path) -> str:
    return path.relative_to(revision).as_posix()


def _joined(value: Any) -> Any:
    """Join the lines that the notebook format may store singly."""
    return "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
