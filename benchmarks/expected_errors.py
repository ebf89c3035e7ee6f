"""Do the expected error rates hold? Many small linkages with known truth, at error rates from half to four times the usual ones.

    python benchmarks/expected_errors.py [--simulations 200] [--births 2000]

A link is a pair of records of different lists with one event id; records in sets of twins nothing distinguishes are left out on both sides,
as in ``linked.model.errors``. Printed are, by error rate and over all: how often the true rate lies inside the expected interval, the
intervals' mean width, and the mean of the true and the expected rates.
"""

from __future__ import annotations

import argparse
from itertools import combinations

import pandas as pd

from popanalysis.link import Linked, current_rules, link_records
from popanalysis.project import shipped_folder
from popanalysis.synthetic import make_lists

COLUMNS = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]
TIMES = (0.5, 1.0, 2.0, 3.0, 4.0)
RATES = ("false_link_rate", "missed_match_rate")


def true_rates(linked: Linked, truth: pd.Series[int]) -> dict[str, float]:
    """Rates that the expected ones are held against."""
    records = linked.records[linked.records["link_status"].ne("set")]
    table = records.assign(truth=records["record_id"].map(truth))

    def n_pairs(by: list[str]) -> int:
        lists = [rows.groupby(by).size() for _, rows in table.groupby("source")]
        return sum(int(a.mul(b, fill_value=0).sum()) for a, b in combinations(lists, 2))

    found, right, true = n_pairs(["event_id"]), n_pairs(["event_id", "truth"]), n_pairs(["truth"])
    return {"false_link_rate": 1 - right / found, "missed_match_rate": 1 - right / true}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--births", type=int, default=2000)
    options = parser.parse_args()
    rules = current_rules(shipped_folder("params") / "linkage", "births")
    rows = []
    for seed in range(1, options.simulations + 1):
        times = TIMES[seed % len(TIMES)]
        lists, _ = make_lists(options.births, seed, times=times)
        keyed = {name: frame.set_index("record_id") for name, frame in lists.items()}
        linked = link_records({name: frame[COLUMNS] for name, frame in keyed.items()}, rules)
        true, expected = true_rates(linked, pd.concat([frame["event"] for frame in keyed.values()])), linked.model.errors
        for rate in RATES:
            low, high = expected[f"{rate}_low"], expected[f"{rate}_high"]
            rows.append({"rate": rate, "times": times, "covered": low - 1e-12 <= true[rate] <= high + 1e-12, "width": high - low, "true": true[rate], "expected": expected[rate]})
    table = pd.DataFrame(rows)
    by_times = table.groupby(["rate", "times"])[["covered", "width", "true", "expected"]].mean()
    overall = pd.concat({(rate, "all"): part[["covered", "width", "true", "expected"]].mean() for rate, part in table.groupby("rate")}, axis=1).T
    print(f"{options.simulations} simulations of {options.births} births")
    print(pd.concat([by_times, overall]).sort_index(key=lambda level: level.map(str)).round(5).to_string())


if __name__ == "__main__":
    main()
