"""Tell the files of patients' care from the lists of the exchange: they share names and numbers, and are none of the exchange's business."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from popanalysis.errors import Text

__all__ = ["NO_LIST", "is_care_file"]

#: Headers of visits, examinations and findings, as pregnancy and child-health files carry them.
_CARE: Final = re.compile(
    "建册|预产期|末次月经|初诊|初检|产检|产前|追访|访视|叶酸|高危|BMI|收缩压|舒张压|筛查|窒息|佝偻|肥胖|营养不良|贫血|体弱|过敏史|家族史|既往史|"
    "流产|死胎|死产|合并症|并发症|妊娠|保健手册|保健登记|残疾|先天|颅内出血|产伤|代谢病|首检|疾病记录|产时产后|传染病|母孕期")
_MANY: Final = 5

NO_LIST: Final = Text("不属于交换名单：表头多为产检、访视、筛查等保健档案内容", "no list of the exchange: its head speaks of visits, examinations and findings of patients")


def is_care_file(headers: Iterable[str]) -> bool:
    """Say whether a head is that of a pregnancy or child-health file.

    Examples
    --------
    >>> is_care_file(["产妇姓名", "建册日期", "末次月经", "预产期", "叶酸使用情况", "BMI指数"]), is_care_file(["新生儿姓名", "出生孕周", "健康状况"])
    (True, False)
    """
    return sum(_CARE.search(header) is not None for header in set(headers)) >= _MANY
