"""What people decided, in the form the engine and the cases take it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from popanalysis.columns import CASE_STATES
from popanalysis.errors import ParameterError, PopAnalysisError, raise_together

__all__ = ["Decided", "apply_decisions"]

#: how an answer about a pair is written -> whether the two records speak of one event
PAIR_ANSWERS = {"link": True, "non_link": False, "同一事件": True, "不是同一事件": False}
CLOSING_ANSWERS = ("closed", "关闭")


@dataclass(frozen=True)
class Decided:
    """Decisions sorted by what they are about; the latest of each target counts.

    Attributes
    ----------
    pairs : DataFrame record_id_a, record_id_b, is_match.
    cases : case_id -> state.
    closed_events : event ids a person closed.
    """

    pairs: pd.DataFrame
    cases: dict[str, str]
    closed_events: frozenset[str]


def apply_decisions(decisions: pd.DataFrame) -> Decided:
    """Sort decisions by what they are about.

    Parameters
    ----------
    decisions : from :func:`popanalysis.acquire.decisions.read_decisions`, oldest first.

    Raises
    ------
    ParameterError, ProblemsFoundError : an answer is not one that can be taken.

    Examples
    --------
    >>> frame = pd.DataFrame({"about": ["pair", "case"], "target": ["r1+r2", "2025Q1-0001"], "answer": ["link", "closed"], "file": ["d.csv"] * 2})
    >>> decided = apply_decisions(frame)
    >>> decided.pairs.values.tolist(), decided.cases
    ([['r1', 'r2', True]], {'2025Q1-0001': 'closed'})
    """
    pairs: dict[tuple[str, str], bool] = {}
    cases: dict[str, str] = {}
    closed: set[str] = set()
    problems: list[PopAnalysisError] = []
    for row in decisions.to_dict("records"):
        about, target, answer = str(row["about"]), str(row["target"]), str(row["answer"]).strip()
        ids = target.split("+")
        if about == "pair" and answer in PAIR_ANSWERS and len(ids) == 2:
            first, second = sorted(ids)
            pairs[first, second] = PAIR_ANSWERS[answer]
        elif about == "case" and answer in CASE_STATES:
            cases[target] = answer
        elif about == "event" and answer in CLOSING_ANSWERS:
            closed.add(target)
        elif about in ("event", "record"):
            continue  # answers of towns and persons are taken up where verification lists are made
        else:
            valid = {"pair": tuple(PAIR_ANSWERS), "case": CASE_STATES}.get(about, ("event", "case", "pair", "record"))
            problems.append(ParameterError(
                zh=f"决定文件 {row['file']} 中关于“{target}”的答复“{answer}”无法采用，可用的有：{'、'.join(valid)}。",
                en=f"Decision file {row['file']}: answer '{answer}' about {target} cannot be taken. Valid: {', '.join(valid)}.",
                file=row["file"], target=target))
    raise_together(problems)
    frame = pd.DataFrame([(*ids, match) for ids, match in pairs.items()], columns=["record_id_a", "record_id_b", "is_match"])
    return Decided(frame, cases, frozenset(closed))
