"""Two baselines for the linkage of three birth lists: plain recordlinkage, and Splink on DuckDB.

    python benchmarks/peers.py recordlinkage FOLDER
    python benchmarks/peers.py splink FOLDER [--threshold 0.9]

FOLDER holds birth_cert.parquet, hukou_birth.parquet and town_birth.parquet as popanalysis.synthetic.write_parquet
makes them. Printed are seconds, peak memory, and pairwise precision, recall and F1 against the known truth. The
settings are frozen: they say how far a careful user of each package gets without further work. Splink is no
dependency of this project; see README.md for the environment it needs.
"""

from __future__ import annotations

import argparse
import sys
import time
import unicodedata
import warnings
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

LISTS = ("birth_cert", "hukou_birth", "town_birth")
NAMES = ("mother_name", "father_name", "child_name")
NUMBERS = ("mother_id", "father_id")
TEXTS = [*NAMES, *NUMBERS, "child_sex", "birth_cert_no", "birth_date"]
BLOCKS = (("mother_id",), ("father_id",), ("birth_cert_no",), ("mother_name", "birth_date"), ("father_name", "birth_date"), ("mother_name", "father_name"))


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the lists with the light cleaning both baselines get: width, blanks and dots of names, case of numbers."""
    lists = {}
    for name in LISTS:
        frame = pd.read_parquet(folder / f"{name}.parquet", columns=[*TEXTS, "event"])
        for column in NAMES:
            frame[column] = frame[column].map(_plain, na_action="ignore")
        for column in NUMBERS:
            frame[column] = frame[column].str.strip().str.upper()
        lists[name] = frame
    return lists


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).replace("·", "").replace("•", "")


@dataclass(frozen=True)
class Measured:
    """What one run gave: seconds, peak memory in MB until then, and precision, recall and F1 of the pairs of each kind of result."""

    seconds: float
    peak_mb: str
    n_candidates: int | None
    scores: dict[str, dict[str, float]]

    def told(self, package: str) -> str:
        """Write it down."""
        candidates = f", {self.n_candidates} candidate pairs" if self.n_candidates else ""
        lines = [f"{name:9}precision {s['precision']:.5f} recall {s['recall']:.5f} F1 {s['f1']:.5f} ({s['found']:.0f} pairs, {s['true']:.0f} true)" for name, s in self.scores.items()]
        return "\n".join([f"{package}: {self.seconds:.1f} s{candidates}, peak {self.peak_mb} MB", *lines])


def score(lists: dict[str, pd.DataFrame], pairs: dict[tuple[str, str], pd.MultiIndex]) -> dict[str, float]:
    """Precision, recall and F1 of linked pairs; (list, list) -> pairs of row numbers."""
    found = sum(len(links) for links in pairs.values())
    right = sum(
        int((lists[a]["event"].to_numpy()[links.get_level_values(0)] == lists[b]["event"].to_numpy()[links.get_level_values(1)]).sum())
        for (a, b), links in pairs.items())
    counts = {name: frame["event"].value_counts() for name, frame in lists.items()}
    true = sum(int((counts[a] * counts[b]).sum()) for a, b in combinations(LISTS, 2))
    return {"precision": right / found, "recall": right / true, "f1": 2 * right / (found + true), "found": found, "true": true}


def with_recordlinkage(lists: dict[str, pd.DataFrame]) -> Measured:
    """Jaro-Winkler names (.9), Damerau numbers (.88), dates; levels above .8 count as agreement; EM classifier."""
    import recordlinkage

    began, links, n_candidates = time.perf_counter(), {}, 0
    prepared = {name: frame.assign(date=pd.to_datetime(frame["birth_date"], errors="coerce")) for name, frame in lists.items()}
    for a, b in combinations(LISTS, 2):
        indexer = recordlinkage.Index()
        for block in BLOCKS:
            indexer.block(list(block))
        candidates = indexer.index(prepared[a], prepared[b])
        compare = recordlinkage.Compare()
        for column in NAMES:
            compare.string(column, column, method="jarowinkler", threshold=0.9, label=column)
        for column in NUMBERS:
            compare.string(column, column, method="damerau_levenshtein", threshold=0.88, label=column)
        compare.exact("child_sex", "child_sex", label="child_sex")
        compare.exact("birth_cert_no", "birth_cert_no", label="birth_cert_no")
        compare.date("date", "date", label="date")
        vectors = (compare.compute(candidates, prepared[a], prepared[b]) > 0.8).astype(int)
        links[a, b] = recordlinkage.ECMClassifier().fit_predict(vectors)
        n_candidates += len(candidates)
    seconds, peak = time.perf_counter() - began, peak_memory()
    return Measured(seconds, peak, n_candidates, {"pairs": score(lists, links)})


def with_splink(lists: dict[str, pd.DataFrame], threshold: float = 0.9) -> Measured:
    """Jaro-Winkler names (.9, .7; term frequencies of the mother's), Damerau numbers (1, 2), date of birth comparison."""
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    began = time.perf_counter()
    api = DuckDBAPI()
    tables = [api.register(frame[TEXTS].assign(unique_id=range(len(frame))), table_name=name) for name, frame in lists.items()]
    settings = SettingsCreator(
        link_type="link_only", unique_id_column_name="unique_id", retain_matching_columns=False,
        comparisons=[
            compare.JaroWinklerAtThresholds("mother_name", [0.9, 0.7]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("father_name", [0.9, 0.7]), compare.DamerauLevenshteinAtThresholds("mother_id", [1, 2]),
            compare.DamerauLevenshteinAtThresholds("father_id", [1, 2]), compare.JaroWinklerAtThresholds("child_name", [0.9, 0.7]),
            compare.ExactMatch("child_sex"), compare.ExactMatch("birth_cert_no"), compare.DateOfBirthComparison("birth_date", input_is_string=True)],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS])
    linker = Linker(tables, settings, log_level=40)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("birth_cert_no"), block_on("mother_id", "birth_date", "child_sex")], recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("mother_id"))
    training.estimate_parameters_using_expectation_maximisation(block_on("birth_cert_no"))
    predicted = linker.inference.predict(threshold_match_probability=threshold)
    clustered = linker.clustering.cluster_using_single_best_links(
        predicted, duplicate_free_datasets=list(LISTS), threshold_match_probability=threshold).as_pandas_dataframe()
    linked = predicted.as_pandas_dataframe()
    seconds, peak = time.perf_counter() - began, peak_memory()
    left = linked[["source_dataset_l", "unique_id_l"]].set_axis(["source", "row"], axis=1)
    right = linked[["source_dataset_r", "unique_id_r"]].set_axis(["source", "row"], axis=1)
    members = clustered[["cluster_id", "source_dataset", "unique_id"]].set_axis(["cluster", "source", "row"], axis=1)
    both = members.merge(members, on="cluster", suffixes=("_l", "_r"))
    both = both[both["source_l"] < both["source_r"]].reset_index(drop=True)
    sides = [both[[f"source_{s}", f"row_{s}"]].set_axis(["source", "row"], axis=1) for s in "lr"]
    return Measured(seconds, peak, None, {"pairs": score(lists, _by_lists(left, right)), "clusters": score(lists, _by_lists(*sides))})


