"""Scores of demo quarters: what lies in ``outputs/`` against the truth beside the lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from popanalysis.errors import SourceFileError
from popanalysis.synthetic.score.kinds import score_aliases, score_kinds
from popanalysis.synthetic.score.pairs import PLACE, Scores, score_records
from popanalysis.synthetic.score.questions import Known, score_questions

__all__ = ["QuarterScores", "score_quarters"]


@dataclass(frozen=True)
class QuarterScores:
    """What a comparison of quarters in a row with the truth found.

    Attributes
    ----------
    births : pairs of the three birth lists, by group.
    kinds : :func:`~popanalysis.synthetic.score.kinds.score_kinds`.
    aliases : :func:`~popanalysis.synthetic.score.kinds.score_aliases`.
    questions : :func:`~popanalysis.synthetic.score.questions.score_questions`.
    """

    births: Scores
    kinds: pd.DataFrame
    aliases: pd.DataFrame
    questions: pd.DataFrame


def score_quarters(root: Path, periods: Iterable[str]) -> QuarterScores:
    """Compare the records of demo quarters, one after the other, with the truth written beside their data.

    Parameters
    ----------
    root : the project folder; read are the current revision's tables of ``restricted/`` in ``outputs/<period>/``, and
        ``data/<period>/truth/``.
    periods : such as ``["2025Q1"]``.

    Raises
    ------
    SourceFileError : one of these files is missing.
    """
    linked, relations, cases, carried = [], [], [], []
    truth: dict[str, list[pd.DataFrame]] = {name: [] for name in ("records", "errors", "values", "aliases")}
    for period in periods:
        current = root / "outputs" / period / "current"
        revision = current.read_text(encoding="utf-8").strip() if current.exists() else "r1"
        restricted, known = current.parent / revision / "restricted", root / "data" / period / "truth"
        linked.append(_read(restricted / "linked_records.csv", root))
        relations.append(_read(restricted / "relations.csv", root))
        cases.append(_read(restricted / "cases.csv", root))
        for name, parts in truth.items():
            parts.append(_read(known / f"{name}.csv", root))
        carried.append(pd.read_parquet(_there(restricted / "carried_forward.parquet", root), columns=["kind", "event_id", "state"]))
    records = pd.concat(linked, ignore_index=True)
    told = {name: pd.concat(parts, ignore_index=True) for name, parts in truth.items()}
    true, repeats = told["records"], records[records["fate"].eq("duplicate") & records["fate_reason"].str.startswith("same_as:")]
    found = true.merge(records[[*PLACE, "fate", "event_id", "record_id"]], on=PLACE, how="left", validate="one_to_one")
    found["event_id"] = found["event_id"].where(found["event_id"].ne(""))
    return QuarterScores(score_records(records, true), score_kinds(found, pd.concat(relations, ignore_index=True), carried),
                         score_aliases(found, told["aliases"]),
                         score_questions(pd.concat(cases, ignore_index=True), Known(**told), frozenset(repeats[PLACE].itertuples(index=False, name=None))))


def _read(path: Path, root: Path) -> pd.DataFrame:
    return pd.read_csv(_there(path, root), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _there(path: Path, root: Path) -> Path:
    if not path.exists():
        name = path.relative_to(root).as_posix()
        raise SourceFileError(
            zh=f"没有找到 {name}，无法与已知真值比较。请先运行 popanalysis demo 并生成该季度的记录。",
            en=f"{name} is not there, so nothing can be compared with the truth. Run 'popanalysis demo' and make the quarter's record first.", file=name)
    return path
