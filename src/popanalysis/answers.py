"""What may be answered on a sheet that is sent out and comes back, and how a row is known again.

A row carries the number of its case and a check value over what was asked: where the question has changed since the sheet was made, its answer is not taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from popanalysis.errors import Text

__all__ = ["ANSWER", "ANSWERS", "CASE", "CHAIR", "CHECK", "FINDING", "FINDINGS", "LOOKED_UP_BY", "LOOKED_UP_ON", "MET_ON", "NOTE", "PAIR", "PAIR_ANSWERS", "RIGHT_VALUE", "SHEETS", "check_value", "pair_check"]

#: heads by which a returned sheet is known, whatever the order of its columns
CASE: Final = Text("事项编号", "Case")
PAIR: Final = Text("对应编号", "Pair")
ANSWER: Final = Text("处理意见", "Answer")
RIGHT_VALUE: Final = Text("正确内容", "Right value")
NOTE: Final = Text("说明", "Remark")
FINDING: Final = Text("查询结果", "What was found")
LOOKED_UP_BY: Final = Text("查询人", "Looked up by")
LOOKED_UP_ON: Final = Text("查询日期", "Looked up on")
CHECK: Final = Text("校验码", "Check")
#: labels of the cells that say when the meeting was and who chaired it
MET_ON: Final = Text("会商日期", "Date of the meeting")
CHAIR: Final = Text("主持人", "Chair")

#: what may be answered about a case: states of the case, in the words of ``case_state``
ANSWERS: Final = ("confirmed", "corrected", "rejected", "closed", "referred")
#: what may be answered about two records
PAIR_ANSWERS: Final[Mapping[str, Text]] = {"link": Text("同一事件", "one event"), "non_link": Text("不是同一事件", "two events")}
#: what a look-up may find
FINDINGS: Final[Mapping[str, Text]] = {
    "as_listed": Text("与名单一致", "as listed"), "otherwise": Text("与名单不同", "otherwise"), "not_found": Text("未查到", "not found")}
#: sheets of the joint-review book
SHEETS: Final[Mapping[str, Text]] = {
    "agenda": Text("会商议程", "Agenda"), "questions": Text("待议事项", "Questions"), "births": Text("出生对照", "Births"), "marriages": Text("婚姻对照", "Marriages"),
    "changes": Text("变更对照", "Changes"), "pairs": Text("待定对应", "Open links"), "minutes": Text("会商记录", "Minutes"), "sign_off": Text("签字页", "Sign-off"),
    "how_to": Text("填写说明", "How to fill in")}
_ASKED: Final = ("case_id", "code", "event_id", "field", "list_a", "value_a", "list_b", "value_b")


def check_value(case: Mapping[str, str]) -> str:
    """Return six characters that change with what a case asks.

    Examples
    --------
    >>> case = {"case_id": "2025Q1-0001", "code": "field_differs", "event_id": "B-2025Q1-00001", "field": "mother_name", "list_a": "birth_cert",
    ...         "value_a": "白塔娜", "list_b": "hukou_birth", "value_b": "白塔那"}
    >>> check_value(case), check_value({**case, "value_b": "白塔纳"}) == check_value(case)
    ('987f52', False)
    """
    return _short("|".join(case[name] for name in _ASKED))


def pair_check(one: str, other: str) -> str:
    """Return six characters of two record_ids, whichever is named first."""
    return _short("+".join(sorted((one, other))))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:6]