def _by_lists(left: pd.DataFrame, right: pd.DataFrame) -> dict[tuple[str, str], pd.MultiIndex]:
    turned = left["source"].map(LISTS.index) > right["source"].map(LISTS.index)
    first, second = left.where(~turned, right), right.where(~turned, left)
    found = {}
    for a, b in combinations(LISTS, 2):
        here = first["source"].eq(a) & second["source"].eq(b)
        found[a, b] = pd.MultiIndex.from_arrays([first.loc[here, "row"].astype(int), second.loc[here, "row"].astype(int)])
    return found


def peak_memory() -> str:
    """Return the process's own peak memory in MB, "?" where the system does not tell.

    On Linux ``getrusage`` also counts what the calling process held before this one was started from it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return f"{int(next(line for line in status.read_text(encoding='utf-8').splitlines() if line.startswith('VmHWM')).split()[1]) / 1024:.0f}"
    try:
        import resource
    except ImportError:
        return "?"
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != 'darwin' else 1024**2):.0f}"


def main() -> None:
    """Run one baseline."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description="Score a baseline on three birth lists with known truth.")
    parser.add_argument("package", choices=("recordlinkage", "splink"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.9, help="match probability from which Splink links")
    chosen = parser.parse_args()
    lists = read(chosen.folder)
    measured = with_splink(lists, chosen.threshold) if chosen.package == "splink" else with_recordlinkage(lists)
    print(measured.told(chosen.package))


if __name__ == "__main__":
    main()
