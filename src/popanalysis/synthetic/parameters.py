"""The parameter file of a demo quarter, to be read and changed by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from popanalysis.columns import KINDS
from popanalysis.periods import Period
from popanalysis.synthetic.offices import sent_on

__all__ = ["OVERLAY", "params_text"]

OVERLAY: Final = "data/divisions_demo.csv"
#: department and its lists, in the order they stand in the file
_OFFICES: Final = (
    ("卫生健康", ("birth_cert", "unverified_delivery", "void_certificates")), ("公安", ("hukou_birth", "deferred_hukou", "identity_change", "migration", "death")),
    ("民政", ("marriage", "adoption")), ("苏木乡镇", ("town_birth", "town_marriage", "reported_totals")), ("全员人口信息库", ("population",)))


def params_text(period: Period, files: Mapping[str, Sequence[str]], previous: str | None = None) -> str:
    """Return the parameter file of a demo quarter.

    Parameters
    ----------
    period : the quarter.
    files : kind -> files received; a kind that is absent was reported as nil.
    previous : the quarter whose record it continues; None for the first.
    """
    nil = [kind for kind in KINDS if kind not in files]
    chain = f'previous_record: "outputs/{previous}"      # 上季度的记录，未了结的事件由此结转\n' if previous else ""
    return f"""\
# {period.in_words("zh")}：演示数据，虚构的乌日塔拉旗（区划代码 159901 从未启用）
period: "{period}"                      # 统计期：季度
home_division: "159901"               # 本旗区划代码，须加引号
inputs:                               # 类别: [文件, ...]，路径从项目文件夹算起
{_inputs(files)}
nil_reports: [{", ".join(nil)}]{" " * max(23 - len(", ".join(nil)), 1)}# 本季度零报告的类别；既无文件又未列于此的，视为未报送
as_of: "{period.next.first_day.replace(day=10)}"                   # 记录所反映的日期
divisions_overlay: "{OVERLAY}"   # 补充区划代码表
received:                             # 各类名单的报送日期
{_received(period)}
{chain}"""


def _inputs(files: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for office, kinds in _OFFICES:
        held = [kind for kind in kinds if kind in files]
        if held:
            lines.append(f"  # {office}")
            lines += [f"  {kind}:{' ' * (20 - len(kind))}[{', '.join(f'{chr(34)}{file}{chr(34)}' for file in files[kind])}]" for kind in held]
    return "\n".join(lines)


def _received(period: Period) -> str:
    return "\n".join(f'  {kind}:{" " * (20 - len(kind))}"{sent_on(period, kind)}"' for _, kinds in _OFFICES for kind in kinds)
