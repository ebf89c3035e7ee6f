"""Write down, for people to look over and edit, how the columns of each office's list were understood."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from popanalysis.acquire import ColumnMatch, OfficeLayout, Recognition
from popanalysis.acquire.layouts import header_keys
from popanalysis.acquire.table import holds_long_number
from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.errors import PopAnalysisError, Text
from popanalysis.report import label

__all__ = ["layout_text", "write_layouts"]

_FOLDER = "params/sources"
_SAME_LAYOUT = 0.5  # share of a layout's headers that the file it describes must show


def write_layouts(found: Iterable[Recognition], root: Path, show: Callable[[Text], None]) -> dict[tuple[Path, str], str]:
    """Write a layout for every file and kind that was recognised; one that lies there, perhaps edited by hand, is taken as it is.

    Returns
    -------
    (path, kind) -> file of ``params/sources/`` that describes it.
    """
    columns_of: dict[tuple[Path, str], dict[str, list[ColumnMatch]]] = {}
    for item in found:
        if item.kind and item.usable and item.visible and item.reading and item.reading.n_rows:
            columns_of.setdefault((item.path, item.kind), {}).setdefault(item.sheet, []).extend(item.reading.columns)
    there = dict(_readable(root, show))
    named: dict[tuple[Path, str], str] = {}
    for (path, kind), by_sheet in sorted(columns_of.items(), key=lambda entry: (entry[0][1], entry[0][0].as_posix())):
        sheets = list(by_sheet.values())
        kept = _kept(kind, sheets, there)
        if kept:
            show(Text(f"{path.name}：沿用已有的列对应文件 {kept}，其中写明的列以该文件为准。", f"{path.name}: the layout {kept} lies there already; what it says of columns counts."))
        named[path, kind] = kept or _written(kind, layout_text(kind, sheets), root)
    return named


def _readable(root: Path, show: Callable[[Text], None]) -> Iterator[tuple[str, OfficeLayout]]:
    """Yield the layouts that lie there; one that cannot be read is named and stays as it is."""
    for path in sorted((root / _FOLDER).glob("*.yaml")):
        name = path.relative_to(root).as_posix()
        try:
            yield name, OfficeLayout.read(path, name)
        except PopAnalysisError as error:
            show(Text(f"{error.text.zh}该文件未作改动，本次未采用。", f"{error.text.en} The file was left as it is and not used."))


def _kept(kind: str, sheets: Sequence[Sequence[ColumnMatch]], there: Mapping[str, OfficeLayout]) -> str | None:
    """Return the layout of an earlier period that describes the file: of the same list, and at least half of its headers stand in the file.

    One that names columns by their letters only says nothing by which to know its file: it is taken where it is the only one of its list.
    """
    headers = {header_keys(column.header)[0] for columns in sheets for column in columns}
    best: tuple[float, str] | None = None
    by_letters = [name for name, layout in there.items() if layout.kind == kind and layout.columns and all(header.isascii() for header in layout.columns)]
    for name, layout in there.items():
        known = [header_keys(header)[0] in headers for header in layout.columns if not header.isascii()]
        share = sum(known) / len(known) if known else 0.0
        if layout.kind == kind and share >= _SAME_LAYOUT and (best is None or share > best[0]):
            best = share, name
    return best[1] if best else by_letters[0] if len(by_letters) == 1 else None


def _written(kind: str, text: str, root: Path) -> str:
    """Write a layout under the next free name, or find the one of this call that says the same."""
    for number in range(1, 1_000):
        name = f"{_FOLDER}/{DEPARTMENT_OF_KIND[kind]}_{kind}{f'_{number}' if number > 1 else ''}.yaml"
        file = root / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            return name
        if file.read_text(encoding="utf-8", errors="replace") == text:
            return name
    raise AssertionError("a thousand layouts of one list")


def layout_text(kind: str, sheets: Sequence[Sequence[ColumnMatch]]) -> str:
    """Return a layout as YAML: a line for each header that stands once, remarks for what is bound by its place, dropped or not understood.

    Examples
    --------
    >>> print(layout_text("death", [[ColumnMatch("A", "姓名", "person_name", "used"), ColumnMatch("B", "小名", None, "unknown")]]).split("字段\\n")[1])
      "姓名": person_name  # 姓名
      # 未识别。如需采用，请去掉行首的 # 并在冒号后写明字段；不用的写 ignore
      # "小名": ignore
    <BLANKLINE>
    """
    told: dict[str, ColumnMatch] = {}
    again: set[str] = set()
    for columns in sheets:
        once = Counter(header_keys(column.header)[0] for column in columns)
        again |= {key for key, n in once.items() if n > 1}
        for column in columns:
            key = header_keys(column.header)[0]
            if key in told and told[key].field != column.field:
                again.add(key)  # another meaning on another sheet
            told.setdefault(key, column)
    lines = [
        f"# {label('department', DEPARTMENT_OF_KIND[kind], 'zh')}报送的“{label('kind', kind, 'zh')}”各列的含义，由 popanalysis init 识别后写出，可直接修改；之后各期沿用。",
        "# How the columns of this office's list are understood; edit it as you need. Later periods use it as it stands.",
        f"kind: {kind}", "# date_order: dmy   # 25/3/5、03/04/2025 这类日期的顺序：ymd、dmy、mdy；不写则不猜", "columns:", "  # 表头: 字段"]
    by_place, dropped, ignored, unknown = (_headers(told, again, decision) for decision in ("place", "dropped", "ignored", "unknown"))
    lines += [f"  {json.dumps(column.header, ensure_ascii=False)}: {column.field}  # {label('field', str(column.field), 'zh')}"
              for key, column in told.items() if column.decision == "used" and key not in again]
    if len(lines) == 6:
        lines[4:] = ["columns: {}"]
    for headers, why in ((by_place, "同名表头，每次按所在位置识别（如固定不变，可写列字母，如 \"I\": mother_id）"), (dropped, "涉及隐私，不予读取"), (ignored, "已知，比对不需要")):
        if headers:
            lines.append(f"  # {why}：{'、'.join(headers)}")
    if unknown:
        lines.append("  # 未识别。如需采用，请去掉行首的 # 并在冒号后写明字段；不用的写 ignore")
        lines += [f"  # {json.dumps(header, ensure_ascii=False)}: ignore" for header in unknown]
    return "\n".join(lines) + "\n"


def _headers(told: Mapping[str, ColumnMatch], again: set[str], decision: str) -> list[str]:
    """Headers of one decision on one line each; a text with a long number in it is no header and stays unsaid."""
    chosen = [column for key, column in told.items() if (column.decision == decision or (decision == "place" and column.decision == "used" and key in again))]
    return [" ".join(column.header.split()) for column in chosen if column.header and not holds_long_number(column.header)]
