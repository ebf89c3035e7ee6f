"""How far the questions a record asks are the right ones: planted mistakes that were asked about, and questions that nothing justifies.

A mistake counts where another list holds its event with the field filled and the two texts differ after NFKC and the removal of blanks, dots and
brackets. It is reported where a question of the right code points to its row, or to another list's row that says the same, and names its field.

A question is untrue where the rows it points to are of different events, where no mistake was planted in what is said to differ (and no change of
the person, not yet told, explains it), or where what is missed was held by the list already, was not yet due, or was explained by a move, a death
or a family from elsewhere that is not registered here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND
from popanalysis.periods import Period

__all__ = ["QUESTION_COLUMNS", "Known", "score_questions"]

QUESTION_COLUMNS: Final = ("code", "field", "planted", "reported", "share_reported", "asked", "untrue", "share_untrue")
#: Kinds of planted mistakes that leave nothing to compare.
_NO_VALUE: Final = frozenset({"missing", "unnamed", "placeholder", "withheld", "undocumented"})
#: planted mistake -> the code it should be asked under, and the columns that are exchanged
_EXCHANGED: Final = {
    "parents": ("parents_exchanged", (("mother_name", "father_name"), ("mother_id", "father_id"))),
    "spouses": ("spouses_exchanged", (("husband_name", "wife_name"), ("husband_id", "wife_id"), ("husband_birth_date", "wife_birth_date")))}
#: calendar days after a birth or marriage in which an office need not have acted: a month; the registry of marriages acts on the day itself.
_TIME: Final = {"birth_cert": 30, "hukou_birth": 30, "town_birth": 30, "town_marriage": 30}
_OF_A_FIELD: Final = ("field_differs", "character_missing", "parents_exchanged", "spouses_exchanged")
_OF_TWO_ROWS: Final = (*_OF_A_FIELD, "duplicate_in_list")
_CELL: Final = re.compile(r"\[(?P<file>[^\]]*)\](?:(?P<sheet>.*)!)?[A-Z]*(?P<row>\d+)(?::\d+)?")
_IGNORED: Final = re.compile(r"[\s·•‧∙⋅・･.．。、˙●()（）\[\]【】〔〕「」『』]")
#: What a move out, a move in, or the child's death explains; see the plan of :mod:`popanalysis.synthetic.moves`.
_EXPLAINED: Final[Mapping[str, tuple[str, ...]]] = {
    "out": ("hukou_birth", "town_birth", "town_marriage"), "in": ("birth_cert", "hukou_birth", "town_birth", "town_marriage"),
    "newborn": ("birth_cert", "hukou_birth", "town_birth")}

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Known:
    """What is known of the lists, of all quarters.

    Attributes
    ----------
    records, errors, values, aliases : columns of the files of these names in ``truth/``, as text.
    """

    records: pd.DataFrame
    errors: pd.DataFrame
    values: pd.DataFrame
    aliases: pd.DataFrame


def score_questions(cases: pd.DataFrame, known: Known, repeated: Collection[Place] = ()) -> pd.DataFrame:
    """Hold the cases of quarters in a row against what was planted.

    Parameters
    ----------
    cases : columns of ``cases.csv`` of all quarters, as text; a case that several quarters tell counts once, as it was opened.
    known : the truth.
    repeated : places (file, sheet, row) of rows told as exact repeats in the row accounting; of them nothing is asked.

    Returns
    -------
    DataFrame, QUESTION_COLUMNS: a row a code (``field`` blank), one for each field of ``field_differs``, and ``all``; what the truth does not tell
    is None.
    """
    cases = cases.drop_duplicates("case_id", ignore_index=True)
    truth = _Truth(known)
    told = _Told(cases, truth, repeated)
    mistakes = pd.DataFrame([(code, field, told.tells(code, place, field)) for code, place, field in _planted(known, truth)], columns=["code", "field", "reported"])
    questions = pd.DataFrame([(row["code"], row["field"], _is_untrue(row, truth)) for row in _rows(cases)], columns=["code", "field", "untrue"])
    rows = []
    for code in sorted({*mistakes["code"], *questions["code"]}):
        rows.append(_row(code, "", mistakes[mistakes["code"].eq(code)], questions[questions["code"].eq(code)]))
        if code == "field_differs":
            fields = sorted({*mistakes.loc[mistakes["code"].eq(code), "field"], *questions.loc[questions["code"].eq(code), "field"]})
            rows += [_row(code, field, *(part[part["code"].eq(code) & part["field"].eq(field)] for part in (mistakes, questions))) for field in fields]
    rows.append(_row("all", "", mistakes, questions))
    return pd.DataFrame(rows, columns=list(QUESTION_COLUMNS), dtype=object)


def _row(code: str, field: str, mistakes: pd.DataFrame, questions: pd.DataFrame) -> tuple[object, ...]:
    n, n_reported, n_asked = len(mistakes), int(mistakes["reported"].sum()), len(questions)
    judged = questions["untrue"].dropna()
    untrue = int(judged.sum()) if len(judged) else None
    return (code, field, *((n, n_reported, n_reported / n) if n else (None, None, None)), n_asked, untrue, untrue / n_asked if untrue is not None else None)


class _Truth:
    """The truth by place and by event."""

    def __init__(self, known: Known) -> None:
        self.record: dict[Place, dict[str, str]] = {}
        self.places: dict[str, list[Place]] = {}
        self.values: dict[tuple[Place, str], str] = {}
        for row in _rows(known.records):
            self.record[_at(row)] = row
            if row["kind"] in EVENT_OF_KIND and row["event"]:
                self.places.setdefault(row["event"], []).append(_at(row))
        for row in _rows(known.values):
            self.values[_at(row), row["field"]] = row["value"]
        self.wrong = {(_at(row), row["field"]): row["true_value"] for row in _rows(known.errors)}
        self.turned = {place: _EXCHANGED[field][1] for place, field in self.wrong if field in _EXCHANGED}
        self.explained: dict[str, set[str]] = {}
        for place, row in self.record.items():
            if row["about"] and row["kind"] in ("migration", "death"):
                self.explained.setdefault(row["about"], set()).update(self._explained(place, row))
        told_in = {row["event"]: row["quarter"] for row in self.record.values() if row["kind"] == "identity_change"}
        self.shown = {(_at(row), f"{row['person']}_{row['field']}"): (row["shown"], told_in.get(row["change"], "")) for row in _rows(known.aliases)}

    def _explained(self, place: Place, row: Mapping[str, str]) -> tuple[str, ...]:
        born = self.happened(row["about"])
        if row["detail"] == "in" and (born is None or pd.Timestamp(self.values[place, "accept_date"]) <= born):
            return ()  # she lived here when the child was born
        return _EXPLAINED.get(row["detail"], ())

    def event(self, place: Place) -> str:
        return self.record[place]["event"]

    def others(self, place: Place) -> list[Place]:
        """Rows of other lists about the same event."""
        kind = self.record[place]["kind"] if place in self.record else ""
        return [other for other in self.places.get(self.record[place]["event"], ()) if self.record[other]["kind"] != kind] if kind else []

    def happened(self, event: str) -> pd.Timestamp | None:
        """The day of a birth or marriage."""
        for place in self.places.get(event, ()):
            for field in ("birth_date", "reg_date"):
                if (place, field) in self.values:
                    return pd.Timestamp(self.wrong.get((place, field), self.values[place, field]))
        return None

    def held_by(self, event: str, kinds: Collection[str], until: pd.Timestamp) -> bool:
        """Whether one of the lists held the event by a day."""
        return any(self.record[place]["kind"] in kinds and pd.Timestamp(Period.parse(self.record[place]["quarter"]).last_day) <= until for place in self.places[event])

    def bare(self, place: Place, field: str) -> str | None:
        """What a row shows, as far as it is compared here; of exchanged columns what stands in the other one."""
        pairs = self.turned.get(place, ())
        column = next((pair[field == pair[0]] for pair in pairs if field in pair), field)
        value = self.values.get((place, column))
        return None if value is None else _bare(value)


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): str(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _at(row: Mapping[str, str]) -> Place:
    return row["file"], row["sheet"], row["row"]


def _bare(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text))


# --- what was planted ------------------------------------------------------------------------------------------


def _planted(known: Known, truth: _Truth) -> Iterator[tuple[str, Place, str]]:
    """Yield (code, place, field) of every mistake that a question can be asked about; ``field`` is the one the value belongs to."""
    for row in _rows(known.errors):
        place, field = _at(row), row["field"]
        others = truth.others(place)
        if field in _EXCHANGED:
            code, pairs = _EXCHANGED[field]
            if any(all((other, name) in truth.values for name in pairs[0]) for other in others):
                yield code, place, pairs[0][0]
        elif row["error"] not in _NO_VALUE and (place, field) in truth.values and _bare(row["true_value"]) != _bare(row["written_value"]):
            meant = next((pair[field == pair[0]] for pair in truth.turned.get(place, ()) if field in pair), field)
            if any(there not in (None, truth.bare(place, meant)) for there in (truth.bare(other, meant) for other in others)):
                yield "character_missing" if row["error"] == "other" else "field_differs", place, meant
    for place, record in truth.record.items():
        if record["kind"] == "deferred_hukou" and record["detail"] == "not_permitted":
            last = pd.Timestamp(Period.parse(record["quarter"]).last_day)
            if not truth.held_by(record["event"], ("hukou_birth",), last):  # registered by now: nothing waits any more
                yield "reason_not_permitted", place, ""
        elif record["duplicate"] == "True":
            yield "duplicate_in_list", place, ""


class _Told:
    """What the cases point to: (code, field) and the row, or what a list that says the same shows."""

    def __init__(self, cases: pd.DataFrame, truth: _Truth, repeated: Collection[Place]) -> None:
        self.truth = truth
        self.rows = {("duplicate_in_list", place, "") for place in repeated}
        self.values: set[tuple[str, str, str, str | None]] = set()
        for row in _rows(cases):
            for place in _sides(row, truth):
                for field in row["field"].split(";") if row["field"] and row["code"] in _OF_A_FIELD else [""]:
                    self.rows.add((row["code"], place, field))
                    self.values.add((row["code"], truth.event(place), field, truth.bare(place, field)))

    def tells(self, code: str, place: Place, field: str) -> bool:
        codes = (code, "field_differs") if code == "character_missing" else (code,)
        if any((told, place, field) in self.rows for told in codes):
            return True
        return bool(field) and any((told, self.truth.event(place), field, self.truth.bare(place, field)) in self.values for told in codes)


def _sides(row: Mapping[str, str], truth: _Truth) -> list[Place]:
    found = [_CELL.fullmatch(row[side]) for side in ("cell_a", "cell_b")]
    places = [(cell["file"], cell["sheet"] or "", cell["row"]) for cell in found if cell]
    return [place for place in places if place in truth.record]


# --- what was asked ---------------------------------------------------------------------------------------------


def _is_untrue(row: Mapping[str, str], truth: _Truth) -> bool | None:
    sides, code = _sides(row, truth), row["code"]
    last = pd.Timestamp(Period.parse(row["opened_in"]).last_day)
    if code == "missing_at":
        return _is_absence_untrue(truth.event(sides[0]), row["list_b"], last, truth)
    if code in _OF_TWO_ROWS and len(sides) == 2:
        if truth.event(sides[0]) != truth.event(sides[1]):
            return True
        if code == "duplicate_in_list":
            return False
        wanted = next((field for field, (exchanged, _) in _EXCHANGED.items() if exchanged == code), row["field"])
        turned = {pair[wanted == pair[0]] for side in sides for pair in truth.turned.get(side, ()) if wanted in pair}
        return not (any((side, field) in truth.wrong for side in sides for field in (wanted, *turned)) or _changed_unknown(sides, wanted, last, truth))
    if code == "reason_not_permitted":
        return truth.record[sides[-1]]["detail"] != "not_permitted"
    return None


def _changed_unknown(sides: Sequence[Place], field: str, last: pd.Timestamp, truth: _Truth) -> bool:
    """Whether the two rows show a person before and after a change that no list had told yet."""
    shown = [truth.shown.get((side, field)) for side in sides]
    if None in shown or shown[0][0] == shown[1][0]:  # type: ignore[index]  # both are there
        return False
    told_in = shown[0][1]  # type: ignore[index]
    return not told_in or pd.Timestamp(Period.parse(told_in).last_day) > last


def _is_absence_untrue(event: str, lacking: str, last: pd.Timestamp, truth: _Truth) -> bool:
    day = truth.happened(event)
    early = day is not None and day + pd.Timedelta(days=_TIME.get(lacking, 0)) > last
    local = any(truth.record[place]["local"] != "False" for place in truth.places[event])
    elsewhere = lacking != "marriage" and not local and not truth.held_by(event, ("hukou_birth", "deferred_hukou"), last)
    return truth.held_by(event, (lacking,), last) or early or elsewhere or lacking in truth.explained.get(event, ())
