"""How long a banner quarter takes from files to record, against an empty papermill run on the same machine in the same minutes.

    python benchmarks/record.py --repeats 5 --out benchmarks/results/record.json

Runs the demo's first quarter by ``popanalysis run`` (record, page, joint-review book, look-up worksheets, checks, seal) and an empty notebook by ``papermill``, turn by turn,
and prints the ratio of the medians, the size of the lists and the peak memory of the larger process. Target: at most 8.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from popanalysis.project import lay_out_project
from popanalysis.synthetic import write_demo


def seconds(command: list[str], folder: Path) -> float:
    """Return how long a command takes."""
    before = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out_project(folder)
        [params] = write_demo(folder, quarters=1)
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
        nbformat.write(empty, folder / "empty.ipynb")
        run, papermill = [], []
        for _ in range(given.repeats + 1):
            run.append(seconds([sys.executable, "-m", "popanalysis", "run", str(params)], folder))
            papermill.append(seconds([sys.executable, "-m", "papermill", "empty.ipynb", "out.ipynb"], folder))
        accounts = json.loads((folder / "outputs/2025Q1/r1/publish/run_record.json").read_text(encoding="utf-8"))["row_accounting"]
    run, papermill = run[1:], papermill[1:]  # the first of each fills the disk cache
    found = {
        "rows": sum(counts["total"] for counts in accounts.values()), "ratio": round(statistics.median(run) / statistics.median(papermill), 2),
        "ratios": [round(a / b, 2) for a, b in zip(run, papermill, strict=True)], "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}}
    print(json.dumps(found, indent=2))
    if given.out:
        given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
