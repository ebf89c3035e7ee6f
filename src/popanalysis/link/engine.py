"""The linkage as a chain of verbs: code, block, compare, train, score, decide, select."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from popanalysis.columns import LINKS_COLUMNS
from popanalysis.errors import LinkageError, NotYetError
from popanalysis.link import control
from popanalysis.link.blocking import BlockingReport, Candidates, block_pairs
from popanalysis.link.bonds import read_bonds
from popanalysis.link.coding import IntArray, Universe, code_records
from popanalysis.link.decision import DECISIONS, OPEN
from popanalysis.link.deliveries import learn_siblings
from popanalysis.link.events import select_events
from popanalysis.link.grouped import Grouped
from popanalysis.link.keys import make_keys
from popanalysis.link.notes import Note
from popanalysis.link.pairs import Pairs, Positions, score
from popanalysis.link.patterns import compare_pairs, count_patterns, level_names
from popanalysis.link.quality import ExpectedErrors, expected_errors
from popanalysis.link.rules import LinkageRules, nearest
from popanalysis.link.threads import beside
from popanalysis.link.training import LinkageModel, random_patterns, train_model

__all__ = ["Linked", "link_records", "missing_side"]

#: Bits below the lower threshold from which a pair is left out of what follows; where it lies inside a component it is compared once more.
_FAR = 20.0
ENGINES = ("local", "recordlinkage", "spark")


@dataclass(frozen=True)
class Linked:
    """Result of a linkage.

    Attributes
    ----------
    links : DataFrame, a row a pair: ``record_id_a, record_id_b, link_decision`` (link, possible_link, non_link), ``match_weight`` (bits,
        sum of log2(m/u)), ``match_probability``, then a column a comparison with its level or missing_left, missing_right, missing_both,
        and ``swapped`` where the rule set has exchangeable columns; in the order of content. Pairs below the lower threshold are left out.
    events : Series record_id -> ``E1``, ``E2`` ..., numbered in the order of content; every record has one.
    records : DataFrame ``record_id, source, event_id, set_id, link_status, reason, duplicate_of``; blank text where nothing applies.
    model : what was learned (see :class:`popanalysis.link.training.LinkageModel`) ; blocking : what each pass did
    candidate_pairs : number of pairs compared ; notes : sentences worth reading
    expected : errors the model expects, pair by pair (see :func:`popanalysis.link.error_table.error_table`)
    """

    links: pd.DataFrame
    events: pd.Series[str]
    records: pd.DataFrame
    model: LinkageModel
    blocking: BlockingReport
    candidate_pairs: int
    notes: tuple[Note, ...] = ()
    expected: ExpectedErrors | None = None


def link_records(
    frames: Mapping[str, pd.DataFrame], rules: LinkageRules, engine: str = "local", decisions: pd.DataFrame | None = None,
    known_events: pd.Series[str] | None = None,
) -> Linked:
    """Link the records of several lists to events; with one list and ``links: []``, find its duplicates.

    Parameters
    ----------
    frames : source -> DataFrame indexed by record id (unique over all sources) with typed columns; absent columns and sources are
        allowed, a missing value is no evidence either way. Not changed.
    rules : the rule set.
    engine : ``local``, or ``recordlinkage`` for that package's own index, comparers and classifier as a control.
    decisions : people's answers, which bind: DataFrame ``record_id_a, record_id_b, is_match`` (bool), or rows of decision files with
        ``about`` (only ``pair`` counts), ``target`` (``id+id``), ``answer`` (link, non_link) and perhaps ``made_on``; the latest counts.
    known_events : Series record_id -> label of the event a record was given in an earlier quarter. Records of one label stay together,
        records of different labels never meet; a record without a label may join one event.

    Returns
    -------
    Linked

    Raises
    ------
    LinkageError : the frames do not fit the rule set, ids are not unique, or decisions contradict.
    NotYetError : ``engine="spark"``.

    Examples
    --------
    >>> from popanalysis.link import current_rules
    >>> from popanalysis.project import shipped_folder
    >>> rules = current_rules(shipped_folder("params") / "linkage", "births")
    >>> row = {"child_sex": "1", "birth_date": "2025-03-05", "mother_name": "白塔娜", "mother_id": "159901199003050026", "birth_cert_no": "X159900001"}
    >>> linked = link_records({"birth_cert": pd.DataFrame([row], index=["a"]), "hukou_birth": pd.DataFrame([row], index=["b"])}, rules)
    >>> linked.events.to_dict(), linked.records["link_status"].tolist()
    ({'a': 'E1', 'b': 'E1'}, ['linked', 'linked'])
    """
    if engine not in ENGINES:
        zh, en = nearest(engine, list(ENGINES))
        raise LinkageError(zh=f"引擎“{engine}”不存在；{zh}。", en=f"Unknown engine '{engine}'; {en}.", engine=engine)
    if engine == "spark":
        raise NotYetError("engine: spark")
    universe = code_records(frames, rules, partial(make_keys, rules))
    bonds = read_bonds(universe, decisions, known_events)
    candidates, pairs, model, scored = _by_recordlinkage(universe, rules) if engine == "recordlinkage" else _by_levels(universe, rules)
    n_candidates, near = len(candidates), np.flatnonzero(pairs.weight >= rules.thresholds.lower - _FAR)
    blocked, held = _Blocked(candidates.report, candidates.keyless, candidates.passes[near]), [pairs.only(near)]
    del candidates, pairs, near
    learn = None if engine == "recordlinkage" else partial(learn_siblings, model=model, rules=rules)
    grouped = select_events(universe, held.pop(), bonds, rules, scored, learn)
    errors = expected_errors(universe, blocked.passes, grouped, model, rules)
    for column in universe.columns.values():  # nothing is compared any more
        column.table.let_go(keys=True)
    notes = (*bonds.notes, *_block_notes(blocked.report, rules), *model.notes, *grouped.notes)
    events, records = _told_records(universe, blocked.keyless, grouped)
    links = _links(universe, grouped, model, rules)
    return Linked(links, events, records, replace(model, errors=errors.rates()), blocked.report, n_candidates, notes, errors)


@dataclass(frozen=True)
class _Blocked:
    """What is still needed of blocking once pairs are scored: its report, the records without any key, and the passes of each pair that was kept."""

    report: BlockingReport
    keyless: npt.NDArray[np.bool_]
    passes: npt.NDArray[Any]


Score = Callable[[Positions, Positions], Pairs]


def _by_levels(universe: Universe, rules: LinkageRules) -> tuple[Candidates, Pairs, LinkageModel, Score]:
    """Block, compare, train and score; the last result scores further pairs of positions."""
    candidates, (random,) = beside(partial(block_pairs, universe, rules), random_patterns, [(universe, rules)])
    vectors = compare_pairs(universe, candidates.left, candidates.right, rules)
    patterns = count_patterns(vectors.levels, vectors.n_levels)
    model = train_model(universe, candidates, vectors, patterns, random, rules)
    pairs = score(universe, candidates.left, candidates.right, vectors, patterns, model, rules)
    return candidates, pairs, model, partial(_scored, universe, model, rules)


def _scored(universe: Universe, model: LinkageModel, rules: LinkageRules, left: Positions, right: Positions) -> Pairs:
    """Compare and score pairs of positions."""
    vectors = compare_pairs(universe, left, right, rules)
    return score(universe, left, right, vectors, count_patterns(vectors.levels, vectors.n_levels), model, rules)


def _by_recordlinkage(universe: Universe, rules: LinkageRules) -> tuple[Candidates, Pairs, LinkageModel, Score]:
    """The same by plain recordlinkage."""
    learned = control.learn_control(universe, rules)
    return learned.candidates, learned.score(learned.candidates.left, learned.candidates.right), learned.model, learned.score


# --- the result, in record ids ----------------------------------------------------------------------------


def _told_records(universe: Universe, keyless: npt.NDArray[np.bool_], grouped: Grouped) -> tuple[pd.Series[str], pd.DataFrame]:
    """The event of each record, and the table of records."""
    ids = universe.record_ids
    first = grouped.event == np.arange(len(ids))  # an event has the number of its first record
    number = (np.cumsum(first) - 1)[grouped.event]
    labels = _numbered("E", int(first.sum()))
    events = pd.Series(labels[number], index=pd.Index(ids, name="record_id"), name="event_id", dtype=object)
    in_set = np.flatnonzero(grouped.set_of >= 0)
    set_number = pd.factorize(grouped.set_of[in_set])[0]
    set_id = np.full(len(universe), "", dtype=object)
    set_id[in_set] = _numbered("S", int(set_number.max(initial=-1)) + 1)[set_number]
    duplicate_of = np.full(len(universe), "", dtype=object)
    second = np.flatnonzero(grouped.duplicate_of >= 0)
    duplicate_of[second] = ids[grouped.duplicate_of[second]]
    records = pd.DataFrame({
        "record_id": ids, "source": np.array(universe.sources, dtype=object)[universe.source], "event_id": events.to_numpy(), "set_id": set_id,
        "link_status": _statuses(universe, keyless, grouped), "reason": grouped.reason, "duplicate_of": duplicate_of}, copy=False)
    return events, records


def _block_notes(report: BlockingReport, rules: LinkageRules) -> list[Note]:
    refused = report.passes.set_index("blocking_pass")["n_refused_records"]
    most = rules.blocking.max_block_pairs
    return [Note(f"blocking pass {name}: {n} records stand in blocks of more than {most} pairs (max_block_pairs) that could not be split; "
                 "this pass compared none of them",
                 f"分组方式 {name}：{n} 条记录所在的组超过 {most} 对（max_block_pairs）且无法再分，该方式未比较这些记录")
            for name, n in refused[refused > 0].items()]


def _numbered(letter: str, n: int) -> npt.NDArray[np.object_]:
    """Labels of a letter and a number, from 1."""
    numbers = pa.array(np.arange(1, n + 1)).cast(pa.string())
    return np.asarray(pc.binary_join_element_wise(letter, numbers, "").to_numpy(zero_copy_only=False), dtype=object)


_STATUSES: Final = np.array(["unlinked", "not_linkable", "linked", "review", "set"], dtype=object)


def _statuses(universe: Universe, keyless: npt.NDArray[np.bool_], grouped: Grouped) -> npt.NDArray[np.object_]:
    n_sources = np.bitwise_count(universe.sources_of(grouped.event))
    status = keyless.astype(np.int8)
    for place, which in ((2, n_sources[grouped.event] > 1), (3, grouped.review), (4, grouped.set_of >= 0)):
        status[which] = place
    return _STATUSES[status]


def _links(universe: Universe, grouped: Grouped, model: LinkageModel, rules: LinkageRules) -> pd.DataFrame:
    pairs = grouped.pairs
    at = np.flatnonzero(grouped.decision != OPEN)
    at = at[np.argsort(pairs.left[at] * len(universe) + pairs.right[at])]
    left, right = pairs.left[at], pairs.right[at]
    weight = pairs.weight[at]
    told: dict[str, Any] = {
        "record_id_a": universe.record_ids[left], "record_id_b": universe.record_ids[right], "link_decision": np.array(DECISIONS, dtype=object)[grouped.decision[at]],
        "match_weight": weight, "match_probability": model.probability(weight)}
    told = {name: told[name] for name in LINKS_COLUMNS}
    missing = {
        rule.name: partial(missing_side, universe.columns[rule.field].codes, left, right) for rule in rules.comparisons}
    told |= level_names(pairs.vectors, at, missing)
    if rules.swapped:
        told["swapped"] = np.array(["straight", "swapped"], dtype=object)[pairs.vectors.swapped[at].astype(np.int8)]
    return pd.DataFrame(told, copy=False)


def missing_side(codes: IntArray, left: Positions, right: Positions, which: Positions) -> npt.NDArray[np.int8]:
    """Which side of some pairs is missing, 0 left, 1 right, 2 both (also where both are there but say nothing, as an unreadable date)."""
    a, b = codes[left[which]], codes[right[which]]
    return np.select([(a < 0) & (b >= 0), (a >= 0) & (b < 0)], [0, 1], 2).astype(np.int8)
