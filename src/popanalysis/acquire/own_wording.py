"""How the offices word the matters of their own lists: an act (签发, 受理, 走访) and what is told of it (日期, 机构, 原因).

Each kind has its pairs of a field and a pattern; the first that fits the whole header is its meaning. A header that the synonyms list never comes here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from popanalysis.acquire.wording import thing_of

__all__ = ["before_or_after", "own_field"]

_ASKED_WHEN: Final = "(?:哪天|哪日|哪一天|何时|什么时候|啥时候)"
_WHEN: Final = "的?(?:日期|时间|年月日|日子|日)"
_OFFICE: Final = "的?(?:机构|单位|机关|部门|医院|处|所|地点|地)(?:名称|全称)?"
_WHO: Final = "(?:工作)?(?:人员|人|员|者|干部)(?:姓名|签名|签字)?"
_WHY: Final = "的?(?:原因|事由|理由|缘由|情形|依据)(?:说明)?"
_CLASS: Final = "的?(?:类别|类型|种类|性质|类)"
_NUMBER: Final = "的?(?:编号|编码|号码|证号|字号|号|序号)"

# --- places -------------------------------------------------------------------------------------------
_AT: Final = "(?:所属|所在|属|户籍|居住)?的?"
_NAMED: Final = "(?:名称|名)?"
_TOWN: Final = "(?:苏木|乡镇|乡|镇|街道办事处|街道办|街道|办事处|国营农牧场|农牧场|旗镇|场)"
_VILLAGE: Final = "(?:嘎查|行政村|自然村|村委会|居委会|社区|村居|居村|村|居|委会|分场)"
_GROUP: Final = "(?:村民小组|村民组|居民小组|居民组|小组|组|独贵龙|独贵|自然屯|屯|社|艾里|营子|小区)"
_TOWNS: Final = f"{_AT}{_TOWN}(?:[/、(或]?{_TOWN}\\)?)*{_NAMED}"
_VILLAGES: Final = f"{_AT}(?:哪个)?{_VILLAGE}(?:[/、(或]*{_VILLAGE}\\)?)*{_NAMED}"
_GROUPS: Final = f"{_AT}(?:第?几|哪个)?{_GROUP}(?:[/、(或]*{_GROUP}\\)?)*(?:名称|名|别|号)?"
_PLACES: Final = (("town", _TOWNS), ("village", _VILLAGES), ("group", _GROUPS))

# --- births -------------------------------------------------------------------------------------------
_BORN: Final = "(?:出生|生育|分娩|生产|娩出|接生|降生)"
_CERT: Final = "(?:《?出生医学证明书?》?|出生证明书?|出生证|出生医学证|医学证明|出证|证明|证书|证件|证)"
_OLD: Final = f"(?:原|旧|废|作废|注销|遗失|损毁|被换发|被补发|失效|原始|首次|原签发|原发)(?:的|出生)*{_CERT}?{_NUMBER}"
_NEW: Final = (rf"(?:新|现|换发|补发|重发|换领|补领|换补发|补换发|换/补发|补/换发|换\(补\)发|补\(换\)发|重新签发|新签发|换证|补证)后?的?"
               rf"(?:新|现)?的?{_CERT}?{_NUMBER}")
_ISSUED: Final = "(?:首次)?(?:签发|发证|出证|签证|打证|制证|领证|办证|开具|发放|开证)"
_HOSPITAL: Final = "(?:机构|单位|医院|医疗机构|卫生院|院所)"
_FACILITY: Final = (f"(?:助产|接生|接产|分娩|生产|出生|住院|收治|报告|上报|通报|报送|产科)?(?:技术)?(?:服务)?的?(?:医疗|助产|保健|医疗保健)?{_HOSPITAL}(?:名称|全称)?|医院名|院名")
_BIRTHPLACE: Final = f"{_BORN}的?(?:具体|详细)?(?:地点|地址|地|场所|处所|处|所在地|{_HOSPITAL}(?:名称)?)|{_BORN}地的?(?:国家|省|市|县|旗|区|地区|[()/、])+(?:详址)?|在?(?:何处|何地|哪里|哪儿|哪)(?:{_BORN}|生)的?"
_NUMBER_OF_CHILD: Final = (
    ("parity", "(?:本次|现|现有|此次|母亲|产妇|活产)?的?(?:第?几?(?:个)?孩(?:子|次)?|孩次|产次|第几(?:胎|产|个(?:孩子?|娃))|生育孩次|孩子?次序)(?<!^孩子)(?<!^孩)"),
    ("plurality", r"(?:本次)?(?:单[/、或]?双[/、或]?多?胎|单[/、或]?多胎|单双胎|胎数|胎别|胎儿数|胎儿个数|单胎/双胎|单胎/多胎|单胎或多胎|几胞胎|胞胎数|多胎(?:情况|数)?|本次分娩胎数|产儿数|分娩胎数)"),
    ("birth_order", "(?:双胎|多胎|多胞胎|双胞胎)(?:中的?)?第几个?|第几个(?:出生|生)的?|(?:双胎|多胎|多胞胎|双胞胎|胎儿|本次胎儿|出生|同胎|胎内)(?:出生)?的?(?:次序|顺序|序号|排序|位次|排行|序)"),
)
_MEASURED: Final = (
    ("birth_weight", f"(?:{_BORN}|产儿|净)?(?:体重|重量|重)(?:[/(]?(?:克|g|千克|kg|公斤)\\)?)?"),
    ("birth_length", f"(?:{_BORN})?(?:身长|身高|长)(?:[/(]?(?:厘米|cm)\\)?)?"),
    ("gestation_weeks", f"(?:{_BORN}|妊娠|怀孕|足)?时?(?:孕周|妊娠周数|孕期|胎龄|孕龄|怀孕周数|孕周数)(?:[/(]?周\\)?)?(?:\\+天)?"),
)
_BORN_WHEN: Final = (
    ("birth_datetime", f"{_BORN}的?(?:日期)?(?:及|和|与|、)?(?:具体)?(?:时间|时刻|时分|钟点|年月日时分?)"),
    ("birth_date", f"(?:公历)?(?:{_BORN}|产)的?(?:公历)?(?:日期|年月日|年月|日)|{_ASKED_WHEN}(?:{_BORN}|生)的?"),
    ("birth_datetime", f"时分|时刻|几时几分|几点(?:几分)?(?:{_BORN}|生)?的?"),
)
_CHILDS_CERT: Final = ("birth_cert_no", f"(?:所持|持有)?(?:{_CERT})(?<!证件)(?<!^证){_NUMBER}|《?出生医学证明书?》?|出生证明?")
_BORN_WHERE: Final = (("birth_place_class", f"{_BORN}(?:地点|地|场所|处所)的?(?:分类|类别|类型|性质)"), ("birth_place", _BIRTHPLACE))
_DOUBT: Final = "(?:的|之处|原因|情形|情况|事项|内容|类型|问题|说明|点|类别|理由|描述)"
_CARE: Final = (("hospital_no", "(?:住院|病历|病案|门诊|床位?|病床)号码?|病例号"), ("delivery_mode", "(?:分娩|生产|娩出)(?:方式|途径)"))

# --- the towns, the police, civil affairs -----------------------------------------------------------
_FOLLOW_UP: Final = ("(?:入户|走访|随访|访视|采集|摸底|摸排|排查|核查|核实|调查|填表|填报|上报|报送|登记|登记上报|录入|统计|收集|排查登记|信息采集|信息|入村|经办|包村|信息登记|信息录入|采录|建档|回访)+")
_TOWNS_ACT: Final = (("registered_at", f"{_FOLLOW_UP}{_WHEN}|{_ASKED_WHEN}(?:{_FOLLOW_UP}|问|记|填)的?"),
                     ("registered_by", f"谁(?:去)?(?:{_FOLLOW_UP}|问|记|填)的?|(?:{_FOLLOW_UP}|问|记|填)的人|(?:嘎查|村|社区|苏木|镇|乡|镇级|村级)?{_FOLLOW_UP}{_WHO}|(?:嘎查|村|社区)?(?:网格员|专干|村医|信息员|包村干部)(?:姓名|签字|签名)?"))
_REGISTERED: Final = "(?:户口|户籍|出生)?(?:受理|办理|申报|申请|报户口?|入户|落户|上户口?|登记|办结|审批|承办|经办|办户|录入)(?:登记|申报)?"
_POLICE: Final = (f"(?:户口|户籍|出生)?(?:受理|办理|落户|户籍|户口登记|户口|登记|所属|所辖|经办|管辖|入户|上户|申报|承办|报户|审批|责任|辖区)?的?"
                  f"(?:派出所|公安机关|户籍室|警务室|户政大队|户籍窗口)(?:名称)?|(?:受理|办理|承办|经办|户口登记|登记|户籍登记){_OFFICE}(?<!地点)(?<!地)")
_REGISTERED_WHERE: Final = "(?:拟|已|现|申请|待)?(?:落户|入户|上户|申报户口|报户)的?(?:详细)?(?:地址|住址|详址|地点|地|所在地|处|至|于)"
_CHANGED: Final = "(?:户口|户籍|登记|项目|信息)*(?:变更更正|变更或更正|变更/更正|更改更正|变更|更正|变动|更改|修改|改动)"
_MOVED: Final = "(?:户口|户籍)?(?:迁移|迁入|迁出|迁徙|变动|迁|流动|转移)"
_STRUCK: Final = "(?:户口|户籍|系统)?(?:注销|销户|退出系统|退出|核销)(?:户口|户籍)?"
_DEAD: Final = "(?:死亡|去世|离世|亡故|身故|逝世|故去|过世)"
_MARRIED: Final = "(?:结婚登记|婚姻登记|登记结婚|结婚证|婚姻|结婚|登记|婚)"
_VOIDED: Final = "(?:作废|废证|换发|补发|换补发|补换发|换/补发|补/换发|换\\(补\\)发|补\\(换\\)发|换证|补证|重发|处理|办理|申请|申请换发|申请补发|换领|补领|注销|遗失|挂失|废止)"

_OF_BIRTH_LISTS: Final = (_CHILDS_CERT, *_CARE)
_OWN: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "birth_cert": (
        ("old_birth_cert_no", _OLD), ("new_birth_cert_no", _NEW), *_OF_BIRTH_LISTS, ("birth_cert_no", "证书?(?:号码?|编号)"), *_BORN_WHEN, *_NUMBER_OF_CHILD, *_MEASURED, *_BORN_WHERE[:1],
        ("birth_place", _BIRTHPLACE.replace(f"|{_HOSPITAL}(?:名称)?", "")), ("issue_date", f"{_CERT}?{_ISSUED}{_WHEN}"), ("issuer", f"{_ISSUED}{_OFFICE}"),
        ("facility", _FACILITY), ("marriage_cert_no", f"(?:父母|双方)?结婚证(?:书|明)?{_NUMBER}|(?:父母)?结婚证"),
        ("reissue_reason", f"{_VOIDED}{_WHY}"), ("mother_hukou_done", "是否(?:已)?(?:落户|入户|上户)")),
    "hukou_birth": (
        ("birth_cert_issue_date", f"{_CERT}?(?:签发|发证|出证|签证|开具){_WHEN}"), *_OF_BIRTH_LISTS, *_BORN_WHEN, *_BORN_WHERE,
        ("accept_date", f"{_REGISTERED}{_WHEN}"), ("accept_unit", _POLICE), ("hukou_addr", _REGISTERED_WHERE),
        ("birth_reg_class", f"(?:出生)?(?:登记|入户|落户|申报|变动|上户|户口登记|报户|办理){_CLASS}|出生{_CLASS}|(?:入户|落户|上户)(?:方式|原因)"),
        ("household_no", "(?:家庭)?户(?:口)?(?:簿|本)?(?:编)?号码?|户口[簿本](?:编号)?"), ("hukou_type", "户口?(?:别|类别|性质|类型)"),
        ("relation_to_head", "与?户主(?:的)?关系"), ("native_place", "籍贯|祖籍"), ("former_name", "曾用(?:姓名|名字?)"), *_PLACES[1:]),
    "town_birth": (*_OF_BIRTH_LISTS, *_BORN_WHEN, *_NUMBER_OF_CHILD[::2], *_BORN_WHERE[1:], *_TOWNS_ACT, *_PLACES, ("hukou_addr", _REGISTERED_WHERE)),
    "unverified_delivery": (
        *_OF_BIRTH_LISTS, ("birth_datetime", f"{_BORN}的?(?:具体)?(?:时刻|时分|钟点)|时分|时刻"), ("delivery_date", f"(?:{_BORN}|产)的?(?:日期|年月日|日|时间)"),
        ("doubt_reason", f"(?:产妇|身份|信息)*(?:存疑|疑问|疑点|疑似|可疑|不明确?|待核实|待核|未核实|待查|不符|不一致|异常|无证){_DOUBT}*|核实(?:事项|原因|内容)|"
                         f"(?:无法|不能|未能?)(?:出示|提供|核实|确认|核验|查明)(?:身份证件|证件|身份|信息)*的?{_DOUBT}+|(?:存在的?)?问题{_DOUBT}*|身份(?:核验|核实|证件)?情况"),
        ("facility", _FACILITY)),
    "deferred_hukou": (
        *_OF_BIRTH_LISTS, *_BORN_WHEN, ("defer_date", f"(?:首次)?(?:暂缓|待办|缓办|列入|登记|受理|申报|申请|来所)(?:登记|办理|落户|入户)?{_WHEN}"),
        ("defer_reason", f"(?:暂缓|暂不|暂未|未能?|不予|不能|待|缓|没有)(?:办理|落户|登记|上户|入户|办|申报)*(?:户口)?{_WHY}|"
                         f"(?:尚)?(?:缺失|缺少|所缺|缺|欠缺|欠|待补|需补|应补|待提供|需提供)(?:何|什么|充|正|交|齐)?的?(?:材料|证件|手续|资料|要件|证明|件)(?:名称|情况|说明)?|存在的?问题"),
        ("accept_unit", _POLICE), ("hukou_addr", _REGISTERED_WHERE), *_PLACES[1:]),
    "identity_change": (
        ("change_item", f"{_CHANGED}的?(?:项目|事项|项|类目|要素|栏目|字段|数据项|信息项|内容项)(?:名称)?"), ("change_class", f"{_CHANGED}{_CLASS}|(?:业务|办理|办件){_CLASS}"),
        ("change_date", f"(?:{_CHANGED}(?:登记)?|受理|办理|办结|生效|审批|批准|核准){_WHEN}"), ("change_reason", f"(?:{_CHANGED}|申请)?{_WHY}"), ("police_station", "(?:所属|所辖|管辖|户籍|辖区|责任区?)派出所(?:责任区)?"),
        ("apply_date", f"(?:申请|申报){_WHEN}"), ("accept_unit", _POLICE), *_PLACES[1:2]),
    "migration": (
        ("from_region", "(?:(?:由|从|自)?(?:何地|何处|哪里)(?:迁来|迁入|来)|迁(?:自|来)(?:何地|何处)?|(?:原|迁出|迁来|转出|来源|迁入前|迁移前|迁前)的?(?:户籍|户口|居住|住)?(?:所在)?(?:详细)?(?:地址|住址|详址|地点|地区|地|处))(?:省市县区?)?"),
        ("to_region", "(?:迁(?:往|至|到|去|入)(?:何地|何处|哪里)|(?:何地|何处)迁往|(?:迁往|迁入|迁至|迁到|现|新|转入|去往|迁移后|迁后|落户)的?(?:户籍|户口|居住|住)?(?:所在)?(?:详细)?(?:地址|住址|详址|地点|地区|地|处)|(?:迁出|迁移)后(?:户籍)?地址|去向地?|迁往|迁至)(?:省市县区?)?"),
        ("direction", f"{_MOVED}的?(?:方向|类型|种类|性质)|迁?入[/、或]?迁?出|迁入[/、或]?迁出(?:标识|标志|情况|类别|类型)?"), ("change_class", f"{_MOVED}(?:{_WHY}|类别)"),
        ("permit_no", f"准予?迁入?(?:证明?|证)?{_NUMBER}"), ("transfer_no", f"(?:户口)?迁移证明?{_NUMBER}"),
        ("accept_date", f"(?:{_MOVED}|受理|办理|登记|落户|办结|申报|审批){_WHEN}"), *_PLACES[1:]),
    "death": (
        ("death_date", f"{_DEAD}{_WHEN}"), ("exit_date", f"(?:{_STRUCK}|受理|办理|登记|申报){_WHEN}"), ("exit_reason", f"{_STRUCK}(?:{_WHY}|{_CLASS})"),
        ("death_cert_no", rf"(?:居民)?{_DEAD}(?:医学)?(?:证明|证)(?:\(推断\)|推断)?书?{_NUMBER}"), ("death_class", f"{_DEAD}(?:{_WHY}|{_CLASS})|(?:根本|直接)?死因"), *_PLACES[1:]),
    "marriage": (
        ("cert_print_no", f"(?:{_MARRIED}|证件|证书|证)*(?:印制|印刷|流水|本册)(?:流水)?{_NUMBER}"), ("cert_no", f"{_MARRIED}+(?:证书|证件|证)?{_NUMBER}|(?:证书?|证件){_NUMBER}"),
        ("service_type", f"(?:业务|登记|办理|{_MARRIED}|办证)(?:{_CLASS}|业务|事项|项目)"),
        ("reg_date", f"(?:{_MARRIED}|领证|办理|发证|成婚|领取结婚证|补领|办证|领取)+{_WHEN}|{_ASKED_WHEN}(?:{_MARRIED}|领证?|办)的?证?"), ("reg_office", f"(?:{_MARRIED}|办理|发证|领证|承办|受理|颁证|办证)+{_OFFICE}|在?(?:何处|哪里|哪儿|哪)(?:领证|登记|办理|办证|领|办)的?证?"), ("reg_office_code", "(?:登记|办理|承办)机关(?:编号|代码|编码)")),
    "adoption": (
        ("dissolve_date", f"解除(?:收养)?(?:登记)?(?:关系)?{_WHEN}"), ("dissolve_cert_no", f"解除(?:收养)?(?:登记)?(?:关系)?(?:证|证明|证书)?{_NUMBER}"),
        ("cert_print_no", f"(?:收养|登记|证件|证书|证)*(?:印制|印刷|流水){_NUMBER}"), ("cert_no", f"(?:收养)?(?:登记)?(?:证书|证){_NUMBER}|收养登记{_NUMBER}"),
        ("reg_date", f"(?:收养|登记|办理|领证|发证)+{_WHEN}"), ("adoptee_name", "(?:被?收养前|原)的?(?:姓名|名字)"),
        ("adoptee_new_name", "(?:被?收养后|改名后|现)的?(?:更改|改)?(?:的)?(?:姓名|名字|名)|(?:改|更)名(?:后|为|情况)?")),
    "reported_totals": (
        *_TOWNS_ACT, ("births", "(?:本期|上报|本月|本季度?|当期|期内|当月|实名登记|登记)*的?(?:出生|新生儿|新生|出生人口|出生婴儿)(?:上报)?(?:人数|总人数|数|人口数?|总数|合计|小计|登记数|总计)?"),
        ("marriages", "(?:本期|上报|本月|本季度?|当期|期内|当月|登记)*的?(?:结婚登记|婚姻登记|新婚|结婚|新婚夫妇)(?:对数|人数|数|合计|总数|小计|总计)?"),
        ("period", "(?:统计|所属|报告|上报|数据)?的?(?:期间|期|时期|时段|月份|季度|年月|周期)"), ("town", f"{_TOWNS}|(?:填报|上报|报送|所属)?单位(?:名称)?")),
    "void_certificates": (
        ("old_birth_cert_no", _OLD), ("new_birth_cert_no", _NEW), ("reason", f"{_VOIDED}(?:{_WHY}|{_CLASS}|方式)"), ("date", f"(?:{_VOIDED}|{_ISSUED}|登记){_WHEN}"),
        ("issuer", f"(?:{_VOIDED}|{_ISSUED}){_OFFICE}"), *_BORN_WHEN),
    "population": (("household_no", "(?:家庭)?户(?:编)?号码?"), ("household_person_no", "户内?人(?:员)?(?:编号|序号|号)"), ("relation_to_head", "与?户主(?:的)?关系"), ("living_status", "居住(?:状况|类型|状态)"), ("police_station", "(?:所属|管辖|户籍)?派出所(?:名称)?"), *_PLACES[1:2]),
}
_OWN["town_marriage"] = (*_TOWNS_ACT[1:], ("registered_at", f"(?:{_FOLLOW_UP}){_WHEN}(?<!^登记日期)(?<!^登记时间)"), *_PLACES, *_OWN["marriage"])


@cache
def _patterns(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((field, re.compile(words)) for field, words in _OWN.get(kind, ()))


@cache
def own_field(text: str, kind: str) -> str | None:
    """Return the field of a kind whose own wording a text is, ``None`` where it is none of them.

    >>> own_field("走访时间", "town_birth"), own_field("由何地迁来", "migration"), own_field("换(补)发新证编号", "void_certificates")
    ('registered_at', 'from_region', 'new_birth_cert_no')
    """
    return next((field for field, words in _patterns(kind) if words.fullmatch(text)), None)


# --- before and after a change ------------------------------------------------------------------------

_BEFORE: Final = re.compile(f"{_CHANGED}之?前的?|原来的?|原登记的?|原有的?|原|旧|改前")
_AFTER: Final = re.compile(f"{_CHANGED}之?后的?|现在的?|现登记的?|现用的?|现|新|改后|拟(?:变)?更?改?为")
_VALUE: Final = re.compile("(?:的|登记|项目|数据|信息|内容|值|情况)*")
_CHANGING: Final = {"name_ambiguous": "name", "id_no_ambiguous": "id", "ethnicity_ambiguous": "ethnicity", "birth_date_ambiguous": "birth_date"}


def before_or_after(text: str) -> str | None:
    """Return the field of a value before or after a change.

    >>> [before_or_after(text) for text in ("更正前民族", "原登记姓名", "变更后内容", "现住址")]
    ['old_ethnicity', 'old_name', 'value_after', None]
    """
    for words, side, value in ((_BEFORE, "old", "value_before"), (_AFTER, "new", "value_after")):
        if hit := words.match(text):
            rest = re.sub("^(?:登记)?的?", "", text[hit.end():])
            thing = thing_of(rest) if rest else None
            if thing in _CHANGING:
                return f"{side}_{_CHANGING[thing]}"
            if len(hit[0]) + bool(rest) > 1 and _VALUE.fullmatch(rest):
                return value
    return None
