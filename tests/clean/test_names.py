"""Names: no character is lost, none is invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popanalysis.clean.names import read_name


@pytest.mark.parametrize("text", ["王芳", "阿依古丽·买买提", "Anna Wang"])
def test_K02_names_keep_every_character(text: str) -> None:
    assert read_name(text).name == text


def test_K02_blank_inside_a_han_name_goes() -> None:
    assert read_name("李 娜").name == "李娜"


@pytest.mark.parametrize("word", ["娜", "Na", "NA", "Null", "None", "nan"])
def test_K17_names_that_other_readers_take_for_missing(word: str) -> None:
    assert read_name(word).name == word


@pytest.mark.parametrize("word", ["", "  ", "　", "无", "不详", "/", "—", "0"])
def test_K17_only_blanks_and_the_written_words_are_missing(word: str) -> None:
    assert read_name(word)[:2] == (None, None)


@pytest.mark.parametrize("dot", ["\u00b7", "\u2022", "\u2027", "\u30fb", "\uff65", "\uff0e", ".", " · ", " • ", "。", "●"])
def test_K21_every_dot_is_printed_as_one(dot: str) -> None:
    assert read_name(f"阿依古丽{dot}买买提").name == "阿依古丽·买买提"


@pytest.mark.parametrize("name", ["阿依古丽买买提", "欧阳若兰", "司马青", "单于明", "欧阳", "七十三", "葛小䮌", "巴特尔", "李𬱖"])
def test_K21_nothing_is_split_or_added(name: str) -> None:
    assert read_name(name) == (name, None, ())


@pytest.mark.parametrize(("text", "name", "note"), [
    ("王芳（曾用名王方）", "王芳", "曾用名王方"), ("王芳（离）", "王芳", "离"), ("王芳(双胞胎大)", "王芳", "双胞胎大"), ("王芳【户主】", "王芳", "户主"),
    ("王芳△", "王芳", None), ("李娜*", "李娜", None), ("王　伟", "王伟", None),
])
def test_notes_and_marks_leave_the_name(text: str, name: str, note: str | None) -> None:
    assert read_name(text)[:2] == (name, note)


@pytest.mark.parametrize(("text", "name"), [
    ("李子WEI", "李子□"), ("李?芳", "李□芳"), ("李？芳", "李□芳"), ("王□", "王□"), ("韦\ue123", "韦□"), ("韦\ufffd", "韦□"), ("王(日+文)", "王□"), ("李*", "李□"), ("李*芳", "李□芳"),
])
def test_what_could_not_be_written_is_one_unknown_character(text: str, name: str) -> None:
    read = read_name(text)
    assert read.name == name
    if text != name:
        assert "name_unknown_character" in [f.fault for f in read.findings]


@pytest.mark.parametrize("text", ["未取名", "待定", "无名氏", "暂未取名", "王芳之女", "高娃之婴A", "乌兰之子", "王芳之大女", "新生儿", "双大", "小双", "王芳之大双"])
def test_an_unnamed_newborn_has_no_name_and_keeps_the_text(text: str) -> None:
    read = read_name(text, of_child=True)
    assert (read.name, read.note) == (None, text)


@pytest.mark.parametrize("name", ["王子", "李女", "高子健", "之之"])
def test_names_with_a_word_for_child_in_them_stay(name: str) -> None:
    assert read_name(name, of_child=True).name == name


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.sampled_from("王芳李娜阿依古丽·•. 　（）()*?□WEIna无之子女\u200b\ue000"), max_size=12))
def test_cleaning_twice_equals_once_and_no_text_vanishes_in_silence(text: str) -> None:
    once = read_name(text, of_child=True)
    if once.name is not None:
        assert read_name(once.name, of_child=True).name == once.name
    elif text.strip(" 　\u200b") and not once.findings:
        assert once == read_name("无")
