"""Sentences a linkage has to say about itself, in both languages."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Note"]


class Note(str):
    """A sentence; the string itself is English, with the names of fields as the frames have them.

    Parameters
    ----------
    en, zh : the sentence; ``{field}`` stands for the comparisons it speaks of.
    *fields : names of those comparisons.

    Examples
    --------
    >>> note = Note("{field}: never agrees", "{field}在各候选记录对中从未一致", "mother_id")
    >>> str(note), note.in_("zh", {"mother_id": "母亲公民身份号码"}.__getitem__)
    ('mother_id: never agrees', '母亲公民身份号码在各候选记录对中从未一致')
    """

    _texts: tuple[str, str]
    _fields: tuple[str, ...]

    def __new__(cls, en: str, zh: str, *fields: str) -> Note:
        note = super().__new__(cls, en.format(field=", ".join(fields)))
        note._texts, note._fields = (en, zh), fields
        return note

    def __getnewargs__(self) -> tuple[str, ...]:  # type: ignore[override]
        """Tell how to make the note again: a linkage can be pickled and copied with its notes."""
        return (*self._texts, *self._fields)

    def in_(self, language: str, name_of: Callable[[str], str] = str) -> str:
        """Return the sentence in a language, fields called by the names given."""
        en, zh = self._texts
        names = [name_of(field) for field in self._fields]
        return zh.format(field="、".join(names)) if language == "zh" else en.format(field=", ".join(names))
