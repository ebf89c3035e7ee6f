"""Quarters side by side, as they were published."""

from __future__ import annotations

import json

from popanalysis.acquire import Earlier, read_history
from popanalysis.acquire.previous_record import EarlierRecord
from popanalysis.params import QuarterParams
from popanalysis.report import chapter_trend
from popanalysis.report.chapters.base import new_chapter

PARAMS = QuarterParams.from_values({"period": "2025Q2", "home_division": "159901", "inputs": {"birth_cert": ["a.csv"]}, "as_of": "2025-07-10", "language": "en"})


def record(root, period, previous, closing):
    publish = root / f"outputs/{period}/r1/publish"
    publish.mkdir(parents=True)
    (root / f"outputs/{period}/current").write_text("r1\n", encoding="utf-8")
    (publish / "run_record.json").write_text(json.dumps({"period": period, "previous_record": {"folder": f"outputs/{previous}"} if previous else None}), encoding="utf-8")
    (publish / "results.json").write_text(json.dumps({"figures": {"cases.closing": {"value": closing, "suppressed": False}}}), encoding="utf-8")
    return publish.parent


def test_the_chain_is_followed_back_and_told_oldest_first(tmp_path):
    record(tmp_path, "2024Q4", None, 3)
    last = record(tmp_path, "2025Q1", "2024Q4", 5)
    earlier = Earlier(previous=EarlierRecord(last, "2025Q1", 1, "f", None, None, None))
    history = read_history(earlier, tmp_path)
    assert [(period, figures["cases.closing"]["value"]) for period, figures in history] == [("2024Q4", 3), ("2025Q1", 5)]
    assert [period for period, _ in read_history(earlier, tmp_path, quarters=1)] == ["2025Q1"]
    assert read_history(Earlier(), tmp_path) == []


def test_a_quarter_shows_what_it_published_and_a_withheld_figure_stays_withheld():
    own = new_chapter(PARAMS)
    own.results.add("cases.closing", 9, "cases", of_persons=False, definition={"zh": "x", "en": "x"})
    history = [("2025Q1", {"cases.closing": {"value": 5}, "births.held_by.total": {"value": None, "suppressed": True}})]
    lines = repr(chapter_trend(history, [own], PARAMS)).splitlines()
    assert next(line for line in lines if "Cases still open" in line).split()[-2:] == ["5", "9"]
    assert next(line for line in lines if "Births of the banner" in line).split()[-2:] == ["×", "—"]


def test_without_an_earlier_record_the_chapter_says_so():
    assert "no earlier record" in repr(chapter_trend([], [], PARAMS))
