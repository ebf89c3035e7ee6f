"""A quarter of which only some lists arrived still makes a record, and says what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from popanalysis.run import run_period


@pytest.mark.parametrize("kinds", [
    ("marriage", "town_marriage"), ("identity_change",), ("adoption",), ("town_birth",), ("deferred_hukou", "unverified_delivery", "void_certificates"), ("population", "death", "migration", "marriage")])
def test_a_record_is_made_of_the_lists_that_are_there(project: Path, kinds: tuple[str, ...]) -> None:
    path = project / "params/2025Q1.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    told["inputs"] = {kind: told["inputs"][kind] for kind in kinds}
    told["received"] = {kind: told["received"][kind] for kind in kinds}
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    revision = run_period(path)
    figures = json.loads((revision / "publish/results.json").read_text(encoding="utf-8"))["figures"]
    states = {key.split(".")[1]: figure["value"] for key, figure in figures.items() if key.startswith("arrivals.")}
    assert {kind for kind, state in states.items() if state == "received"} == set(kinds) and set(states.values()) <= {"received", "not_received"}
    page = (revision / "publish/record.html").read_text(encoding="utf-8")
    assert "未收到" in page
    if not {"birth_cert", "hukou_birth", "town_birth"} & set(kinds):
        assert "未收到出生名单" in page and figures["births.held_by.total"]["value"] == 0
