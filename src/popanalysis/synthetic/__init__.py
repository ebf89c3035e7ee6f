"""An invented banner with known truth, for the demo, the tests and the benchmarks.

Nobody in it exists: names are drawn from lists of characters and syllables, identity numbers stand on prefixes
1599xx that were never issued, places are invented.
"""

from __future__ import annotations

from popanalysis.synthetic.demo import write_demo
from popanalysis.synthetic.large import make_lists, write_parquet
from popanalysis.synthetic.names import BANNER, REGION, Mix
from popanalysis.synthetic.quarters import Quarter, make_quarters

__all__ = ["BANNER", "REGION", "Mix", "Quarter", "make_lists", "make_quarters", "write_demo", "write_parquet"]
