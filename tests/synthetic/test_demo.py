"""The demo quarters on disk: office layouts, truth, parameters, and respect for other people's files."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis.columns import BIRTH_KINDS, KINDS
from popanalysis.errors import ParameterError, PopAnalysisError, SourceFileError
from popanalysis.params import QuarterParams
from popanalysis.periods import Period
from popanalysis.project import shipped_folder
from popanalysis.reference import reference_table
from popanalysis.synthetic import make_quarters, write_demo
from popanalysis.synthetic.demo import demo_files
from popanalysis.synthetic.sheet import Sheet
from popanalysis.synthetic.write import workbook_bytes

Table = dict[tuple[str, int], dict[str, object]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    write_demo(root, quarters=2)
    return root


def read_truth(root: Path, name: str, period: str = "2025Q1") -> pd.DataFrame:
    return pd.read_csv(root / "data" / period / "truth" / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def read_police(root: Path) -> list[list[str]]:
    text = (root / "data/2025Q1/公安_出生申报.csv").read_bytes().decode("gb18030")
    return list(csv.reader(text.splitlines()))


def cells_of(root: Path) -> dict[str, Table]:
    """Return kind -> (sheet, row) -> head -> cell, read back from the files."""
    found: dict[str, Table] = {kind: {} for kind in BIRTH_KINDS}
    page = openpyxl.load_workbook(root / "data/2025Q1/卫生_出生医学登记.xlsx").worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    heads: list[str] = []
    upper = ""
    for above, below in zip(rows[2], rows[3], strict=True):
        upper = str(above or upper)
        heads.append(f"{upper}_{below}" if below else str(above))
    found["birth_cert"] = {(page.title, n): dict(zip(heads, row, strict=True)) for n, row in enumerate(rows, 1)}
    police = read_police(root)
    found["hukou_birth"] = {("", n): dict(zip(police[0], row, strict=True)) for n, row in enumerate(police, 1)}
    for sheet in openpyxl.load_workbook(root / "data/2025Q1/乡镇_出生调查.xlsx").worksheets:
        lines = list(sheet.iter_rows(values_only=True))
        if len(lines) > 3:
            names = [f"{head}{i}" if head in ("证件类型", "证件号码") else str(head) for i, head in enumerate(lines[2])]
            found["town_birth"].update({(sheet.title, n): dict(zip(names, row, strict=True)) for n, row in enumerate(lines, 1)})
    return found


HEADS = {
    "birth_cert": {"mother_name": "母亲_姓名", "mother_id": "母亲_身份证号", "father_name": "父亲_姓名", "father_id": "父亲_身份证号",
                   "mother_ethnicity": "母亲_民族", "father_ethnicity": "父亲_民族", "mother_hukou_addr": "母亲_户籍地址", "mother_live_addr": "母亲_现住址",
                   "father_hukou_addr": "父亲_户籍地址", "child_name": "新生儿_姓名", "child_sex": "新生儿_性别", "birth_date": "新生儿_出生日期", "birth_cert_no": "出生证编号"},
    "hukou_birth": {"mother_name": "母亲姓名", "mother_id": "母亲身份号码", "father_name": "父亲姓名", "father_id": "父亲身份号码",
                    "child_name": "姓名", "child_sex": "性别", "birth_date": "公民身份号码", "birth_cert_no": "出生医学证明编号"},
    "town_birth": {"mother_name": "产妇姓名", "mother_id": "证件号码2", "father_name": "丈夫姓名", "father_id": "证件号码8",
                   "child_name": "新生儿姓名", "child_sex": "性别", "birth_date": "分娩时间", "birth_cert_no": "出生证编号"},
}


def shown(kind: str, field: str, value: str) -> str:
    """Return the written value as the office's sheet shows it."""
    if field == "child_sex":
        return {"1": "男", "2": "女"}[value]
    return value.replace("-", "") if field == "birth_date" and kind == "hukou_birth" else value


def test_truth_names_the_cell_of_every_planted_mistake(demo: Path) -> None:
    cells, errors = cells_of(demo), read_truth(demo, "errors")
    assert len(errors) > 700
    for error in errors[errors["field"].ne("parents") & errors["kind"].isin(BIRTH_KINDS)].itertuples():
        cell = cells[error.kind][error.sheet, int(error.row)][HEADS[error.kind][error.field]]
        wanted = shown(error.kind, error.field, error.written_value)
        if error.kind == "town_birth" and error.field == "birth_date":
            year, month, day = (int(n) for n in re.findall(r"\d+", str(cell))[:3])
            assert f"{year}-{month:02d}-{day:02d}" == wanted
        elif error.field == "birth_date" and error.kind == "hukou_birth":
            assert str(cell)[6:14] == wanted
        else:
            assert (cell or "") == wanted


