"""Comparisons: what each level means, with the cases printed in the list of known faults."""

import numpy as np
import pandas as pd
import pytest
import recordlinkage

from popanalysis.link.blocking import BlockOn
from popanalysis.link.coding import ValueTable, code_values
from popanalysis.link.comparisons import CertificateNumber, Comparison, DateOf, Exact, IdNumber, PersonName, RecordlinkageComparer
from popanalysis.link.comparisons.name_keys import NameKeys


def level(comparison: Comparison, left: object, right: object) -> str:
    codes, table = code_values(np.array([left, right], dtype=object))
    found = comparison.levels(codes[:1], codes[1:], table)[0]
    back = comparison.levels(codes[1:], codes[:1], table)[0]
    assert found == back, "a comparison must not depend on the side"
    return "missing" if found < 0 else comparison.levels_used[found]


def sound_keys(*names: str) -> set[int]:
    return set(NameKeys(ValueTable(np.array(names, dtype=object))).sound.tolist())


NAME, DATE, NUMBER, CERTIFICATE = PersonName("x"), DateOf("x"), IdNumber("x"), CertificateNumber("x")


@pytest.mark.parametrize(("left", "right"), [
    ("", ""), (None, None), (None, "王芳"), ("  ", "　"), ("无", "无"), ("不详", "不详"), ("nan", "nan"), ("None", "None"), ("<NA>", "<NA>"), (pd.NA, float("nan"))])
def test_K01_a_blank_is_not_an_agreement(left, right):
    for comparison in (NAME, Exact("x"), NUMBER, RecordlinkageComparer("x", {"class": "String", "method": "jarowinkler"}, [0.9])):
        assert level(comparison, left, right) == "missing"


@pytest.mark.parametrize("word", ["nan", "NaN", "NAN", "None", "none", "NONE", "<NA>", "<na>", "NaT", "nat", " NaN ", "NaT\t"])
@pytest.mark.parametrize("other", ["王芳", 7])  # a column of texts, and a mixed one
def test_K01_what_a_cast_makes_of_a_gap_is_missing_however_it_is_written(word, other):
    codes, table = code_values(np.array([word, other, word], dtype=object))
    assert codes.tolist() == [-1, 0, -1] and table.values.tolist() == [str(other)]


@pytest.mark.parametrize("name", ["Na", "NA", "na", "N/A", "Null", "null", "Nana", "Nanna", "NaN·Ta", "Nonette", "娜"])
def test_K17_words_that_are_names_stay_names(name):
    assert code_values(np.array([name, "王芳"], dtype=object))[0].tolist() == [0, 1]
    assert level(NAME, name, name) == "equal" and level(Exact("x"), name, name) == "equal"


@pytest.mark.parametrize("dtype", ["object", "string", "Int64", "boolean", "float64", "datetime64[ns]", "category"])
def test_K01_gaps_of_any_type_are_missing_in_the_recordlinkage_face(dtype):
    gaps = pd.DataFrame({"x": pd.Series([None, None, None], dtype="object").astype(dtype)}, index=["a", "b", "c"])
    full = pd.DataFrame({"x": ["2025-03-05", "王芳", pd.NA]}, index=["d", "e", "f"])
    pairs = pd.MultiIndex.from_tuples([("a", "d"), ("b", "e"), ("c", "f")])
    for comparison in (NAME, DATE, NUMBER, CERTIFICATE, Exact("x"), RecordlinkageComparer("x", {"class": "String"}, [0.9])):
        found = recordlinkage.Compare([comparison]).compute(pairs, gaps, full)
        assert found.iloc[:, 0].tolist() == [-1, -1, -3]
    assert len(recordlinkage.Index([BlockOn(["x"])]).index(gaps, full)) == 0


def test_K02_name_keys_keep_every_han_character():
    keys = NameKeys(ValueTable(np.array(["王芳", "李 娜", "阿依古丽·买买提", "Anna Wang"], dtype=object)))
    assert keys.text.take(np.arange(4)).tolist() == ["王芳", "李娜", "阿依古丽买买提", "annawang"]
    assert len(set(keys.variant.tolist())) == 4


def test_K04_a_comparer_used_for_many_villages_keeps_its_columns():
    compare = recordlinkage.Compare([PersonName("name", label="name"), Exact("sex", label="sex"), DateOf("born", label="born")])
    village = pd.DataFrame({"name": ["王芳", "李娜"], "sex": ["2", "2"], "born": ["2025-03-05", "2025-03-06"]}, index=["a", "b"])
    pairs = pd.MultiIndex.from_tuples([("a", "b")])
    results = [compare.compute(pairs, village) for _ in range(3)]
    assert all(r.shape == (1, 3) and r.equals(results[0]) for r in results)


