"""Distinct values held by Arrow: what is read off them at once is what Python reads off them one by one."""

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popanalysis.link.comparisons.id_number import NumberKeys, check_character
from popanalysis.link.comparisons.name_keys import NameKeys
from popanalysis.link.threads import in_order, in_threads
from popanalysis.link.values import PART, Rewritten, ValueTable

TEXTS = st.lists(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("王芳·娜𠀀 X0123456789")), max_size=70), min_size=1, max_size=40, unique=True)


def table(texts: list[str]) -> ValueTable:
    return ValueTable(np.array(texts, dtype=object))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_lengths_characters_and_bytes_are_those_of_the_texts(texts: list[str]) -> None:
    values = table(texts)
    assert values.lengths().tolist() == [len(t) for t in texts] and values.n_bytes.tolist() == [len(t.encode()) for t in texts]
    assert "".join(map(chr, values.characters())) == "".join(texts)
    rows = values.laid_out(values.characters(), 12)
    assert ["".join(map(chr, row[row > 0])) for row in rows] == [t[:12].replace("\x00", "") for t in texts]
    assert values.bytes_at(range(18)).T.tolist() == [list(t.encode()[:18].ljust(18, b"\x00")) for t in texts]
    assert values.take(np.arange(len(texts))[::-1]).tolist() == texts[::-1]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_value_has_one_hash_wherever_it_stands(texts: list[str]) -> None:
    values, turned = table(texts), table(["in front", *texts[::-1]])
    hashes = values.hashes
    assert len(hashes) == len(texts) + 1 and hashes[:-1].tolist() == turned.hashes[1:-1].tolist()[::-1]
    assert len(set(hashes.tolist())) == len(texts) + 1  # and the gap


def test_values_beyond_one_part_are_read_like_the_others() -> None:
    texts = [f"{k:018d}" for k in range(PART + 5)]
    values = table(texts)
    assert values.hashes[PART] == table([texts[PART]]).hashes[0]
    assert NumberKeys(values).code[PART + 3] == NumberKeys(table([texts[PART + 3]])).code[0]


def test_what_is_no_character_becomes_one_that_is_unknown() -> None:
    values = table(["王\ud800", "王芳"])
    assert NameKeys(values).has_unknown.tolist() == [True, False]


def test_rewritten_texts_stand_in_place_of_the_others() -> None:
    values = Rewritten(table(["a", "b", "c"]), np.array([0, 2]), np.array(["A", "C"], dtype=object))
    assert values.take(np.array([2, 1, 0, 2])).tolist() == ["C", "b", "A", "C"]
    assert Rewritten(table(["a"]), np.zeros(0, np.intp), np.zeros(0, dtype=object)).take(np.array([0, 0])).tolist() == ["a", "a"]


def test_a_wrong_digit_leaves_the_middle_or_the_end_of_a_number_as_it_was() -> None:
    body = "15990119900305002"
    number = body + check_character(body)
    wrong = sorted({number[:p] + d + number[p + 1:] for p in range(17) for d in "0123456789"} - {number})
    exchanged = [number[:p] + number[p + 1] + number[p] + number[p + 2:] for p in range(16) if number[p] != number[p + 1]]
    keys = NumberKeys(table([number, *wrong, *exchanged]))
    kept = (keys.third(1)[1:] == keys.third(1)[0]) | (keys.third(2)[1:] == keys.third(2)[0])
    assert kept[: len(wrong)].all() and (~kept[len(wrong):]).sum() <= 1  # two neighbours may stand on both sides of the border


# --- threads ---


def test_results_come_in_order_and_work_given_out_by_work_is_done() -> None:
    assert in_threads(lambda k: sum(in_threads(lambda j: j * k, range(4))), range(6)) == [6 * k for k in range(6)]
    assert list(in_order(str, range(50))) == [str(k) for k in range(50)]


def test_a_failure_is_raised_where_its_result_is_asked_for() -> None:
    found = in_order(lambda k: 1 // k, [2, 1, 0, 4])
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)
    assert in_threads(abs, [-1, -2]) == [1, 2]  # and the threads go on


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_of_this_process_has_threads_of_its_own() -> None:
    in_threads(abs, [-1])
    child = os.fork()
    if child == 0:
        os._exit(0 if in_threads(abs, [-1, -2, -3]) == [1, 2, 3] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_frames_of_other_text_types_give_the_same_values() -> None:
    from popanalysis.link.coding import code_values

    texts = ["王芳", None, "李娜", "王芳", " 李娜 "]
    for kind in (object, "string", "string[pyarrow]"):
        codes, values = code_values(pd.Series(texts, dtype=kind).to_numpy(dtype=object))
        assert codes.tolist() == [0, -1, 1, 0, 1] and values.values.tolist() == ["王芳", "李娜"]
