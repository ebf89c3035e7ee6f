"""Why a pair of records was linked, left to a reviewer, or kept apart: bits comparison by comparison, and one sentence.

The bits add up to the match weight (a Fellegi–Sunter weight is a sum): each comparison's level, what dependent fields take back, how rare the values are,
and the exchanged columns. The sentence is put together from fixed slots; nothing is worded freely, and no value of a person stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.errors import LinkageError, Text
from popanalysis.link.engine import Linked
from popanalysis.link.model import FloatArray
from popanalysis.link.patterns import MISSING_WORDS
from popanalysis.link.rules import LinkageRules
from popanalysis.link.training import LinkageModel, tempered

__all__ = ["LEVEL_WORDS", "PairExplanation", "explain_pair", "explanation_of"]

#: What a level says, as it follows the name of the field.
LEVEL_WORDS: Final[Mapping[str, Text]] = MappingProxyType({
    "equal": Text("一致", "agrees"), "upgraded_15_to_18": Text("为同一号码的 15 位与 18 位写法", "is one number with 15 and 18 characters"),
    "one_slip": Text("仅差一位或相邻两位颠倒", "differs by one slip"), "two_slips": Text("相差两处", "differs by two slips"),
    "same_date_and_division": Text("不同，但其中的出生日期和区划相同", "differs, with the same birth date and division inside"),
    "same_variants": Text("仅字形或符号写法不同", "differs in the form of characters or marks only"), "wildcard": Text("除未能写出的字外一致", "agrees but for characters that could not be written"),
    "same_sound": Text("不计声调读音相同", "sounds the same"), "near_sound": Text("读音相近", "sounds alike"), "transliteration": Text("为同一蒙古语名的不同译写", "is another spelling of one Mongolian name"),
    "same_shape": Text("字形相近", "has characters of like shape"), "one_missing": Text("少写一字或一个音节", "lacks a character or a syllable"),
    "order_swapped": Text("前后次序不同", "has its parts in another order"), "one_different": Text("有一字不同", "differs in one character"), "surname_only": Text("仅姓氏相同", "shares the surname only"),
    "next_day": Text("相差一天", "is a day apart"), "one_digit": Text("只差一个数字", "differs by one digit"), "day_month_swapped": Text("日与月颠倒", "has day and month exchanged"),
    "lunar": Text("一为农历写法", "is the lunar reading of the other"), "equal_month": Text("年月一致（未写明日）", "agrees to the month, no day being told"), "same_month": Text("同年同月", "lies in the same month"),
    "year_off": Text("月日相同而年份相差一年", "is a year off"), "month_digit": Text("月份只差一个数字", "differs by a digit of the month"),
    "exchanged": Text("为换发前后的编号", "is the number before and after an exchange"), "reissued": Text("为补领前后的字号", "is the number before and after the certificate was issued again"),
    "former": Text("为变更前后的写法", "is the value before and after a change"), "different": Text("不同", "differs")})
_DECISIONS: Final[Mapping[str, Text]] = MappingProxyType({
    "link": Text("认定为同一事项", "they are taken for one event"), "possible_link": Text("留待人工审核", "they are left to a reviewer"), "non_link": Text("不认定为同一事项", "they are not taken for one event")})
#: What is said of a pair heavy enough to be linked that is not.
_KEPT_APART: Final = Text("但另有更合适的对应或规则不许对应，不认定为同一事项", "yet a better partner or a rule keeps them apart")
#: Rows of the table that are no comparison.
OF_DEPENDENT, OF_RARITY, OF_EXCHANGE = "dependent_fields", "value_frequency", "exchanged_columns"
_N_FOR, _N_AGAINST = 3, 2
_LITTLE: Final = 0.5  # bits; less is not worth a word


@dataclass(frozen=True)
class PairExplanation:
    """Why two records belong together or not.

    Attributes
    ----------
    table : DataFrame ``comparison, level, bits`` in the order of the rule set, then ``dependent_fields``, ``value_frequency`` and ``exchanged_columns``
        where they count; the bits add up to ``match_weight``.
    match_weight : bits ; link_decision : link, possible_link or non_link ; upper, lower : the thresholds in bits
    """

    table: pd.DataFrame
    match_weight: float
    link_decision: str
    upper: float
    lower: float

    def waterfall(self) -> pd.DataFrame:
        """Return the steps from nothing to the match weight.

        Returns
        -------
        DataFrame ``comparison, level, bits, begins, ends``: what adds something, the strongest evidence for the pair first, that against it last;
        ``begins`` and ``ends`` are the sums before and after (bits).
        """
        steps = self.table[self.table["bits"].abs() > 1e-9].sort_values("bits", ascending=False, kind="stable", ignore_index=True)
        ends = steps["bits"].cumsum()
        return steps.assign(begins=ends.shift(fill_value=0.0), ends=ends)

    def sentence(self, language: str, name_of: Callable[[str], str] = str) -> str:
        """Say in one sentence what spoke for the pair, what against it, what is missing, and where the sum lies.

        Parameters
        ----------
        language : ``zh`` or ``en`` ; name_of : what a comparison is called.
        """
        said = self.table[self.table["level"].ne("")]
        known = said[~said["level"].isin(MISSING_WORDS)]
        strongest = known.sort_values("bits", ascending=False, kind="stable")
        speaks_for = _told(strongest[strongest["bits"] > _LITTLE].head(_N_FOR), language, name_of)
        against = _told(strongest[strongest["bits"] < -_LITTLE][::-1].head(_N_AGAINST), language, name_of)
        missing = [name_of(name) for name in said.loc[said["level"].isin(MISSING_WORDS), "comparison"]]
        kept_apart = self.link_decision == "non_link" and self.match_weight >= self.lower
        decision, where = (_KEPT_APART if kept_apart else _DECISIONS[self.link_decision]).in_(language), self._where()
        if language == "zh":
            parts = [f"{'、'.join(speaks_for)}，支持为同一事项" if speaks_for else "没有明显支持为同一事项的内容", f"{'、'.join(against)}，与此相反" if against else "没有相反的内容"]
            parts += [f"{'、'.join(missing)}至少一方缺项，不计权重"] if missing else []
            return f"{'；'.join(parts)}。合计 {self.match_weight:.1f} 比特，{where.zh}，{decision}。"
        parts = [f"For one event: {', '.join(speaks_for) or 'nothing of weight'}", f"against it: {', '.join(against) or 'nothing'}"]
        parts += [f"missing on one side at least: {', '.join(missing)}"] if missing else []
        return f"{'; '.join(parts)}. Together {self.match_weight:.1f} bits, {where.en}: {decision}."

    def _where(self) -> Text:
        if self.match_weight >= self.upper:
            return Text(f"达到上限 {self.upper:.1f}", f"at or above the upper threshold of {self.upper:.1f}")
        if self.match_weight >= self.lower:
            return Text(f"在下限 {self.lower:.1f} 与上限 {self.upper:.1f} 之间", f"between the thresholds of {self.lower:.1f} and {self.upper:.1f}")
        return Text(f"低于下限 {self.lower:.1f}", f"below the lower threshold of {self.lower:.1f}")


def _told(rows: pd.DataFrame, language: str, name_of: Callable[[str], str]) -> list[str]:
    blank = "" if language == "zh" else " "
    return [f"{name_of(row['comparison'])}{blank}{LEVEL_WORDS[row['level']].in_(language)}{blank}({row['bits']:+.1f})" if language == "en" else
            f"{name_of(row['comparison'])}{LEVEL_WORDS[row['level']].zh}（{row['bits']:+.1f}）" for row in rows.to_dict("records")]


def explain_pair(linked: Linked, rules: LinkageRules, record_id_a: str, record_id_b: str) -> PairExplanation:
    """Explain a pair of a linkage.

    Parameters
    ----------
    linked : what :func:`popanalysis.link.link_records` returned ; rules : the rule set it was made by.
    record_id_a, record_id_b : the records, in either order.

    Raises
    ------
    LinkageError : the pair is not among the links, for it was not compared or lies below the lower threshold.
    """
    links = linked.links
    here = links["record_id_a"].isin([record_id_a, record_id_b]) & links["record_id_b"].isin([record_id_a, record_id_b])
    if not here.any():
        raise LinkageError(
            zh=f"记录 {record_id_a} 与 {record_id_b} 不在比对结果中：未被列为候选，或低于下限。",
            en=f"Records {record_id_a} and {record_id_b} are not among the links: they were no candidates, or lie below the lower threshold.", record_ids=[record_id_a, record_id_b])
    link = links[here].iloc[0]
    levels = [str(link[name]) for name in linked.model.names]
    return explanation_of(levels, float(link["match_weight"]), str(link["link_decision"]), str(link.get("swapped", "")) == "swapped", linked.model, rules)


def explanation_of(levels: Sequence[str], weight: float, decision: str, swapped: bool, model: LinkageModel, rules: LinkageRules) -> PairExplanation:
    """Take a match weight apart.

    Parameters
    ----------
    levels : name of the level (or of what is missing) of each comparison of the model, in its order.
    weight, decision, swapped : match weight in bits, decision, and whether the columns had to be exchanged.
    """
    bits = np.array([_weight_of(level, ladder, weights) for level, ladder, weights in zip(levels, model.ladders, model.weights, strict=True)])
    together = float(tempered(bits[None, :], model.names, rules)[0])
    exchanged = model.swapped_weight if swapped else 0.0
    further = [(OF_DEPENDENT, together - float(bits.sum())), (OF_RARITY, weight - exchanged - together), (OF_EXCHANGE, exchanged)]
    rows = [*zip(model.names, levels, bits.tolist(), strict=True), *((name, "", value) for name, value in further if abs(value) > 1e-9)]
    return PairExplanation(pd.DataFrame(rows, columns=["comparison", "level", "bits"]), weight, decision, rules.thresholds.upper, rules.thresholds.lower)


def _weight_of(level: str, ladder: Sequence[str], weights: FloatArray) -> float:
    return float(weights[list(ladder).index(level)]) if level in ladder else 0.0
