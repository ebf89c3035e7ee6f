"""After a record was made: run it again and compare, and record who makes it official."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popanalysis.errors import ParameterError, PopAnalysisError, RecordError
from popanalysis.making import input_hashes, make_record, notebook_file, preflight, project_root
from popanalysis.params import QuarterParams
from popanalysis.reconcile import read_rules
from popanalysis.report import file_hash, notebook_outputs, sealed_files
from popanalysis.report.record_files import PUBLISH, write_json
from popanalysis.report.sealed_record import read_run_record, refuse_changed_files, revision_of
from popanalysis.run import VERIFYING, only_run

__all__ = ["Verification", "sign_off", "signed_revisions", "verify_record"]

SIGN_OFF = "sign_off.json"


@dataclass(frozen=True)
class Verification:
    """What re-execution gave: ``differing`` names the sealed files (or notebook) that came out otherwise; ``hints`` say why that may be."""

    revision: Path
    fingerprint: str
    differing: tuple[str, ...]
    hints: tuple[PopAnalysisError, ...]

    @property
    def is_equal(self) -> bool:
        """Whether everything came out the same."""
        return not self.differing


def verify_record(folder: Path, *, progress: bool = False) -> Verification:
    """Check a record's files against its fingerprint, run it again from its own parameters, and compare.

    Parameters
    ----------
    folder : a period's folder (its current revision is taken) or a revision folder.

    Raises
    ------
    RecordError : there is no record, or its files were changed after sealing.
    """
    revision = revision_of(folder)
    told = read_run_record(revision)
    refuse_changed_files(revision, told)
    params = QuarterParams.from_values(told["parameters"])
    root = project_root(revision)
    _refuse_missing_inputs(told, params, root)
    hints = tuple(_what_changed_since(told, params, root))
    if told["previous_record"]:  # the revision the record was made from, also when the previous quarter has a newer one by now
        params = params.model_copy(update={"previous_record": told["previous_record"]["folder"]})
    persons = preflight(params, root)
    home = revision.parent
    with only_run(home, params.period):
        work = home / VERIFYING
        shutil.rmtree(work, ignore_errors=True)
        before = home / told["revision_before"]["revision"] if told["revision_before"] else None
        try:
            make_record(params, root, work, before, persons, progress=progress)
            differing = _compare(revision, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Verification(revision, told["fingerprint"], differing, hints)


def sign_off(folder: Path, *, by: str, date: str) -> Path:
    """Record who makes a revision official, and when.

    Parameters
    ----------
    folder : a period's folder (its current revision is taken) or a revision folder.
    by : the person who signs.
    date : ISO date, given by the signer: no clock is read.

    Returns
    -------
    The file ``sign_off.json``, beside the revisions.

    Raises
    ------
    ParameterError : the name or date is not usable.
    RecordError : there is no record, its files were changed, or it is signed already.
    """
    if not by.strip():
        raise ParameterError(zh="签发人姓名不能为空，请用 --by 写明。", en="The signer's name is empty; give it with --by.", name="by")
    try:
        signed_on = dt.date.fromisoformat(date)
    except ValueError:
        raise ParameterError(zh=f"签发日期“{date}”应写作 2025-04-10 的形式。", en=f"The date '{date}' must be written like 2025-04-10.", name="date", value=date) from None
    revision = revision_of(folder)
    told = read_run_record(revision)
    refuse_changed_files(revision, told)
    if signed_on < dt.date.fromisoformat(told["as_of"]):
        raise ParameterError(
            zh=f"签发日期 {date} 早于记录所反映的日期 {told['as_of']}，请核对。",
            en=f"The date {date} lies before the day the record speaks of ({told['as_of']}). Check it.", name="date", value=date)
    file = revision.parent / SIGN_OFF
    signed = _read_sign_offs(revision.parent)
    for entry in signed["sign_offs"]:
        if entry["fingerprint"] == told["fingerprint"] and entry["revision"] == revision.name:
            raise RecordError(
                zh=f"{revision.name} 已由 {entry['by']} 于 {entry['date']} 签发，无需重复签发。",
                en=f"{revision.name} was signed by {entry['by']} on {entry['date']} already.", revision=revision.name)
    signed["sign_offs"].append({"revision": revision.name, "fingerprint": told["fingerprint"], "by": by.strip(), "date": date})
    write_json(file, signed)
    return file


def signed_revisions(home: Path) -> set[str]:
    """Return the names of a period's revisions that were signed."""
    return {str(entry["revision"]) for entry in _read_sign_offs(home)["sign_offs"]}


def _read_sign_offs(home: Path) -> dict[str, Any]:
    file = home / SIGN_OFF
    signed: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"schema": 1, "sign_offs": []}
    return signed


def _refuse_missing_inputs(told: Mapping[str, Any], params: QuarterParams, root: Path) -> None:
    """A record cannot be run again without what it was made from; a database is asked again and says so itself."""
    queries = {source.name for sources in params.inputs.values() for source in sources if source.path is None}
    gone = [entry["file"] for entry in (*told["inputs"], *told.get("other_inputs", [])) if entry["file"] not in queries and not (root / entry["file"]).exists()]
    if gone:
        raise RecordError(
            zh=f"生成该记录的原文件已移走或改名：{'、'.join(gone)}。请恢复后再核验。",
            en=f"Files the record was made from were moved or renamed: {', '.join(gone)}. Put them back and verify again.", files=tuple(gone))


def _what_changed_since(told: Mapping[str, Any], params: QuarterParams, root: Path) -> Iterator[PopAnalysisError]:
    """Say what a record depends on that is no longer as it was."""
    now = input_hashes(params, root)
    for entry in (*told["inputs"], *told.get("other_inputs", [])):
        if entry["file"] in now and now[entry["file"]] != entry["sha256"]:
            yield RecordError(zh=f"输入文件 {entry['file']} 已不是生成记录时的文件。", en=f"Input file {entry['file']} is not the one the record was made from.", file=entry["file"])
    notebook = notebook_file(params, root)
    if told["notebook"]["sha256"] != file_hash(notebook):
        yield RecordError(zh=f"记录本 {notebook.name} 已改动。", en=f"Notebook {notebook.name} was changed.", file=notebook.name)
    in_use = {(role, rule_set.name): rule_set.sha256 for role, rule_set in read_rules(params, root).rule_sets}
    for entry in told["rule_sets"]:
        if entry["sha256"] != in_use.get((entry["role"], entry["name"])):
            yield RecordError(zh=f"规则 {entry['file']} 已改动或更换版本。", en=f"Rule set {entry['file']} was changed or replaced.", file=entry["file"])


def _compare(revision: Path, again: Path) -> tuple[str, ...]:
    ours = {p.relative_to(revision).as_posix(): file_hash(p) for p in sealed_files(revision)}
    theirs = {p.relative_to(again).as_posix(): file_hash(p) for p in sealed_files(again)}
    differing = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    for notebook in sorted((revision / PUBLISH).glob("*.ipynb")):
        name = f"{PUBLISH}/{notebook.name}"
        if not (again / name).is_file() or notebook_outputs(notebook) != notebook_outputs(again / name):
            differing.append(name)
    return tuple(differing)
