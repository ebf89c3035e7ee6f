"""Starting a period: say which received file is which, and write the parameter file for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from popanalysis.acquire import ColumnMatch, Recognition, recognise_folder
from popanalysis.acquire.archives import unpack_archives
from popanalysis.acquire.table import holds_long_number
from popanalysis.columns import KINDS
from popanalysis.errors import NotYetError, ParameterError, PopAnalysisError, SourceFileError, Text
from popanalysis.office_layouts import write_layouts
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.project import find_root
from popanalysis.report import label, labels

__all__ = ["start_period"]


def start_period(period: str, folder: Path, *, home: str | None = None, show: Callable[[Text], None]) -> Path:
    """Recognise the files of a folder and write ``params/<period>.yaml``.

    Parameters
    ----------
    period : for example ``"2025Q2"``.
    folder : where the received files lie; they stay there.
    home : division code of the banner; by default that of the latest parameter file of the project.
    show : takes each sentence for the user.

    Raises
    ------
    ParameterError : the period or ``home`` cannot be read, or the parameter file exists already; nothing is overwritten.
    NotYetError : the period is a month or a year.
    SourceFileError : the folder is missing, no folder, or holds no list of the exchange, or the parameter file cannot be written.
    """
    span = _quarter(period)
    _check_home(home)
    root = find_root()
    target = root / "params" / f"{span}.yaml"
    if target.exists():
        raise ParameterError(
            zh=f"参数文件 params/{target.name} 已存在，未作改动。如需重新识别，请先将其改名。",
            en=f"params/{target.name} exists already and was left as it is. Rename it first if you want it made anew.", file=str(target))
    _check_folder(folder)
    for told in unpack_archives(folder):
        show(told if isinstance(told, Text) else told.text)
    found = [item for item in recognise_folder(folder) if item.path.suffix.lower() != ".zip" or item.problem is None]
    _tell(found, folder, show)
    empty = _tell_empty(found, folder, show)
    inputs = _inputs(found, root, {})
    if not inputs:
        raise SourceFileError(
            zh=f"文件夹 {folder} 中没有可采用的名单。请确认放入的是各部门报送的文件。",
            en=f"Folder {folder} holds no list of the exchange that could be used. Make sure that it holds the files the offices sent.", folder=str(folder))
    for kind in (k for k in KINDS if k not in inputs and k not in empty):
        show(Text(f"没有找到{label('kind', kind, 'zh')}；如该部门报告为零，请将 {kind} 写入 nil_reports。",
                  f"No file was taken for {label('kind', kind, 'en')}; if the office reported none, name {kind} in nil_reports."))
    inputs = _inputs(found, root, write_layouts(found, root, show))
    previous = _latest(root, span)
    home = home or (previous.home_division if previous else None)
    _write(target, _parameter_text(span, home, inputs, previous, root))
    if home is None:
        show(Text(f"未能确定本旗行政区划代码，请先在 params/{target.name} 的 home_division 中填写六位代码，再运行。",
                  f"The division code of the banner is not known: fill in home_division (six digits) in params/{target.name} before the run."))
    return target


# --- what was asked for ---------------------------------------------------------------------------------


def _quarter(period: str) -> Period:
    span = Period.parse(period)
    if span.quarter is None:
        raise NotYetError("monthly_summary" if span.month else "annual_rollup")
    return span


def _check_home(home: str | None) -> None:
    if home is not None and not re.fullmatch(r"\d{6}", home, flags=re.ASCII):
        raise ParameterError(
            zh=f"--home 应为本旗六位行政区划代码（半角数字），如 159901，实际为“{home}”。",
            en=f"--home must be the six-digit division code of the banner (ASCII digits) such as 159901, found '{home}'.", name="home", value=home)


def _check_folder(folder: Path) -> None:
    if folder.is_file():
        raise SourceFileError(
            zh=f"{folder} 是文件，不是文件夹。请写明收到的文件所在的文件夹。", en=f"{folder} is a file, not a folder. Name the folder that holds the files received.", folder=str(folder))
    if not folder.is_dir():
        raise SourceFileError(
            zh=f"文件夹 {folder} 不存在。请检查路径。", en=f"Folder {folder} does not exist. Check the path.", folder=str(folder))


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SourceFileError(
            zh=f"参数文件 params/{target.name} 无法写入。请检查 params 文件夹是否只读、磁盘是否已满，再重试。",
            en=f"params/{target.name} cannot be written ({error.strerror}). See whether the folder params is read-only or the disk full, and try again.", file=str(target)) from error


# --- what was found -------------------------------------------------------------------------------------


def _tell(found: Iterable[Recognition], folder: Path, show: Callable[[Text], None]) -> None:
    told: tuple[object, ...] = ()
    for item in found:
        name = _name(item, folder)
        if item.kind is None:
            show(Text(f"{name}：未采用（{item.why.zh}）", f"{name}: not taken ({item.why.en})"))
            continue
        n_rows = item.reading.n_rows if item.reading else 0
        show(Text(f"{name}：{label('kind', item.kind, 'zh')}，{n_rows} 行（{item.why.zh}）", f"{name}: {label('kind', item.kind, 'en')}, {n_rows} rows ({item.why.en})"))
        if item.lacking:
            show(Text(f"　　待核实：该表缺少必需的列，未写入 inputs。请报送单位补上该列；如该列另有名称，请在 params/sources/ 的列对应文件中写明，再将文件写入 inputs 的 {item.kind}。",
                      f"    a question: needed columns are lacking, so it was not put into inputs. Ask the office for them; if they go by another name, say so in a layout under params/sources/ and name the file under {item.kind}."))
        if not item.visible:
            show(Text("　　该工作表已隐藏，未采用。如需采用，请取消隐藏，或在参数文件中用 sheet 写明。", "    the sheet is hidden and not used: unhide it, or name it with 'sheet' in the parameter file"))
        columns = item.reading.columns if item.reading else ()
        if (item.path, columns) == told:
            show(Text("　　各列同上一张工作表", "    columns as in the sheet before"))
            continue
        told = (item.path, columns)
        _tell_columns(columns, show)


def _tell_columns(columns: Sequence[ColumnMatch], show: Callable[[Text], None]) -> None:
    for decision, zh, en in (("used", "采用的列", "columns used"), ("dropped", "因隐私不予读取的列", "columns not read, for privacy"),
                             ("ignored", "不需要的列", "columns not needed"), ("unknown", "未识别的列", "columns not placed")):
        headers = [Text(*(f"{c.letter} {'…' if holds_long_number(c.header) else c.header}" + (f"→{meaning}" if decision == "used" and (meaning := labels("field", language).get(c.field or "")) else "")
                          for language in ("zh", "en"))) for c in columns if c.decision == decision]
        if headers:
            show(Text(f"　　{zh}：{'；'.join(h.zh for h in headers)}", f"    {en}: {'; '.join(h.en for h in headers)}"))


def _name(item: Recognition, folder: Path) -> str:
    return item.path.relative_to(folder).as_posix() + (f" [{item.sheet}]" if item.sheet else "")


def _holds_rows(item: Recognition) -> bool:
    return item.visible and item.usable and item.reading is not None and item.reading.n_rows > 0


def _tell_empty(found: Sequence[Recognition], folder: Path, show: Callable[[Text], None]) -> set[str]:
    """Tell the lists that have a head and no record; return their kinds."""
    filled = {(item.path, item.kind) for item in found if _holds_rows(item)}
    kinds = set()
    for item in found:
        if item.kind and item.usable and item.visible and (item.path, item.kind) not in filled:
            kinds.add(item.kind)
            show(Text(f"{_name(item, folder)}：有表头但没有记录，未写入 inputs。如该部门报告为零，请将 {item.kind} 写入 nil_reports；否则请其重新报送。",
                      f"{_name(item, folder)}: a head but no record, so it was not put into inputs. If the office reported none, name {item.kind} in nil_reports; otherwise ask for the list again."))
    return kinds


def _inputs(found: Sequence[Recognition], root: Path, layouts: Mapping[tuple[Path, str], str]) -> dict[str, list[Any]]:
    """kind -> sources; a file goes where its visible sheets that hold rows belong, sheet by sheet where they are lists of several kinds."""
    kinds_of: dict[Path, set[str]] = {}
    for item in found:
        if item.kind and _holds_rows(item):
            kinds_of.setdefault(item.path, set()).add(item.kind)
    inputs: dict[str, list[Any]] = {}
    for item in sorted(found, key=lambda item: item.path.as_posix()):
        if item.kind is None or not _holds_rows(item):
            continue
        path = item.path.resolve()
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
        source = {"path": name, **({} if len(kinds_of[item.path]) == 1 else {"sheet": item.sheet}), **({"columns": layout} if (layout := layouts.get((item.path, item.kind))) else {})}
        if source not in inputs.setdefault(item.kind, []):
            inputs[item.kind].append(source)
    return dict(sorted(inputs.items()))


def _latest(root: Path, span: Period) -> QuarterParams | None:
    """The newest parameter file of an earlier quarter that can be read."""
    for file in sorted((root / "params").glob("????Q?.yaml"), reverse=True):
        try:
            if Period.parse(file.stem) < span:
                return QuarterParams.read(file)
        except PopAnalysisError:
            continue
    return None


def _parameter_text(span: Period, home: str | None, inputs: dict[str, list[Any]], previous: QuarterParams | None, root: Path) -> str:
    before = f"outputs/{span.previous}"
    known = (root / before / "current").is_file()
    exchange_day = span.next.first_day.replace(day=8)
    block = "".join(f"  {kind}:\n" + "".join(f"    - {_flow(source)}\n" for source in sources) for kind, sources in inputs.items())
    overlay = previous.divisions_overlay if previous else None
    return (
        f"# {span.in_words('zh')}参数。文本和日期一律加引号。请逐项核对后运行 popanalysis run params/{span}.yaml\n"
        f'period: "{span}"\n'
        f'home_division: "{home or ""}"  # 本旗六位行政区划代码{"" if home else "（请填写）"}\n'
        f"inputs:  # 类别：文件 path（路径从项目文件夹算起）、各列含义 columns（可手工修改）\n{block}"
        f'as_of: "{exchange_day}"  # 记录所反映的日期，默认为交换截止日\n'
        f"divisions_overlay: {_quoted(overlay)}  # 补充区划代码\n"
        f"received: {{}}  # 各类别的接收日期，例如 {{birth_cert: \"{exchange_day}\"}}\n"
        "nil_reports: []  # 报告为零的类别\n"
        "decisions: []  # 决定文件\n"
        f"previous_record: {_quoted(before if known else None)}  # 上一季度的记录\n"
    )


def _flow(source: Mapping[str, str]) -> str:
    """Return a source on one line."""
    return "{" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in source.items()) + "}"


def _quoted(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'
