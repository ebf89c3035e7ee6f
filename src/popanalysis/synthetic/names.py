"""Names of invented people, as diverse and as skewed as those of an Inner Mongolian banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from popanalysis.synthetic import lexicon
from popanalysis.synthetic.stages import falling_weights, pick

__all__ = ["BANNER", "FORMS", "REGION", "Mix", "draw_names", "draw_peoples", "name_children"]

Generation = Literal["parent", "newborn"]
#: one_part: a Mongolian name without surname; composed: a Mongol's name with one; dotted: two parts and U+00B7.
FORMS: Final[tuple[str, ...]] = ("han", "one_part", "composed", "dotted")

HAN, MONGOL, HUI, UYGHUR, MANCHU, DAUR = "01", "02", "03", "05", "11", "31"


@dataclass(frozen=True)
class Mix:
    """Shares of the peoples; what remains is Han.

    >>> round(REGION.han, 3)
    0.787
    """

    mongol: float
    other: float

    @property
    def han(self) -> float:
        """Share of Han people."""
        return 1.0 - self.mongol - self.other


BANNER: Final = Mix(mongol=0.76, other=0.02)  # like a banner of eastern Inner Mongolia
REGION: Final = Mix(mongol=0.177, other=0.036)  # the whole region, census of 2020


def draw_peoples(rng: np.random.Generator, mix: Mix, n: int) -> np.ndarray:
    """Draw the people each person belongs to, as a GB/T 3304 code."""
    codes = (HAN, MONGOL, MANCHU, HUI, DAUR, UYGHUR)
    return pick(rng, codes, [mix.han, mix.mongol, *(mix.other * s for s in (0.62, 0.16, 0.14, 0.08))], n)


def draw_names(rng: np.random.Generator, people: np.ndarray, sex: np.ndarray, generation: Generation) -> pd.DataFrame:
    """Draw a full name for each person.

    Parameters
    ----------
    people : GB/T 3304 code of each person.
    sex : "1" male, "2" female.
    generation : fashion of the names: today's parents or today's newborns.

    Returns
    -------
    DataFrame, one row a person: surname ("" where there is none), given, name, form (one of :data:`FORMS`).
    """
    n = len(people)
    mongol, dotted_people = people == MONGOL, people == UYGHUR
    chance = rng.random(n)
    form = np.where(mongol, np.where(chance < 0.76, "one_part", np.where(chance < 0.97, "composed", "dotted")), "han").astype(object)
    form[dotted_people] = "dotted"
    surname = pick(rng, lexicon.SURNAMES, lexicon.surname_weights(), n)
    mongol_surnames, weights = zip(*lexicon.MONGOL_SURNAMES, strict=True)
    surname = np.where(form == "composed", pick(rng, mongol_surnames, weights, n), surname)
    surname[(form == "one_part") | (form == "dotted")] = ""
    given = _given(rng, people, form, sex, generation)
    return pd.DataFrame({"surname": surname, "given": given, "name": surname + given, "form": form})


def name_children(rng: np.random.Generator, births: pd.DataFrame) -> pd.DataFrame:
    """Name newborns after their families.

    Parameters
    ----------
    births : one row a child, with columns delivery, child_sex, child_ethnicity, mother_surname, father_surname ("" where
        the parent has none or is absent), father_name, set_rank (1, or 2 for the second of twins).

    Returns
    -------
    DataFrame, same index: name, form. Children take the father's surname twelve times in thirteen; of a parent
    without surname they take none, or (one in eight) one of those Mongols use. Six in ten second twins share the
    first character of the given name with the first.
    """
    n = len(births)
    sex, people = births["child_sex"].to_numpy(), births["child_ethnicity"].to_numpy()
    own = draw_names(rng, people, sex, "newborn")
    surname = _family_surname(rng, births, mongol=people == MONGOL)
    form = own["form"].to_numpy(dtype=object, copy=True)
    form[(people == MONGOL) & (surname != "")] = "composed"
    form[(people != MONGOL) & (form != "dotted")] = "han"
    # a family without surname seldom begins to use one
    form[(people == MONGOL) & (surname == "") & (form == "composed") & (rng.random(n) < 0.5)] = "one_part"
    surname = np.where((form == "one_part") | (form == "dotted"), "", np.where(surname == "", own["surname"], surname))
    surname = np.where((surname == "") & (form == "han"), pick(rng, lexicon.SURNAMES, lexicon.surname_weights(), n), surname)
    given = _given(rng, people, form, sex, "newborn")
    given = _like_the_twin(rng, births, given, form)
    return pd.DataFrame({"name": surname + given, "form": form}, index=births.index)


def _family_surname(rng: np.random.Generator, births: pd.DataFrame, *, mongol: np.ndarray) -> np.ndarray:
    mothers, fathers = births["mother_surname"].to_numpy(dtype=object), births["father_surname"].to_numpy(dtype=object)
    delivery = births["delivery"].to_numpy()  # brothers and sisters bear one surname
    chance = rng.random(int(delivery.max()) + 1)[delivery]
    after_mother = (chance < 1 / 13) | births["father_name"].isna().to_numpy()
    bare_father = mongol & (fathers == "") & (chance < 0.8)  # most children of a single-name father bear a single name too
    surname = np.where(after_mother, mothers, np.where((fathers == "") & ~bare_father, mothers, fathers))
    return np.where((surname == "") & ~mongol, fathers, surname)


def _like_the_twin(rng: np.random.Generator, births: pd.DataFrame, given: np.ndarray, form: np.ndarray) -> np.ndarray:
    given = given.copy()
    alike = rng.random(len(given)) < 0.6
    for place in np.flatnonzero((births["set_rank"].to_numpy() == 2) & alike):
        first, second = given[place - 1], given[place]
        if form[place] in ("han", "composed") and len(first) == len(second) == 2:
            given[place] = first[0] + second[1]
        if given[place] == first:  # no family gives two children one name
            given[place] = first + "尔" if form[place] == "one_part" else first[0] + ("安" if first[-1] != "安" else "宁")
    return given


def _given(rng: np.random.Generator, people: np.ndarray, form: np.ndarray, sex: np.ndarray, generation: Generation) -> np.ndarray:
    given = np.empty(len(people), dtype=object)
    for code in ("1", "2"):
        chosen = sex == code
        n = len(people)
        han, mongol = _han_given(rng, code, generation, n), _mongol_given(rng, code, n)
        dotted = pick(rng, lexicon.OTHER_FIRST[code], falling_weights(len(lexicon.OTHER_FIRST[code])), n) + "·" + pick(
            rng, lexicon.OTHER_SECOND, falling_weights(len(lexicon.OTHER_SECOND)), n)
        mongol_dotted = _mongol_given(rng, code, n) + "·" + _mongol_given(rng, "1", n)
        composed = np.where(rng.random(n) < 0.45, mongol, han)
        made = np.select(
            [form == "one_part", form == "composed", (form == "dotted") & (people == MONGOL), form == "dotted"],
            [mongol, composed, mongol_dotted, dotted], han)
        given[chosen] = made[chosen]
    return given


def _han_given(rng: np.random.Generator, sex: str, generation: Generation, n: int) -> np.ndarray:
    popular = lexicon.POPULAR[sex, generation]
    first, second = lexicon.CHARACTERS[sex, generation]
    firsts = pick(rng, tuple(first), falling_weights(len(first), 12), n)
    seconds = pick(rng, tuple(second), falling_weights(len(second), 12), n)
    in_fashion, single = rng.random(n), rng.random(n) < 0.06
    composed = np.where(single, seconds, firsts + seconds)
    return np.where(in_fashion < 0.09, pick(rng, popular, falling_weights(len(popular), 8), n), composed)


def _mongol_given(rng: np.random.Generator, sex: str, n: int) -> np.ndarray:
    first, second = lexicon.MONGOL_FIRST[sex], lexicon.MONGOL_SECOND[sex]
    firsts = pick(rng, first, falling_weights(len(first), 8), n)
    seconds = pick(rng, second, falling_weights(len(second), 5), n)
    return np.where((rng.random(n) < 0.22) | (firsts == seconds), firsts, firsts + seconds)
