"""Make three birth lists with known truth as Parquet: python benchmarks/make_births.py FOLDER N_BIRTHS [--seed S] [--times 3]"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from popanalysis.synthetic import write_parquet


def main() -> None:
    """Write the lists and say how long it took."""
    parser = argparse.ArgumentParser(description="Make three birth lists with known truth as Parquet.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("n_births", type=int)
    parser.add_argument("--seed", type=int, default=20250401)
    parser.add_argument("--times", type=float, default=1.0, help="how many times as often as usual values are wrong")
    chosen = parser.parse_args()
    began = time.perf_counter()
    for path in write_parquet(chosen.folder, chosen.n_births, chosen.seed, times=chosen.times):
        print(path)
    print(f"{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