@pytest.mark.parametrize(("left", "right", "expected"), [
    ("2025-03-05", "2025-05-03", "day_month_swapped"), ("2025-03-03", "2025-03-03", "equal"), (None, "2025-03-05", "missing")])
def test_K06_dates_are_compared_by_part(left, right, expected):
    assert level(DATE, left, right) == expected


def test_K06_one_month_apart_is_different_unless_a_written_level_says_so():
    plain = DateOf("x", levels=["equal", "next_day", "one_digit", "day_month_swapped", "same_month", "different"])
    assert level(plain, "2025-06-12", "2025-07-12") == "different"
    assert level(DATE, "2025-06-12", "2025-07-12") == "month_digit"


@pytest.mark.parametrize("dtype", ["datetime64[s]", "datetime64[us]", "object", "string"])
def test_K06_text_dates_and_other_resolutions_work_in_the_recordlinkage_face(dtype):
    frame = pd.DataFrame({"born": pd.Series(["2025-03-05", "2025-03-06"], index=["a", "b"]).astype(dtype)})
    other = pd.DataFrame({"born": pd.to_datetime(["2025-03-05", "2025-03-05"])}, index=["c", "d"])
    pairs = pd.MultiIndex.from_tuples([("a", "c"), ("b", "d")])
    assert recordlinkage.Compare([DateOf("born", label="born")]).compute(pairs, frame, other)["born"].tolist() == [0, 1]


@pytest.mark.parametrize(("left", "right", "expected"), [
    ("2025-03-12", "2025-03-13", "next_day"), ("2025-02-28", "2025-03-01", "next_day"), ("2025-03-12", "2025-03-22", "one_digit"),
    ("2024-03-05", "2024-01-25", "lunar"), ("2025-03", "2025-03-05", "equal_month"), ("2025-03", "2025-03", "equal_month"),
    ("2025-03", "2025-04-05", "different"), ("2025-03-12", "2025-03-27", "same_month"), ("2025-01-03", "2024-01-03", "year_off"),
    ("2025-02-30", "2025-02-28", "missing"), ("2025-03-12", "2023-11-30", "different")])
def test_date_levels(left, right, expected):
    assert level(DATE, left, right) == expected


def test_K10_scores_that_mean_nothing_are_levels_that_do():
    assert level(DATE, "2025-03-12", "2024-11-30") == "different"
    assert level(NUMBER, "990102199304150242", "990102198807220084") == "different"
    assert level(NUMBER, "990102202503120016", "990102202503120024") == "two_slips"
    assert level(IdNumber("x", levels=["equal", "one_slip", "different"]), "990102202503120016", "990102202503120024") == "different"
    assert level(NAME, "王伟", "王芳") == "surname_only"
    assert level(NAME, "王子涵", "王子轩") == "one_different"
    assert level(NAME, "单明", "单明") == "equal"


@pytest.mark.parametrize(("left", "right", "same"), [
    ("990102550101001", "990102195501010013", True), ("990102100305002", "990102191003050022", True), ("990102100305002", "990102201003050022", False),
    ("123456789012345", "990102195501010013", False), ("99010210030500A", "990102191003050022", False)])
def test_K18_old_numbers_meet_their_new_form_of_the_19th_hundred(left, right, same):
    assert (level(NUMBER, left, right) == "upgraded_15_to_18") is same


@pytest.mark.parametrize(("right", "expected"), [
    ("159901199003050029", "one_slip"), ("159901199003050062", "one_slip"), ("15990119900305002", "one_slip"),
    ("15990119900305062x", "two_slips"), ("159901199003051239", "same_date_and_division"), ("159902198511230018", "different")])
def test_number_slips(right, expected):
    assert level(NUMBER, "159901199003050026", right) == expected


@pytest.mark.parametrize(("name", "latin"), [
    ("单明", "shan ming"), ("仇英", "qiu ying"), ("曾晓宇", "zeng xiaoyu"), ("解放", "xie fang"), ("查敏", "zha min"), ("区伟", "ou wei"), ("朴哲", "piao zhe"),
    ("覃丽", "qin li"), ("覃丽", "tan li"), ("盖华", "ge hua"), ("盖华", "gai hua"), ("万俟宁", "moqi ning"), ("尉迟恭", "yuchi gong")])
