"""Which list of the exchange a sheet is: decided from the whole head, then the title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from popanalysis.acquire.heads import Head, find_head, title_of
from popanalysis.acquire.layouts import header_keys, known_fields, synonyms
from popanalysis.acquire.meanings import meanings_of
from popanalysis.acquire.table import Table
from popanalysis.acquire.titles import kinds_in_title
from popanalysis.columns import KINDS, NEEDED_FIELDS
from popanalysis.errors import Text

__all__ = ["KIND_NAMES", "KindGuess", "guess_kinds", "lacking_fields"]

#: What a list is called in messages; a test holds these words and those of the record together.
KIND_NAMES: Final = {
    "birth_cert": Text("出生医学证明（卫生健康）", "Birth certificates (health)"),
    "unverified_delivery": Text("身份待核实分娩（卫生健康）", "Deliveries to be clarified (health)"),
    "hukou_birth": Text("出生申报户口（公安）", "Births declared for hukou (police)"),
    "deferred_hukou": Text("户口登记待办（公安）", "Hukou registration pending (police)"),
    "identity_change": Text("姓名等项目变更更正（公安）", "Changes and corrections (police)"),
    "migration": Text("户口迁移（公安）", "Moves (police)"),
    "death": Text("死亡登记（公安）", "Deaths (police)"),
    "marriage": Text("婚姻登记（民政）", "Marriages (civil affairs)"),
    "adoption": Text("收养登记（民政）", "Adoptions (civil affairs)"),
    "town_birth": Text("出生实名登记（镇村）", "Births found by follow-up (towns)"),
    "town_marriage": Text("新婚登记（镇村）", "Marriages found by follow-up (towns)"),
    "population": Text("全员人口信息", "Whole-population register"),
    "reported_totals": Text("各镇上报出生合计（镇村）", "Birth totals reported (towns)"),
    "void_certificates": Text("作废换发补发证件号码（卫生健康）", "Void and reissued certificates (health)"),
}
_TITLE_WEIGHT: Final = 4.0  # at least; a title weighs as much as all columns of the head, for several lists have the very same columns
_LACKING_WEIGHT: Final = 0.7
#: Lists that share their columns with those of births or of the register; one of these tells them, or the title.
_TELLING: Final = {
    "death": ("death_date", "death_cert_no", "exit_date", "exit_reason"), "migration": ("direction", "from_region", "to_region"),
    "deferred_hukou": ("defer_reason",), "unverified_delivery": ("doubt_reason", "delivery_date"), "void_certificates": ("old_birth_cert_no", "reason")}
_UNTOLD_WEIGHT: Final = 0.5
#: Headers that stand in any list.
_ANYWHERE: Final = ("remark", "birth_date")


@dataclass(frozen=True)
class KindGuess:
    """A kind a sheet may be: the number of its fields seen plus the weight of the title, and the head under that reading."""

    kind: str
    score: float
    n_fields: int
    title_words: tuple[str, ...]
    head: Head

    def why(self) -> Text:
        """Say in a sentence what spoke for the kind."""
        words = "、".join(self.title_words)
        return Text(
            zh=f"表头中有 {self.n_fields} 列属于“{KIND_NAMES[self.kind].zh}”" + (f"，标题含“{words}”" if words else ""),
            en=f"{self.n_fields} columns of the head belong to {KIND_NAMES[self.kind].en}" + (f"; the title says {', '.join(self.title_words)}" if words else ""))


def guess_kinds(table: Table, file_name: str = "") -> list[KindGuess]:
    """Return the kinds a sheet may be, the likeliest first.

    A kind counts with the columns that its own synonyms know, bound columns (民族 of the mother) with a half, and words of
    title, sheet and file name with as much as all columns of the head, four at least. A kind without its needed fields counts less.
    """
    guesses = []
    for kind in KINDS:
        head = find_head(table, kind)
        if head is None:
            continue
        own = {c.field for c in head.columns if c.field and _is_own(c.header, c.field, kind)}
        bound = {c.field for c in head.columns if c.field in known_fields(kind)} - own
        words = kinds_in_title([title_of(table, head), table.name, file_name]).get(kind, ())
        if own:
            fields = len(own) + 0.5 * len(bound)
            guesses.append(KindGuess(kind, fields + max(_TITLE_WEIGHT, fields) * bool(words), len({*own, *bound}), words, head))
    return sorted(guesses, key=lambda g: (-g.score * _standing(g), KINDS.index(g.kind)))


def _standing(guess: KindGuess) -> float:
    """Return what a guess counts for: less where the kind's needed fields are lacking, or nothing tells it from the births."""
    lacking = _LACKING_WEIGHT if lacking_fields(guess.head, guess.kind) else 1.0
    telling = _TELLING.get(guess.kind)
    if telling is None or guess.title_words:
        return lacking
    general = {key for field in _ANYWHERE for kind in ("any", "birth_cert") for key, entries in synonyms(kind).items() if entries[0].field == field}
    told = any(c.field in telling and not general.intersection(header_keys(c.header)) for c in guess.head.columns)
    return lacking if told else lacking * _UNTOLD_WEIGHT


def _is_own(header: str, field: str, kind: str) -> bool:
    return any(entry.own and entry.field == field for entry in meanings_of(header, kind))


def lacking_fields(head: Head, kind: str) -> list[tuple[str, ...]]:
    """Return the groups of needed fields of which the head shows none."""
    return [group for group in NEEDED_FIELDS.get(kind, ()) if not set(group) & head.fields.keys()]
