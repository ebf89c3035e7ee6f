"""The engine beside plain recordlinkage and Splink: three birth lists with known truth, each package in a process of its own, in one call.

    pip install -e ".[bench]"
    python benchmarks/linkage.py                                   # 20,000 births
    python benchmarks/linkage.py --births 20000 200000 1000000
    python benchmarks/linkage.py --births 20000 --times 3          # values wrong three times as often
    python benchmarks/linkage.py --births 20000 --one-sided 0.4    # lists that often hold one of two twins only

Every package gets the same eight columns. Timed is everything from the frames to the result, keys included (for the baselines: from frames with
lightly cleaned texts); imports are not. The baselines have the frozen settings of ``peers.py``. Printed is a table; written are a JSON file and a plot
beside the other results. With ``--repeats`` the packages take turns, and the median counts.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import peers

HERE = Path(__file__).parent
COLUMNS = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]
PACKAGES = ("popanalysis", "control", "recordlinkage", "splink")  # control: our engine with the parts of recordlinkage


# --- one run, in a process of its own ---------------------------------------------------------------------


def measure(package: str, folder: Path) -> dict[str, Any]:
    """Link the lists in ``folder`` by one package."""
    warnings.filterwarnings("ignore")
    if package in ("popanalysis", "control"):
        return with_popanalysis(folder, "local" if package == "popanalysis" else "recordlinkage")
    lists = peers.read(folder)
    found = peers.with_splink(lists) if package == "splink" else peers.with_recordlinkage(lists)
    return {"seconds": found.seconds, "peak_mb": float(found.peak_mb.replace("?", "nan")), "n_candidates": found.n_candidates, "scores": found.scores}


def with_popanalysis(folder: Path, engine: str) -> dict[str, Any]:
    """Link by the rule set in use; scored are all events, and those of records that are certainly linked."""
    from popanalysis.link import current_rules, link_records
    from popanalysis.project import shipped_folder

    frames = {name: pd.read_parquet(folder / f"{name}.parquet", columns=["record_id", *COLUMNS]).set_index("record_id") for name in peers.LISTS}
    rules = current_rules(shipped_folder("params") / "linkage", "births")
    began = time.perf_counter()
    linked = link_records(frames, rules, engine=engine)
    seconds = time.perf_counter() - began
    peak = peers.peak_memory()
    truth = pd.concat([pd.read_parquet(folder / f"{name}.parquet", columns=["record_id", "event"]).set_index("record_id")["event"] for name in peers.LISTS])
    records = linked.records.assign(truth=linked.records["record_id"].map(truth).to_numpy())
    status = records["link_status"]
    return {"seconds": seconds, "peak_mb": float(peak.replace("?", "nan")), "n_candidates": linked.candidate_pairs, "scores": {
        "events": score(records, status.notna()), "linked": score(records, status.eq("linked")), "but for sets": score(records, status.eq("linked"), status.ne("set"))},
        "status": status.value_counts(normalize=True).to_dict(), "expected": linked.model.errors}


def score(records: pd.DataFrame, kept: pd.Series[bool], of: pd.Series[bool] | None = None) -> dict[str, float]:
    """Pairs of records of different lists with one event among the records kept, against all true pairs (of the records ``of``)."""
    def n_pairs(rows: pd.DataFrame, by: list[str]) -> int:
        lists = [rows[rows["source"].eq(name)].groupby(by).size() for name in peers.LISTS]
        return sum(int(a.mul(b, fill_value=0).sum()) for a, b in combinations(lists, 2))

    found, right = n_pairs(records[kept], ["event_id"]), n_pairs(records[kept], ["event_id", "truth"])
    true = n_pairs(records if of is None else records[of], ["truth"])
    return {"precision": right / found, "recall": right / true, "f1": 2 * right / (found + true), "found": found, "true": true}


def leave_twins_out(folder: Path, share: float, seed: int) -> None:
    """Take a share of the twins out of each list, one by one: two lists then often hold the other one of two."""
    random = np.random.default_rng(seed)
    for name in peers.LISTS if share else ():
        frame = pd.read_parquet(folder / f"{name}.parquet")
        frame[~(frame["set_id"].gt(0) & (random.random(len(frame)) < share))].reset_index(drop=True).to_parquet(folder / f"{name}.parquet")


# --- all of them --------------------------------------------------------------------------------------------


def in_turn(folder: Path, packages: list[str], repeats: int) -> dict[str, dict[str, Any]]:
    """Run the packages in turn, each run in a new process; the median of the seconds and of the memory."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in packages}
    for _ in range(repeats):
        for name in packages:
            done = subprocess.run([sys.executable, __file__, "--one", name, str(folder)], capture_output=True, text=True, encoding="utf-8", check=False)
            if done.returncode:
                raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {name: found[0] | {key: statistics.median(run[key] for run in found) for key in ("seconds", "peak_mb")} for name, found in runs.items()}


