"""Starting a period: say which received file is which, and write the parameter file for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from popanalysis.acquire import Recognition, recognise_folder
from popanalysis.columns import KINDS_READ
from popanalysis.errors import ParameterError, PopAnalysisError, SourceFileError, Text
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.project import find_root
from popanalysis.report import label

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
    ParameterError : the period cannot be read, or its parameter file exists already; nothing is overwritten.
    SourceFileError : the folder is missing or holds no list of the exchange.
    """
    span = Period.parse(period)
    root = find_root()
    target = root / "params" / f"{span}.yaml"
    if target.exists():
        raise ParameterError(
            zh=f"参数文件 params/{target.name} 已存在，未作改动。如需重新识别，请先将其改名。",
            en=f"params/{target.name} exists already and was left as it is. Rename it first if you want it made anew.", file=str(target))
    if not folder.is_dir():
        raise SourceFileError(
            zh=f"文件夹 {folder} 不存在。请检查路径。", en=f"Folder {folder} does not exist. Check the path.", folder=str(folder))
    found = recognise_folder(folder)
    _tell(found, folder, show)
    inputs = _inputs(found, root)
    if not inputs:
        raise SourceFileError(
            zh=f"文件夹 {folder} 中没有可识别的名单。请确认放入的是各部门报送的文件。",
            en=f"Folder {folder} holds no list of the exchange. Make sure that it holds the files the offices sent.", folder=str(folder))
    for kind in (k for k in KINDS_READ if k not in inputs):
        show(Text(f"没有找到{label('kind', kind, 'zh')}；如该部门报告为零，请写入 nil_reports。",
                  f"No file was taken for {label('kind', kind, 'en')}; if the office reported none, name it in nil_reports."))
    previous = _latest(root, span)
    text = _parameter_text(span, home or (previous.home_division if previous else None), inputs, previous, root)
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def _tell(found: Iterable[Recognition], folder: Path, show: Callable[[Text], None]) -> None:
    told: tuple[object, ...] = ()
    for item in found:
        name = item.path.relative_to(folder).as_posix() + (f" [{item.sheet}]" if item.sheet else "")
        if item.kind is None:
            show(Text(f"{name}：未采用（{item.why.zh}）", f"{name}: not taken ({item.why.en})"))
            continue
        n_rows = item.reading.n_rows if item.reading else 0
        show(Text(f"{name}：{label('kind', item.kind, 'zh')}，{n_rows} 行（{item.why.zh}）", f"{name}: {label('kind', item.kind, 'en')}, {n_rows} rows ({item.why.en})"))
        if not item.visible:
            show(Text("　　该工作表为隐藏表，默认不采用；如需采用请在参数文件中用 sheet 指明。", "    the sheet is hidden and not used; name it with 'sheet' in the parameter file to use it."))
        columns = item.reading.columns if item.reading else ()
        if (item.path, columns) == told:
            show(Text("　　各列同上一张工作表", "    columns as in the sheet before"))
            continue
        told = (item.path, columns)
        for decision, zh, en in (("used", "采用的列", "columns used"), ("dropped", "因隐私不予读取的列", "columns not read, for privacy"), ("unknown", "未识别的列", "columns not placed")):
            headers = [f"{c.letter} {c.header}" + (f"→{label('field', c.field, 'zh')}" if decision == "used" and c.field else "")
                       for c in columns if c.decision == decision]
            if headers:
                show(Text(f"　　{zh}：{'；'.join(headers)}", f"    {en}: {'; '.join(headers)}"))


def _inputs(found: Sequence[Recognition], root: Path) -> dict[str, list[str]]:
    """kind -> files; a file goes where its visible sheets belong."""
    inputs: dict[str, list[str]] = {}
    for item in found:
        if item.kind is None or not item.visible:
            continue
        path = item.path.resolve()
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
        if name not in inputs.setdefault(item.kind, []):
            inputs[item.kind].append(name)
    return {kind: sorted(files) for kind, files in sorted(inputs.items())}


def _latest(root: Path, span: Period) -> QuarterParams | None:
    """The newest parameter file of an earlier quarter that can be read."""
    for file in sorted((root / "params").glob("????Q?.yaml"), reverse=True):
        try:
            if Period.parse(file.stem) < span:
                return QuarterParams.read(file)
        except PopAnalysisError:
            continue
    return None


def _parameter_text(span: Period, home: str | None, inputs: dict[str, list[str]], previous: QuarterParams | None, root: Path) -> str:
    before = f"outputs/{span.previous}"
    known = (root / before / "current").is_file()
    exchange_day = span.next.first_day.replace(day=8)
    block = "".join(f"  {kind}: {json.dumps(files, ensure_ascii=False)}\n" for kind, files in inputs.items())
    overlay = previous.divisions_overlay if previous else None
    return (
        f"# {span.in_words('zh')}参数。文本和日期一律加引号。请逐项核对后运行 popanalysis run params/{span}.yaml\n"
        f'period: "{span}"\n'
        f'home_division: "{home or ""}"  # 本旗六位行政区划代码{"" if home else "（请填写）"}\n'
        f"inputs:  # 类别：文件（路径从项目文件夹算起）\n{block}"
        f'as_of: "{exchange_day}"  # 记录所反映的日期，默认为交换截止日\n'
        f"divisions_overlay: {_quoted(overlay)}  # 补充区划代码\n"
        f"received: {{}}  # 各类别的接收日期，例如 {{birth_cert: \"{exchange_day}\"}}\n"
        "nil_reports: []  # 报告为零的类别\n"
        "decisions: []  # 决定文件\n"
        f"previous_record: {_quoted(before if known else None)}  # 上一季度的记录\n"
    )


def _quoted(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'
