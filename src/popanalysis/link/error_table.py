"""Errors of a linkage side by side: by its model, by neighbour counts, by a clerical sample; and by group of records."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.clerical import ClericalEstimate
from popanalysis.link.comparisons.name_keys import NameKeys
from popanalysis.link.engine import Linked
from popanalysis.link.quality import missed_by_blocking
from popanalysis.link.rules import LinkageRules
from popanalysis.link.values import ValueTable

__all__ = ["COLUMNS", "error_table", "groups_of", "name_form"]

#: of the table.
COLUMNS = ("estimate", "group", "value", "n_links", "false_link_rate", "false_link_rate_low", "false_link_rate_high",
           "missed_match_rate", "missed_match_rate_low", "missed_match_rate_high")
_RATES = COLUMNS[4:]


def error_table(
    linked: Linked, rules: LinkageRules, groups: Mapping[str, pd.Series[Any]] | None = None, sample: ClericalEstimate | None = None,
) -> pd.DataFrame:
    """Put the estimates of false links and missed matches side by side.

    Parameters
    ----------
    linked, rules : a linkage and the rule set it was made by.
    groups : name of a grouping -> Series record_id -> value, for example from :func:`groups_of`; a pair counts to the group of its first record.
    sample : what a clerical sample said (:func:`popanalysis.link.clerical.clerical_estimate`).

    Returns
    -------
    DataFrame with :data:`COLUMNS`, rates 0-1, NA where an estimate says nothing. ``model``: expected by the model, over all pairs and by group.
    ``neighbours``: for each two lists, from how many records of the other list stand above the upper threshold (Dasylva & Goussanou 2021); the
    upper end of the missed matches there contains what the other list does not hold at all. ``clerical_sample``: as people judged.
    """
    if linked.expected is None:
        raise LinkageError(zh="该比对结果没有预期误差。请用 link_records 重新比对。", en="The linkage holds no expected errors. Link again by link_records.")
    expected = linked.expected
    rows: list[dict[str, Any]] = [{"estimate": "model", "group": "", "value": "", "n_links": int(expected.is_link.sum()), **expected.rates()}]
    rows += _by_neighbours(linked, rules)
    if sample is not None:
        rows.append({"estimate": "clerical_sample", "group": "", "value": "", **_by_sample(sample)})
    for name, values in (groups or {}).items():
        of_record = linked.records["record_id"].map(values).to_numpy(dtype=object)
        of_pair = of_record[expected.left]
        for value in sorted({str(v) for v in of_pair if not pd.isna(v)}):
            among = np.array([str(v) == value if not pd.isna(v) else False for v in of_pair], dtype=bool)
            rows.append({"estimate": "model", "group": name, "value": value, "n_links": int((expected.is_link & among).sum()), **expected.rates(among)})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(_RATES, "Float64") | {"n_links": "Int64"})


def _by_neighbours(linked: Linked, rules: LinkageRules) -> list[dict[str, Any]]:
    """Count, for each record of the smaller of two lists, the records of the other one above the upper threshold."""
    heavy = linked.links.loc[linked.links["match_weight"] >= rules.thresholds.upper, ["record_id_a", "record_id_b"]]
    source = linked.records.set_index("record_id")["source"]
    of_a, of_b = (source.reindex(heavy[side]).to_numpy(dtype=object) for side in ("record_id_a", "record_id_b"))
    sizes, rows = source.value_counts(), []
    for one, two in combinations([s for s in rules.sources if sizes.get(s, 0)], 2):
        small = min((one, two), key=lambda s: (sizes[s], s))
        met = pd.concat([heavy["record_id_a"][(of_a == small) & np.isin(of_b, [one, two]) & (of_b != small)], heavy["record_id_b"][(of_b == small) & np.isin(of_a, [one, two]) & (of_a != small)]])
        with_some = met.value_counts()
        if with_some.empty:
            continue
        neighbours = np.bincount(with_some.to_numpy(), minlength=3)
        neighbours[0] = sizes[small] - len(with_some)
        found = missed_by_blocking(neighbours.tolist(), n_classes=1)
        no_match, none_false = found["missed_match_rate"], float(np.exp(-found["false_neighbours"]))
        rows.append({"estimate": "neighbours", "group": "lists", "value": f"{one}+{two}", "n_links": len(with_some),
                     "false_link_rate": no_match * (1 - none_false) / max(1 - no_match * none_false, 1e-12), "missed_match_rate_high": no_match})
    return rows


def _by_sample(sample: ClericalEstimate) -> dict[str, float]:
    low, high = sample.precision_interval
    rates = {"false_link_rate": 1 - sample.precision, "false_link_rate_low": 1 - high, "false_link_rate_high": 1 - low}
    if sample.recall is not None and sample.recall_interval is not None:
        low, high = sample.recall_interval
        rates |= {"missed_match_rate": 1 - sample.recall, "missed_match_rate_low": 1 - high, "missed_match_rate_high": 1 - low}
    return rates


# --- groups ---------------------------------------------------------------------------------------------


def groups_of(frames: Mapping[str, pd.DataFrame], local: pd.Series[Any] | None = None) -> dict[str, pd.Series[Any]]:
    """Return the groupings that the lists allow: township, form of the mother's name, multiple births, and local or not where it is given.

    Parameters
    ----------
    frames : as for :func:`popanalysis.link.link_records` ; local : record_id -> whether the event is of the banner.
    """
    def column(name: str) -> pd.Series[Any]:
        held: list[pd.Series[Any]] = [frame[name] if name in frame else pd.Series(index=frame.index, dtype=object) for frame in frames.values()]
        together: pd.Series[Any] = pd.concat(held)
        return together.astype(object)

    found = {"town": column("mother_live_addr_town"), "name_form": name_form(column("mother_name"))}
    plurality = pd.to_numeric(column("plurality"), errors="coerce")
    several = pd.Series(np.where(plurality > 1, "multiple", "single"), plurality.index, dtype=object)
    several[plurality.isna()] = None
    found["multiple"] = several
    if local is not None:
        found["local"] = local
    return {name: values for name, values in found.items() if values.notna().any()}


def name_form(names: pd.Series[Any]) -> pd.Series[Any]:
    """Tell the form of names: ``dotted``, Mongolian ``composed`` (five characters and more) and ``one_part``, ``han``; missing stays missing.

    A name counts as Mongolian where it has three characters or more and all but one of them write Mongolian syllables; Mongolian names of two characters
    cannot be told from Han ones.

    Examples
    --------
    >>> name_form(pd.Series(["阿依古丽·买买提", "乌力吉巴图", "其木格", "王芳", None])).tolist()
    ['dotted', 'composed', 'one_part', 'han', None]
    """
    known = names.dropna().astype(str)
    keys = NameKeys(ValueTable(known.to_numpy(dtype=object)))
    form = np.select([known.str.contains("[·•‧∙・]").to_numpy(), keys.transliterated & (keys.length >= 5), keys.transliterated], ["dotted", "composed", "one_part"], "han")
    told = pd.Series(np.full(len(names), None, dtype=object), names.index)
    told[names.notna()] = form
    return told
