"""The scores as aligned lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from popanalysis.synthetic.score.kinds import ALIAS_COLUMNS, LISTED_FATES
from popanalysis.synthetic.score.quarters import QuarterScores

__all__ = ["scores_in_words"]

_GROUPS: Final = {
    "all": ("全部", "all"), "twins": ("双胞胎", "twins"), "single": ("单胎", "single births"), "local": ("本地", "local mothers"), "elsewhere": ("外地", "mothers from elsewhere"),
    "han": ("汉族姓名", "Han names"), "one_part": ("单名（无姓）", "one-part names"), "composed": ("姓加名", "surname and Mongolian name"), "dotted": ("间隔号姓名", "dotted names"),
    "birth_cert": ("出生医学证明", "birth_cert"), "hukou_birth": ("户口登记", "hukou_birth"), "town_birth": ("乡镇随访", "town_birth")}
_HEADS: Final = {
    "kind": ("名单", "list"), "group": ("组别", "group"), "rows": ("行数", "rows"), "not_listed": ("未列出", "not listed"), "linked": ("已连接", "linked"),
    "carried_over": ("结转事件", "carried"), "closed_later": ("后期办结", "closed"), "n_true_pairs": ("真实对", "true"), "n_linked_pairs": ("连接对", "found"),
    "true_positive": ("正确", "correct"), "precision": ("精确率", "precision"), "recall": ("召回率", "recall"), "f1": ("F1", "F1"), "share": ("占比", "share"),
    "code": ("核对事项", "question"), "planted": ("植入差错", "planted"), "reported": ("已提出", "reported"), "share_reported": ("提出率", "share"),
    "asked": ("提出件数", "asked"), "untrue": ("不成立", "untrue"), "share_untrue": ("不成立率", "share")}
_QUESTIONS: Final = ("planted", "reported", "share_reported", "asked", "untrue", "share_untrue")
_PAIRS: Final = ("n_true_pairs", "n_linked_pairs", "true_positive", "precision", "recall", "f1")


def scores_in_words(scores: QuarterScores, label: Callable[[str, str, str], str], language: str = "zh") -> str:
    """Return the tables of a comparison with the truth, each under its title.

    Parameters
    ----------
    label : the record's words for codes: (``"kind"`` or ``"fate"``, code, language) -> words, as :func:`popanalysis.report.messages.label`.
    language : ``"zh"`` or ``"en"``.
    """
    which = 0 if language == "zh" else 1

    def head(column: str) -> str:
        return label("fate", column, language) if column in LISTED_FATES else _HEADS[column][which]

    def kind(code: str) -> str:
        return _GROUPS["all"][which] if code == "all" else label("kind", code, language)

    def group(code: str) -> str:
        return " + ".join(_GROUPS[part][which] for part in code.split("+"))

    def table(zh: str, en: str, frame: pd.DataFrame, columns: Sequence[str], named: Callable[[str], str]) -> str:
        rows = [(named(str(row[columns[0]])), *(_cell(row[column]) for column in columns[1:])) for row in frame.to_dict("records")]
        return "\n".join([(zh, en)[which], *_aligned([tuple(map(head, columns)), *rows])])

    def code(row: str) -> str:
        name, _, field = row.partition("/")
        return f"  {label('field', field, language)}" if field else _GROUPS["all"][which] if name == "all" else label("case", name, language)

    questions = scores.questions.assign(code=scores.questions["code"] + ("/" + scores.questions["field"]).where(scores.questions["field"].ne(""), ""))
    fates = [fate for fate in LISTED_FATES if scores.kinds[fate].any()]
    n_lost = len(scores.births.lost)
    return "\n\n".join([
        table("各类名单：行数、去向、结转", "Lists: rows, fates, events carried over", scores.kinds, ("kind", "rows", *fates, "not_listed", "carried_over", "closed_later"), kind),
        table("各类名单：与其他名单的连接", "Lists: tied to records of other lists", scores.kinds, ("kind", "linked", *_PAIRS), kind),
        table("出生名单：分组", "Birth lists by group", scores.births.table, ("group", *_PAIRS), group),
        table("变更前后的记录", "Records before and after a change", scores.aliases, ALIAS_COLUMNS, kind),
        table("核对事项：植入的差错是否以相应事项提出，提出的事项是否成立（按代码，n 为件数）",
              "Questions: planted mistakes asked about under the right code, and questions that nothing justifies (n per code)", questions, ("code", *_QUESTIONS), code),
        (f"未进入记录的出生行：{n_lost}", f"birth rows lost: {n_lost}")[which]])


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return "—" if math.isnan(value) else f"{value:.4f}"
    return str(value)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(_padded(cell, width, right=place > 0) for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows]


def _width(text: str) -> int:
    """Places on a terminal, where a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
