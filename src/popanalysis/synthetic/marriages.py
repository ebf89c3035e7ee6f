"""Marriages of the invented banner, as they truly were, and the two lists that hold them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.columns import MARRIAGE_KINDS
from popanalysis.synthetic import places
from popanalysis.synthetic.mistakes import plant_couples
from popanalysis.synthetic.name_mistakes import wrong_names
from popanalysis.synthetic.names import Mix, draw_names, draw_peoples
from popanalysis.synthetic.people import LANES, identity_numbers
from popanalysis.synthetic.stages import generator, pick

__all__ = ["MARRIAGE_COVERAGE", "make_marriages", "write_marriage_list"]

#: list -> share it holds: of the marriages registered in the banner; of those of local people, wherever registered.
MARRIAGE_COVERAGE: Final[Mapping[str, float]] = MappingProxyType({"marriage": 0.99, "town_marriage": 0.88})
DUPLICATES: Final = 0.01  # of a list's rows, entered a second time
#: what befell a couple beyond an ordinary wedding -> share of all marriages; see ``make_marriages``.
STORIES: Final[Mapping[str, float]] = MappingProxyType({"other_partner": 0.020, "same_couple": 0.010, "alike": 0.015, "long_ago": 0.025})
REISSUED: Final = 0.015  # couples who lose the certificate of this very span
_ELSEWHERE: Final = 0.15  # local couples who register in another county
_COOLING_OFF: Final = 32  # days from a wedding to the next one at the earliest: a divorce takes a month
_SIDES: Final = (("husband", "1"), ("wife", "2"))
_OF_A_PERSON: Final = ("surname", "name", "form", "ethnicity", "birth_date", "id", "hukou")


def make_marriages(
    seed: int, key: int, n: int, first_day: np.datetime64, n_days: int, mix: Mix, *, lane: int | None = None, taken: Collection[str] = (),
) -> pd.DataFrame:
    """Make ``n`` marriages, most of them registered in a span of time.

    Parameters
    ----------
    seed, key : the banner's seed and the number of this span; the same two give the same marriages.
    first_day, n_days : the span the registrations are spread over; favourite days draw more.
    mix : shares of the peoples (see :class:`popanalysis.synthetic.names.Mix`).
    lane : which fifth of the sequence numbers to use (a quarter's own), or None for all of them.
    taken : identity numbers that belong to other people.

    Returns
    -------
    DataFrame, one row a marriage, in the order of registration, RangeIndex: husband_ and wife_ with surname, name, form,
    ethnicity, birth_date, id, hukou and live (village codes) and prior_status; reg_date, cert_no, reg_division (where it was
    registered), registered_here, local (a spouse has hukou in the home banner), home_village (that spouse's village, NA where
    none), group, reissue_date and reissue_cert_no (NA where the certificate was not reissued), and story: ``other_partner``
    (one of them had married somebody else in the span), ``same_couple`` (they had married each other in it), ``alike`` (names
    and home like those of another couple), ``long_ago`` (only the reissue falls into the span), else "".
    """
    rng, numbers = generator(seed, "marriages", key), generator(seed, "marriage_numbers", key)
    story = _stories(rng, n)
    offset = _days(rng, n, n_days)
    offset = np.where(story == "long_ago", -rng.integers(200, 9000, n), offset)
    couples = _couples(rng, numbers, offset, first_day, mix, lane, frozenset(taken))
    couples["story"], couples["offset"] = story, offset
    couples = _tell_stories(rng, couples, n_days)
    couples = couples.sort_values("offset", kind="stable", ignore_index=True)
    couples["reg_date"] = (first_day + couples.pop("offset").to_numpy().astype("timedelta64[D]")).astype("datetime64[ns]")
    return _registered(rng, couples, key, first_day, n_days)


def _stories(rng: np.random.Generator, n: int) -> np.ndarray:
    story = np.full(n, "", dtype=object)
    counts = {name: max(round(share * n), 1 if n >= 40 else 0) for name, share in STORIES.items()}
    chosen = rng.permutation(n)[: sum(counts.values())]
    story[chosen] = np.repeat(np.array(list(counts), dtype=object), list(counts.values()))
    return story


def _days(rng: np.random.Generator, n: int, n_days: int) -> np.ndarray:
    """Days from the first; one wedding in eight falls on a favourite day."""
    favourites = rng.integers(0, n_days, max(n_days // 45, 1))
    return np.where(rng.random(n) < 0.125, rng.choice(favourites, n), rng.integers(0, n_days, n))


def _couples(
    rng: np.random.Generator, numbers: np.random.Generator, offset: np.ndarray, first_day: np.datetime64, mix: Mix, lane: int | None, taken: frozenset[str],
) -> pd.DataFrame:
    n, couples = len(offset), pd.DataFrame(index=range(len(offset)))
    homes = pick(rng, ("both", "husband", "wife", "none"), (62, 16, 14, 8), n)
    wedding = first_day + offset.astype("timedelta64[D]")
    his_people = draw_peoples(rng, mix, n)
    people = {"husband": his_people, "wife": np.where(rng.random(n) < 0.7, his_people, draw_peoples(rng, mix, n))}
    for who, sex in _SIDES:
        named = draw_names(rng, people[who], np.full(n, sex, dtype=object), "parent")
        age = np.minimum({"husband": 22, "wife": 20}[who] + rng.gamma(2.6, 2.9, n), 75)  # of lawful age
        born = wedding - np.ceil(age * 365.25).astype("timedelta64[D]")
        village = np.where(np.isin(homes, ("both", who)), _some_village(rng, n, home=True), _some_village(rng, n, home=False))
        couples[f"{who}_surname"], couples[f"{who}_name"], couples[f"{who}_form"] = named["surname"], named["name"], named["form"]
        couples[f"{who}_ethnicity"], couples[f"{who}_birth_date"] = people[who], born.astype("datetime64[ns]")
        couples[f"{who}_id"] = _numbers(numbers, village, born, int(sex) % 2, lane, taken)
        couples[f"{who}_hukou"] = village
        couples[f"{who}_prior_status"] = pick(rng, ("未婚", "离婚", "丧偶"), (80, 17, 3), n)
    return couples


def _some_village(rng: np.random.Generator, n: int, *, home: bool) -> np.ndarray:
    table = places.villages()
    codes = table.loc[table["county_code"].eq(places.HOME) == home, "code"].tolist()
    return pick(rng, codes, np.ones(len(codes)), n)


def _numbers(rng: np.random.Generator, village: np.ndarray, born: np.ndarray, odd: int, lane: int | None, taken: frozenset[str]) -> np.ndarray:
    """Return numbers nobody else has; one in eight was issued in another county than that of the hukou."""
    n = len(village)
    prefix = np.array([int(code[:6]) for code in village], dtype=np.int64)
    prefix = np.where(rng.random(n) < 0.125, rng.choice([int(code) for code in places.NEIGHBOURS], n), prefix)
    high, step, shift = (500, 1, 0) if lane is None else (500 // LANES, LANES, lane % LANES)
    again = np.ones(n, dtype=bool)
    drawn = np.zeros(n, dtype=np.int64)
    for _ in range(200):
        drawn[again] = rng.integers(1, high, int(again.sum()))
        made = identity_numbers(prefix, born, (drawn * step + shift) * 2 + odd)
        again = pd.Series(made).duplicated().to_numpy() | pd.Series(made).isin(taken).to_numpy()
        if not again.any():
            return made
    raise ValueError(f"more than {high - 1} people share a prefix, a birth date and a sex")


# --- what befell some couples ---------------------------------------------------------------------------


def _tell_stories(rng: np.random.Generator, couples: pd.DataFrame, n_days: int) -> pd.DataFrame:
    """Let some marry again, and others resemble their neighbours; each ordinary couple lends itself to one story."""
    offset = couples["offset"].to_numpy(copy=True)
    plain = rng.permutation(np.flatnonzero(couples["story"].eq("")))
    early = plain[offset[plain] < n_days - _COOLING_OFF]
    columns = {str(name): couples[name].to_numpy(dtype=object, copy=True) for name in couples if name not in ("offset", "story")}
    story = couples["story"].to_numpy(dtype=object, copy=True)
    again = np.flatnonzero(np.isin(story, ("other_partner", "same_couple")))
    story[again[len(early):]] = ""  # a span too short to marry twice in
    again = again[: len(early)]
    first = early[: len(again)]
    side = rng.random(len(again)) < 0.5
    for k, (who, _) in enumerate(_SIDES):
        stays = (story[again] == "same_couple") | (side == bool(k))
        for name in _OF_A_PERSON:
            columns[f"{who}_{name}"][again[stays]] = columns[f"{who}_{name}"][first[stays]]
        columns[f"{who}_prior_status"][again[stays]] = "离婚"
    offset[again] = offset[first] + _COOLING_OFF + (rng.random(len(again)) * (n_days - _COOLING_OFF - offset[first])).astype(int)
    alike = np.flatnonzero(story == "alike")
    like = plain[::-1][: len(alike)]
    _make_alike(rng, columns, alike, like)
    offset[alike] = np.clip(offset[like] + rng.integers(-2, 3, len(alike)), 0, n_days - 1)
    return pd.DataFrame({**columns, "story": story, "offset": offset}).astype(
        {f"{who}_birth_date": "datetime64[ns]" for who, _ in _SIDES})


def _make_alike(rng: np.random.Generator, columns: dict[str, np.ndarray], alike: np.ndarray, like: np.ndarray) -> None:
    """Give couples the homes of others, one spouse's name and a name that sounds like the other spouse's."""
    for at, model in zip(alike.tolist(), like.tolist(), strict=True):
        for who, _ in _SIDES:
            name = columns[f"{who}_name"][model]
            sounds = wrong_names(name, "sound_alike") or [name]
            columns[f"{who}_name"][at] = name if rng.random() < 0.5 else sounds[int(rng.integers(len(sounds)))]
            for what in ("surname", "form", "ethnicity", "hukou"):
                columns[f"{who}_{what}"][at] = columns[f"{who}_{what}"][model]


# --- registration ---------------------------------------------------------------------------------------


def _registered(rng: np.random.Generator, couples: pd.DataFrame, key: int, first_day: np.datetime64, n_days: int) -> pd.DataFrame:
    n = len(couples)
    his, hers = (couples[f"{who}_hukou"].str.startswith(places.HOME).to_numpy(dtype=bool) for who, _ in _SIDES)
    long_ago = couples["story"].eq("long_ago").to_numpy()
    couples["local"] = his | hers
    couples["registered_here"] = ~couples["local"] | long_ago | (rng.random(n) >= _ELSEWHERE)
    couples["home_village"] = couples["husband_hukou"].where(his, couples["wife_hukou"].where(hers))
    couples["group"] = pick(rng, ("一组", "二组", "三组", "四组"), (4, 3, 2, 1), n)
    together = couples["home_village"].where(couples["home_village"].notna(), couples["husband_hukou"])
    for who, _ in _SIDES:
        couples[f"{who}_live"] = np.where(rng.random(n) < 0.9, together, couples[f"{who}_hukou"])
    here = couples["registered_here"].to_numpy(dtype=bool)
    couples["reg_division"] = np.where(here, places.HOME, rng.choice(np.array(places.NEIGHBOURS, dtype=object), n))
    couples["cert_no"] = _certificates(rng, couples, key)
    day = couples["reg_date"].to_numpy().astype("datetime64[D]")
    last = first_day + np.timedelta64(n_days - 1, "D")
    within = first_day + rng.integers(0, n_days, n).astype("timedelta64[D]")
    lost = long_ago | (here & (rng.random(n) < REISSUED))
    reissued = np.where(long_ago, within, np.minimum(day + rng.integers(7, 80, n).astype("timedelta64[D]"), last))
    lost &= reissued > day
    couples["reissue_date"] = pd.Series(reissued.astype("datetime64[ns]")).where(lost)
    couples["reissue_cert_no"] = _reissues(couples, key)
    return couples


def _certificates(rng: np.random.Generator, couples: pd.DataFrame, key: int) -> np.ndarray:
    """Number of the registry, year and serial; serials of the span's own registrations follow the order of the book."""
    n = len(couples)
    ordinary = (couples["registered_here"] & couples["story"].ne("long_ago")).to_numpy(dtype=bool)
    in_book = key % 4 * (n + n // 2 + 100) + np.cumsum(ordinary)
    elsewhere = rng.permutation(999_999)[:n] + 1
    serial = np.where(ordinary, in_book, elsewhere)
    years, divisions = couples["reg_date"].dt.year.tolist(), couples["reg_division"].tolist()
    return np.array([f"J{division}-{year}-{number:06d}" for division, year, number in zip(divisions, years, serial.tolist(), strict=True)], dtype=object)


def _reissues(couples: pd.DataFrame, key: int) -> np.ndarray:
    numbers = np.full(len(couples), None, dtype=object)
    there = np.flatnonzero(couples["reissue_date"].notna())
    there = there[np.argsort(couples["reissue_date"].to_numpy()[there], kind="stable")]
    years = couples["reissue_date"].dt.year.to_numpy()[there].astype(int).tolist()
    start = key % 4 * (len(couples) // 10 + 50)
    numbers[there] = [f"BJ{places.HOME}-{year}-{start + k:06d}" for k, year in enumerate(years, start=1)]
    return numbers


# --- the lists ------------------------------------------------------------------------------------------


def write_marriage_list(seed: int, key: int, marriages: pd.DataFrame, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write one list of the marriages of a span of time, whenever the office acted on them.

    Parameters
    ----------
    seed, key : as in :func:`make_marriages`.
    marriages : all marriages of the span.
    kind : marriage (also holds a row for each reissue) or town_marriage.

    Returns
    -------
    DataFrame, one row a list entry, RangeIndex: the columns of ``marriages`` as written (of a reissue its own number and date), dates as
    YYYY-MM-DD, plus marriage (place in ``marriages``, the truth), duplicate (entered a second time), reissue, act_date,
    service_type (结婚登记, 补领结婚登记证) and husband_hukou_addr etc., the addresses as text for the village codes;
    and the frame of planted mistakes (:func:`popanalysis.synthetic.mistakes.plant_couples`).
    """
    number = MARRIAGE_KINDS.index(kind)
    entries = _entries(generator(seed, "marriage_lists", key, number, 0), marriages, kind)
    rows = marriages.take(entries["marriage"].to_numpy()).reset_index(drop=True)
    reissue = entries["reissue"].to_numpy(dtype=bool)
    for column in ("cert_no", "reg_date"):
        rows[column] = rows[column].where(~reissue, rows[f"reissue_{column.removeprefix('reg_')}"])
    rows = rows.drop(columns=["reissue_date", "reissue_cert_no"])
    for column in ("reg_date", "husband_birth_date", "wife_birth_date"):
        rows[column] = rows[column].dt.strftime("%Y-%m-%d")
    rows = pd.concat([rows, entries], axis=1)
    rows["service_type"] = np.where(reissue, "补领结婚登记证", "结婚登记")
    writing = generator(seed, "marriage_lists", key, number, 1)
    for column in ("husband_hukou", "husband_live", "wife_hukou", "wife_live"):
        rows[f"{column}_addr"] = places.write_addresses(writing, rows[column])
    rows = rows.astype(object).where(rows.notna(), None)  # type: ignore[call-overload]  # the stubs know no None here
    return plant_couples(generator(seed, "marriage_lists", key, number, 2), rows, kind)


def _entries(rng: np.random.Generator, marriages: pd.DataFrame, kind: str) -> pd.DataFrame:
    held = marriages["registered_here"] if kind == "marriage" else marriages["local"]
    chance = np.where(held & marriages["story"].ne("long_ago"), MARRIAGE_COVERAGE[kind], 0.0)
    days = marriages["reg_date"].to_numpy().astype("datetime64[D]")
    if kind == "town_marriage":
        days = days + np.minimum(3 + np.floor(rng.exponential(14.0, len(marriages))), 60).astype("timedelta64[D]")
    first = np.flatnonzero(rng.random(len(marriages)) < chance)
    lost = np.flatnonzero(marriages["reissue_date"].notna() & (kind == "marriage"))
    entries = pd.DataFrame({
        "marriage": np.concatenate([first, lost]), "reissue": np.repeat([False, True], [len(first), len(lost)]),
        "act_date": np.concatenate([days[first], marriages["reissue_date"].to_numpy().astype("datetime64[D]")[lost]])})
    again = np.flatnonzero(rng.random(len(entries)) < DUPLICATES)
    later = rng.integers(0, 4, len(again)) if kind == "town_marriage" else np.zeros(len(again), int)  # a registry enters its book again, a town comes back
    twice = entries.take(np.concatenate([np.arange(len(entries)), again])).reset_index(drop=True)
    twice["duplicate"] = np.arange(len(twice)) >= len(entries)
    twice["act_date"] += pd.to_timedelta(np.append(np.zeros(len(entries), int), later), unit="D")
    return twice