def test_truth_holds_every_row_of_every_list_once(demo: Path) -> None:
    cells, truth = cells_of(demo), read_truth(demo, "records")
    assert not truth.duplicated(["file", "sheet", "row"]).any()
    for kind, first, footer in (("birth_cert", 5, 2), ("hukou_birth", 2, 0), ("town_birth", 4, 2)):
        last = {sheet: max(n for s, n in cells[kind] if s == sheet) for sheet, _ in cells[kind]}
        expected = {(sheet, n) for sheet, n in cells[kind] if first <= n <= last[sheet] - footer}
        of_kind = truth[truth["kind"].eq(kind)]
        assert set(zip(of_kind["sheet"], of_kind["row"].astype(int), strict=True)) == expected


def test_planted_values_stand_in_their_cells_and_nowhere_twice(demo: Path) -> None:
    cells, planted = cells_of(demo), read_truth(demo, "planted").query("kind in @BIRTH_KINDS")
    dropped = planted[planted["treatment"].eq("dropped")]
    assert set(dropped["header"]) == {"健康状况", "孕次", "生育服务证号", "政策内外"}
    assert dropped.groupby("kind")["value"].nunique().sum() == len(dropped)
    assert set(planted.loc[planted["treatment"].eq("memory_only"), "header"]) == {"孩次", "产次", "出生体重（克）"}
    for row in planted.itertuples():
        shown_here = cells[row.kind][row.sheet, int(row.row)]
        assert row.value in {str(cell) for head, cell in shown_here.items() if head.endswith(row.header)}


def test_certificate_sheet_has_title_unit_line_merged_head_total_and_footer(demo: Path) -> None:
    page = openpyxl.load_workbook(demo / "data/2025Q1/卫生_出生医学登记.xlsx").worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    n_records = int(read_truth(demo, "records")["kind"].eq("birth_cert").sum())
    assert "出生医学登记表" in str(rows[0][0]) and "填报单位" in str(rows[1][0])
    assert {"新生儿", "母亲", "父亲", "出生证编号"} <= set(rows[2])
    merged = {str(part) for part in page.merged_cells.ranges}
    assert {"A1:X1", "A3:A4", "F3:L3", "M3:S3", "T3:W3"} <= merged
    assert rows[-2][:2] == ("合计", f"{n_records}人") and "审核人" in str(rows[-1][0])
    assert n_records == len(rows) - 6


