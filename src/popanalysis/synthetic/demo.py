"""The demo on disk: the offices' files, the truth beside them, and a parameter file for each quarter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import pandas as pd

from popanalysis.errors import SourceFileError, raise_together
from popanalysis.periods import Period
from popanalysis.synthetic import places
from popanalysis.synthetic.quarters import SEED, Quarter, make_quarters
from popanalysis.synthetic.sheets import Sheet, certificate_sheet, police_sheet, town_sheets
from popanalysis.synthetic.write import csv_bytes, table_bytes, workbook_bytes

__all__ = ["FILES", "demo_files", "params_text", "write_demo"]

#: kind -> name of the office's file in ``data/<period>/``.
FILES: Final = {"birth_cert": "卫生_出生医学登记.xlsx", "hukou_birth": "公安_出生申报.csv", "town_birth": "乡镇_出生调查.xlsx"}
OVERLAY: Final = "data/divisions_demo.csv"
FIRST: Final = "2025Q1"


def write_demo(root: Path, quarters: int = 1, seed: int = SEED) -> list[Path]:
    """Write the demo quarters below a project folder and return their parameter files, in order.

    Written are ``data/<period>/`` with the three lists and ``truth/``, ``data/divisions_demo.csv`` and
    ``params/<period>.yaml``. What is there already with the same bytes is left alone. The truth (UTF-8) names each
    row by kind, file, sheet and row as the spreadsheet program shows it:

    - ``records.csv``: one row a list entry: quarter, event, set_id (of twins, else empty), name_form (of the mother's
      name), local (her hukou is in the banner), duplicate (the entry stands twice, this is the second);
    - ``errors.csv``: one row a planted mistake: quarter, field, error, true_value, written_value. A ``birth_date`` of
      hukou_birth stands inside ``child_id``; field ``parents`` means that mother's and father's columns are exchanged,
      and the row's other mistakes name the column they stand in;
    - ``planted.csv``: one row a planted value: header, value, treatment (``dropped``: must appear in no output;
      ``memory_only``: a plain number that may be used but not written).

    Parameters
    ----------
    root : the project folder.
    quarters : 1 to 4, from 2025Q1.
    seed : the same seed gives the same bytes.

    Raises
    ------
    SourceFileError, ProblemsFoundError : files of these names hold something else; nothing is written then.
    """
    files: dict[str, bytes] = {}
    for quarter in make_quarters(FIRST, quarters, seed=seed):
        files.update(demo_files(quarter, previous=None if str(quarter.period) == FIRST else str(quarter.period.previous)))
    targets = {root / name: content for name, content in files.items()}
    raise_together(_in_the_way(path, root) for path, content in targets.items()
                   if path.exists() and not (path.is_file() and path.read_bytes() == content))
    for path, content in targets.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return [root / name for name in files if name.startswith("params/")]


def _in_the_way(path: Path, root: Path) -> SourceFileError:
    name = path.relative_to(root).as_posix()
    return SourceFileError(
        zh=f"文件 {name} 已存在，内容与演示数据不同，未作改动。请移走该文件，或在另一个空文件夹中运行 popanalysis demo。",
        en=f"{name} exists and is not what the demo writes; it was left as it is. Move it away, or run 'popanalysis demo' in an empty folder.",
        file=name)


def demo_files(quarter: Quarter, previous: str | None = None) -> dict[str, bytes]:
    """Return every file of a quarter: path below the project folder, with ``/`` -> content.

    Parameters
    ----------
    quarter : what the offices send.
    previous : the quarter whose record this one continues.
    """
    period, lists = quarter.period, quarter.lists
    sent = _sent(period)
    pages = {
        "birth_cert": [certificate_sheet(period, lists["birth_cert"], sent["birth_cert"])],
        "hukou_birth": [police_sheet(lists["hukou_birth"])],
        "town_birth": town_sheets(period, lists["town_birth"])}
    names = {kind: f"data/{period}/{name}" for kind, name in FILES.items()}
    truth = {name: pd.concat([make(quarter, kind, names[kind], pages[kind]) for kind in FILES], ignore_index=True)
             for name, make in (("records", _record_truth), ("errors", _error_truth), ("planted", _planted_truth))}
    return {
        names["birth_cert"]: workbook_bytes(pages["birth_cert"], "乌日塔拉旗卫生健康委员会"),
        names["hukou_birth"]: csv_bytes(pages["hukou_birth"][0]),
        names["town_birth"]: workbook_bytes(pages["town_birth"], "乌日塔拉旗各苏木乡镇"),
        **{f"data/{period}/truth/{name}.csv": table_bytes(frame) for name, frame in truth.items()},
        OVERLAY: table_bytes(places.divisions()),
        f"params/{period}.yaml": params_text(period, previous).encode("utf-8")}


# --- the truth ------------------------------------------------------------------------------------


def _places_of(pages: list[Sheet]) -> pd.DataFrame:
    """Return one row a list entry, by its place in the list: sheet, row."""
    found = {place: (page.name, row) for page in pages for place, row in page.row_of.items()}
    return pd.DataFrame.from_dict(found, orient="index", columns=["sheet", "row"]).sort_index()


def _record_truth(quarter: Quarter, kind: str, file: str, pages: list[Sheet]) -> pd.DataFrame:
    rows, where = quarter.lists[kind], _places_of(pages)
    return pd.DataFrame({
        "kind": kind, "quarter": str(quarter.period), "file": file, "sheet": where["sheet"], "row": where["row"], "event": rows["event"],
        "set_id": rows["set_id"], "name_form": rows["mother_form"], "local": rows["local"], "duplicate": rows["duplicate"]})


def _error_truth(quarter: Quarter, kind: str, file: str, pages: list[Sheet]) -> pd.DataFrame:
    errors = quarter.errors[kind]
    where = _places_of(pages).loc[errors["row"].tolist()].reset_index(drop=True)
    return pd.DataFrame({
        "kind": kind, "quarter": str(quarter.period), "file": file, "sheet": where["sheet"], "row": where["row"],
        **{column: errors[column] for column in ("field", "error", "true_value", "written_value")}})


def _planted_truth(quarter: Quarter, kind: str, file: str, pages: list[Sheet]) -> pd.DataFrame:
    planted = [(page.name, *found) for page in pages for found in page.planted]
    frame = pd.DataFrame(planted, columns=["sheet", "row", "header", "value", "treatment"])
    frame.insert(0, "file", file)
    frame.insert(0, "kind", kind)
    return frame


# --- parameters -----------------------------------------------------------------------------------


def _sent(period: Period) -> dict[str, dt.date]:
    """Return when the offices sent their lists: by the 8th of the month after the quarter."""
    month = period.next.first_day
    return {"birth_cert": month.replace(day=7), "hukou_birth": month.replace(day=8), "town_birth": month.replace(day=8)}


def params_text(period: Period, previous: str | None = None) -> str:
    """Return the parameter file of a demo quarter.

    Parameters
    ----------
    period : the quarter.
    previous : the quarter whose record it continues; None for the first.
    """
    sent = _sent(period)
    inputs = "\n".join(f'  {kind + ":":<13}["data/{period}/{name}"]' for kind, name in FILES.items())
    received = ", ".join(f'{kind}: "{day}"' for kind, day in sent.items())
    chain = f'previous_record: "outputs/{previous}"      # 上季度的记录，未了结的事件由此结转\n' if previous else ""
    return f"""\
# {period.in_words("zh")}：演示数据，虚构的乌日塔拉旗（区划代码 159901 从未启用）
period: "{period}"                      # 统计期：季度
home_division: "159901"               # 本旗区划代码，须加引号
inputs:                               # 类别: [文件, ...]，路径从项目文件夹算起
{inputs}
as_of: "{period.next.first_day.replace(day=10)}"                   # 记录所反映的日期
divisions_overlay: "{OVERLAY}"   # 补充区划代码表
received: {{{received}}}   # 各部门报送日期
{chain}"""
