"""Headers nobody listed, read by their parts: whose thing, what thing. The fields are what a clerk would say they hold."""

import pytest

from popanalysis.acquire.layouts import is_known_header
from popanalysis.acquire.matching import match_columns
from popanalysis.acquire.meanings import meanings_of
from popanalysis.acquire.wording import person_of

READ = {
    "birth_cert": {
        "小孩大名": "child_name", "产妇自报身份证号": "mother_id", "宝妈年龄": "mother_age", "孩子爸爸民族": "father_ethnicity", "产妇丈夫户口所在地": "father_hukou_addr",
        "出生时间（精确到分）": "birth_datetime", "出生日期（时:分）": "birth_datetime", "开证日期": "issue_date", "分娩医疗机构": "facility", "第几产": "parity",
        "双胎顺序": "birth_order", "出生体重/克": "birth_weight", "原签发证编号": "old_birth_cert_no", "联系电话（母）": "mother_phone", "母婴住址": "mother_live_addr"},
    "hukou_birth": {"新生儿公民身份证号": "child_id", "上户派出所": "accept_unit", "报户日期": "accept_date", "拟落户详址": "hukou_addr", "村（居）民小组": "group", "所属村（居）": "village"},
    "town_birth": {"入户核实人员": "registered_by", "信息采集时间": "registered_at", "育妇证件号码": "mother_id", "在哪生的": "birth_place", "孩子他爸": "father_name", "孩妈户口在哪": "mother_hukou_addr", "哪天问的": "registered_at", "谁问的": "registered_by", "几组": "group", "所在苏木（镇）名称": "town"},
    "unverified_delivery": {"自称婴儿父亲姓名": "father_name", "未能出示身份证件的原因": "doubt_reason", "娩出日期": "delivery_date", "收治医院": "facility"},
    "deferred_hukou": {"暂未落户情形": "defer_reason", "尚缺证明材料": None, "需补充材料": "defer_reason", "首次申报时间": "defer_date", "现住址（母）": "mother_live_addr"},
    "identity_change": {"更改前民族": "old_ethnicity", "姓名（变更前）": "old_name", "改后内容": "value_after", "更正事由": "change_reason", "变动项目": "change_item", "办件类型": "change_class"},
    "migration": {"从何地迁来": "from_region", "迁往何处": "to_region", "迁出日期": "accept_date", "入/出": "direction", "迁入/迁出": "direction"},
    "death": {"离世日期": "death_date", "核销户口时间": "exit_date", "逝者户籍地": "hukou_addr", "死亡证明书号码": "death_cert_no"},
    "marriage": {"女当事人民族": "wife_ethnicity", "身份证号（男）": "husband_id", "申请人（女）姓名": "wife_name", "证书印刷编号": "cert_print_no", "颁证机关": "reg_office"},
    "adoption": {"收养人（男）姓名": "adoptive_father_name", "女收养人证件号码": "adoptive_mother_id", "收养前姓名": "adoptee_name", "收养家庭现住址": "adopter_addr"},
    "void_certificates": {"补(换)发证编号": "new_birth_cert_no", "遗失证件号码": "old_birth_cert_no", "换发事由": "reason", "重发日期": "date"},
    "reported_totals": {"本月新婚对数": "marriages", "当期出生婴儿数": "births", "统计周期": "period"},
}
#: What another person, a part or a kind of thing is told of must not be taken for the thing itself.
NOT_READ = {
    "birth_cert": ("领证人姓名", "领证人身份证号码", "母亲身份证件类型", "母亲身份证号后四位", "母亲工作单位", "父母姓名", "入院日期", "审核人", "母亲户口性质"),
    "hukou_birth": ("申报人身份证号", "申报人与新生儿关系", "户主身份证号", "经办民警", "监护人电话"),
    "town_birth": ("户主姓名", "是否上户", "联系人", "介绍人姓名", "母亲结婚日期"),
    "marriage": ("证明人姓名", "登记员", "双方姓名", "男方证件类型", "申请日期"),
    "death": ("申报人姓名", "与死者关系", "死亡地点"),
    "migration": ("迁入地派出所", "与户主关系", "承办人"),
}


@pytest.mark.parametrize(("kind", "header", "field"), [(kind, header, field) for kind, headers in READ.items() for header, field in headers.items()])
def test_a_header_nobody_listed_is_read_by_its_parts(kind: str, header: str, field: str | None) -> None:
    (column,) = match_columns([header], kind)
    assert (column.field if column.decision == "used" else None) == field


@pytest.mark.parametrize(("kind", "header"), [(kind, header) for kind, headers in NOT_READ.items() for header in headers])
def test_somebody_elses_thing_or_a_part_of_it_is_not_taken_for_the_thing(kind: str, header: str) -> None:
    (column,) = match_columns([header], kind)
    assert column.decision != "used"


@pytest.mark.parametrize(("upper", "person"), [("母亲基本情况", "mother"), ("孩子妈妈", "mother"), ("产妇及丈夫", None), ("父母情况_父亲", "father"), ("新生儿", "child"), ("领证人", "recipient")])
def test_the_person_above_is_told_or_nobody_where_two_stand_side_by_side(upper: str, person: str | None) -> None:
    assert person_of(upper.replace("_", ""), "birth_cert") == person


def test_the_person_named_in_the_lower_text_goes_before_the_one_above() -> None:
    found = match_columns(["产妇情况_姓名", "产妇情况_丈夫姓名", "产妇情况_丈夫身份证号"], "birth_cert")
    assert [c.field for c in found] == ["mother_name", "father_name", "father_id"]


def test_the_lowest_level_that_names_a_person_decides() -> None:
    heads = ["新婚夫妇基本情况_男_户籍地", "新婚夫妇基本情况_女_户籍地", "新婚夫妇基本情况_女_现住址"]
    assert [c.field for c in match_columns(heads, "town_marriage")] == ["husband_hukou_addr", "wife_hukou_addr", "wife_live_addr"]
    assert [c.field for c in match_columns(["收养人_男_姓名", "收养人_女_姓名"], "adoption")] == ["adoptive_father_name", "adoptive_mother_name"]


def test_what_is_listed_goes_before_what_is_composed() -> None:
    assert is_known_header("证件号码")
    assert meanings_of("证件号码", "town_birth")[0].field == "mother_id"
    assert meanings_of("证件号码", "marriage")[0].field == "cert_no"
