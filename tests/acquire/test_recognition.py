"""Which list of the exchange a sheet is: every attested head, whole, permuted and with columns absent."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from popanalysis.acquire import recognise_file
from popanalysis.acquire.kinds import guess_kinds
from popanalysis.acquire.reading import read_submission
from popanalysis.acquire.table import Table
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource
from popanalysis.reference import reference_table

ATTESTED = {name: rows for name, rows in reference_table("headers_attested").groupby("sheet_id", sort=False)}  # noqa: C416 - a groupby is no mapping
NO_LISTS = ("ChildInfo", "Pregnancy")
#: What a person takes each sheet for where it is not what its own system files it under.
TAKEN_FOR = {"certificate_ressiueDBJExcel": "void_certificates", "csyxzmhfdjbExcel": "void_certificates"}
#: All their columns stand in other lists as well: the title tells.
SHARED = ("EditWjBdsw", "EditWjRkbd", "EditGaCzrk", "csyxzmhfdjbExcel")
MakeXlsx = Callable[..., Path]


def kind_of(sheet_id: str) -> str | None:
    return None if sheet_id in NO_LISTS else TAKEN_FOR.get(sheet_id, ATTESTED[sheet_id]["record_kind"].iloc[0])


def variants(sheet_id: str, n: int) -> list[list[str]]:
    """The head as it is, then permuted with three columns absent, by seeds."""
    headers = list(ATTESTED[sheet_id]["header"])
    found = [headers]
    for seed in range(n):
        random = Random(seed)
        kept = headers[:]
        for _ in range(3):
            kept.pop(random.randrange(len(kept)))
        if seed % 2:
            random.shuffle(kept)
        found.append(kept)
    return found


@pytest.mark.parametrize("sheet_id", list(ATTESTED))
def test_an_attested_head_with_its_title_is_its_kind_also_permuted_and_with_three_columns_absent(sheet_id: str, make_xlsx: MakeXlsx) -> None:
    title = ATTESTED[sheet_id]["sheet_title"].iloc[0]
    sheets = {f"Sheet{n}": [[title], headers, ["x"] * len(headers)] for n, headers in enumerate(variants(sheet_id, 40))}
    found = recognise_file(make_xlsx("收到.xlsx", sheets))
    assert {(f.sheet, f.kind) for f in found if f.kind != kind_of(sheet_id)} == set()


@pytest.mark.parametrize("sheet_id", NO_LISTS)
def test_a_file_of_patients_care_is_refused_in_words_and_cannot_be_listed_as_births(sheet_id: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    headers = list(ATTESTED[sheet_id]["header"])
    path = make_xlsx("收到.xlsx", {"Sheet1": [headers, ["x"] * len(headers)]})
    found = recognise_file(path)[0]
    assert found.kind is None
    assert "不属于交换名单" in found.why.zh
    assert "no list of the exchange" in found.why.en
    with pytest.raises(SourceFileError, match="不属于交换名单"):
        read_submission(InputSource(path=path.name), "birth_cert", tmp_path)


@pytest.mark.parametrize("sheet_id", [name for name in ATTESTED if name not in (*SHARED, *NO_LISTS)])
def test_a_head_with_columns_of_its_own_tells_its_kind_without_a_title(sheet_id: str) -> None:
    headers = list(ATTESTED[sheet_id]["header"])
    assert guess_kinds(Table("Sheet1", [headers, ["x"] * len(headers)], [1, 2]))[0].kind == kind_of(sheet_id)


@pytest.mark.parametrize(("title", "kind"), [
    ("卫计全员人口个案基础信息", "population"), ("卫计全员人口变动死亡信息", "death"), ("卫计全员人口变动出生信息", "town_birth")])
def test_lists_that_share_most_columns_are_told_apart_by_their_title(title: str, kind: str) -> None:
    shared = ["户人编号", "姓名", "性别", "身份证号", "门牌号", "出生日期", "民族", "户籍所在地", "现居住地", "父亲姓名", "父亲公民身份号码", "母亲姓名", "母亲公民身份号码"]
    assert guess_kinds(Table("Sheet1", [[title], shared, ["x"] * len(shared)], [1, 2, 3]))[0].kind == kind


#: Heads in the way offices write them, with their titles.
WRITTEN = {
    ("town_marriage", "东沟镇2025年第一季度新婚登记调查表"): "苏木乡镇 嘎查村 登记时间 结婚证字号 男方姓名 男方身份证号 男方户籍地 女方姓名 女方身份证号 女方户籍地 登记人员 登记日期",
    ("town_marriage", "新婚人员随访表"): "乡镇 村 男方姓名 身份证号 女方姓名 身份证号 结婚日期 登记人 登记日期",
    ("deferred_hukou", "2025年第一季度暂缓落户人员登记表"): "序号 姓名 性别 出生日期 母亲姓名 母亲身份证号码 父亲姓名 父亲身份证号码 暂缓日期 暂缓原因 派出所",
    ("unverified_delivery", "身份信息待核实分娩对象通报表"): "序号 助产机构名称 分娩日期 新生儿性别 产妇姓名 产妇身份证号码 户籍地址 现居住地 备注",
    ("reported_totals", "各苏木乡镇出生、婚姻数上报表"): "苏木乡镇 统计期 出生人数 结婚对数 登记人员",
    ("reported_totals", "上报合计"): "单位 出生人数",
    ("void_certificates", "《出生医学证明》作废登记"): "序号 作废编号 作废原因 作废日期 签发机构",
    ("identity_change", "变更更正登记"): "姓名 公民身份号码 变更项目 变更前 变更后 变更日期",
    ("adoption", "收养登记台账"): "收养登记证字号 登记日期 被收养人姓名 性别 出生日期 养父姓名 养父身份证号 养母姓名 养母身份证号",
    ("death", "死亡注销名单"): "姓名 公民身份号码 性别 出生日期 死亡日期 注销日期 户籍地址",
    ("migration", "户口迁移登记"): "姓名 公民身份号码 迁移方向 迁移日期 原住址 迁往地",
}


@pytest.mark.parametrize(("kind", "title"), list(WRITTEN))
def test_heads_of_the_other_kinds_as_offices_write_them_are_recognised(kind: str, title: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    headers = WRITTEN[kind, title].split()
    path = make_xlsx("收到.xlsx", {"Sheet1": [[title], headers, ["x"] * len(headers)]})
    found = recognise_file(path)[0]
    assert (found.kind, found.usable) == (kind, True)
    assert len(read_submission(InputSource(path=path.name), kind, tmp_path).cells) == 1


def test_a_file_name_alone_makes_no_list(make_xlsx: MakeXlsx) -> None:
    assert recognise_file(make_xlsx("结婚登记.xlsx", {"Sheet1": [["通知", "内容"], ["x", "y"]]}))[0].kind is None
    marriages = ["业务类型", "登记时间", "男方姓名", "身份证号", "女方姓名", "身份证号"]
    assert recognise_file(make_xlsx("a.xlsx", {"Sheet1": [marriages, ["x"] * 6]}))[0].kind == "marriage"
