"""One sentence a case, made from fixed slots: what stands where, how it differs, what is asked; and for reviewers which side is likelier right.

Nothing is worded freely. The sentence of the facts is what an office may be told; the reviewer's sentence stands in ``restricted/`` only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Final

import pandas as pd

from popanalysis.columns import KINDS_OF_EVENT
from popanalysis.errors import Text
from popanalysis.report.messages import label, labels_of

__all__ = ["case_sentence", "place_in_words", "reviewer_sentence", "sentences_of_cases", "whom_events_are_about"]

_CELL = re.compile(r"\[(?P<file>[^\]]*)\](?:(?P<sheet>.*)!)?(?P<place>[A-Z]*\d+(?::\d+)?)")
#: by what an office finds an event in its own papers
_ABOUT: Final[Mapping[str, tuple[str, ...]]] = {"birth": ("mother_name", "birth_date", "birth_cert_no"), "marriage": ("husband_name", "wife_name", "reg_date")}
#: Codes of which a value is no value of a person and is told as it stands.
_LISTED_VALUES: Final = frozenset({"certificate_gap"})


def sentences_of_cases(cases: pd.DataFrame, asks: Mapping[tuple[str, str], Text], language: str, severities: Mapping[str, str] | None = None,
                       *, files: Collection[str] | None = None, about: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Say of each case still waiting what stands where, and what a reviewer may weigh.

    Parameters
    ----------
    cases : CASES_COLUMNS ; asks : (code, list_b) -> what is asked ; language : ``zh`` or ``en`` ; severities : code -> how grave it is.
    files : the lists of this period; a cell of another file is said to stand in an earlier list. about : event_id -> whom it is about
        (:func:`whom_events_are_about`), told where a list lacks the event.

    Returns
    -------
    DataFrame case_id, recipient, sentence, for_reviewer, severity ("note" where no severity is told).
    """
    cases = cases[cases["closed_in"].eq("")]
    rows = [{str(name): str(value) for name, value in row.items()} for row in cases.to_dict("records")]
    return cases[["case_id", "recipient"]].assign(
        sentence=[case_sentence(row, asks, language, files=files, about=(about or {}).get(row["event_id"], "")) for row in rows], for_reviewer=[reviewer_sentence(row, language) for row in rows],
        severity=[(severities or {}).get(row["code"], "note") for row in rows])


def whom_events_are_about(tables: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], language: str) -> dict[str, str]:
    """Return event_id -> by whom an office finds an event in its own papers: the mother, or the couple, the day, and the certificate.

    Parameters
    ----------
    tables : ``birth`` and ``marriage`` -> one row an event, a column per list with the record_id ; records : kind -> typed records.
    """
    found: dict[str, str] = {}
    for event, fields in _ABOUT.items():
        table = tables[event]
        kinds = [kind for kind in KINDS_OF_EVENT[event] if kind in table and kind in records]
        told = {kind: records[kind].reindex(columns=list(fields)).astype("object").to_dict("index") for kind in kinds}
        for event_id, held in table[kinds].to_dict("index").items():
            parts = []
            for field in fields:
                values = (told[str(kind)].get(record, {}).get(field) for kind, record in held.items() if isinstance(record, str))
                value = next((value for value in values if not pd.isna(value)), None)
                if value is not None:
                    shown = f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
                    parts.append(f"{label('field', field, language)}{' ' if language == 'en' else ''}{shown}")
            found[str(event_id)] = ("，" if language == "zh" else ", ").join(parts)
    return found


def case_sentence(row: Mapping[str, str], asks: Mapping[tuple[str, str], Text], language: str, *, files: Collection[str] | None = None, about: str = "") -> str:
    """Say what stands where, how it differs, and what is asked.

    Examples
    --------
    >>> row = {"code": "field_differs", "field": "mother_name", "list_a": "birth_cert", "value_a": "王芳", "cell_a": "[data/卫生.xlsx]出生!D17",
    ...        "list_b": "hukou_birth", "value_b": "王方", "cell_b": "[data/公安.csv]C5", "how": "same_sound"}
    >>> case_sentence(row, {("field_differs", "hukou_birth"): Text("建议核对原始材料后答复", "please check")}, "zh")
    '母亲姓名：出生医学证明名单（卫生.xlsx“出生”表 D17）为“王芳”，出生申报户口名单（公安.csv C5）为“王方”；差异情况：不计声调读音相同。建议核对原始材料后答复。'
    """
    code, field = row["code"], row.get("field", "")
    one, other = (_where(row[f"list_{side}"], row[f"cell_{side}"], language, files) for side in ("a", "b"))
    values = row.get("value_a", ""), row.get("value_b", "")
    if code == "missing_at":
        fact = Text(f"{one}所载事项{f'（{about}）' if about else ''}，{_list(row['list_b'], 'zh')}中尚未见到对应记录",
                    f"what {one} holds{f' ({about})' if about else ''} is not yet seen in {_list(row['list_b'], 'en')}")
    elif code == "duplicate_in_list":
        again = _again(row["cell_a"], row["cell_b"], language) or other
        fact = Text(f"{one}与{again}疑似为同一事项", f"{one} and {again} may be the same event")
    elif ";" in field:
        fact = Text(f"{one}与{other}所填的{labels_of(field, 'zh')}位置疑似互换", f"{labels_of(field, 'en')}: {one} and {other} have them the other way round")
    elif not any(values):
        see = one != other
        fact = Text(f"{label('case', code, 'zh')}：{other}{f'，参见{one}' if see else ''}", f"{label('case', code, 'en')}: {other}{f', see {one}' if see else ''}")
    elif code == "number_shared":
        fact = Text(f"{one}与{other}填写同一公民身份号码“{values[0]}”，所填姓名不同", f"{one} and {other} state one identity number, '{values[0]}', under different names")
    elif code in _LISTED_VALUES:
        fact = Text(f"{label('case', code, 'zh')}：{one}“{values[0]}”之后缺 {values[1]}", f"{label('case', code, 'en')}: after '{values[0]}' in {one}: {values[1]}")
    else:
        shown, how = [_shown(value, field, language) for value in values], row.get("how", "")
        fact = Text(f"{labels_of(field, 'zh')}：{one}为“{shown[0]}”，{other}为“{shown[1]}”{_how(how, 'zh')}",
                    f"{labels_of(field, 'en')}: {one} has '{shown[0]}', {other} has '{shown[1]}'{_how(how, 'en')}")
    ask = asks.get((code, row["list_b"]))
    if language == "zh":
        return f"{fact.zh}。{ask.zh + '。' if ask else ''}"
    return f"{_capital(fact.en)}.{' ' + _capital(ask.en) + '.' if ask else ''}"


