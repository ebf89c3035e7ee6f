"""How well a linkage found the known truth: pairs of records of different lists, and records lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.errors import SourceFileError

__all__ = ["Scores", "pairwise_scores", "score_quarters", "score_records"]

_PLACE: Final = ["file", "sheet", "row"]
_WORDS: Final = {
    "all": ("全部", "all"), "twins": ("双胞胎", "twins"), "single": ("单胎", "single births"), "local": ("本地", "local mothers"), "elsewhere": ("外地", "mothers from elsewhere"),
    "han": ("汉族姓名", "Han names"), "one_part": ("单名（无姓）", "one-part names"), "composed": ("姓加名", "surname and Mongolian name"), "dotted": ("间隔号姓名", "dotted names"),
    "birth_cert": ("出生医学证明", "birth_cert"), "hukou_birth": ("户口登记", "hukou_birth"), "town_birth": ("乡镇随访", "town_birth")}


def pairwise_scores(events: pd.Series, truth: pd.Series, source: pd.Series) -> dict[str, float]:
    """Score a linkage by pairs of records that stand in different lists.

    Parameters
    ----------
    events : record -> event id as decided; NA or absent: the record is linked with nothing.
    truth : record -> event as it was; the records that are scored.
    source : record -> list.

    Returns
    -------
    dict: precision, recall, f1 (NaN where nothing is to be counted), n_true_pairs, n_linked_pairs, true_positive.

    Examples
    --------
    Two births, the second linked wrongly across (a and d):

    >>> truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2})
    >>> source = pd.Series({"a": "H", "b": "P", "c": "H", "d": "P"})
    >>> found = pairwise_scores(pd.Series({"a": "E1", "b": "E1", "c": "E2", "d": "E1"}), truth, source)
    >>> found["true_positive"], found["n_linked_pairs"], found["n_true_pairs"], found["f1"]
    (1, 2, 2, 0.5)
    """
    frame = pd.DataFrame({"truth": truth, "source": source.reindex(truth.index), "event": events.reindex(truth.index)})
    n_true, n_linked, n_both = (_cross_pairs(frame, keys) for keys in (["truth"], ["event"], ["event", "truth"]))
    precision = n_both / n_linked if n_linked else float("nan")
    recall = n_both / n_true if n_true else float("nan")
    f1 = 2 * n_both / (n_linked + n_true) if n_linked + n_true else float("nan")
    return {"precision": precision, "recall": recall, "f1": f1, "n_true_pairs": n_true, "n_linked_pairs": n_linked, "true_positive": n_both}


def _cross_pairs(frame: pd.DataFrame, keys: list[str]) -> int:
    """Count pairs that share ``keys`` and stand in different lists: all pairs less those inside a list."""
    together = frame.groupby(keys).size()
    inside = frame.groupby([*keys, "source"]).size()
    return int(((together**2).sum() - (inside**2).sum()) // 2)


@dataclass(frozen=True)
class Scores:
    """What a comparison with the truth found.

    Attributes
    ----------
    table : one row a group of records: group (all; two lists joined by ``+``; twins, single; a form of the mother's
        name; local, elsewhere), and the numbers of :func:`pairwise_scores`. A pair counts in a group when both
        records belong to it.
    lost : records of the truth that no output row accounts for as used or duplicate: file, sheet, row, fate (NA: no row).
    """

    table: pd.DataFrame
    lost: pd.DataFrame

    def in_words(self, language: str = "zh") -> str:
        """Return the table as aligned lines, and how many records were lost."""
        which = 0 if language == "zh" else 1
        heads = (("组别", "真实对", "连接对", "正确", "精确率", "召回率", "F1"), ("group", "true", "linked", "correct", "precision", "recall", "F1"))[which]
        lines: list[tuple[str, ...]] = [heads]
        for row in self.table.to_dict("records"):
            group = " + ".join(_WORDS[part][which] for part in str(row["group"]).split("+"))
            counts = [str(row[name]) for name in ("n_true_pairs", "n_linked_pairs", "true_positive")]
            lines.append((group, *counts, *(f"{row[name]:.4f}" for name in ("precision", "recall", "f1"))))
        lost = (f"未进入记录的行：{len(self.lost)}", f"records lost: {len(self.lost)}")[which]
        return "\n".join([*("  ".join([_padded(line[0], 30), *(_padded(cell, 9, right=True) for cell in line[1:])]) for line in lines), lost])


def _padded(text: str, width: int, *, right: bool = False) -> str:
    """Pad to a width on a terminal, where a Chinese character takes two places."""
    blanks = " " * max(width - sum(2 if ord(c) > 0x2E7F else 1 for c in text), 0)
    return blanks + text if right else text + blanks


def score_records(linked: pd.DataFrame, truth: pd.DataFrame) -> Scores:
    """Compare linked records with the truth.

    Parameters
    ----------
    linked : columns of ``linked_records.csv``, as text; of one quarter or of several in a row.
    truth : columns of ``truth/records.csv``, as text; of the same quarters.

    Examples
    --------
    >>> truth = pd.DataFrame({"kind": ["birth_cert", "hukou_birth"], "file": ["a", "b"], "sheet": "", "row": "2", "event": "E",
    ...                       "set_id": "", "name_form": "han", "local": "True"})
    >>> linked = truth[["file", "sheet", "row"]].assign(event_id="B-2025Q1-00001", fate=["used", "unusable"])
    >>> scores = score_records(linked, truth)
    >>> float(scores.table.loc[0, "recall"]), scores.lost["file"].tolist()
    (1.0, ['b'])
    """
    found = truth.merge(linked[[*_PLACE, "fate", "event_id"]], on=_PLACE, how="left", validate="one_to_one")
    found["event_id"] = found["event_id"].where(found["event_id"].ne(""))
    lost = found.loc[~found["fate"].isin(["used", "duplicate"]), [*_PLACE, "fate"]].reset_index(drop=True)
    rows = [{"group": name, **pairwise_scores(part["event_id"], part["event"], part["kind"])} for name, part in _groups(found)]
    return Scores(pd.DataFrame(rows), lost)


def _groups(found: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    yield "all", found
    for pair in combinations(BIRTH_KINDS, 2):
        yield "+".join(pair), found[found["kind"].isin(pair)]
    twins, local = found["set_id"].ne(""), found["local"].eq("True")
    yield from (("twins", found[twins]), ("single", found[~twins]), ("local", found[local]), ("elsewhere", found[~local]))
    for form in ("han", "one_part", "composed", "dotted"):
        yield form, found[found["name_form"].eq(form)]


def score_quarters(root: Path, periods: Iterable[str]) -> Scores:
    """Compare the records of demo quarters, one after the other, with the truth written beside their data.

    Parameters
    ----------
    root : the project folder; of each period ``outputs/<period>/<current>/restricted/linked_records.csv`` and
        ``data/<period>/truth/records.csv`` are read.
    periods : such as ``["2025Q1"]``.

    Raises
    ------
    SourceFileError : one of these files is missing.
    """
    linked, truth = [], []
    for period in periods:
        current = root / "outputs" / period / "current"
        revision = current.read_text(encoding="utf-8").strip() if current.exists() else "r1"
        linked.append(_read(current.parent / revision / "restricted" / "linked_records.csv", root))
        truth.append(_read(root / "data" / period / "truth" / "records.csv", root))
    return score_records(pd.concat(linked, ignore_index=True), pd.concat(truth, ignore_index=True))


def _read(path: Path, root: Path) -> pd.DataFrame:
    if not path.exists():
        name = path.relative_to(root).as_posix()
        raise SourceFileError(
            zh=f"没有找到 {name}，无法与已知真值比较。请先运行 popanalysis demo 并生成该季度的记录。",
            en=f"{name} is not there, so nothing can be compared with the truth. Run 'popanalysis demo' and make the quarter's record first.", file=name)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