def test_K20_surname_and_common_reading_meet_in_one_key(name, latin):
    assert len(sound_keys(name, latin)) == 1
    assert level(NAME, name, latin) == "same_sound"


def test_K20_all_spellings_of_u_umlaut_meet_in_one_key():
    keys = sound_keys("吕欣", "lvxin", "lüxin", "lyuxin", "luxin", "LYU XIN")
    assert len(keys) == 1 and -1 not in keys


def test_K20_equal_sound_is_a_weak_level_of_its_own():
    assert level(NAME, "李晨曦", "李晨熙") == "same_sound"


DOTTED = ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽‧买买提", "阿依古丽・买买提", "阿依古丽･买买提", "阿依古丽．买买提", "阿依古丽.买买提", "阿依古丽 · 买买提", "阿依古丽买买提"]


def test_K21_all_dots_and_no_dot_share_one_key():
    keys = NameKeys(ValueTable(np.array(DOTTED, dtype=object)))
    assert len(set(keys.variant.tolist())) == 1 and len(set(keys.sound.tolist())) == 1
    assert all(level(NAME, DOTTED[0], other) in ("equal", "same_variants") for other in DOTTED)


def test_K21_both_splits_of_a_compound_surname_stay_possible():
    assert len(sound_keys("单于明", "chan yuming", "shan yuming")) == 1
    assert -1 not in sound_keys("欧阳若兰", "司马青", "欧阳")


@pytest.mark.parametrize(("left", "right", "expected"), [
    ("萧红", "肖红", "same_variants"), ("王 芳", "王芳", "same_variants"), ("王芳（离）", "王芳", "same_variants"), ("呂梅", "吕梅", "same_variants"),
    ("王□", "王芳", "wildcard"), ("李子WEI", "李子伟", "wildcard"), ("王□", "王□", "wildcard"), ("□□", "王芳", "missing"),
    ("王方", "王芳", "same_sound"), ("张三", "章三", "same_sound"), ("陈建", "程建", "near_sound"), ("刘娜", "刘拉", "near_sound"),
    ("其力嘎", "其贺力嘎", "transliteration"), ("额尔敦", "额日敦", "one_different"), ("斯琴图雅", "斯琴托娅", "transliteration"),
    ("未央", "末央", "same_shape"), ("王晓明", "王明", "one_missing"), ("王晓明", "王明晓", "order_swapped"), ("王芳", "李娜", "different"),
    ("Anna Wang", "anna wang", "same_variants"), ("Anna Wang", "Ana Wang", "near_sound"), ("额尔敦图", "额日登图", "transliteration")])
def test_name_levels(left, right, expected):
    found = level(NAME, left, right)
    assert found == expected


def test_a_level_not_listed_falls_to_the_next_one_below():
    short = PersonName("x", levels=["equal", "same_sound", "surname_only", "different"])
    assert level(short, "王 芳", "王芳") == "same_sound"
    assert level(short, "王晓明", "王明晓") == "surname_only"


@pytest.mark.parametrize(("left", "right", "expected"), [
    ("X150000123", "x15000O123", "equal"), ("X150000123", "X150000723", "one_slip"), ("X150000123", "X150000124", "different"),
    ("X150000123", "X150009876", "different"), ("X150000123", "X15000123", "one_slip")])
def test_certificate_levels_and_neighbouring_numbers_of_twins(left, right, expected):
    assert level(CERTIFICATE, left, right) == expected


def test_any_recordlinkage_comparer_is_cut_into_levels():
    comparison = RecordlinkageComparer("x", {"class": "String", "method": "jarowinkler"}, [0.92, 0.80])
    assert [level(comparison, "MARTHA", other) for other in ("MARTHA", "MARHTA", "MARHTAXX", "JONES")] == ["from_0.92", "from_0.92", "from_0.8", "below"]


def test_names_of_sixty_characters_and_foreign_types_are_compared():
    long = "阿" * 30 + "·" + "依" * 29
    assert level(NAME, long, long[:-1] + "伊") in ("near_sound", "different", "surname_only")
    assert level(NAME, long, long.replace("·", "")) == "same_variants"
    assert level(Exact("x"), 1, "1") == "equal" and level(Exact("x"), 1.0, "1") == "equal"


