"""Rule sets are checked on reading, each fault with its place and the way out."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from popanalysis.errors import ParameterError
from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules
from popanalysis.rulefile import current_file, rule_folder

SHIPPED = shipped_folder("params") / "discrepancy"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "params" / "discrepancy"
    shutil.copytree(SHIPPED, target)
    return target


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "births.v1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_hash_is_that_of_the_file(folder):
    path = folder / "births.v1.yaml"
    assert DiscrepancyRules.read(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("old", "new", "word"), [
    ("version: 1", "version: 2", "births.v2.yaml"), ("of_the_child:", "of_the_kid:", "of_the_kid"), ("severity: warning", "severity: terrible", "severity"),
    ("hukou_birth, town_birth]", "hukou_brith, town_birth]", "hukou_birth"), ("settled_by: health", "settled_by: helth", "health"),
    ("as: date", "as: dat", "fields.0"), ("name: births", "name: [", "births.v1.yaml")])
def test_a_fault_is_told_with_its_place(folder, old, new, word):
    with pytest.raises(ParameterError, match=word):
        DiscrepancyRules.read(changed(folder, old, new))


def test_current_names_the_file_in_use(folder):
    assert current_file(folder, "births") == folder / "births.v4.yaml"
    with pytest.raises(ParameterError, match="weddings"):
        current_file(folder, "weddings")
    (folder / "current.yaml").write_text("births: births.v7.yaml\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"births\.v7\.yaml"):
        current_file(folder, "births")
    (folder / "current.yaml").unlink()
    with pytest.raises(ParameterError, match=r"current\.yaml"):
        current_file(folder, "births")


def test_a_project_without_rules_of_its_own_uses_those_of_the_package_and_another_folder_is_never_replaced(tmp_path, folder):
    assert rule_folder(tmp_path, "params/discrepancy") == folder
    assert rule_folder(tmp_path / "elsewhere", "params/discrepancy") == SHIPPED
    assert rule_folder(tmp_path / "elsewhere", "my/discrepancy") == tmp_path / "elsewhere/my/discrepancy"
