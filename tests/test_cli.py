"""The command line: exit codes, languages, reserved names, and the way from received files to a record."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis import cli
from popanalysis.acquire import OfficeLayout, read_submission, read_submissions
from popanalysis.params import QuarterParams
from popanalysis.report import label


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(list(arguments))
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err

    return run


@pytest.mark.parametrize("command", ["packs", "register", "rules", "index", "purge"])
def test_a_reserved_command_answers_not_yet(call, command):
    code, _, err = call(command, "anything", "--by", "x")
    assert code == 1 and command in err and "not offer it yet" in err
    assert "尚未提供" in call(command, "--lang", "zh")[2]


@pytest.mark.parametrize("arguments", [("run",), ("no-such-command",), ("demo", "--quarters", "9"), ("sign-off", "x"), ("run", "p.yaml", "--no-such"), ("doctor", "--lang", "fr")])
def test_wrong_usage_leaves_with_2(call, arguments):
    assert call(*arguments)[0] == 2


def test_a_missing_parameter_file_leaves_with_1_and_says_what_to_do(call, in_folder, tmp_path):
    in_folder(tmp_path)
    code, out, err = call("run", "params/2025Q9.yaml")
    assert code == 1 and not out and "2025Q9.yaml" in err and "popanalysis init" in err and "Traceback" not in err


def test_messages_follow_the_option_wherever_it_stands_and_else_the_locale(call, monkeypatch, in_folder, tmp_path):
    in_folder(tmp_path)
    assert "不存在" in call("--lang", "zh", "run", "x.yaml")[2]
    assert "不存在" in call("run", "--lang=zh", "x.yaml")[2]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "不存在" in call("run", "x.yaml")[2]
    assert "does not exist" in call("run", "x.yaml", "--lang", "en")[2]


def test_debug_shows_the_traceback(in_folder, tmp_path):
    in_folder(tmp_path)
    with pytest.raises(ValueError, match=r"x\.yaml"):
        cli.main(["run", "x.yaml", "--debug"])


def test_doctor_finds_this_machine_well(call, demo_project, in_folder):
    in_folder(demo_project)
    code, out, _ = call("doctor")
    assert code == 0 and "All well" in out and "✗" not in out
    assert "运行环境正常" in call("doctor", "--lang", "zh")[1]


#: what each office sent in the demo's second quarter, in which nobody was adopted
SECOND_QUARTER = {
    "birth_cert": ["卫生_出生医学登记.xlsx"], "unverified_delivery": ["卫生_分娩对象通报.xlsx"],
    "void_certificates": ["卫生_出生证作废登记.xlsx", "卫生_出生证换发登记本.xlsx", "卫生_出生证补发登记本.xlsx"],
    "hukou_birth": ["公安_出生申报.csv"], "deferred_hukou": ["公安_暂缓落户.xlsx"], "identity_change": ["公安_变更更正.xls"],
    "migration": ["公安_迁入迁出.xlsx"], "death": ["公安_死亡.xlsx"], "marriage": ["民政_婚姻登记.xlsx"], "town_birth": ["乡镇_出生调查.xlsx"],
    "town_marriage": ["乡镇_新婚调查.xlsx"], "reported_totals": ["乡镇_上报汇总.xlsx"], "population": ["全员_个案基础信息.xlsx"]}


@pytest.fixture
def received(demo_project: Path, copy_of, in_folder) -> Path:
    """A project with the first quarter's parameters and the second quarter's files in a folder as they came."""
    root = copy_of(demo_project)
    incoming = root / "incoming"
    shutil.copytree(root / "data/2025Q2", incoming, ignore=shutil.ignore_patterns("truth"))
    (root / "params/2025Q2.yaml").unlink()
    in_folder(root)
    return root


def test_init_says_what_it_took_each_file_for_and_writes_the_parameters(call, received):
    code, out, _ = call("init", "2025Q2", "incoming", "--lang", "zh")
    params = QuarterParams.read(received / "params/2025Q2.yaml")
    assert code == 0 and params.period == "2025Q2" and params.home_division == "159901" and params.as_of == "2025-07-08"
    taken = {kind: sorted(s.path for s in sources) for kind, sources in params.inputs.items()}
    assert taken == {kind: [f"incoming/{name}" for name in names] for kind, names in SECOND_QUARTER.items()}
    for word in ("卫生_出生医学登记.xlsx", "母亲_身份证号", "不予读取", "政策内外"):
        assert word in out


def test_init_writes_the_layout_of_every_list_and_the_parameters_name_it(call, received):
    assert call("init", "2025Q2", "incoming", "--lang", "zh")[0] == 0
    params = QuarterParams.read(received / "params/2025Q2.yaml")
    layouts = {kind: OfficeLayout.read(received / source.columns, source.columns) for kind, sources in params.inputs.items() for source in sources}
    assert set(layouts) == set(SECOND_QUARTER) and all(layout.kind == kind for kind, layout in layouts.items())
    text = (received / params.inputs["birth_cert"][0].columns).read_text(encoding="utf-8")
    assert '"母亲_身份证号": mother_id' in text and "涉及隐私，不予读取：" in text and "孕次" in text
    assert "同名表头，每次按所在位置识别" in (received / params.inputs["marriage"][0].columns).read_text(encoding="utf-8")
    bare = {kind: [{"path": source.path} for source in sources] for kind, sources in params.inputs.items()}
    without = QuarterParams.from_values({**params.to_plain(), "inputs": bare})
    for ours, plain in zip(read_submissions(params, received), read_submissions(without, received), strict=True):
        pd.testing.assert_frame_equal(ours.cells, plain.cells)  # the layout says what was understood, nothing else


def test_a_layout_edited_by_hand_is_kept_and_used_in_later_periods(call, received):
    assert call("init", "2025Q2", "incoming", "--lang", "zh")[0] == 0
    layout = received / "params/sources/health_birth_cert.yaml"
    mended = layout.read_text(encoding="utf-8").replace('"接生机构": facility', '"接生机构": ignore')
    layout.write_text(mended, encoding="utf-8")
    shutil.move(received / "incoming", received / "third")
    code, out, _ = call("init", "2025Q3", "third", "--lang", "zh")
    assert code == 0 and "卫生_出生医学登记.xlsx：沿用已有的列对应文件 params/sources/health_birth_cert.yaml" in out
    assert layout.read_text(encoding="utf-8") == mended
    params = QuarterParams.read(received / "params/2025Q3.yaml")
    (source,) = params.inputs["birth_cert"]
    assert "facility" not in read_submission(source, "birth_cert", received).cells
    assert sorted(path.name for path in (received / "params/sources").glob("*_2.yaml")) == sorted(
        {Path(s.columns).name for sources in QuarterParams.read(received / "params/2025Q2.yaml").inputs.values() for s in sources if "_2" in s.columns})


def test_columns_that_could_not_be_placed_stand_in_the_layout_to_be_filled_in(call, in_folder, tmp_path):
    in_folder(tmp_path)
    (tmp_path / "params").mkdir()
    (tmp_path / "来").mkdir()
    (tmp_path / "来/登记.csv").write_text("出生证编号,新生儿姓名,出生日期,签发日期,母亲姓名,娃娃小名\nY159000001,王一,2025-05-05,2025-05-06,李娜,宝宝\n", encoding="utf-8")
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh", "--home", "159901")
    text = (tmp_path / "params/sources/health_birth_cert.yaml").read_text(encoding="utf-8")
    assert code == 0 and "未识别的列：F 娃娃小名" in out and '  # "娃娃小名": ignore' in text
    (tmp_path / "params/sources/health_birth_cert.yaml").write_text(text.replace('  # "娃娃小名": ignore', '  "娃娃小名": remark'), encoding="utf-8")
    (source,) = QuarterParams.read(tmp_path / "params/2025Q2.yaml").inputs["birth_cert"]
    assert read_submission(source, "birth_cert", tmp_path).cells["remark"].tolist() == ["宝宝"]


def test_init_unpacks_what_came_as_an_archive(call, in_folder, tmp_path):
    in_folder(tmp_path)
    (tmp_path / "params").mkdir()
    (tmp_path / "来").mkdir()
    with zipfile.ZipFile(tmp_path / "来/卫健.zip", "w") as archive:
        archive.writestr("登记.csv", "出生证编号,新生儿姓名,出生日期,签发日期,母亲姓名\nY159000001,王一,2025-05-05,2025-05-06,李娜\n")
    for _ in range(2):  # again: what lies there already is left as it is
        code, out, _ = call("init", "2025Q2", "来", "--lang", "zh", "--home", "159901")
        assert code == 0 and "压缩包 卫健.zip 已解压到文件夹“卫健”，共 1 个文件：登记.csv" in out and "卫健.zip：未采用" not in out
        assert QuarterParams.read(tmp_path / "params/2025Q2.yaml").inputs["birth_cert"][0].path == "来/卫健/登记.csv"
        (tmp_path / "params/2025Q2.yaml").unlink()


CERTS = "出生证编号,新生儿姓名,出生日期,签发日期,母亲姓名,母亲身份证号\n"


@pytest.fixture
def banner(in_folder, tmp_path):
    """A project as it comes, with the parameters of the invented banner, and a list of a real one beside it."""
    in_folder(tmp_path)
    (tmp_path / "params").mkdir()
    shutil.copy(Path(__file__).parents[1] / "params/2025Q1.yaml", tmp_path / "params/2025Q1.yaml")
    (tmp_path / "来").mkdir()
    (tmp_path / "来/登记.csv").write_text(CERTS + "Y159000001,王一,2025-05-05,2025-05-06,李娜,159902199001010042\n" * 3, encoding="utf-8")
    return tmp_path


def test_init_takes_nothing_over_from_another_banner(call, banner):
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh")
    text = (banner / "params/2025Q2.yaml").read_text(encoding="utf-8")
    assert code == 0 and "沿用" not in out and "159902（100%）" in out
    assert 'home_division: ""' in text and "divisions_overlay: null" in text and "previous_record: null" in text


def test_init_says_what_it_takes_over_from_the_quarter_before_of_the_same_banner(call, banner):
    (banner / "params/2025Q1.yaml").write_text((banner / "params/2025Q1.yaml").read_text(encoding="utf-8").replace("159901", "159902").replace(
        "data/divisions_demo.csv", 'data/本旗"补充".csv').replace('"data/本旗"补充".csv"', "'data/本旗\"补充\".csv'"), encoding="utf-8")
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh")
    params = QuarterParams.read(banner / "params/2025Q2.yaml")
    assert code == 0 and '沿用 params/2025Q1.yaml：本旗区划代码 159902，补充区划代码 data/本旗"补充".csv' in out
    assert (params.home_division, params.divisions_overlay) == ("159902", 'data/本旗"补充".csv')


@pytest.mark.parametrize(("name", "content"), [("坏.zip", b"PK\x03\x04" + bytes(60)), ("压缩.zip", b"Rar!\x1a\x07\x01\x00" + bytes(60)), ("压缩.rar", b"Rar!\x1a\x07\x01\x00" + bytes(60))])
def test_init_names_every_file_it_could_not_take(call, banner, name, content):
    (banner / "来" / name).write_bytes(content)
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh")
    assert code == 0 and f"{name}：未采用（" in out


def test_init_names_an_archive_inside_an_archive(call, banner):
    with zipfile.ZipFile(banner / "内.zip", "w") as inner:
        inner.writestr("名单.csv", CERTS)
    with zipfile.ZipFile(banner / "来/外.zip", "w") as outer:
        outer.write(banner / "内.zip", "内.zip")
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh")
    assert code == 0 and "外.zip 已解压" in out and "外/内.zip：未采用（" in out


def test_init_leaves_out_a_copy_and_points_to_what_looks_like_a_correction(call, banner):
    (banner / "来/登记 副本.csv").write_bytes((banner / "来/登记.csv").read_bytes())
    (banner / "来/登记（更正）.csv").write_text(CERTS + "Y159000001,王一,2025-05-04,2025-05-06,李娜,159902199001010042\n", encoding="utf-8")
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh", "--home", "159902")
    text = (banner / "params/2025Q2.yaml").read_text(encoding="utf-8")
    assert code == 0 and ("登记.csv：未采用（与 登记 副本.csv 内容完全相同）" in out or "登记 副本.csv：未采用（与 登记.csv 内容完全相同）" in out)
    assert [source.replaces for source in QuarterParams.read(banner / "params/2025Q2.yaml").inputs["birth_cert"]] == [None, None]
    assert "登记（更正）.csv" in text and "文件名像是更正后的名单" in text


def test_init_names_a_layout_that_cannot_be_read_and_keeps_one_that_names_letters(call, banner):
    (banner / "params/sources").mkdir()
    wrong, letters = banner / "params/sources/a.yaml", banner / "params/sources/b.yaml"
    wrong.write_text("kind: birth_cert\ncolumns:\n  产妇: mother_nmae\n", encoding="utf-8")
    letters.write_text("kind: birth_cert\ncolumns:\n  B: child_name\n", encoding="utf-8")
    code, out, _ = call("init", "2025Q2", "来", "--lang", "zh")
    assert code == 0 and "mother_nmae 不存在。是否应为 mother_name？" in out and "该文件未作改动，本次未采用" in out
    assert "沿用已有的列对应文件 params/sources/b.yaml" in out
    assert "mother_nmae" in wrong.read_text(encoding="utf-8")


def test_init_never_overwrites_and_never_guesses_a_list(call, received):
    (received / "params/2025Q2.yaml").write_text("mine", encoding="utf-8")
    code, _, err = call("init", "2025Q2", "incoming")
    assert code == 1 and "2025Q2.yaml" in err and (received / "params/2025Q2.yaml").read_text(encoding="utf-8") == "mine"
    (received / "incoming/会议通知.csv").write_text("议题,地点\n工作会,三楼\n", encoding="utf-8")
    assert "会议通知.csv: not taken" in call("init", "2025Q3", "incoming")[1]


def test_init_of_a_folder_without_lists_says_so(call, received):
    (received / "empty").mkdir()
    assert call("init", "2025Q2", "empty")[0] == 1
    assert call("init", "2025Q2", "nowhere")[0] == 1
    assert call("init", "2025Q7", "incoming")[0] == 1
    assert not (received / "params/2025Q2.yaml").exists()


def test_init_names_lists_columns_and_fields_in_the_language_of_the_call(call, received):
    chinese = call("init", "2025Q2", "incoming", "--lang", "zh")[1]
    (received / "params/2025Q2.yaml").unlink()
    english = call("init", "2025Q2", "incoming", "--lang", "en")[1]
    for kind in ("birth_cert", "hukou_birth", "town_birth"):
        assert chinese.count(label("kind", kind, "zh")) == chinese.count(f"“{label('kind', kind, 'zh')}”") * 2  # the list, and why
        assert label("kind", kind, "en") in english
    assert "不需要的列：" in chinese and "columns not needed: " in english
    assert "→母亲姓名" in chinese and "→Mother's name" in english
    assert "→母亲姓名" not in english and "→Mother's name" not in chinese


def test_init_leaves_an_empty_list_out_and_mentions_nil_reports(call, received):
    (received / "incoming/公安_出生申报.csv").write_text("公民身份号码,姓名,性别,出生日期,受理日期,母亲姓名\n", encoding="utf-8")
    code, out, _ = call("init", "2025Q2", "incoming", "--lang", "zh")
    assert code == 0 and "公安_出生申报.csv：有表头但没有记录，未写入 inputs" in out and "hukou_birth 写入 nil_reports" in out
    assert "没有找到出生申报户口" not in out
    assert "hukou_birth" not in QuarterParams.read(received / "params/2025Q2.yaml").inputs


def test_init_takes_the_sheets_of_one_workbook_apart_where_they_are_lists_of_several_kinds(call, received):
    book = openpyxl.Workbook()
    book.active.title = "证"
    for row in (["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "签发机构", "母亲姓名"], ["Y159000001", "王一", "男", "2025-05-05", "2025-05-06", "某院", "李娜"]):
        book["证"].append(row)
    for row in (["公民身份号码", "姓名", "性别", "出生日期", "受理日期", "受理单位", "户号", "母亲姓名"], ["159901202505050013", "王一", "男", "2025-05-05", "2025-05-09", "某所", "1", "李娜"]):
        book.create_sheet("申报") if "申报" not in book.sheetnames else None
        book["申报"].append(row)
    (received / "one").mkdir()
    book.save(received / "one/合.xlsx")
    assert call("init", "2025Q2", "one")[0] == 0
    inputs = QuarterParams.read(received / "params/2025Q2.yaml").inputs
    assert {kind: [(s.path, s.sheet) for s in sources] for kind, sources in inputs.items()} == {
        "birth_cert": [("one/合.xlsx", "证")], "hukou_birth": [("one/合.xlsx", "申报")]}
    assert len(read_submissions(QuarterParams.read(received / "params/2025Q2.yaml"), received)) == 2


@pytest.mark.parametrize("arguments", [("2025-06", "incoming"), ("2025", "incoming")])
def test_init_of_a_month_or_a_year_answers_not_yet_before_anything_is_shown(call, received, arguments):
    code, out, err = call("init", *arguments)
    assert code == 1 and not out and "not offer it yet" in err


@pytest.mark.parametrize("home", ["15990", "1599011", "１５９９０１", "库伦旗", "", "15990x"])
def test_init_refuses_a_home_that_is_no_division_code(call, received, home):
    code, out, err = call("init", "2025Q2", "incoming", "--home", home, "--lang", "zh")
    assert code == 1 and not out and "六位行政区划代码" in err
    assert not (received / "params/2025Q2.yaml").exists()


def test_init_says_that_the_banner_must_be_filled_in_where_nothing_tells_it(call, received):
    (received / "params/2025Q1.yaml").unlink()
    code, out, _ = call("init", "2025Q2", "incoming", "--lang", "zh")
    assert code == 0 and "params/2025Q2.yaml 的 home_division 中填写六位代码" in out
    (received / "params/2025Q2.yaml").unlink()
    assert "home_division" not in call("init", "2025Q2", "incoming", "--lang", "zh", "--home", "159901")[1]


def test_init_of_a_file_says_that_it_is_no_folder(call, received):
    code, out, err = call("init", "2025Q2", "incoming/公安_出生申报.csv", "--lang", "zh")
    assert code == 1 and not out and "是文件，不是文件夹" in err


def test_init_says_where_the_parameters_cannot_be_written(call, received, monkeypatch):
    write = Path.write_text

    def deny(path, *args, **options):
        if path.name == "2025Q2.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        return write(path, *args, **options)

    monkeypatch.setattr(Path, "write_text", deny)
    code, _, err = call("init", "2025Q2", "incoming", "--lang", "zh")
    assert code == 1 and "params/2025Q2.yaml 无法写入" in err and "只读" in err and "Permission" not in err


def test_what_cannot_be_used_is_told_at_once_before_anything_is_linked(call, received):
    text = (received / "params/2025Q1.yaml").read_text(encoding="utf-8")
    (received / "incoming/空.xlsx").write_bytes(b"")
    changed = text.replace("data/2025Q1/卫生_出生医学登记.xlsx", "没有这个文件.xlsx").replace("data/2025Q1/公安_出生申报.csv", "incoming/空.xlsx")
    (received / "params/bad.yaml").write_text(changed, encoding="utf-8")
    code, _, err = call("run", "params/bad.yaml", "--lang", "zh")
    assert code == 1 and "没有这个文件.xlsx" in err and "空.xlsx" in err and "2 个问题" in err
    assert not (received / "outputs/2025Q1").exists()


def test_yearly_records_are_reserved(call, received):
    period = "2025"
    text = (received / "params/2025Q1.yaml").read_text(encoding="utf-8").replace('period: "2025Q1"', f'period: "{period}"')
    (received / "params/other.yaml").write_text(text, encoding="utf-8")
    code, _, err = call("run", "params/other.yaml")
    assert code == 1 and "not offer it yet" in err
