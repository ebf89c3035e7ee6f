"""Read a header that nobody listed but everybody understands: whose thing it tells, and what thing.

Method: a header names a person (婴儿母亲), a thing (常住户口地址) or both, with words around them that add nothing (自报, 其, 本人); persons and things are small sets of
words that combine freely, so that they are written down as words and not as lists of headers. The words of one kind's own matters stand in ``own_wording``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from popanalysis.columns import EVENT_OF_KIND, MARRIAGE_KINDS, PERSONS_OF_KIND

__all__ = ["CANONICAL_HEADER", "family_of", "person_alone", "person_of", "split_person", "thing_of"]

# --- persons ------------------------------------------------------------------------------------------

_CHILD: Final = ("(?:新?出生|新生)?(?:婴幼儿|婴儿|幼儿|儿童|孩子|小孩儿?|小儿|子女|宝宝|宝贝|娃娃|娃)|新生儿|新生人口|出生(?:人口|人员|人|对象|者)|婴(?=.)|"
                 "(?:被申报|申报|登记|落户|入户|上户|待落户|待登记|待办|未落户|暂缓)(?:对象|人员|儿童|人)(?<!申报人)(?<!申报人员)|被申报人")
_MOTHER: Final = "(?:生母|母亲|母方|妈妈|产母|宝妈|孩子?他?妈|娃他?妈|母)"
_FATHER: Final = "(?:生父|父亲|父方|爸爸|宝爸|孩子?他?爸|娃他?爸|父)"
_WIFE: Final = "(?:孕产妇|产妇|孕妇|育龄妇女|育妇|女方|妻子|妻方|妻|媳妇|分娩(?:者|人员|人|对象|妇女))"
_HUSBAND: Final = "(?:男方|丈夫|夫方|夫|配偶|爱人)"
_OF: Final = "(?:之|的|其)?"
_HIS: Final = f"(?:(?:{_CHILD}|其|该){_OF})?"
_PARENTS: Final = (
    ("father", f"{_HIS}{_FATHER}|婴父|(?:{_MOTHER}|{_WIFE}|其){_OF}(?:丈夫|配偶|爱人)|{_HUSBAND}"),
    ("mother", f"{_HIS}{_MOTHER}|婴母|(?:{_FATHER}|{_HUSBAND}){_OF}(?:妻子|配偶|爱人)|{_WIFE}(?:本人)?"),
)
_ONE: Final = ("当事人|死者|逝者|亡者|(?:死亡|亡故|去世|身故|注销|销户)(?:人员|人|者|对象)|被?(?:变更更正|变更|更正|变动)(?:人员|人|者|对象)|"
               "(?:迁移|迁入|迁出|迁)(?:人员|人|者|对象)|户籍人员|常住人员|家庭成员|成员|公民(?!身份)|居民(?!身份|小?组|户|委|点)|人员|人口")
#: family of kinds -> (person, words), the longer and more special before what they contain.
_WORDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "births": (*_PARENTS, ("child", _CHILD)),
    "couples": (("husband", r"男(?:方|子|性)?(?:当事人|申请人)|(?:当事人|申请人)\(?男方?\)?|男方|男子|男性|男的|丈夫|夫方|夫(?!妻)|新郎官?|男(?=.)(?!女)"),
                ("wife", r"女(?:方|子|性)?(?:当事人|申请人)|(?:当事人|申请人)\(?女方?\)?|女方|女子|女性|女的|妻子|妻方|妻|媳妇|新娘子?|女(?=.)")),
    "persons": (("father", f"(?:其|该)?{_FATHER}"), ("mother", f"(?:其|该)?{_MOTHER}"), ("spouse", "(?:其|该)?(?:配偶|爱人|丈夫|妻子)"), ("person", _ONE)),
    "adoption": (("adoptee", "被收养(?:儿童|子女|孩子|人员|人|者)?|养子女|收养(?:儿童|子女)|儿童|孩子"),
                 ("adoptive_father", r"男性?收养人|收养人\(?男方?\)?|收养父亲|养父|收养人丈夫|男方|丈夫"),
                 ("adoptive_mother", r"女性?收养人|收养人\(?女方?\)?|收养母亲|养母|收养人妻子|女方|妻子"),
                 ("adopter", "收养(?:人|家庭|方|者)")),
}
#: Both of a couple, and somebody else whom a list may name.
_OTHERS: Final = (
    ("both", "(?:男女|夫妻|父母)双方|夫妻二人|小?夫妻俩?|夫妇|小?两口子?|双方|父母亲?|母婴"),
    ("recipient", "领证人员?|领取人员?|取证人员?"), ("applicant", "申报人员?|申请人员?|报户人|户口申报人"), ("household_head", "户主"), ("attendant", "(?:接生|助产|接产)(?:人员|人|员|者|医生|医师)"),
    ("other", "代办人|代领人|经办人员?|办理人员?|承办人员?|经手人|受理人员?|监护人|联系人|审核人员?|签发人员?|打证人|制证人|发证人员?|报告人员?|通报人|"
              "证明人|介绍人|委托人|受托人|接收人|家属|近?亲属|接证人|盖章人|负责人|制表人|法定代理人|见证人|登记员|(?:承办|经办|户籍)?民警|陪护人"),
)
#: One character above or in brackets; elsewhere 男 may be a sex.
_SPOUSES: Final = {"couples": {"男": "husband", "夫": "husband", "女": "wife", "妻": "wife"},
                   "adoption": {"男": "adoptive_father", "夫": "adoptive_father", "女": "adoptive_mother", "妻": "adoptive_mother"}}
_TELLS_NO_NAME: Final = re.compile("小?夫妻俩?|夫妇|小?两口子?|双方|父母|母婴|(?:新?出生|新生|常住|户籍|家庭)?(?:人员|人口|成员)|公民|居民|子女|儿童|育龄妇女|.")
#: Said of a person, adds nothing.
_FILLER: Final = re.compile(r"^(?:本人|个人|的|之|其|该|自报的?|自述的?|自称的?|所报的?|所称|自填|填报的|登记的|现用|信息|情况|基本信息|基本情况|资料|[_:：\-—/、\s])+")
_JOINS: Final = re.compile("[及和与、/]|或")
_NOTHING: Final = re.compile(r"(?:基本|个人|详细|登记)?(?:信息|情况|资料|数据)(?:栏|部分)?$")
_NUMBERED: Final = re.compile(r"^(?:\d{1,2}[.、)](?!\d)|[①-⑳]|[((]\d{1,2}[))])")


@cache
def family_of(kind: str) -> str:
    """Return which persons the lists of a kind know: ``births``, ``couples``, ``persons`` or ``adoption``."""
    if EVENT_OF_KIND.get(kind) == "birth" or kind == "void_certificates":
        return "births"
    return "couples" if kind in MARRIAGE_KINDS else "adoption" if kind == "adoption" else "persons"


@cache
def _persons(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    known = PERSONS_OF_KIND.get(kind, ())
    own = [(person, words) for person, words in _WORDS[family_of(kind)] if person in known]
    return tuple((person, re.compile(words)) for person, words in (*_OTHERS, *own))


def person_of(text: str, kind: str) -> str | None:
    """Return the person an upper text or a bracket names, ``None`` where it names none, or two side by side.

    >>> person_of("婴儿母亲情况", "birth_cert"), person_of("产妇及丈夫", "birth_cert"), person_of("新郎", "marriage")
    ('mother', None, 'husband')
    """
    rest = _NOTHING.sub("", text)
    found: list[str] = []
    at = 0
    while at < len(rest):
        hits = [(hit.end(), person) for person, words in _persons(kind) if (hit := words.match(rest, at)) and hit.end() > at]
        end, person = max(hits, default=(at + 1, ""), key=lambda hit: hit[0])
        found += [person] if person else []
        at = end
    if len(set(found)) > 1 and _JOINS.search(rest):
        return None
    if not found and rest in ("男", "夫", "女", "妻"):
        return _SPOUSES.get(family_of(kind), {}).get(rest)
    return found[-1] if found else None


def split_person(text: str, kind: str) -> tuple[str | None, str]:
    """Return the person a header begins with and the rest, the longest name of a person first.

    >>> split_person("产妇丈夫身份证号", "birth_cert"), split_person("被变更人姓名", "identity_change"), split_person("夫民族", "marriage")
    (('father', '身份证号'), ('person', '姓名'), ('husband', '民族'))
    """
    text = _NUMBERED.sub("", text)
    bare = _FILLER.sub("", text) or text
    hits = [(hit.end(), person) for person, words in _persons(kind) if (hit := words.match(bare))]
    if not hits:
        return None, bare
    end, person = max(hits, key=lambda hit: hit[0])
    rest = bare[end:]
    return person, (_FILLER.sub("", rest) if rest else rest)


def person_alone(text: str) -> bool:
    """Say whether a header that is nothing but a person stands for that person's name (产妇, 被变更人; not 子女, which may be a number)."""
    return _TELLS_NO_NAME.fullmatch(text) is None