def test_the_face_tells_missing_left_right_and_both():
    left = pd.DataFrame({"n": ["王芳", None, "王芳", None]}, index=list("abcd"))
    right = pd.DataFrame({"n": ["王芳", "王芳", None, None]}, index=list("efgh"))
    pairs = pd.MultiIndex.from_arrays([left.index, right.index])
    assert recordlinkage.Compare([PersonName("n", label="n")]).compute(pairs, left, right)["n"].tolist() == [0, -1, -2, -3]


def test_every_kernel_is_the_same_from_both_sides():
    random = np.random.default_rng(3)
    characters = np.array(list("张王李丽利晨晶日辰明朋月芳方红虹娜那其琪格嘎图托尔□A"))
    names = ["".join(random.choice(characters, random.integers(1, 6))) for _ in range(400)]
    codes, table = code_values(np.array(names, dtype=object))
    a, b = random.choice(codes, 4000), random.choice(codes, 4000)
    turned = ValueTable(table.values[::-1].copy())  # codes in the opposite order: the kernel then sees each pair from its other side
    last = len(table) - 1
    assert np.array_equal(NAME.levels(a, b, table), NAME.levels((last - a).astype(np.int32), (last - b).astype(np.int32), turned))


W1 = """SHACKLEFORD/SHACKELFORD .970 .982 · DUNNINGHAM/CUNNIGHAM .896 .896 · NICHLESON/NICHULSON .926 .956 · JONES/JOHNSON .790 .832 · MASSEY/MASSIE .889 .933
ABROMS/ABRAMS .889 .922 · JERALDINE/GERALDINE .926 .926 · MARHTA/MARTHA .944 .961 · MICHELLE/MICHAEL .869 .921 · JULIES/JULIUS .889 .933
TANYA/TONYA .867 .880 · DWAYNE/DUANE .822 .840 · SEAN/SUSAN .783 .805 · JON/JOHN .917 .933 · BROOKHAVEN/BRROKHAVEN .933 .947 · BROOK HALLOW/BROOK HLLW .944 .967
DECATUR/DECATIR .905 .943 · FITZRUREITER/FITZENREITER .856 .913 · HIGBEE/HIGHEE .889 .922 · HIGBEE/HIGVEE .889 .922 · LACURA/LOCURA .889 .900 · IOWA/IONA .833 .867
DIXON/DICKSONX .767 .813 · HARDIN/MARTINEZ .722 .722 · ITMAN/SMITH .467 .467"""


@pytest.mark.parametrize("line", [item.strip() for line in W1.splitlines() for item in line.split("·")])
def test_W1_jaro_and_jaro_winkler_as_published(line):
    names, jaro, winkler = line.rsplit(" ", 2)
    left, right = (pd.Series([name]) for name in names.split("/"))
    for method, published in (("jaro", jaro), ("jarowinkler", winkler)):
        comparer = RecordlinkageComparer("x", {"class": "String", "method": method}, [0.5]).comparer
        found = float(comparer._compute_vectorized(left, right).iloc[0])
        assert found == pytest.approx(float(published), abs=0.00051), (method, names)


# --- blocking keys of unusual names ---


@pytest.mark.parametrize(("name", "other", "same"), [
    ("阿依古丽·买买提明·阿不都热依木江", "阿依古丽买买提明阿不都热依木江", True),   # longer than a row of characters
    ("阿拉坦敖其尔图其其格高娃宝力道", "阿拉坦敖其尔图其其格高娃宝力到", True),       # its end sounds alike
    ("王𬎆明", "王𬎆鸣", True),                     # a character without a reading stands for itself
    ("王𬎆明", "王𬎇明", False),
    ("李□芳", "李□方", True),                       # an unknown one for nothing
    ("李□芳", "王□芳", False),
])
def test_long_and_rare_names_have_a_blocking_key(name: str, other: str, same: bool) -> None:
    near = NameKeys(ValueTable(np.array([name, other], dtype=object))).near
    assert (near >= 0).all() and (near[0] == near[1]) == same


@pytest.mark.parametrize("name", ["王□", "□□", "?", ""])
def test_a_name_of_one_known_character_and_unknown_ones_has_no_blocking_key(name: str) -> None:
    assert NameKeys(ValueTable(np.array([name, "王芳"], dtype=object))).near[0] == -1


def test_long_names_with_one_beginning_are_not_said_to_sound_the_same():
    assert level(NAME, "阿拉坦敖其尔图其其格高娃宝力道", "阿拉坦敖其尔图其其格高娃巴特尔") == "surname_only"
