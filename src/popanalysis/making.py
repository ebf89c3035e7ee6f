"""Making a record in a working folder: what must hold before, running the notebook, what must hold after.

Nothing here promotes anything: :mod:`popanalysis.run` does, and :mod:`popanalysis.signing` makes a record only to compare it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from popanalysis.acquire import read_decisions, read_earlier, read_submissions
from popanalysis.acquire.passwords import ask_for_passwords
from popanalysis.clean import Divisions, clean_records, clean_submissions
from popanalysis.columns import EVENT_OF_KIND, PERSONAL_FIELDS
from popanalysis.errors import NotYetError, ParameterError, PopAnalysisError, RecordError, raise_together
from popanalysis.executing import execute_notebook, one_kernel, read_notebook, refuse_unfinished, write_notebook
from popanalysis.params import QuarterParams
from popanalysis.project import find_root, shipped_folder
from popanalysis.reconcile import apply_decisions, read_rules
from popanalysis.report import file_hash, scan_publish
from popanalysis.report.html import render_html
from popanalysis.report.record_files import PUBLISH, RESTRICTED, personal_values, write_json
from popanalysis.report.sealed_record import read_run_record, refuse_changed_files
from popanalysis.workspace import TASK, Workspace, current_revision

__all__ = ["input_hashes", "make_record", "notebook_file", "notebook_name", "preflight", "project_root"]

QUARTERLY, MONTHLY, JOINT_REVIEW = "quarterly_record.ipynb", "monthly_summary.ipynb", "joint_review.ipynb"
_MANY = 20  # so many addresses without one of the home banner are no accident


# --- before -----------------------------------------------------------------------------------------


def project_root(start: Path) -> Path:
    """Return the project of the working folder, or, where that is in none, of ``start``."""
    try:
        return find_root()
    except ParameterError:
        return find_root(start.resolve())


def preflight(params: QuarterParams, root: Path) -> frozenset[str]:
    """Find everything that can be found before anything is linked, and show it at once.

    Returns
    -------
    Names and numbers of every person in the lists, also of rows that will not be used: none may stand in what is published.
    """
    ask_for_passwords(params)
    problems: list[PopAnalysisError] = list(_not_yet(params))
    has_lists = any(params.inputs.get(kind) for kind in EVENT_OF_KIND)
    if not has_lists:
        problems.append(ParameterError(
            zh="参数 inputs 中没有任何可核对的名单。请至少写入一份，如 birth_cert、hukou_birth、town_birth 或 marriage。",
            en="The parameter 'inputs' names no list to compare. Name at least one, such as birth_cert, hukou_birth, town_birth or marriage.", name="inputs"))

    def attempt(step: Any) -> Any:
        try:
            return step()
        except PopAnalysisError as error:
            problems.extend(getattr(error, "problems", (error,)))
            return None

    rules = attempt(lambda: read_rules(params, root))
    attempt(lambda: apply_decisions(read_decisions(params, root)))
    earlier = attempt(lambda: read_earlier(params, Workspace(Path(), root, None, is_draft=True)))
    if earlier is not None and earlier.previous is not None:
        attempt(lambda: refuse_changed_files(earlier.previous.folder, read_run_record(earlier.previous.folder)))
    divisions = attempt(lambda: Divisions.load(params.divisions_file(root), params.home_division))
    submissions = attempt(lambda: read_submissions(params, root)) if has_lists else None
    if submissions is not None and divisions is not None:
        cleaned = attempt(lambda: clean_submissions(submissions, params, divisions, rules.checks if rules else None))
        attempt(lambda: _check_home(params, divisions, cleaned.records if cleaned else {}))
    for name in (notebook_name(params), *([JOINT_REVIEW] if params.span.quarter is not None else [])):
        attempt(lambda name=name: _check_template(notebook_file(params, root, name)))
    attempt(lambda: _check_output_folder(params, root))
    raise_together(problems)
    return frozenset(personal_values(
        (clean_records(s.cells, s.kind, types=s.types, divisions=divisions, as_of=params.as_of_date, date_order=s.date_order)[0] for s in submissions or ()),
        PERSONAL_FIELDS))


def _check_output_folder(params: QuarterParams, root: Path) -> None:
    """Refuse to write one period's revisions beside another's."""
    home = params.output_folder(root)
    current = current_revision(home)
    if current is not None and (period := read_run_record(current)["period"]) != params.period:
        raise ParameterError(
            zh=f"文件夹 {home.name} 中已有 {period} 的记录，不能再放 {params.period} 的记录。请为 output_dir 另选文件夹。",
            en=f"Folder {home.name} holds the record of {period} already; choose another output_dir for {params.period}.", name="output_dir", found=period)


def _not_yet(params: QuarterParams) -> Iterator[PopAnalysisError]:
    span = params.span
    if span.quarter is None and span.month is None:
        yield NotYetError("annual_rollup", zh=f"本版本处理季度和月份，请将 period 写作 \"{span.year}Q1\" 或 \"{span.year}-01\"。",
                          en=f"This version makes quarterly records and monthly summaries; write period: \"{span.year}Q1\" or \"{span.year}-01\".")
    if params.engine == "spark":
        yield NotYetError("engine: spark", zh="请将 engine 改为 local。", en="Write engine: local.")


def _check_home(params: QuarterParams, divisions: Divisions, records: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a banner that no address of the lists lies in: every birth would be taken for one of elsewhere."""
    home = params.home_division
    counts = Counter(
        str(code) for frame in records.values() for column in map(str, frame.columns) if column.endswith("_addr_division") for code in frame[column].dropna())
    if counts.total() >= _MANY and home not in counts:
        most = min(counts, key=lambda code: (-counts[code], code))
        raise ParameterError(
            zh=f"名单中没有属于 {home} 的地址，最多见的是 {most}{divisions.name(most)}。请核对 home_division。",
            en=f"No address of the lists lies in {home}; most lie in {most} {divisions.name(most)}. Check home_division.", name="home_division", value=home)