def told(results: list[dict[str, Any]]) -> str:
    """Write the table."""
    rows = []
    for result in results:
        ours = result["packages"]["popanalysis"]
        for name, run in result["packages"].items():
            for what, s in run["scores"].items():
                first = what == next(iter(run["scores"]))
                rows.append({
                    "births": f"{result['births']:,}" if first else "", "package": name if first else "", "scored": what, "precision": f"{s['precision']:.5f}", "recall": f"{s['recall']:.5f}",
                    "F1": f"{s['f1']:.5f}", "seconds": f"{run['seconds']:.2f}" if first else "", "records/s": f"{result['records'] / run['seconds']:,.0f}" if first else "",
                    "peak MB": f"{run['peak_mb']:.0f}" if first else "", "times as long as ours": f"{run['seconds'] / ours['seconds']:.2f}" if first else ""})
    return pd.DataFrame(rows).to_string(index=False)


def plot(results: list[dict[str, Any]], path: Path) -> None:
    """Draw seconds and memory against the number of records."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    for axes, key, label in zip(figure.subplots(1, 2), ("seconds", "peak_mb"), ("seconds", "peak memory, MB"), strict=True):
        for name, mark in zip(PACKAGES, "oxsD", strict=True):
            at = [(r["records"], r["packages"][name][key]) for r in results if name in r["packages"]]
            if at:
                axes.loglog(*zip(*at, strict=True), marker=mark, label=name)
        axes.set_xlabel("records in three lists")
        axes.set_title(label, fontsize=10)
        axes.grid(True, which="both", lw=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150, metadata={"Software": None})


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--births", type=int, nargs="+", default=[20_000])
    parser.add_argument("--seed", type=int, default=20250401)
    parser.add_argument("--times", type=float, default=1.0, help="how many times as often as usual values are wrong")
    parser.add_argument("--one-sided", type=float, default=0.0, help="share of twins that a list leaves out, each by itself (seeded)")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=["popanalysis", "recordlinkage", "splink"])
    parser.add_argument("--out", type=Path, default=HERE / "results" / "linkage.json")
    parser.add_argument("--one", nargs=2, metavar=("PACKAGE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        found = measure(options.one[0], Path(options.one[1]))
        print(json.dumps(found))
        return
    from popanalysis.synthetic import write_parquet

    packages = [name for name in options.packages if name == "control" or find_spec(name)]
    for name in set(options.packages) - set(packages):
        print(f"{name} is not installed and left out: pip install -e \".[bench]\"")
    results = []
    for births in options.births:
        with tempfile.TemporaryDirectory() as folder:
            write_parquet(Path(folder), births, options.seed, times=options.times)
            leave_twins_out(Path(folder), options.one_sided, options.seed)
            n = sum(len(pd.read_parquet(Path(folder) / f"{name}.parquet", columns=["record_id"])) for name in peers.LISTS)
            results.append({"births": births, "records": n, "seed": options.seed, "times": options.times, "one_sided": options.one_sided, "packages": in_turn(Path(folder), packages, options.repeats)})
    print(f"{platform.python_version()} on {platform.machine()}; " + ", ".join(f"{name} {version(name)}" for name in packages if name != "control"))
    print(f"seed {options.seed}, mistakes times {options.times:g}, twins left out {options.one_sided:g}, median of {options.repeats}\n{told(results)}")
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    plot(results, options.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
