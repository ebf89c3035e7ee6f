"""The engine on the two lists of marriages, beside look-ups by number and plain recordlinkage, on invented marriages with known truth.

    python benchmarks/link_marriages.py N [--seeds 1 2 3]

N marriages of one quarter are made for every seed: names, numbers and dates of both spouses wrong at the rates of the parents in the
birth lists (popanalysis/synthetic/mistakes.py); with them remarriages, reissued certificates and columns exchanged. Printed are pairwise
precision, recall and F1 of pairs of the two lists, seconds from the frames to the events, and peak memory.
"""

from __future__ import annotations

import argparse
import resource
import time
import warnings

import numpy as np
import pandas as pd
import recordlinkage

from popanalysis.link import current_rules, link_records
from popanalysis.project import shipped_folder
from popanalysis.synthetic.marriages import make_marriages, write_marriage_list
from popanalysis.synthetic.names import BANNER
from popanalysis.synthetic.score import pairwise_scores

HOME, DAYS = 8100, 90
LISTS = ("marriage", "town_marriage")
SPOUSES = ("husband", "wife")


def make_lists(n: int, seed: int) -> tuple[dict[str, pd.DataFrame], pd.Series[int]]:
    """Return the two lists as cleaned lists hold them, and the marriage that each record is of."""
    couples = make_marriages(seed, HOME, n, np.datetime64("2025-01-01"), DAYS, BANNER)
    lists: dict[str, pd.DataFrame] = {}
    truth: list[pd.Series[int]] = []
    for kind in LISTS:
        rows, _ = write_marriage_list(seed, HOME, couples, kind)
        rows.index = pd.Index([f"{kind}{place:06d}" for place in range(len(rows))])
        for spouse in SPOUSES:
            for address in ("hukou", "live"):
                village = rows[f"{spouse}_{address}"]
                rows[f"{spouse}_{address}_addr_town"], rows[f"{spouse}_{address}_addr_village"] = village.str[:9], village
        rows["reg_date"] = rows["reg_date"].mask(rows["reissue"].astype(bool))  # cleaning takes the day of a reissue for no registration
        truth.append(rows["marriage"].astype(int))
        lists[kind] = rows
    return lists, pd.concat(truth)


def looked_up(lists: dict[str, pd.DataFrame], *, both: bool) -> pd.Series[str]:
    """Two records are one marriage where both numbers are equal, or where one is: what a spreadsheet's look-up finds."""
    first, second = lists.values()
    if both:
        together = pd.concat([first, second])
        known = together["husband_id"].notna() & together["wife_id"].notna()
        return (together["husband_id"] + "+" + together["wife_id"]).where(known, together.index.to_series())
    found = pd.Series(pd.NA, index=second.index, dtype="object")
    for spouse in SPOUSES:
        numbers = first[f"{spouse}_id"].dropna().drop_duplicates(keep=False)
        found = found.fillna(second[f"{spouse}_id"].map(pd.Series(numbers.index, index=numbers)))
    return pd.concat([first.index.to_series(), found.fillna(second.index.to_series())])


def by_recordlinkage(lists: dict[str, pd.DataFrame]) -> pd.Series[str]:
    """Names by Jaro-Winkler (.9), numbers by Damerau (.88), dates exactly; ECM classifier; a record of the towns goes to its first partner."""
    first, second = (frame.assign(**{column: pd.to_datetime(frame[column], errors="coerce") for column in ("reg_date", "husband_birth_date", "wife_birth_date")}) for frame in lists.values())
    indexer = recordlinkage.Index()
    for block in (["husband_id"], ["wife_id"], ["cert_no"], ["husband_name", "wife_name"], ["husband_name", "reg_date"], ["wife_name", "reg_date"]):
        indexer.block(block)
    compare = recordlinkage.Compare()
    for spouse in SPOUSES:
        compare.string(f"{spouse}_name", f"{spouse}_name", method="jarowinkler", threshold=0.9)
        compare.string(f"{spouse}_id", f"{spouse}_id", method="damerau_levenshtein", threshold=0.88)
        compare.date(f"{spouse}_birth_date", f"{spouse}_birth_date")
    compare.date("reg_date", "reg_date")
    compare.exact("cert_no", "cert_no")
    pairs = indexer.index(first, second)
    links = recordlinkage.ECMClassifier().fit_predict((compare.compute(pairs, first, second) > 0.8).astype(int))
    partner = links.to_frame(index=False, name=["first", "second"]).drop_duplicates("second").set_index("second")["first"]
    return pd.concat([first.index.to_series(), partner.reindex(second.index).fillna(second.index.to_series())])


def told(name: str, scores: dict[str, float], seconds: float) -> str:
    """Return one line."""
    return f"{name:28} precision {scores['precision']:.4f} recall {scores['recall']:.4f} F1 {scores['f1']:.4f} ({scores['n_true_pairs']} true pairs) {seconds:.2f} s"


def main() -> None:
    """Make, link, print."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    rules = current_rules(shipped_folder("params") / "linkage", "marriages")
    for seed in options.seeds:
        lists, truth = make_lists(options.n, seed)
        source = pd.Series(np.where(truth.index.str.startswith("town"), "town_marriage", "marriage"), index=truth.index)
        print(f"{options.n} marriages, seed {seed}: {', '.join(f'{len(frame)} rows of {kind}' for kind, frame in lists.items())}")
        for name, link in (
            ("popanalysis", lambda frames: link_records(frames, rules).events), ("both numbers equal", lambda frames: looked_up(frames, both=True)),
            ("one number equal", lambda frames: looked_up(frames, both=False)), ("plain recordlinkage", by_recordlinkage)):
            began = time.perf_counter()
            events = link(lists)
            print(told(name, pairwise_scores(events, truth, source), time.perf_counter() - began))
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