def notebook_name(params: QuarterParams) -> str:
    """Return the notebook that makes the record of a quarter or the summary of a month."""
    return MONTHLY if params.span.month else QUARTERLY


def notebook_file(params: QuarterParams, root: Path, name: str | None = None) -> Path:
    """Return the project's own notebook, or the package's where the project has none; by default the one that makes the record."""
    own = root / "notebooks" / (name or notebook_name(params))
    return own if own.is_file() else shipped_folder("notebooks") / own.name


def _check_template(path: Path) -> None:
    """Refuse a notebook whose parameters papermill could not set: without the tagged cell its own values would win."""
    notebook = read_notebook(path)
    if not any("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells):
        raise ParameterError(
            zh=f"记录本 {path.name} 中没有标记为 parameters 的单元格，参数不会生效。请恢复程序自带的记录本。",
            en=f"Notebook {path.name} has no cell tagged 'parameters'; parameters would not take effect. Restore the notebook that comes with the program.",
            file=path.name)


# --- making -----------------------------------------------------------------------------------------


def make_record(params: QuarterParams, root: Path, work: Path, before: Path | None, persons: frozenset[str], *, progress: bool) -> None:
    """Make a whole record in a new folder: run the notebook, check that it ran to its end on the files as they were, render, scan.

    Parameters
    ----------
    params : checked parameters, after :func:`preflight`.
    root : the project folder.
    work : the folder to make; it receives ``publish/`` and ``restricted/``.
    before : the revision this one follows.
    persons : names and numbers that may not stand in what is published, from :func:`preflight`.
    progress : show papermill's progress bar.

    Raises
    ------
    RecordError : the notebook failed or stopped early, an input changed, or a person could be found in what is to be published.
    """
    work.mkdir()
    inputs = input_hashes(params, root)
    (work / TASK).write_text(json.dumps({"revision_before": before.name if before else None}), encoding="utf-8")
    with one_kernel() as kernel:
        _make_main_record(params, root, work, inputs, kernel, progress=progress)
        if params.span.quarter is not None:
            _make_joint_review(params, root, work, kernel)
    _scan(work, params, root, persons)
    (work / TASK).unlink()


def _make_main_record(params: QuarterParams, root: Path, work: Path, inputs: Mapping[str, str], kernel: Any, *, progress: bool) -> None:
    template, name = notebook_file(params, root), notebook_name(params)
    output = work / name
    execute_notebook(template, output, params, root, work, kernel=kernel, progress=progress)
    notebook = read_notebook(output)
    refuse_unfinished(notebook)
    _check_results(params, work)
    if input_hashes(params, root) != inputs:
        changed = [name for name, value in input_hashes(params, root).items() if inputs.get(name) != value]
        raise RecordError(
            zh=f"运行期间输入文件被改动：{'、'.join(changed)}。请确认文件不再变动后重新运行。",
            en=f"Input files changed while the run was under way: {', '.join(changed)}. Make sure nobody edits them and run again.", files=tuple(changed))
    _publish_notebook(notebook, work / PUBLISH / name, params)
    output.unlink()
    told = read_run_record(work)
    told["state"] = "checked"
    told["other_inputs"] = [{"file": name, "sha256": digest} for name, digest in inputs.items() if name not in {entry["file"] for entry in told["inputs"]}]
    told["notebook"] = {"file": f"notebooks/{name}", "sha256": file_hash(template)}
    write_json(work / PUBLISH / "run_record.json", told)
    html = render_html(work / PUBLISH / name, language=params.language, title=_title(params), stamp="checked")
    (work / PUBLISH / "record.html").write_text(html, encoding="utf-8", newline="\n")


def _check_results(params: QuarterParams, work: Path) -> None:
    """Refuse a record that wrote no results, or spoke of another period."""
    try:
        results = json.loads((work / PUBLISH / "results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(
            zh="记录本运行完毕但没有写出结果文件（results.json）。请恢复程序自带的记录本最后一个单元格。",
            en="The notebook ran to its end but wrote no results.json. Restore the last cell of the notebook that comes with the program.") from None
    if results["period"] != params.period:
        raise RecordError(
            zh=f"记录本实际使用的统计期是 {results['period']}，与要求的 {params.period} 不符。",
            en=f"The notebook used period {results['period']}, not {params.period} as asked.", found=results["period"])


def _make_joint_review(params: QuarterParams, root: Path, work: Path, kernel: Any) -> None:
    """Make the workbook and the page for the meeting of the departments, from the record in the working folder; both are restricted."""
    output = work / JOINT_REVIEW
    execute_notebook(notebook_file(params, root, JOINT_REVIEW), output, params, root, work, kernel=kernel, progress=False)
    refuse_unfinished(read_notebook(output))
    html = render_html(output, language=params.language, title=_title_of_meeting(params), stamp="checked")
    page = work / RESTRICTED / JOINT_REVIEW.replace(".ipynb", ".html")
    page.write_text(html, encoding="utf-8", newline="\n")
    output.unlink()


def _title_of_meeting(params: QuarterParams) -> str:
    period = params.span.in_words(params.language)
    return f"{period}人口信息会商材料（限参会人员）" if params.language == "zh" else f"Joint review of population information, {period} (for the meeting only)"


def _publish_notebook(notebook: nbformat.NotebookNode, path: Path, params: QuarterParams) -> None:
    """Write the executed notebook beside the record: stamped as checked, without paths of this machine."""
    for cell in notebook.cells:
        if "stamp" in cell.metadata.get("tags", []):
            cell.source = "已核验，待签发（是否正式以 sign_off.json 为准）" if params.language == "zh" else "Checked, to be signed (sign_off.json tells whether it is official)"
    about = notebook.metadata.get("papermill", {})
    about.update(input_path=f"notebooks/{path.name}", output_path=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(notebook, path)


def _scan(work: Path, params: QuarterParams, root: Path, persons: frozenset[str]) -> None:
    """Refuse to publish a folder in which a person can be found. Names of places and files may stand there, whoever is called so."""
    records = pd.read_parquet(work / RESTRICTED / "records.parquet")
    divisions = Divisions.load(params.divisions_file(root), params.home_division)
    places = {*divisions.towns.get(params.home_division, {}), *(division.name for division in divisions.by_code.values())}
    files = [source.name for sources in params.inputs.values() for source in sources]
    found = scan_publish(work / PUBLISH, persons | personal_values([records], PERSONAL_FIELDS), allowed=[*sorted(places), *files])
    if found:
        where = sorted({str(f.file) for f in found})
        raise RecordError(
            zh=f"公开文件中发现个人信息，记录未生成：{'、'.join(where)}，共 {len(found)} 处。请检查记录本是否输出了明细行。",
            en=f"Personal data found in files to be published ({', '.join(where)}; {len(found)} places); no record was made. See whether the notebook shows rows.",
            files=tuple(where), n_found=len(found))


def _title(params: QuarterParams) -> str:
    period = params.span.in_words(params.language)
    if params.span.month:
        return f"{period}出生、婚姻信息比对情况月报" if params.language == "zh" else f"Monthly summary of births and marriages, {period}"
    return f"{period}人口信息交换核对记录" if params.language == "zh" else f"Record of the exchange of population information, {period}"


# --- inputs -----------------------------------------------------------------------------------------


def input_hashes(params: QuarterParams, root: Path) -> dict[str, str]:
    """SHA-256 of every file a record depends on besides its rule sets, by the name the parameters use."""
    names = [source.path for sources in params.inputs.values() for source in sources if source.path is not None]
    names += [name for sources in params.inputs.values() for source in sources for name in (source.columns, source.replaces) if name is not None]
    names += [name for name in (params.divisions_overlay, params.holidays, *params.decisions) if name is not None]
    return {name: file_hash(root / name) for name in sorted(set(names)) if (root / name).is_file()}