def test_police_file_has_the_attested_columns_and_no_birth_date(demo: Path) -> None:
    raw = (demo / "data/2025Q1/公安_出生申报.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    attested = reference_table("headers_attested").query("sheet_id == 'EditGaXses'")["header"].tolist()
    assert read_police(demo)[0] == [*attested, "出生医学证明编号"]
    assert "出生日期" not in read_police(demo)[0]


def test_a_wrong_birth_date_inside_a_childs_number_has_a_check_character_that_fits(demo: Path) -> None:
    errors = read_truth(demo, "errors")
    wrong = errors[errors["kind"].eq("hukou_birth") & errors["field"].eq("birth_date")]
    assert len(wrong) > 0
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for row in wrong["row"].astype(int):
        number = read_police(demo)[row - 1][0]
        assert number[17] == "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]


def test_towns_have_a_sheet_each_and_write_dates_in_ways_of_their_own(demo: Path) -> None:
    book = openpyxl.load_workbook(demo / "data/2025Q1/乡镇_出生调查.xlsx")
    assert len(book.sheetnames) == 10 and book.sheetnames[-1] == "Sheet2"
    first = [sheet.cell(4, 5).value for sheet in book.worksheets[:-1]]
    assert any(isinstance(value, dt.datetime) for value in first) and any("年" in str(value) for value in first)
    for sheet in book.worksheets[:-1]:
        assert sheet.title in sheet.cell(1, 1).value
        assert sheet.cell(sheet.max_row - 1, 1).value == f"合计：{sheet.max_row - 5}人"


def test_every_act_lies_in_its_quarter_and_births_of_the_quarter_before_take_part() -> None:
    (quarter,) = make_quarters("2025Q1", 1, 200)
    for kind in BIRTH_KINDS:
        acts = pd.to_datetime(quarter.lists[kind]["act_date"])
        assert acts.between("2025-01-01", "2025-03-31").all()
        assert acts.is_monotonic_increasing
        assert set(quarter.lists[kind]["event"].str[:6]) == {"2024Q4", "2025Q1"}


def test_a_quarter_is_the_same_whether_or_not_others_follow() -> None:
    (alone,), (first, second) = make_quarters("2025Q1", 1, 150), make_quarters("2025Q1", 2, 150)
    (later,) = make_quarters("2025Q2", 1, 150)
    for kind in BIRTH_KINDS:
        pd.testing.assert_frame_equal(alone.lists[kind], first.lists[kind])
        pd.testing.assert_frame_equal(alone.errors[kind], first.errors[kind])
        pd.testing.assert_frame_equal(later.lists[kind], second.lists[kind])


def test_a_birth_certified_in_one_quarter_is_declared_in_the_next(demo: Path) -> None:
    first, second = read_truth(demo, "records"), read_truth(demo, "records", "2025Q2")
    certified = set(first.loc[first["kind"].eq("birth_cert"), "event"])
    declared_before = set(first.loc[first["kind"].eq("hukou_birth"), "event"])
    declared = set(second.loc[second["kind"].eq("hukou_birth"), "event"])
    assert len(certified & declared - declared_before) > 20


def test_four_quarters_stay_within_the_calendar_at_hand() -> None:
    quarters = make_quarters("2026Q1", 4, 40)
    assert [str(q.period) for q in quarters] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert max(q.lists[k]["birth_date"].max() for q in quarters for k in BIRTH_KINDS) <= "2026-12-31"


@pytest.mark.parametrize(("first", "n", "births"), [("2025Q1", 0, 9), ("2025Q1", 5, 9), ("2025-03", 1, 9), ("2025", 1, 9), ("2025Q1", 1, 0), ("2025Q1", 1, 20_000)])
def test_a_span_that_cannot_be_made_is_refused(first: str, n: int, births: int) -> None:
    with pytest.raises(ParameterError):
        make_quarters(first, n, births)


@pytest.mark.parametrize("n_births", [1, 2, 7])
def test_a_handful_of_births_makes_a_quarter_too(n_births: int) -> None:
    (quarter,) = make_quarters("2025Q1", 1, n_births)
    files = demo_files(quarter)
    assert all(files.values()) and {"birth_cert", "population"} <= set(quarter.lists) and f"params/{quarter.period}.yaml" in files


def test_parameter_files_are_accepted_and_name_files_that_exist(demo: Path) -> None:
    for period, previous in (("2025Q1", None), ("2025Q2", "outputs/2025Q1")):
        params = QuarterParams.read(demo / "params" / f"{period}.yaml")
        assert params.period == period and params.previous_record == previous
        assert params.as_of_date > Period.parse(period).last_day
        assert set(params.inputs) | set(params.nil_reports) == set(KINDS) and not set(params.inputs) & set(params.nil_reports)
        assert set(params.inputs) <= set(params.received)
        assert all((demo / source.path).is_file() for sources in params.inputs.values() for source in sources if source.path)
        assert (demo / str(params.divisions_overlay)).is_file()


def test_the_parameter_file_in_the_project_is_the_one_the_demo_writes(demo: Path) -> None:
    assert (shipped_folder("params") / "2025Q1.yaml").read_bytes() == (demo / "params/2025Q1.yaml").read_bytes()


def digest(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*")) if p.is_file()}


def test_the_demo_is_the_same_bytes_every_time_and_other_bytes_for_another_seed(demo: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    write_demo(again, quarters=2)
    write_demo(other, seed=7)
    assert digest(again) == digest(demo)
    assert digest(other)["data/2025Q1/公安_出生申报.csv"] != digest(demo)["data/2025Q1/公安_出生申报.csv"]


def test_writing_over_its_own_files_changes_nothing(demo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.rglob("*") if path.is_file()}
    assert [path.name for path in write_demo(demo, quarters=2)] == ["2025Q1.yaml", "2025Q2.yaml"]
    assert {path: path.stat().st_mtime_ns for path in demo.rglob("*") if path.is_file()} == before


def test_a_file_of_someone_elses_stops_the_demo_before_anything_is_written(tmp_path: Path) -> None:
    mine = tmp_path / "params/2025Q1.yaml"
    mine.parent.mkdir()
    mine.write_text("period: \"2025Q1\"\n", encoding="utf-8")
    with pytest.raises(SourceFileError) as caught:
        write_demo(tmp_path)
    assert caught.value.file == "params/2025Q1.yaml"
    assert "params/2025Q1.yaml" in caught.value.message("zh") and "params/2025Q1.yaml" in caught.value.message("en")
    assert digest(tmp_path).keys() == {"params/2025Q1.yaml"}
    assert mine.read_text(encoding="utf-8") == "period: \"2025Q1\"\n"


def test_several_files_in_the_way_are_named_together(tmp_path: Path) -> None:
    for name in ("params/2025Q1.yaml", "data/divisions_demo.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(PopAnalysisError) as caught:
        write_demo(tmp_path)
    assert "params/2025Q1.yaml" in str(caught.value) and "data/divisions_demo.csv" in str(caught.value)


def test_workbooks_carry_no_moment_of_making() -> None:
    sheet = Sheet("a", [["=1+1", 3, dt.datetime(2025, 1, 2, 3, 4)]])
    made = workbook_bytes([sheet], "x")
    assert str(dt.date.today().year).encode() + f"-{dt.date.today():%m-%d}T".encode() not in made
    assert made == workbook_bytes([sheet], "x")
