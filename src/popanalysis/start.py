"""Starting a period: say which received file is which, and write the parameter file for it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
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

_SPEAKS_OF = 0.05  # share of the identity numbers that begin with a banner's code where its lists lie there


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
    unpacked: set[Path] = set()
    for path, told in unpack_archives(folder):
        unpacked.add(path)
        show(told if isinstance(told, Text) else told.text)
    found = _without_copies([item for item in recognise_folder(folder) if item.path not in unpacked], folder, show)
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
    seen = _divisions_seen(found)
    previous = _latest(root, span, home, seen)
    if previous:
        show(_taken_over(*previous))
        home = home or previous[1].home_division
    _write(target, _parameter_text(span, home, inputs, previous[1] if previous else None, root))
    if home is None:
        show(_no_home(target, seen))
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


def _without_copies(found: Sequence[Recognition], folder: Path, show: Callable[[Text], None]) -> list[Recognition]:
    """Leave out files that have the very content of another, the first by name stays."""
    first: dict[str, Path] = {}
    copies: dict[Path, Path] = {}
    for path in sorted({item.path for item in found if item.kind}):
        same = first.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
        if same != path:
            copies[path] = same
            one, other = (p.relative_to(folder).as_posix() for p in (path, same))
            show(Text(f"{one}：未采用（与 {other} 内容完全相同）", f"{one}: not taken (the same content as {other})"))
    return [item for item in found if item.path not in copies]


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


def _latest(root: Path, span: Period, home: str | None, seen: Mapping[str, int]) -> tuple[str, QuarterParams] | None:
    """The newest parameter file of an earlier quarter that can be read and speaks of the same banner.

    It does where its code was asked for, or where identity numbers of the lists begin with it: the parameters of the invented banner that the project begins
    with say nothing of a real one.
    """
    for file in sorted((root / "params").glob("????Q?.yaml"), reverse=True):
        try:
            if Period.parse(file.stem) < span:
                params = QuarterParams.read(file)
                if params.home_division == home or (home is None and seen.get(params.home_division, 0) >= _SPEAKS_OF * sum(seen.values()) > 0):
                    return file.name, params
        except PopAnalysisError:
            continue
    return None


def _divisions_seen(found: Iterable[Recognition]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for item in found:
        seen.update(item.divisions)
    return seen


def _no_home(target: Path, seen: Counter[str]) -> Text:
    """Say that the banner must be filled in; what most identity numbers begin with may be it, or the county most people came from."""
    most = [(code, round(100 * n / sum(seen.values()))) for code, n in seen.most_common(3)]
    hint = Text(f"名单中的身份证号最多以 {'、'.join(f'{code}（{share}%）' for code, share in most)} 开头，供参考。",
                f" Most identity numbers of the lists begin with {', '.join(f'{code} ({share} %)' for code, share in most)}.") if most else Text("", "")
    return Text(f"未能确定本旗行政区划代码，请先在 params/{target.name} 的 home_division 中填写六位代码，再运行。{hint.zh}",
                f"The division code of the banner is not known: fill in home_division (six digits) in params/{target.name} before the run.{hint.en}")


def _taken_over(name: str, previous: QuarterParams) -> Text:
    overlay = previous.divisions_overlay
    return Text(f"沿用 params/{name}：本旗区划代码 {previous.home_division}" + (f"，补充区划代码 {overlay}" if overlay else "") + "。请核对。",
                f"Taken over from params/{name}: division code {previous.home_division}" + (f", further codes {overlay}" if overlay else "") + ". Please check.")


def _parameter_text(span: Period, home: str | None, inputs: dict[str, list[Any]], previous: QuarterParams | None, root: Path) -> str:
    before = f"outputs/{span.previous}"
    known = previous is not None and previous.period == str(span.previous) and (root / before / "current").is_file()
    exchange_day = span.next.first_day.replace(day=8)
    block = "".join(f"  {kind}:\n" + "".join(f"    - {_flow(source)}{_perhaps_corrects(source, sources)}\n" for source in sources) for kind, sources in inputs.items())
    overlay = previous.divisions_overlay if previous else None
    return (
        f"# {span.in_words('zh')}参数。文本和日期一律加引号。请逐项核对后运行 popanalysis run params/{span}.yaml\n"
        f'period: "{span}"\n'
        f'home_division: "{home or ""}"  # 本旗六位行政区划代码{"" if home else "（请填写）"}\n'
        "# 更正后的名单，或退回核对后发回的表，写明所更正的文件：{path: …, replaces: \"原文件\"}\n"
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
    return "null" if value is None else json.dumps(value, ensure_ascii=False)


#: How offices call a list they send again.
_SENT_AGAIN = re.compile("更正|改正|修改|修订|更新|重报|重新|补正|最新|终稿|定稿|退回|返回|核对")


def _perhaps_corrects(source: Mapping[str, str], sources: Sequence[Mapping[str, str]]) -> str:
    """Remark that a file may be another one sent again; which it corrects a person decides."""
    if len({other["path"] for other in sources}) < 2 or not _SENT_AGAIN.search(Path(source["path"]).stem):
        return ""
    others = sorted({other["path"] for other in sources} - {source["path"]})
    return f"  # 文件名像是更正后的名单。如是，请在括号内加上 replaces: {json.dumps(others[0] if len(others) == 1 else '原文件', ensure_ascii=False)}"
