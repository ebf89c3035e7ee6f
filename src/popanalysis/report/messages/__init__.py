"""Every word the record shows, in both languages, as data beside this file.

``labels.yaml`` and ``fields.yaml`` hold group -> key -> [Chinese, English]. A code without its words stops the record: a
reader must never meet a bare code. The words of faults stand with the faults (:mod:`popanalysis.clean.faults`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from popanalysis.errors import RecordError, Text

__all__ = ["label", "labels", "labels_of", "words"]

_FILES = ("labels.yaml", "fields.yaml")


@cache
def words() -> Mapping[str, Mapping[str, Text]]:
    """Return group -> key -> :class:`~popanalysis.errors.Text`, in the order of the files."""
    groups: dict[str, dict[str, Text]] = {}
    for name in _FILES:
        # BaseLoader: every scalar is text, so that a key such as "no" stays a word
        loaded = yaml.load(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for group, entries in loaded.items():
            groups.setdefault(group, {}).update({key: Text(zh, en) for key, (zh, en) in entries.items()})
    return groups


def label(group: str, key: str, language: str) -> str:
    """Return the words for a code.

    Parameters
    ----------
    group : what the code is, for example ``"kind"``, ``"fate"``, ``"field"``, ``"case"``.
    key : the code.
    language : ``"zh"`` or ``"en"``.

    Raises
    ------
    RecordError : the code has no words.

    Examples
    --------
    >>> label("fate", "used", "zh"), label("fate", "used", "en")
    ('采用', 'Used')
    """
    try:
        return words()[group][key].in_(language)
    except KeyError:
        raise RecordError(
            zh=f"代码 {group}.{key} 没有对应的中英文说明，记录无法生成。请在 report/messages 中补上。",
            en=f"Code {group}.{key} has no words, so no record can be made. Add it under report/messages.",
            group=group, key=key) from None


def labels(group: str, language: str) -> dict[str, str]:
    """Return every key of a group with its words, in the order they are shown.

    Examples
    --------
    >>> labels("arrival", "en")["nil"]
    'Nil report'
    """
    return {key: text.in_(language) for key, text in words()[group].items()}


def labels_of(fields: str, language: str) -> str:
    """Name the fields of a case, which stand joined by semicolons; blank where there is none.

    Examples
    --------
    >>> labels_of("mother_name;father_name", "zh"), labels_of("", "zh")
    ('母亲姓名、父亲姓名', '')
    """
    return label("word", "comma", language).join(label("field", name, language) for name in fields.split(";") if name)
