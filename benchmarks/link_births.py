"""The engine on three birth lists, with the lists, columns and score that peers.py gives the baselines.

    python benchmarks/link_births.py FOLDER [--all-columns] [--engine local]

FOLDER as for peers.py. Timed is everything from the frames to the event of every record, keys included. Baselines see the raw text of
eight columns; so does the engine, unless ``--all-columns`` adds time of birth and the like.
"""

from __future__ import annotations

import argparse
import resource
import time
from itertools import combinations
from pathlib import Path

import pandas as pd

from popanalysis.link import current_rules, link_records
from popanalysis.project import shipped_folder

LISTS = ("birth_cert", "hukou_birth", "town_birth")
COLUMNS = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]


def pair_scores(events: pd.Series[str], truth: pd.Series[int], source: pd.Series[str], kept: pd.Series[bool]) -> str:
    """Precision and recall of pairs of records of different lists that share an event, among the records kept; recall over all true pairs."""
    table = pd.DataFrame({"event": events, "truth": truth, "source": source})
    kept = kept.reindex(table.index)

    def n_pairs(rows: pd.DataFrame, by: list[str]) -> int:
        return sum(
            int((rows[rows["source"] == a].groupby(by).size() * rows[rows["source"] == b].groupby(by).size()).sum()) for a, b in combinations(LISTS, 2))

    found, right, true = n_pairs(table[kept], ["event"]), n_pairs(table[kept], ["event", "truth"]), n_pairs(table, ["truth"])
    return f"precision {right / found:.5f} recall {right / true:.5f} F1 {2 * right / (found + true):.5f} ({found} pairs, {true} true)"


def main() -> None:
    """Link and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all-columns", action="store_true")
    parser.add_argument("--engine", default="local")
    options = parser.parse_args()
    lists = {name: pd.read_parquet(options.folder / f"{name}.parquet").set_index("record_id") for name in LISTS}
    truth = pd.concat([frame["event"] for frame in lists.values()])
    frames = {name: frame.drop(columns=["event", "set_id"]) if options.all_columns else frame[COLUMNS] for name, frame in lists.items()}
    rules = current_rules(shipped_folder("params") / "linkage", "births")
    began, cpu = time.perf_counter(), time.process_time()
    linked = link_records(frames, rules, engine=options.engine)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    records = linked.records.set_index("record_id")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.engine}: {len(records)} records, {linked.candidate_pairs} candidate pairs, {seconds:.2f} s ({cpu:.2f} s of processor), "
          f"{len(records) / seconds:,.0f} records/s, peak {peak:.0f} MB")
    status = records["link_status"]
    print("events, all records      ", pair_scores(linked.events, truth, records["source"], status.notna()))
    print("both with status linked  ", pair_scores(linked.events, truth, records["source"], status.eq("linked")))
    print("status", {name: f"{share:.4f}" for name, share in sorted(status.value_counts(normalize=True).items())})
    print("expected by the model", {name: f"{rate:.6f}" for name, rate in linked.model.errors.items()})


if __name__ == "__main__":
    main()
