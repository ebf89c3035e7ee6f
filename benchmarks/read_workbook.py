"""Reading, cleaning and checking a large workbook, beside python-calamine that only returns its cells.

    python benchmarks/read_workbook.py [--rows 100000] [--repeats 3] [--folder FOLDER]

A list of certificates of 14 columns is invented, every number in it distinct, and written once as .xlsx. Calamine and the package then
take turns, each in a process of its own; printed are the seconds of each, the ratio of the medians, and the peak memory of the package.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

NAME, OVERLAY = "卫健_出生医学证明.xlsx", "divisions.csv"
COLUMNS = {
    "序号": "number", "出生证编号": "birth_cert_no", "新生儿姓名": "child_name", "性别": "child_sex", "出生日期": "birth_date", "母亲姓名": "mother_name",
    "母亲身份证号": "mother_id", "父亲姓名": "father_name", "父亲身份证号": "father_id", "母亲现住址": "mother_live_addr", "助产机构": "facility",
    "签发日期": "issue_date", "胎数": "plurality", "备注": "remark"}


def make_workbook(folder: Path, n_rows: int, seed: int = 20250401) -> Path:
    """Write the list, every identity and certificate number distinct; the mistakes of the invented lists stay in it."""
    from openpyxl import Workbook

    from popanalysis.synthetic.large import make_lists
    from popanalysis.synthetic.places import divisions

    made = make_lists(int(n_rows * 1.07), seed)[0]["birth_cert"].head(n_rows)
    born = pd.to_datetime(made["birth_date"], errors="coerce")
    rows = made.assign(
        number=np.arange(1, len(made) + 1), child_sex=made["child_sex"].map({"1": "男", "2": "女"}), facility="旗人民医院", plurality="单胎", remark="",
        issue_date=(born + pd.Timedelta(days=3)).dt.strftime("%Y-%m-%d"), birth_date=made["birth_date"] + made["birth_time"].map(lambda time: f" {time}", na_action="ignore").fillna(""))
    for field, century in (("mother_id", 1980), ("father_id", 1978)):
        rows[field] = made_distinct(rows[field], century)
    again = rows["birth_cert_no"].notna() & rows["birth_cert_no"].duplicated()
    rows.loc[again, "birth_cert_no"] = [f"Y15{place:07d}" for place in range(int(again.sum()))]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("出生医学证明")
    sheet.append(list(COLUMNS))
    for row in rows[list(COLUMNS.values())].astype(object).where(rows[list(COLUMNS.values())].notna(), None).itertuples(index=False):
        sheet.append(list(row))
    path = folder / NAME
    book.save(path)
    known = divisions()
    more = pd.DataFrame({"code": [f"1599{number:02d}" for number in range(7, 100)]})  # where the numbers were given out
    pd.concat([known, more.assign(name=more["code"] + "旗", level="county", status="active")]).to_csv(folder / OVERLAY, index=False)
    return path


def made_distinct(numbers: pd.Series, year: int) -> pd.Series:
    """Give every second bearer of a number a new one, with a right check character."""
    from popanalysis.clean.identity_number import check_character

    again = np.nonzero((numbers.notna() & numbers.duplicated()).to_numpy())[0]
    days = pd.Timestamp(year, 1, 1) + pd.to_timedelta(np.arange(len(again)) % 6_000, unit="D")
    bodies = [f"159999{day:%Y%m%d}{place // 6_000 + 100:03d}" for place, day in enumerate(days)]
    result = numbers.copy()
    result.iloc[again] = [body + check_character(body) for body in bodies]
    return result


def by_calamine(path: Path) -> str:
    """Return the cells, as the library gives them."""
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return f"{time.perf_counter() - began:.3f} {len(rows) - 1} 0 {peak()}"


def by_popanalysis(path: Path) -> str:
    """Read, clean and check the list as a run of the quarter does."""
    from popanalysis.acquire.reading import read_submissions
    from popanalysis.clean import Divisions, clean_submissions
    from popanalysis.params import QuarterParams

    params = QuarterParams.model_validate({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": [path.name]}})
    divisions = Divisions.load(path.parent / OVERLAY, params.home_division)
    began = time.perf_counter()
    lists = clean_submissions(read_submissions(params, path.parent), params, divisions)
    seconds = time.perf_counter() - began
    return f"{seconds:.3f} {len(lists.records['birth_cert'])} {len(lists.faults)} {peak()}"


def peak() -> int:
    """Peak memory of this process in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Make, take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=["calamine", "popanalysis"], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only:
        print((by_calamine if chosen.only == "calamine" else by_popanalysis)(chosen.folder / NAME))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME if (folder / NAME).exists() else make_workbook(folder, chosen.rows)
        print(f"{chosen.rows} rows x {len(COLUMNS)} columns, {path.stat().st_size / 1024**2:.1f} MB")
        seconds: dict[str, list[float]] = {"calamine": [], "popanalysis": []}
        for _ in range(chosen.repeats):
            for who, times in seconds.items():
                told = subprocess.run([sys.executable, __file__, "--only", who, "--folder", str(folder)], check=True, capture_output=True, text=True).stdout.split()
                times.append(float(told[0]))
                print(f"{who:12} {told[0]:>7} s  {told[1]:>6} records  {told[2]:>6} faults  peak {told[3]} MB")
        middle = {who: statistics.median(times) for who, times in seconds.items()}
        print(f"ratio of the medians: {middle['popanalysis'] / middle['calamine']:.2f}")


if __name__ == "__main__":
    main()
