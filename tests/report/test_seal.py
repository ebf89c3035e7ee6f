import json

import pytest
from nbformat.v4 import new_code_cell, new_output

from popanalysis.errors import RecordError
from popanalysis.report import file_hash, fingerprint, notebook_outputs, seal, sealed_files

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
TABLES = ("linked_records", "links", "cases", "relations", "faults")


@pytest.fixture
def revision(tmp_path):
    folder = tmp_path / "r1"
    (folder / "publish" / "tables").mkdir(parents=True)
    (folder / "restricted").mkdir()
    for name in ("publish/results.json", "publish/tables/出生.csv", "restricted/carried_forward.parquet"):
        (folder / name).write_bytes(b"abc")
    for name in ("publish/record.html", *(f"restricted/{table}.csv" for table in TABLES)):
        (folder / name).write_bytes(b"")
    return folder


def test_a_file_hash_is_its_sha_256(revision):
    assert file_hash(revision / "publish/results.json") == ABC


def test_the_fingerprint_is_what_sha256sum_gives(revision):
    # find . -type f | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum | sha256sum   (coreutils 9.1, in this very folder)
    assert fingerprint(revision) == "49c7a2bfe7a7efc665f039f842363b3897b14cf086cac15de29f7ebb26e60e6a"


def test_what_is_not_sealed_does_not_touch_the_fingerprint(revision):
    before = fingerprint(revision)
    for name in ("publish/quarterly_record.ipynb", "publish/run_record.json", "restricted/records.parquet", "restricted/joint_review.xlsx"):
        (revision / name).write_bytes(b"x")
    assert fingerprint(revision) == before


@pytest.mark.parametrize("name", ["publish/results.json", "publish/record.html", "publish/tables/出生.csv", "restricted/cases.csv", "restricted/carried_forward.parquet"])
def test_one_changed_byte_changes_the_fingerprint(revision, name):
    before = fingerprint(revision)
    (revision / name).write_bytes((revision / name).read_bytes() + b" ")
    assert fingerprint(revision) != before


def test_a_renamed_table_changes_the_fingerprint(revision):
    before = fingerprint(revision)
    (revision / "publish/tables/出生.csv").rename(revision / "publish/tables/births.csv")
    assert fingerprint(revision) != before


def test_a_pdf_is_sealed_where_there_is_one(revision):
    (revision / "publish/record.pdf").write_bytes(b"%PDF")
    assert "publish/record.pdf" in [entry["path"] for entry in seal(revision)]


def test_files_are_listed_by_path(revision):
    paths = [path.relative_to(revision).as_posix() for path in sealed_files(revision)]
    assert paths == sorted(paths) and len(paths) == 9


@pytest.mark.parametrize("name", ["publish/results.json", "restricted/links.csv"])
def test_a_missing_file_is_an_error_that_names_it(revision, name):
    (revision / name).unlink()
    with pytest.raises(RecordError) as caught:
        sealed_files(revision)
    assert caught.value.file == name


def output_cell(count, text="12 例\n", warning="at 0x7f3a"):
    return new_code_cell("show()", execution_count=count, metadata={"papermill": {"duration": count}}, outputs=[
        new_output("stream", name="stderr", text=warning), new_output("stream", name="stdout", text=text[:2]), new_output("stream", name="stdout", text=text[2:]),
        new_output("execute_result", {"text/plain": text}, execution_count=count)])


def test_notebooks_compare_equal_whatever_papermill_stamped(write_notebook):
    one, other = write_notebook([output_cell(1)], "a.ipynb"), write_notebook([output_cell(9, warning="at 0x55")], "b.ipynb")
    assert one.read_bytes() != other.read_bytes()
    assert notebook_outputs(one) == notebook_outputs(other) == [
        {"cell": 0, "type": "stdout", "text": "12 例\n"}, {"cell": 0, "type": "data", "data": {"text/plain": "12 例\n"}}]


def test_one_changed_number_makes_notebooks_differ(write_notebook):
    assert notebook_outputs(write_notebook([output_cell(1)], "a.ipynb")) != notebook_outputs(write_notebook([output_cell(1, "13 例\n")], "b.ipynb"))


def test_lines_stored_singly_or_joined_are_the_same(tmp_path, write_notebook):
    path = write_notebook([output_cell(1, "a\nb\n")])
    split = json.loads(path.read_text(encoding="utf-8"))
    split["cells"][0]["outputs"][3]["data"]["text/plain"] = ["a\n", "b\n"]
    other = tmp_path / "split.ipynb"
    other.write_text(json.dumps(split), encoding="utf-8")
    assert notebook_outputs(other) == notebook_outputs(path)
