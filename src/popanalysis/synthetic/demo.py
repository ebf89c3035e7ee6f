"""The demo on disk: the offices' files, the truth beside them, and a parameter file for each quarter."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from popanalysis.errors import SourceFileError, raise_together
from popanalysis.synthetic import places
from popanalysis.synthetic.offices import bytes_of, pages_of
from popanalysis.synthetic.parameters import OVERLAY, params_text
from popanalysis.synthetic.quarters import SEED, Quarter, make_quarters
from popanalysis.synthetic.truth import truth_tables
from popanalysis.synthetic.write import table_bytes

__all__ = ["demo_files", "write_demo"]

FIRST: Final = "2025Q1"


def write_demo(root: Path, quarters: int = 1, seed: int = SEED) -> list[Path]:
    """Write the demo quarters below a project folder and return their parameter files, in order.

    Written are ``data/<period>/`` with the lists and ``truth/``, ``data/divisions_demo.csv`` and
    ``params/<period>.yaml``. What is there already with the same bytes is left alone. The truth (UTF-8) names each
    row by kind, file, sheet and row as the spreadsheet program shows it:

    - ``records.csv``: one row a list entry: quarter, event ("" where the row speaks of none), set_id (of twins, else empty), name_form (of the
      mother's name), local (her hukou is in the banner), duplicate (the entry stands twice, this is the second), about (the birth or marriage
      that a move, a death, a change or a certificate's row has to do with), detail (class of a doubt, of a reason, of a change);
    - ``errors.csv``: one row a planted mistake: quarter, field, error, true_value, written_value. A ``birth_date`` of
      hukou_birth stands inside ``child_id``; field ``parents`` (``spouses``) means that the columns of the two are exchanged,
      and the row's other mistakes name the column they stand in; what a mother withheld counts as a mistake too;
    - ``values.csv``: one row a value that several lists may show of one event, as it was written; of a move the day;
    - ``aliases.csv``: one row a value of a person who changed it: event, person, field, change (the event of the row in identity_change),
      shown (``old`` or ``new``: the value from before or after the change);
    - ``answers.csv``: what the town would answer about each local event: confirmed, not_known, or corrected with field and value;
    - ``planted.csv``: one row a planted value: header, value, treatment (``dropped``: must appear in no output;
      ``memory_only``: may be used but not written).

    Parameters
    ----------
    root : the project folder.
    quarters : 1 to 4, from 2025Q1.
    seed : the same seed gives the same bytes.

    Raises
    ------
    SourceFileError, ProblemsFoundError : files of these names hold something else; nothing is written then.
    """
    files: dict[str, bytes] = {}
    for quarter in make_quarters(FIRST, quarters, seed=seed):
        files.update(demo_files(quarter, previous=None if str(quarter.period) == FIRST else str(quarter.period.previous)))
    targets = {root / name: content for name, content in files.items()}
    raise_together(_in_the_way(path, root) for path, content in targets.items()
                   if path.exists() and not (path.is_file() and path.read_bytes() == content))
    for path, content in targets.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return [root / name for name in files if name.startswith("params/")]


def _in_the_way(path: Path, root: Path) -> SourceFileError:
    name = path.relative_to(root).as_posix()
    return SourceFileError(
        zh=f"文件 {name} 已存在，内容与演示数据不同，未作改动。请移走该文件，或在另一个空文件夹中运行 popanalysis demo。",
        en=f"{name} exists and is not what the demo writes; it was left as it is. Move it away, or run 'popanalysis demo' in an empty folder.",
        file=name)


def demo_files(quarter: Quarter, previous: str | None = None) -> dict[str, bytes]:
    """Return every file of a quarter: path below the project folder, with ``/`` -> content.

    Parameters
    ----------
    quarter : what the offices send.
    previous : the quarter whose record this one continues.
    """
    period = quarter.period
    pages = pages_of(quarter)
    return {
        **{file: bytes_of(file, kind, sheets) for kind, files in pages.items() for file, sheets in files.items()},
        **{f"data/{period}/truth/{name}.csv": table_bytes(frame) for name, frame in truth_tables(quarter, pages).items()},
        OVERLAY: table_bytes(places.divisions()),
        f"params/{period}.yaml": params_text(period, {kind: list(files) for kind, files in pages.items()}, previous).encode("utf-8")}