# --- things -------------------------------------------------------------------------------------------

_DOCUMENT: Final = "(?:居民|公民|二代|有效|合法)*(?:身份证件|身份证明|身份证|身分证|证件|身份|证)"
_SAID: Final = "(?:自报|自述|自称|所报|真实|有效|本人|个人|登记|现|的)*"
_PLACE: Final = "(?:详细)?(?:地址|住址|详址|所在地|地点|地区|地|处|所在)"
_LEVEL: Final = "(?:省|自治区|盟|市|旗|县|区|苏木|乡|镇|街道|嘎查|村|社区|[(/、)])"
#: What is told of a person: the general field, how it is worded; the first that fits the whole text.
_THINGS: Final = tuple((field, re.compile(words)) for field, words in (
    ("id_no_ambiguous", f"{_SAID}{_DOCUMENT}的?(?:号码|编号|编码|号)|{_SAID}(?:居民|公民|二代)?(?:身份证|身分证)"),
    ("birth_date_ambiguous", "(?:公历)?(?:(?:出生|诞生)的?(?:公历)?(?:日期|年月日|年月|日|时间)|生日|生年月日)"),
    ("age_ambiguous", "(?:实足|周岁|实际|分娩时?|生育时?|结婚时?|登记时?|现)?(?:年龄|岁数|周岁)"),
    ("ethnicity_ambiguous", "(?:所属|所报|自报)?(?:民族|族别|民族成[分份]|族属)"),
    ("nationality_ambiguous", "(?:所属)?国籍(?:[或/]?地区)?"),
    ("hukou_addr_ambiguous", f"{_SAID}(?:原|常住)?(?:户籍|户口)(?:登记|所在|所属|归属|的)*(?:{_LEVEL}*{_PLACE})+|{_SAID}(?:原|常住)?户籍|{_SAID}身份证上?的?{_PLACE}|(?:原来|以前)?户(?:口|籍)在(?:哪里|哪儿|哪|何处)"),
    ("home", "(?:家庭|详细|通讯|联系|具体)*(?:住址|地址|详址)"),
    ("address_ambiguous", f"{_SAID}(?:现在|现|目前|当前|实际|经常|常|长期|临时|家庭|生前|婚后|详细|本地)*(?:居住|居|住|寄住|暂住)的?{_LEVEL}*(?:{_PLACE}|所|址)|现居|现住|(?:现在|目前|现)?(?:居住|住)在?(?:哪里|哪儿|哪|何处)|(?:实际|现|目前)(?:地址|详址)"),
    ("phone", "(?:联系|手机|移动|固定|家庭)*的?(?:电话|手机)(?:号码|号)?|联系(?:方式|号码|人电话)"),
    ("sex_ambiguous", r"性别|男[/、或]?女|性别\(?男/女\)?|(?:男孩|男娃|小子)[/、或]?(?:女孩|女娃|丫头)"),
    ("marital_status_ambiguous", "(?:婚前|登记前|结婚前|原|此前)?的?(?:婚姻?(?:状况|状态|情况|史)|婚况)|婚前(?:状况|状态|情况)|[初头]婚?[/或、]?[再二]婚|初婚或再婚|婚次"),
    ("education_ambiguous", "(?:最高)?(?:文化程度|学历|受?教育程度|文化水平)"),
    ("occupation_ambiguous", "职业|从业情况|职务"),
    ("employer_ambiguous", "(?:所在)?(?:工作单位|服务处所|就业单位|单位名称)"),
    ("id_type", "(?:有效)?(?:身份)?证件?(?:类型|类别|种类|名称)"),
    ("name_ambiguous", "(?:自报|自述|自称|所报|真实|现用|中文|汉字|汉语|汉文|法定|登记|本人|拟用|拟定|暂用|暂定|的)*(?:姓名|名字|全名|大名|名)(?:签名)?|叫(?:啥|什么)名?字?"),
))
#: general field -> a header that the synonyms know it by.
CANONICAL_HEADER: Final = {
    "id_no_ambiguous": "身份证号", "birth_date_ambiguous": "出生日期", "age_ambiguous": "年龄", "ethnicity_ambiguous": "民族", "nationality_ambiguous": "国籍",
    "hukou_addr_ambiguous": "户籍地址", "address_ambiguous": "现居住地", "home": "住址", "phone": "联系电话", "sex_ambiguous": "性别",
    "marital_status_ambiguous": "婚前状况", "education_ambiguous": "文化程度", "occupation_ambiguous": "职业", "employer_ambiguous": "工作单位",
    "id_type": "证件类型", "name_ambiguous": "姓名"}


@cache
def thing_of(text: str) -> str | None:
    """Return the general field a text without a person tells; ``home`` is an address of no further word.

    >>> [thing_of(text) for text in ("自报户籍地址", "有效身份证件号", "目前居住地", "家庭住址", "证件类型", "户口性质", "身份证号后四位")]
    ['hukou_addr_ambiguous', 'id_no_ambiguous', 'address_ambiguous', 'home', 'id_type', None, None]
    """
    return next((field for field, words in _THINGS if words.fullmatch(text)), None)
