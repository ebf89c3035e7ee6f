"""Answers that came back: returned sheets become a ``decisions:`` file of the record they were made from.

An answer is taken where its case is known, its question is still the one that was asked (the check value), and nobody said otherwise in the same
files. Whatever cannot be taken is told, row by row, and stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import yaml

from popanalysis.acquire.answered import Answered, AnsweredRow, read_answered
from popanalysis.answers import ANSWERS, CHAIR, FINDINGS, LOOKED_UP_BY, LOOKED_UP_ON, MET_ON, PAIR_ANSWERS, check_value, pair_check
from popanalysis.clean.dates import read_date
from popanalysis.columns import DECISIONS_COLUMNS
from popanalysis.errors import PopAnalysisError, RecordError, SourceFileError, Text
from popanalysis.params import QuarterParams
from popanalysis.report.meeting.review import open_pairs
from popanalysis.report.messages import label
from popanalysis.report.record_files import RESTRICTED, write_table
from popanalysis.workspace import current_revision

__all__ = ["Taken", "take_feedback"]

#: where answers are kept, beside the revisions of a period
DESK: Final = ("desk", "decisions")


@dataclass(frozen=True)
class Taken:
    """What became of one returned file.

    Attributes
    ----------
    file : its name. decisions : the file written, None where nothing could be taken. n_taken, n_open : rows taken and left blank.
    problems : what could not be taken, each with its sheet and row.
    params : the parameter file that names the decisions now, None where it has to be named by hand.
    """

    file: str
    decisions: Path | None
    n_taken: int
    n_open: int
    problems: tuple[PopAnalysisError, ...]
    params: Path | None


@dataclass(frozen=True)
class _Record:
    """The valid revision a sheet belongs to."""

    params_file: Path
    home: Path
    cases: dict[str, dict[str, str]]
    pairs: dict[str, tuple[str, str]]


def take_feedback(files: Sequence[Path], root: Path, *, by: str = "", date: str = "") -> list[Taken]:
    """Read returned sheets and write their answers as decision files.

    Parameters
    ----------
    files : joint-review books and look-up worksheets, filled in.
    root : the project folder.
    by, date : who decided and when, where the file does not say it.

    Returns
    -------
    One :class:`Taken` a file. The same file read again gives the same decision file.

    Raises
    ------
    PopAnalysisError : a file cannot be read, or belongs to no record of the project; nothing is written then.
    """
    answered = [read_answered(path, path.name) for path in files]
    records = [_record_of(sheet, root) for sheet in answered]
    said: dict[tuple[Path, str], set[tuple[str, str]]] = {}
    rows = [list(_decisions(sheet, record, by, date)) for sheet, record in zip(answered, records, strict=True)]
    for record, found in zip(records, rows, strict=True):
        for _, decision in found:
            if isinstance(decision, dict):
                said.setdefault((record.home, decision["target"]), set()).add((decision["answer"], decision["value"]))
    taken = []
    for sheet, record, found in zip(answered, records, rows, strict=True):
        problems = [decision for _, decision in found if not isinstance(decision, dict)]
        decisions: dict[str, dict[str, str]] = {}
        for row, decision in found:
            if not isinstance(decision, dict):
                continue
            if len(said[record.home, decision["target"]]) > 1:
                problems.append(_contradicted(sheet, row, decision["target"]))
            else:
                decisions[decision["target"]] = decision
        written = _write(sheet, record, list(decisions.values()), root) if decisions else None
        named = record.params_file if written and _name_in_params(record.params_file, written.relative_to(root).as_posix()) else None
        taken.append(Taken(sheet.file, written, len(decisions), sheet.n_open, tuple(problems), named))
    return taken


# --- which record ---------------------------------------------------------------------------------------------------


def _record_of(sheet: Answered, root: Path) -> _Record:
    """Find the latest quarter whose valid revision knows the cases or pairs of a sheet."""
    wanted = {row.said[key] for row in sheet.rows for key in ("case", "pair") if row.said.get(key)}
    if not sheet.rows:
        raise SourceFileError(
            zh=f"文件 {sheet.file} 中没有填写任何处理意见（{sheet.n_open} 行均为空）。请填写后保存，再读入。",
            en=f"Nothing was filled in in {sheet.file} ({sheet.n_open} rows are blank). Fill it in, save it, and try again.", file=sheet.file)
    candidates = []
    for path in sorted((root / "params").glob("*.yaml")):
        try:
            params = QuarterParams.read(path)
        except PopAnalysisError:
            continue  # another file, or one that is told where it is used
        revision = current_revision(params.output_folder(root))
        if params.span.quarter is None or revision is None:
            continue
        cases = pd.read_csv(revision / RESTRICTED / "cases.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        links = pd.read_csv(revision / RESTRICTED / "links.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        by_id = {str(row["case_id"]): {str(k): str(v) for k, v in row.items()} for row in cases.to_dict("records")}
        pairs = open_pairs(links)
        checks = {row.said.get("check", "") for row in sheet.rows}
        n_known = len(wanted & by_id.keys()) + sum(pair_check(*pair) in checks for pair in pairs.values())
        candidates.append((n_known, params.period, _Record(path, params.output_folder(root), by_id, pairs)))
    known = [candidate for candidate in candidates if candidate[0]]
    if not known:
        raise RecordError(
            zh=f"文件 {sheet.file} 中的事项在本项目已生成的季度记录中都没有找到。请确认文件属于本项目，并在生成该记录的项目文件夹中运行。",
            en=f"No quarterly record of this project knows the cases of {sheet.file}. See whether the file belongs here, and run this in the project that made the record.", file=sheet.file)
    return max(known, key=lambda candidate: (candidate[0], candidate[1]))[2]


# --- row by row -----------------------------------------------------------------------------------------------------


def _decisions(sheet: Answered, record: _Record, by: str, date: str) -> Sequence[tuple[AnsweredRow, dict[str, str] | PopAnalysisError]]:
    found: list[tuple[AnsweredRow, dict[str, str] | PopAnalysisError]] = []
    for row in sheet.rows:
        try:
            decision = _of_pair(sheet, row, record) if row.said.get("pair") else _of_case(sheet, row, record)
            found.append((row, {**_who_and_when(sheet, row, by, date), **decision}))
        except PopAnalysisError as problem:
            found.append((row, problem))
    return found


def _who_and_when(sheet: Answered, row: AnsweredRow, by: str, date: str) -> dict[str, str]:
    looked_up = "finding" in row.said
    name = (row.said.get("by") or by) if looked_up else (sheet.chair or by)
    written = (row.said.get("on") or date) if looked_up else (sheet.met_on or date)
    read = read_date(written) if written else None
    if not name or read is None or read.date is None or read.precision != "day":
        head = (LOOKED_UP_BY, LOOKED_UP_ON) if looked_up else (CHAIR, MET_ON)
        raise _refused(sheet, row, Text(f"没有写明{head[0].zh}，或{head[1].zh}“{written}”不是完整日期。请补填，或在命令中写明 --by 和 --date",
                                        f"'{head[0].en}' is blank, or '{head[1].en}' ('{written}') is no whole date. Fill it in, or give --by and --date"))
    return {"made_on": read.date.isoformat(), "by": name, "role": "login_holder" if looked_up else "chair", "origin": "office" if looked_up else "meeting"}


def _of_case(sheet: Answered, row: AnsweredRow, record: _Record) -> dict[str, str]:
    case = record.cases.get(row.said.get("case", ""))
    if case is None:
        raise _refused(sheet, row, Text(f"事项编号“{row.said.get('case', '')}”在本期记录中没有。请从原表中复制编号", f"Case '{row.said.get('case', '')}' is not in the record. Copy the number from the sheet as it was"))
    if row.said.get("check") != check_value(case):
        raise _refused(sheet, row, Text(f"事项 {case['case_id']} 的校验码为空或不符：本表生成后该事项的内容已有变化，或校验码被改动。请在最新的材料中重新填写",
                                        f"The check value of case {case['case_id']} is blank or does not fit: the question has changed since this sheet was made, or the value was altered. Answer it in the latest sheet"))
    said = row.said.get("finding", "") or row.said.get("answer", "")
    if "finding" in row.said:
        finding = next((key for key, text in FINDINGS.items() if said in (key, text.zh, text.en)), None)
        if finding is None or (finding == "otherwise" and not row.said.get("value")):
            raise _refused(sheet, row, _valid(said, list(FINDINGS.values()), "；与名单不同的，须填写查得内容", "; where it differs, say what the system shows"))
        reason = "；".join(filter(None, (FINDINGS[finding].zh, row.said.get("note", ""))))
        return {"about": "case", "target": case["case_id"], "answer": "answered", "field": case["field"], "value": row.said.get("value", ""), "reason": reason}
    answer = next((state for state in ANSWERS if said in (state, label("case_state", state, "zh"), label("case_state", state, "en"))), None)
    if answer is None:
        raise _refused(sheet, row, _valid(said, [Text(label("case_state", state, "zh"), label("case_state", state, "en")) for state in ANSWERS]))
    return {"about": "case", "target": case["case_id"], "answer": answer, "field": case["field"], "value": row.said.get("value", ""), "reason": row.said.get("note", "")}


def _of_pair(sheet: Answered, row: AnsweredRow, record: _Record) -> dict[str, str]:
    pair = next((pair for pair in record.pairs.values() if pair_check(*pair) == row.said.get("check")), None)
    if pair is None:
        raise _refused(sheet, row, Text(f"对应编号“{row.said['pair']}”的校验码为空或不符，该对记录已不在待定之列，或校验码被改动。请在最新的材料中重新填写",
                                        f"The check value of pair '{row.said['pair']}' is blank or does not fit: the link is no longer open, or the value was altered. Answer it in the latest sheet"))
    said = row.said.get("answer", "")
    answer = next((key for key, text in PAIR_ANSWERS.items() if said in (key, text.zh, text.en)), None)
    if answer is None:
        raise _refused(sheet, row, _valid(said, list(PAIR_ANSWERS.values())))
    return {"about": "pair", "target": "+".join(sorted(pair)), "answer": answer, "field": "", "value": "", "reason": row.said.get("note", "")}


def _valid(said: str, words: Sequence[Text], zh: str = "", en: str = "") -> Text:
    return Text(f"处理意见“{said}”不在可选范围内，可填：{'、'.join(word.zh for word in words)}{zh}", f"'{said}' is none of the answers: {', '.join(word.en for word in words)}{en}")


def _refused(sheet: Answered, row: AnsweredRow, why: Text) -> SourceFileError:
    return SourceFileError(zh=f"{sheet.file}“{row.sheet}”表第 {row.row} 行：{why.zh}。", en=f"{sheet.file}, sheet {row.sheet}, row {row.row}: {why.en}.", file=sheet.file, sheet=row.sheet, row=row.row)


def _contradicted(sheet: Answered, row: AnsweredRow, target: str) -> SourceFileError:
    shown = row.said.get("case") or row.said.get("pair") or target
    return _refused(sheet, row, Text(f"“{shown}”有两个不同的处理意见，均未采用。请商定后只保留一个", f"'{shown}' has two different answers; neither was taken. Agree on one and leave only that"))


# --- writing --------------------------------------------------------------------------------------------------------


def _write(sheet: Answered, record: _Record, decisions: list[dict[str, str]], root: Path) -> Path:
    """Write the decisions beside the revisions; the name tells day and file, so that a file read twice is one."""
    folder = record.home.joinpath(*DESK)
    folder.mkdir(parents=True, exist_ok=True)
    for part in (folder, folder.parent):
        part.chmod(0o700)
    origin = decisions[0]["origin"]
    path = folder / f"{max(decision['made_on'] for decision in decisions)}_{origin}_{sheet.sha256[:8]}.csv"
    write_table(path, pd.DataFrame(decisions, columns=list(DECISIONS_COLUMNS)).sort_values(["made_on", "about", "target"], kind="stable"))
    return path


def _name_in_params(file: Path, decisions: str) -> bool:
    """Add a decision file to ``decisions:`` of a parameter file, leaving every other line as it is; say whether that could be done."""
    text = file.read_text(encoding="utf-8")
    listed = list(QuarterParams.read(file).decisions)
    if decisions in listed:
        return True
    wanted = [*listed, decisions]
    quoted = ", ".join(f'"{name}"' for name in wanted)
    if re.search(r"^decisions:[ \t]*\[[^\]\n]*\]", text, re.MULTILINE):
        changed = re.sub(r"^decisions:[ \t]*\[[^\]\n]*\]", lambda _: f"decisions: [{quoted}]", text, count=1, flags=re.MULTILINE)
    elif not re.search(r"^decisions:", text, re.MULTILINE):
        changed = text + ("" if text.endswith("\n") else "\n") + f"decisions: [{quoted}]\n"
    else:
        return False
    try:
        if [*yaml.safe_load(changed)["decisions"]] != wanted or {**yaml.safe_load(changed), "decisions": 0} != {**yaml.safe_load(text), "decisions": 0}:
            return False
    except (yaml.YAMLError, TypeError, KeyError):
        return False
    file.write_text(changed, encoding="utf-8", newline="\n")
    return True