def reviewer_sentence(row: Mapping[str, str], language: str) -> str:
    """Say which side is likelier right and why; blank where the two values were not weighed.

    Examples
    --------
    >>> reviewer_sentence({"how": "one_slip", "likelier": "hukou_birth", "evidence": "check_character:hukou_birth;more_lists:hukou_birth"}, "zh")
    '供审核参考：出生申报户口名单较可能准确（校验码相符；与其一致的部门更多）。'
    """
    pieces = [piece.split(":") for piece in str(row.get("evidence") or "").split(";") if piece]
    if not pieces:
        if row.get("code") != "field_differs" or row.get("list_a", "a") == row.get("list_b", "b"):
            return ""
        return "供审核参考：现有名单不足以判断以何者为准。" if language == "zh" else "For the reviewer: the lists at hand do not tell which is right."
    if likelier := row.get("likelier"):
        why = ("；" if language == "zh" else "; ").join(label("evidence", kind, language) for kind, _ in pieces)
        return f"供审核参考：{_list(likelier, language)}较可能准确（{why}）。" if language == "zh" else f"For the reviewer: {_list(likelier, language)} is likelier right ({why})."
    told = ("；" if language == "zh" else "; ").join(
        f"{_list(side, language)}{'：' if language == 'zh' else ': '}{label('evidence', kind, language)}" for kind, side in pieces)
    return f"供审核参考：两份名单各有依据（{told}），请人工判断。" if language == "zh" else f"For the reviewer: there is evidence for both ({told}); please judge."


def place_in_words(cell: str, language: str, files: Collection[str] | None = None) -> str:
    """Say where a cell or a row stands: the file's name, the sheet, the cell; of a file not among ``files`` that it is an earlier list, with its folder.

    Examples
    --------
    >>> place_in_words("[data/2025Q1/卫生.xlsx]出生!D17", "zh"), place_in_words("[data/公安.csv]5:5", "zh"), place_in_words("[data/公安.csv]5:5", "en")
    ('卫生.xlsx“出生”表 D17', '公安.csv 第 5 行', '公安.csv, row 5')
    """
    found = _CELL.fullmatch(cell)
    if found is None:
        return cell
    row, _, again = found["place"].partition(":")
    place = f"第 {row} 行" if again else row
    path = PurePosixPath(found["file"].replace("\\", "/"))
    name = path.name
    if files is not None and found["file"] not in files:  # two quarters' files often have one name
        name = f"{'以前报送的名单，' if language == 'zh' else 'an earlier list, '}{path.parent.name + '/' if path.parent.name else ''}{name}"
    if language == "zh":
        return f"{name}“{found['sheet']}”表 {place}" if found["sheet"] else f"{name} {place}"
    return ", ".join(filter(None, (name, found["sheet"] and f"sheet {found['sheet']}", f"row {row}" if again else f"cell {row}")))


def _list(kind: str, language: str) -> str:
    return f"{label('kind_short', kind, language)}名单" if language == "zh" else f"the list '{label('kind_short', kind, language)}'"


def _where(kind: str, cell: str, language: str, files: Collection[str] | None = None) -> str:
    place = place_in_words(cell, language, files)
    named = _list(kind, language)
    return f"{named}（{place}）" if place and language == "zh" else f"{named} ({place})" if place else named


def _again(cell: str, other: str, language: str) -> str:
    """The place of a second row of one sheet, without repeating file and sheet; blank where they stand elsewhere."""
    one, two = _CELL.fullmatch(cell), _CELL.fullmatch(other)
    if one is None or two is None or (one["file"], one["sheet"]) != (two["file"], two["sheet"]):
        return ""
    row = two["place"].partition(":")[0]
    return f"第 {row} 行" if language == "zh" else f"row {row}"


def _how(level: str, language: str) -> str:
    from popanalysis.link import LEVEL_WORDS  # words only; the page of a record needs no engine

    if level in ("", "different") or level not in LEVEL_WORDS:
        return ""
    return f"；差异情况：{LEVEL_WORDS[level].zh}" if language == "zh" else f"; how: it {LEVEL_WORDS[level].en}"


def _shown(value: str, field: str, language: str) -> str:
    return label("sex", value, language) if field.endswith("_sex") and value in ("1", "2") else value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
