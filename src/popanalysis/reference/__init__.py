"""Reference tables shipped with the package; origins and licences stand in ``README.md`` beside them."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd

__all__ = ["reference_table"]


@cache
def _read(name: str) -> pd.DataFrame:
    source = resources.files(__package__).joinpath(f"{name}.csv")
    with source.open("r", encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def reference_table(name: str) -> pd.DataFrame:
    """Return a reference table, every cell as text, blanks as ``""``.

    Parameters
    ----------
    name : file name without ``.csv``, for example ``"sex"`` or ``"header_synonyms"``.

    Examples
    --------
    >>> reference_table("sex")[["code", "value"]].head(2).values.tolist()
    [['0', 'unknown'], ['1', 'male']]
    """
    return _read(name).copy()
