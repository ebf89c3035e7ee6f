"""Heads, columns and the roles of rows."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from popanalysis.acquire.heads import find_head
from popanalysis.acquire.kinds import guess_kinds, lacking_fields
from popanalysis.acquire.layouts import header_keys, synonyms
from popanalysis.acquire.matching import match_columns
from popanalysis.acquire.reading import read_submission
from popanalysis.acquire.rows import classify_rows
from popanalysis.acquire.table import MergedRange, Table
from popanalysis.params import InputSource
from popanalysis.reference import reference_table

ATTESTED = reference_table("headers_attested")
#: Archives of single patients; no list of the exchange.
NO_LISTS = {"ChildInfo", "Pregnancy"}
#: Filed among the certificates by their system; to the exchange they are registers of numbers out of force.
VOID_SHEETS = {"certificate_ressiueDBJExcel", "csyxzmhfdjbExcel"}
BIRTH_SHEETS = [name for name, rows in ATTESTED.groupby("sheet_id", sort=False)
                if rows["record_kind"].iloc[0] in ("birth_cert", "hukou_birth", "town_birth") and name not in NO_LISTS | VOID_SHEETS]

#: What a person reads in the heads of these sheets, written down beside the code: position -> field.
READ_BY_HAND = {
    "EditGaXses": "child_id child_name child_sex accept_date village group father_name father_id mother_name mother_id",
    "EditWjCsye": "mother_name - mother_id parity birth_datetime birth_place - father_name - father_id child_name child_sex - mother_hukou_addr mother_live_addr registered_by registered_at",
    "EditWjCsyx": "birth_cert_no child_name child_sex birth_date - birth_weight - birth_place mother_name mother_id mother_age mother_nationality mother_ethnicity "
                  "father_name father_id father_age father_nationality father_ethnicity father_live_addr birth_place_class facility - plurality gestation_weeks -",
    "certificate_firstDBJExcel": "- birth_cert_no issue_date mother_name child_name child_sex birth_date mother_id marriage_cert_no - father_name father_id - - - - -",
    "csyxzmBabyExcel": "- child_name child_sex birth_date birth_cert_no birth_place - facility father_name father_id mother_name mother_id mother_phone",
    "csyxzmMotherExcel": "- mother_name mother_id birth_date mother_live_addr child_name birth_cert_no facility mother_phone",
    "certificate_ressiueDBJExcel": "- - issue_date mother_name child_name child_sex birth_date old_birth_cert_no birth_cert_no - - - - - - - - - -",
}


def table_of(rows: list[list[object]], name: str = "Sheet1") -> Table:
    return Table(name, list(rows), range(1, len(rows) + 1))


@pytest.mark.parametrize("sheet_id", BIRTH_SHEETS)
def test_attested_birth_layouts_are_recognised_when_made_into_a_file(sheet_id: str, make_xlsx: Callable[..., Path], tmp_path: Path) -> None:
    rows = ATTESTED[ATTESTED["sheet_id"] == sheet_id]
    path = make_xlsx("收到.xlsx", {"Sheet1": [[rows["sheet_title"].iloc[0]], list(rows["header"]), ["x"] * len(rows)], "Sheet2": []})
    kind = rows["record_kind"].iloc[0]
    submission = read_submission(InputSource(path=path.name), kind, tmp_path)
    used = submission.sheets[0]
    assert used.used
    assert used.header_rows == (2,)
    assert len(submission.cells) == 1
    guesses = guess_kinds(table_of([[rows["sheet_title"].iloc[0]], list(rows["header"]), ["x"] * len(rows)]))
    assert guesses[0].kind == kind


@pytest.mark.parametrize("sheet_id", list(READ_BY_HAND))
def test_columns_of_attested_layouts_mean_what_a_person_reads(sheet_id: str) -> None:
    rows = ATTESTED[ATTESTED["sheet_id"] == sheet_id]
    found = match_columns(list(rows["header"]), rows["record_kind"].iloc[0])
    assert " ".join(c.field if c.decision == "used" and c.field else "-" for c in found) == READ_BY_HAND[sheet_id]


def test_K12_headers_map_whatever_stands_round_them() -> None:
    found = match_columns(["\ufeff姓名", "出生 日期", "身份证号\n(必填)", "性别　"], "hukou_birth")
    assert [c.field for c in found] == ["child_name", "birth_date", "child_id", "child_sex"]


TITLE = "2025年第一季度出生登记"
K16_UPPER = ["嘎查村", "新生儿", None, None, "母亲", None, "备注"]
K16_LOWER = [None, "姓名", "性别", "出生日期", "姓名", "身份证号", None]


def k16_rows() -> list[list[object]]:
    people = [[None, f"王{n}", "男", "2025-03-05", "李娜", "990102199304150242", None] for n in "一二三四五六"]
    people[0][0], people[4][0] = "东沟村", "西岭村"
    return [[TITLE], K16_UPPER, K16_LOWER, *people, ["合计", 5], ["填表人：某某"]]


def test_K16_merged_head_village_total_and_note(make_xlsx: Callable[..., Path], tmp_path: Path) -> None:
    areas = ["A1:G1", "A2:A3", "B2:D2", "E2:F2", "G2:G3", "A4:A6", "A8:A9", "A11:G11"]
    path = make_xlsx("村表.xlsx", {"表": k16_rows()}, {"表": areas})
    submission = read_submission(InputSource(path=path.name), "town_birth", tmp_path)
    assert submission.cells["village"].tolist() == ["东沟村"] * 3 + [""] + ["西岭村"] * 2
    assert [c.header for c in submission.sheets[0].columns] == ["嘎查村", "新生儿_姓名", "新生儿_性别", "新生儿_出生日期", "母亲_姓名", "母亲_身份证号", "备注"]
    assert submission.letter("表", "mother_name") == "E"
    assert submission.rows["role"].tolist() == ["title", "header", "header"] + ["record"] * 6 + ["total", "footer"]
    assert submission.sheets[0].printed_total == 5
    assert submission.faults[["row", "raw_value", "fault"]].values.tolist() == [[10, "5", "total_differs"], [3, "", "act_date_missing"]]


def test_a_second_column_of_one_header_is_told_where_it_holds_something(make_xlsx: Callable[..., Path], tmp_path: Path) -> None:
    head = ["出生证编号", "新生儿姓名", "出生日期", "签发日期", "母亲姓名", "母亲身份证号", "母亲身份证号", "出生日期"]
    path = make_xlsx("甲.xlsx", {"表": [head, ["Y159000001", "王一", "2025-03-05", "2025-03-06", "李娜", "990102199304150242", "990102199304150269", ""]]})
    submission = read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    assert submission.cells["mother_id"].tolist() == ["990102199304150242"]
    assert submission.faults[["cell", "column", "fault"]].values.tolist() == [["G1", "母亲身份证号", "column_repeated"]]


def test_two_row_head_of_a_text_file_is_carried_to_the_right() -> None:
    rows = [["新生儿", "", "", "母亲", "", "备注"], ["姓名", "性别", "出生日期", "姓名", "身份证号", ""], ["王一", "男", "2025-03-05", "李娜", "", ""]]
    table = Table("", rows, [1, 2, 3], merges_known=False)
    head = find_head(table, "town_birth")
    assert head is not None
    assert [c.field for c in head.columns] == ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "remark"]


def test_three_row_head_takes_the_person_from_the_middle() -> None:
    rows: list[list[object]] = [["出生登记表", "", "", ""], ["登记内容", "", "", ""], ["新生儿信息", "", "母亲信息", ""], ["姓名", "出生日期", "姓名", "身份证号"], ["王一", "2025-03-05", "李娜", ""]]
    table = table_of(rows)
    table.merged = [MergedRange(0, 0, 0, 3), MergedRange(1, 0, 1, 3), MergedRange(2, 0, 2, 1), MergedRange(2, 2, 2, 3)]
    head = find_head(table, "birth_cert")
    assert head is not None
    assert [c.field for c in head.columns] == ["child_name", "birth_date", "mother_name", "mother_id"]


def test_head_repeated_on_a_page_and_subtotals_are_no_records() -> None:
    head = ["新生儿姓名", "性别", "出生日期", "母亲姓名"]
    rows: list[list[object]] = [head, ["王一", "男", "2025-03-05", "李娜"], ["小计", "1", "", ""], [], head, ["王二", "女", "2025-03-06", "张敏"], ["合 计：2", "", "", ""],
                                ["制表人", "某某", "审核人", "某某"], ["（盖章）", "", "", ""]]
    table = table_of(rows)
    found = find_head(table, "town_birth")
    assert found is not None
    roles = classify_rows(table, found)
    assert [roles.roles.get(i, "blank") for i in range(len(rows))] == ["header", "record", "total", "blank", "header", "record", "total", "footer", "footer"]
    assert (roles.n_blank, roles.printed_total) == (1, 2)


def roles_of(rows: list[list[object]], kind: str = "town_birth") -> list[str]:
    table = table_of(rows)
    head = find_head(table, kind)
    assert head is not None
    roles = classify_rows(table, head)
    return [roles.roles.get(i, "blank") for i in range(len(rows))]


@pytest.mark.parametrize("first", ["NO", "No.", "序号", "XH"])
def test_a_head_repeated_on_a_page_is_no_record_whatever_its_first_word(first: str) -> None:
    head: list[object] = [first, "新生儿姓名", "性别", "出生日期", "母亲姓名"]
    assert roles_of([head, [1, "王一", "男", "2025-03-05", "李娜"], list(head), [2, "王二", "女", "2025-03-06", "张敏"]]) == ["header", "record", "header", "record"]


@pytest.mark.parametrize("numbers", [["甲", "1", "2", "3", "4"], [1, 2, 3, 4, 5], ["(1)", "(2)", "(3)", "(4)", "(5)"], ["甲", "乙", "丙", 1.0, 2.0], ["1栏", "2栏", "3栏", "4栏", "5栏"]])
def test_a_row_that_numbers_the_columns_is_no_record(numbers: list[object]) -> None:
    head: list[object] = ["序号", "新生儿姓名", "性别", "出生日期", "母亲姓名"]
    rows = [head, numbers, [1, "王一", "男", "2025-03-05", "李娜"], list(head), list(numbers), [2, "王二", "女", "2025-03-06", "张敏"]]
    assert roles_of(rows) == ["header", "header", "record", "header", "header", "record"]


@pytest.mark.parametrize("first", ["备注：双胎之一", "说明：未领证", "单位：东沟村", "日期：2025-03-05", "电话：无", "经办人"])
def test_a_whole_record_is_one_whatever_its_first_cell_begins_with(first: str) -> None:
    rows: list[list[object]] = [["备注", "新生儿姓名", "性别", "出生日期", "母亲姓名"], [first, "王一", "男", "2025-03-05", "李娜"], ["填表人：某某", "", "审核人：某某", "", ""], ["备注：以上均已核对", "", "", "", ""]]
    assert roles_of(rows) == ["header", "record", "footer", "footer"]


@pytest.mark.parametrize(("foot", "total", "at"), [
    (["共2人", "", "", ""], 2, (2, 0)), (["共计3条", "", "", ""], 3, (2, 0)), (["合计", "", 2, ""], 2, (2, 2)), (["合计（2025年第一季度）", "", "2人", ""], 2, (2, 2)),
    (["合计", "男1", "女1", 2.0], 2, (2, 3)), (["本页合计", 1, "", ""], None, None), (["累计", 17, "", ""], None, None)])
def test_the_total_at_the_foot_is_the_number_of_rows_it_claims(foot: list[object], total: int | None, at: tuple[int, int] | None) -> None:
    rows: list[list[object]] = [["新生儿姓名", "性别", "出生日期", "母亲姓名"], ["王一", "男", "2025-03-05", "李娜"], foot, ["王二", "女", "2025-03-06", "张敏"]]
    table = table_of(rows)
    head = find_head(table, "town_birth")
    assert head is not None
    found = classify_rows(table, head)
    assert found.roles[2] == "total"
    assert found.printed_total == total
    assert total is None or found.totals[total] == at


def test_row_that_only_names_a_place_is_kept_for_accounting() -> None:
    table = table_of([["新生儿姓名", "性别", "出生日期", "母亲姓名"], ["东沟村", "", "", ""], ["王一", "男", "2025-03-05", "李娜"]])
    head = find_head(table, "town_birth")
    assert head is not None
    assert classify_rows(table, head).roles == {0: "header", 1: "record", 2: "record"}


def test_header_of_a_couple_is_bound_to_the_person_on_its_left() -> None:
    found = match_columns(["新生儿姓名", "出生日期", "母亲姓名", "出生日期", "身份证号", "父亲姓名", "出生日期", "身份证号"], "birth_cert")
    assert [c.field for c in found] == ["child_name", "birth_date", "mother_name", "mother_birth_date", "mother_id", "father_name", "father_birth_date", "father_id"]


def test_number_after_the_applicant_belongs_to_nobody_we_read() -> None:
    found = match_columns(["公民身份号码", "姓名", "母亲姓名", "申报人", "身份证号"], "hukou_birth")
    assert [c.field for c in found if c.decision == "used"] == ["child_id", "child_name", "mother_name"]


@pytest.mark.parametrize("kind", ["town_birth", "birth_cert"])
def test_bare_number_belongs_to_the_parent_it_stands_behind(kind: str) -> None:
    found = match_columns(["妻子姓名" if kind == "town_birth" else "母亲姓名", "身份证号", "丈夫姓名", "身份证号", "子女姓名", "性别", "出生日期"], kind)
    assert [c.field for c in found] == ["mother_name", "mother_id", "father_name", "father_id", "child_name", "child_sex", "birth_date"]


def test_bare_number_behind_parents_with_numbers_of_their_own_is_the_childs() -> None:
    found = match_columns(["姓名", "母亲姓名", "母亲身份证号", "身份证号", "出生日期"], "hukou_birth")
    assert [c.field for c in found] == ["child_name", "mother_name", "mother_id", "child_id", "birth_date"]


def test_birth_date_behind_the_mother_is_the_childs_where_no_other_column_is() -> None:
    found = match_columns(["母亲姓名", "母亲身份证号", "出生日期", "性别", "新生儿姓名"], "town_birth")
    assert [c.field for c in found] == ["mother_name", "mother_id", "birth_date", "child_sex", "child_name"]


def test_father_under_an_upper_head_gets_the_address_the_kind_gives_to_the_mother() -> None:
    found = match_columns(["母亲_姓名", "母亲_户籍地址", "父亲_姓名", "父亲_户籍地址"], "birth_cert")
    assert [c.field for c in found] == ["mother_name", "mother_hukou_addr", "father_name", "father_hukou_addr"]


def test_needed_fields_of_a_marriage_list_are_not_those_of_births() -> None:
    rows = ATTESTED[ATTESTED["sheet_id"] == "EditMzHydj"]
    guesses = guess_kinds(table_of([[rows["sheet_title"].iloc[0]], list(rows["header"])]))
    assert guesses[0].kind == "marriage"


def test_synonyms_of_a_kind_come_before_the_general_ones() -> None:
    assert [entry.own for entry in synonyms("town_birth")["证件号码"]] == [True, False]
    assert header_keys("出生体重（g）")[0] == header_keys("出生体重(g)")[0]


def test_head_with_nothing_but_lacking_fields_is_told() -> None:
    head = find_head(table_of([["姓名", "性别", "备注"]]), "birth_cert")
    assert head is not None
    assert lacking_fields(head, "birth_cert") == [("birth_date", "birth_datetime"), ("mother_name", "mother_id", "birth_cert_no")]


def test_no_head_among_plain_numbers() -> None:
    assert find_head(table_of(pd.DataFrame([[1, 2], [3, 4]]).to_numpy().tolist()), "birth_cert") is None


#: Layouts invented in the way offices write them, with what a person reads in them.
INVENTED = {
    ("birth_cert", "2025年1-3月助产机构活产登记表"): "编号=- 产妇姓名=mother_name 年龄=mother_age 民族=mother_ethnicity 身份证号码=mother_id 户籍地址=mother_hukou_addr 现住址=mother_live_addr "
        "联系电话=mother_phone 丈夫姓名=father_name 丈夫身份证号=father_id 分娩日期=birth_date 分娩时间=birth_datetime 新生儿姓名=child_name 性别=child_sex 出生体重(g)=birth_weight "
        "孕周=gestation_weeks 胎次=parity 出生医学证明号=birth_cert_no 签发日期=issue_date 接生者=-",
    ("birth_cert", "出生证签发台账"): "序号=- 出生证号=birth_cert_no 婴儿姓名=child_name 婴儿性别=child_sex 出生时间=birth_datetime 出生地=birth_place 母亲姓名=mother_name 母亲身份证号=mother_id "
        "母亲民族=mother_ethnicity 父亲姓名=father_name 父亲身份证=father_id 父亲民族=father_ethnicity 领证日期=issue_date 领证人=- 备注=remark",
    ("hukou_birth", "2025年第一季度新生儿落户名单"): "序号=- 姓名=child_name 性别=child_sex 民族=child_ethnicity 出生日期=birth_date 公民身份号码=child_id 户籍地址=hukou_addr 父亲=father_name "
        "父亲身份证=father_id 母亲=mother_name 母亲身份证=mother_id 入户日期=accept_date 派出所=accept_unit 备注=remark",
    ("hukou_birth", "出生申报登记"): "户号=household_no 户主姓名=- 与户主关系=- 姓名=child_name 曾用名=former_name 性别=child_sex 民族=child_ethnicity 出生日期=birth_date 公民身份证号=child_id "
        "父亲姓名=father_name 父亲公民身份号码=father_id 母亲姓名=mother_name 母亲公民身份号码=mother_id 出生证明编号=birth_cert_no 申报人=- 身份证号=- 受理日期=accept_date",
    ("town_birth", "某某镇出生人口随访登记"): "嘎查村=village 组=group 新生儿姓名=child_name 性别=child_sex 出生日期=birth_date 是否双胞胎=- 母亲姓名=mother_name 母亲身份证号=mother_id "
        "父亲姓名=father_name 父亲身份证号=father_id 出生地点=birth_place 登记人=registered_by 联系电话=- 登记日期=registered_at 备注=remark",
    ("town_birth", "出生情况摸底表"): "乡镇=town 村=village 妻子姓名=mother_name 妻子身份证号=mother_id 丈夫姓名=father_name 丈夫身份证号=father_id 子女姓名=child_name 性别=child_sex "
        "出生年月日=birth_date 孩次=parity 分娩地点=birth_place 计划生育服务证号=- 备注=remark",
}


@pytest.mark.parametrize(("kind", "title"), list(INVENTED))
def test_invented_layouts_are_placed_right_and_none_wrongly(kind: str, title: str) -> None:
    pairs = [entry.rsplit("=", 1) for entry in INVENTED[kind, title].split()]
    guesses = guess_kinds(table_of([[title], [header for header, _ in pairs], ["x"] * len(pairs)]))
    assert guesses[0].kind == kind
    assert [(c.header, c.field if c.decision == "used" else "-") for c in guesses[0].head.columns] == [tuple(pair) for pair in pairs]


@pytest.mark.parametrize(("kind", "heads", "fields"), [
    ("town_birth", "母亲 身份证号 户籍地 父亲 身份证号 现居住地 孩子姓名", "mother_name mother_id mother_hukou_addr father_name father_id father_live_addr child_name"),
    ("hukou_birth", "姓名 出生日期 父亲姓名 身份证号 户籍地址", "child_name birth_date father_name father_id hukou_addr"),  # where the child is registered
    ("deferred_hukou", "姓名 父亲 身份证号 户口所在地 母亲 身份证号 户口所在地", "child_name father_name father_id father_hukou_addr mother_name mother_id mother_hukou_addr"),
    ("death", "死者姓名 身份证号 死亡日期 配偶 身份证号", "person_name person_id death_date - -"),  # a spouse is nobody's father
    ("town_marriage", "夫姓名 夫身份证号 妻姓名 妻身份证号", "husband_name husband_id wife_name wife_id"),
    ("unverified_delivery", "分娩日期 产妇自报姓名 自报证件号码 存疑情形 备注", "delivery_date mother_name mother_id doubt_reason remark"),
])
def test_heads_stand_for_the_person_they_stand_behind(kind: str, heads: str, fields: str) -> None:
    found = match_columns(heads.split(), kind)
    assert " ".join(c.field if c.decision == "used" and c.field else "-" for c in found) == fields
