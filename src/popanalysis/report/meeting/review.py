"""What the meeting sees, gathered from a finished record: agenda, open questions by importance, the lists side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from popanalysis.answers import check_value
from popanalysis.columns import DEPARTMENT_OF_KIND, EVENT_LETTER, KINDS, KINDS_OF_EVENT, SEALED_KINDS
from popanalysis.errors import RecordError, Text
from popanalysis.params import QuarterParams
from popanalysis.reference import reference_table
from popanalysis.report.case_sentences import place_in_words
from popanalysis.report.messages import label, labels
from popanalysis.report.record_files import RESTRICTED
from popanalysis.workspace import Workspace

__all__ = ["FIELDS", "AgendaItem", "JointReview", "Lines", "gather", "open_pairs", "read_review"]

#: event -> what of its records stands side by side
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "birth": ("child_name", "child_sex", "birth_date", "birth_cert_no", "child_id", "mother_name", "mother_id", "father_name", "father_id"),
    "marriage": ("reg_date", "cert_no", "husband_name", "husband_id", "husband_birth_date", "wife_name", "wife_id", "wife_birth_date"),
    "change": ("item", "before", "after", "change_date", "shown")}
#: questions that go to health and police alone, as does all about a birth whose mother withheld who she is; the meeting hears how many there are
_NOT_FOR_ALL: Final = ("withheld_candidate", "documents_there_now", "reason_not_permitted", "pending_without_reason")
_SEVERITIES: Final = ("error", "warning", "note", "info")
_ITEMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "name": ("old_name", "new_name", "name"), "ethnicity": ("old_ethnicity", "new_ethnicity", "ethnicity"), "birth_date": ("old_birth_date", "new_birth_date", "birth_date"),
    "id_no": ("old_id", "new_id", "id")}


@dataclass(frozen=True)
class Lines:
    """Records side by side, one line each, those of one event together.

    Attributes
    ----------
    table : event_id, list, place, then the fields as text; RangeIndex.
    marked : line -> fields in which it says otherwise than another list of its event.
    """

    table: pd.DataFrame
    marked: Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class AgendaItem:
    """One item of the agenda: what it is about, the facts, and the sheet that holds the rows ("" for none)."""

    title: Text
    facts: Text
    sheet: str = ""


@dataclass(frozen=True)
class JointReview:
    """What the meeting sees.

    Attributes
    ----------
    params : of the record.
    agenda : in order.
    questions : one row a case, the most important first: case_id, severity, code, list_b, recipient, event_id, sentence, for_reviewer, check.
    lines : ``birth``, ``marriage``, ``change`` -> the lists side by side, of events with an open question.
    pairs : the records of open links side by side; ``event_id`` holds the number of the pair.
    pair_ids : number of the pair -> the two record_ids.
    """

    params: QuarterParams
    agenda: tuple[AgendaItem, ...]
    questions: pd.DataFrame
    lines: Mapping[str, Lines]
    pairs: Lines
    pair_ids: Mapping[str, tuple[str, str]]


def read_review(params: QuarterParams, workspace: Workspace) -> JointReview:
    """Gather what the meeting sees: from the record being made, from a draft, else from the valid revision.

    Raises
    ------
    RecordError : there is no record of the quarter yet.
    """
    folders = [workspace.folder, *([workspace.revision_before] if workspace.is_draft and workspace.revision_before else [])]
    restricted = next((folder / RESTRICTED for folder in folders if (folder / RESTRICTED / "case_sentences.csv").is_file()), None)
    if restricted is None or params.span.quarter is None:
        raise RecordError(
            zh=f"没有找到 {params.period} 的季度核对记录。会商材料由季度记录生成，请先运行 popanalysis run params/{params.period}.yaml。",
            en=f"There is no quarterly record of {params.period}. The joint review is made from one; run 'popanalysis run params/{params.period}.yaml' first.", period=params.period)
    frames = {name: _read(restricted / f"{name}.csv") for name in ("cases", "case_sentences", "linked_records", "links", "relations")}
    carried = pd.read_parquet(restricted / "carried_forward.parquet", columns=["record_id", "event_id"])
    records = pd.read_parquet(restricted / "records.parquet").set_index("record_id")
    return gather(params, frames, carried, records)


def gather(params: QuarterParams, frames: Mapping[str, pd.DataFrame], carried: pd.DataFrame, records: pd.DataFrame) -> JointReview:
    """Gather what the meeting sees from the tables of a record.

    Parameters
    ----------
    frames : cases, case_sentences, linked_records, links, relations, as text.
    carried : record_id, event_id of what is carried forward ; records : typed records with ``kind``, index record_id.
    """
    language = params.language
    cases = frames["cases"]
    event_of = pd.concat([frames["linked_records"][["record_id", "event_id"]], carried]).replace("", None).dropna().drop_duplicates("record_id").set_index("record_id")["event_id"]
    withheld = set(event_of.reindex(records.index[records["doubt_class"].eq("withheld")]).dropna()) if "doubt_class" in records else set()
    waiting = frames["case_sentences"].merge(cases.drop(columns="recipient"), on="case_id", how="left", validate="one_to_one")
    apart = waiting["code"].isin(_NOT_FOR_ALL) | (waiting["code"].eq("missing_at") & waiting["list_b"].eq("hukou_birth")) | waiting["event_id"].isin(withheld)
    questions = _by_importance(waiting[~apart])
    shown = ~event_of.reindex(records.index).isin(withheld) & ~records["kind"].isin(SEALED_KINDS)
    told = records[shown.to_numpy()]
    told = told.assign(place=_places(told, {source.name for sources in params.inputs.values() for source in sources}, language))
    lines = {event: _side_by_side(event, questions, told, event_of, language) for event in ("birth", "marriage")}
    lines["change"] = _changes(questions, told, event_of, frames["relations"], language)
    pairs, pair_ids = _pairs(frames["links"], told, language)
    return JointReview(params, _agenda(params, cases, questions, waiting[apart], len(pair_ids)), questions, lines, pairs, pair_ids)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _by_importance(waiting: pd.DataFrame) -> pd.DataFrame:
    """The graver first, of equal ones the longer open, then kind by kind."""
    codes = {code: place for place, code in enumerate(labels("case", "en"))}
    order = waiting.assign(
        _grave=waiting["severity"].map({name: place for place, name in enumerate(_SEVERITIES)}), _code=waiting["code"].map(codes),
        check=[check_value({str(k): str(v) for k, v in row.items()}) for row in waiting.to_dict("records")])
    kept = ["case_id", "severity", "code", "field", "list_a", "list_b", "recipient", "event_id", "opened_in", "sentence", "for_reviewer", "check"]
    return order.sort_values(["_grave", "opened_in", "_code", "recipient", "case_id"], kind="stable", ignore_index=True)[kept]


# --- the lists side by side ----------------------------------------------------------------------------------------


def _side_by_side(event: str, questions: pd.DataFrame, records: pd.DataFrame, event_of: pd.Series, language: str) -> Lines:
    wanted = questions.loc[questions["event_id"].str.startswith(f"{EVENT_LETTER[event]}-"), "event_id"]
    own = records[records["kind"].isin(KINDS_OF_EVENT[event])]
    own = own.assign(event_id=event_of.reindex(own.index))
    own = own[own["event_id"].isin(wanted)].rename_axis("record_id").reset_index()
    own = own.assign(_kind=own["kind"].map(KINDS.index)).sort_values(["event_id", "_kind", "record_id"], kind="stable", ignore_index=True)
    asked: dict[tuple[str, str], set[str]] = {}
    for row in questions.to_dict("records"):
        for side in ("list_a", "list_b"):
            asked.setdefault((str(row["event_id"]), str(row[side])), set()).update(filter(None, str(row["field"]).split(";")))
    table = _lines_table(own, FIELDS[event], language)
    marked = {place: frozenset(asked.get((event_id, kind), ())) for place, (event_id, kind) in enumerate(zip(own["event_id"], own["kind"], strict=True))}
    return Lines(table, {place: fields for place, fields in marked.items() if fields})


def _lines_table(rows: pd.DataFrame, fields: Sequence[str], language: str) -> pd.DataFrame:
    said = {field: [_as_told(field, value, language) for value in rows[field]] if field in rows else [""] * len(rows) for field in fields}
    return pd.DataFrame({
        "event_id": rows["event_id"].astype(str), "list": [label("kind_short", kind, language) for kind in rows["kind"]],
        "department": [label("department", DEPARTMENT_OF_KIND[kind], language) for kind in rows["kind"]],
        "place": rows["place"].astype(str), **said})


def _places(records: pd.DataFrame, files: Collection[str], language: str) -> list[str]:
    """Say of every record where its row stands."""
    origin = records.reindex(columns=["file", "sheet", "row"]).fillna({"sheet": ""}).itertuples(index=False)
    return [place_in_words(f"[{file}]{sheet + '!' if sheet else ''}{int(row)}:{int(row)}", language, files) for file, sheet, row in origin]


def _as_told(field: str, value: Any, language: str) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if field.endswith("_sex"):
        return label("sex", str(value), language) if str(value) in ("1", "2") else str(value)
    return str(value)


def _changes(questions: pd.DataFrame, records: pd.DataFrame, event_of: pd.Series, relations: pd.DataFrame, language: str) -> Lines:
    """A registered change, and under it what each list shows of the person."""
    changes = records[records["kind"].eq("identity_change")]
    names = reference_table("ethnicity").set_index("code")["name"].to_dict()
    seen = relations[relations["relation"].eq("alias")].groupby("from_id")
    asked = {(str(row["event_id"]), str(row[side]), field) for row in questions.to_dict("records") for side in ("list_a", "list_b") for field in str(row["field"]).split(";")}
    by_event = records.assign(event_id=event_of.reindex(records.index)).dropna(subset=["event_id"]).groupby("event_id")
    rows: list[dict[str, str]] = []
    marked: dict[int, frozenset[str]] = {}
    for change_id, change in sorted(((str(event_of.get(record, "")), row) for record, row in zip(changes.index, changes.to_dict("records"), strict=True)), key=lambda pair: pair[0]):
        if change_id not in seen.groups:
            continue
        for item, (before, after, ending) in _ITEMS.items():
            if pd.isna(change.get(before)) or pd.isna(change.get(after)):
                continue

            def told(value: Any, item: str = item) -> str:
                return str(names.get(str(value), value)) if item == "ethnicity" and not pd.isna(value) else _as_told("", value, language)

            shown = [(line, field) for target, known_by in sorted(set(seen.get_group(change_id)[["to_id", "evidence"]].itertuples(index=False, name=None)))
                     for line, field in _showing(by_event, str(target), f"{str(known_by).partition('_')[0]}_{ending}")]
            if not any(value for line, field in shown if (value := told(line.get(field)))):
                continue
            rows.append({"event_id": change_id, "kind": "identity_change", "place": change["place"], "item": label("change_item", item, language),
                         "before": told(change[before]), "after": told(change[after]), "change_date": _as_told("", change.get("change_date"), language), "shown": ""})
            for line, field in shown:
                if value := told(line.get(field)):
                    if (str(line["event_id"]), str(line["kind"]), field) in asked:
                        marked[len(rows)] = frozenset({"shown"})
                    rows.append({**{name: line[name] for name in ("kind", "place")}, "event_id": change_id, "item": label("field", field, language), "before": "", "after": "",
                                 "change_date": "", "shown": value})
    table = pd.DataFrame(rows, columns=["event_id", "kind", "place", *FIELDS["change"]])
    return Lines(_lines_table(table, FIELDS["change"], language), marked)


def _showing(by_event: Any, event_id: str, field: str) -> list[tuple[dict[str, Any], str]]:
    if event_id not in by_event.groups:
        return []
    field = "birth_date" if field == "child_birth_date" else field
    part = by_event.get_group(event_id)
    return [(row, field) for row in part.assign(_kind=part["kind"].map(KINDS.index)).sort_values("_kind", kind="stable").to_dict("records") if field in row]


def open_pairs(links: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return number -> the two record_ids of every open link (columns of ``links.csv``), numbered in the order of the ids.

    >>> open_pairs(pd.DataFrame({"record_id_a": ["r1", "r2"], "record_id_b": ["r3", "r4"], "link_decision": ["link", "possible_link"]}))
    {'P001': ('r2', 'r4')}
    """
    found = links[links["link_decision"].eq("possible_link")].sort_values(["record_id_a", "record_id_b"])
    return {f"P{number:03d}": (str(a), str(b)) for number, (a, b) in enumerate(found[["record_id_a", "record_id_b"]].itertuples(index=False, name=None), 1)}


def _pairs(links: pd.DataFrame, records: pd.DataFrame, language: str) -> tuple[Lines, dict[str, tuple[str, str]]]:
    """The records of open links, two and two."""
    ids = {name: pair for name, pair in open_pairs(links).items() if set(pair) <= set(records.index)}
    fields = tuple(dict.fromkeys((*FIELDS["birth"], *FIELDS["marriage"])))
    rows = [{"event_id": name, **records.loc[record].to_dict()} for name, pair in ids.items() for record in pair]
    table = _lines_table(pd.DataFrame(rows, columns=["event_id", *records.columns]), fields, language)
    table = table[[column for column in table if column not in fields or table[column].ne("").any()]]
    marked: dict[int, frozenset[str]] = {}
    for place in range(0, len(table), 2):
        one, other = (table.iloc[place + n] for n in (0, 1))
        differ = frozenset(field for field in table.columns[4:] if one[field] and other[field] and one[field] != other[field])
        marked |= {place: differ, place + 1: differ} if differ else {}
    return Lines(table, marked), ids


# --- the agenda ------------------------------------------------------------------------------------------------------


def _agenda(params: QuarterParams, cases: pd.DataFrame, questions: pd.DataFrame, apart: pd.DataFrame, n_pairs: int) -> tuple[AgendaItem, ...]:
    current = cases[cases["closed_in"].isin(["", params.period])]
    n_new, n_closed = int(current["opened_in"].eq(params.period).sum()), int(current["closed_in"].eq(params.period).sum())
    balance = Text(f"上期结转 {len(current) - n_new} 件，本期新增 {n_new} 件，本期办结 {n_closed} 件，期末待办 {len(current) - n_closed} 件。",
                   f"{len(current) - n_new} carried over, {n_new} new, {n_closed} closed, {len(current) - n_closed} still open.")
    items = [AgendaItem(Text("事项办理情况", "What became of the questions"), balance), AgendaItem(Text("名单报送情况", "What the offices sent"), _arrivals(params))]
    for event, title in (("birth", Text("出生登记信息比对", "Births")), ("marriage", Text("婚姻登记信息比对", "Marriages")),
                         ("change", Text("姓名、民族、出生日期变更更正", "Changes of name, ethnicity and birth date"))):
        own = questions[_of_event(questions, event)]
        counts = own["code"].value_counts()
        parts = [(code, int(counts[code])) for code in labels("case", "en") if code in counts]
        facts = Text("；".join(f"{label('case', code, 'zh')} {n} 件" for code, n in parts) + "。" if parts else "无待议事项。",
                     "; ".join(f"{label('case', code, 'en')}: {n}" for code, n in parts) + "." if parts else "Nothing open.")
        items.append(AgendaItem(title, facts, {"birth": "births", "marriage": "marriages", "change": "changes"}[event] if parts else ""))
    items.append(AgendaItem(Text("收养登记（密封议题，只列编号）", "Adoptions (sealed, by number only)"), _sealed(params)))
    items.append(AgendaItem(Text("对应关系待定的记录", "Records whose link is open"), Text(f"{n_pairs} 对，请认定是否为同一事件。" if n_pairs else "无。", f"{n_pairs} pairs, to be decided." if n_pairs else "None."),
                            "pairs" if n_pairs else ""))
    items.append(AgendaItem(Text("协助办理户口登记及身份核实", "Help with hukou registration and identity"), Text(
        f"{len(apart)} 件，由卫生健康、公安部门办理，本材料不列明细。", f"{len(apart)} cases, for health and police; no rows of them stand here.")))
    items.append(AgendaItem(Text("其他事项", "Other matters"), Text("", "")))
    return tuple(items)


def _of_event(questions: pd.DataFrame, event: str) -> pd.Series:
    changed = questions["code"].isin(["old_value_used", "change_differs"])
    return changed if event == "change" else ~changed & questions["event_id"].str.startswith(f"{EVENT_LETTER[event]}-")


def _arrivals(params: QuarterParams) -> Text:
    open_kinds = [kind for kind in KINDS if kind not in SEALED_KINDS]
    nil = [kind for kind in open_kinds if kind in params.nil_reports]
    lacking = [kind for kind in open_kinds if not params.inputs.get(kind) and kind not in params.nil_reports]
    n = sum(bool(params.inputs.get(kind)) for kind in open_kinds)

    def named(kinds: Sequence[str], language: str) -> str:
        return ("、" if language == "zh" else ", ").join(label("kind", kind, language) for kind in kinds)

    return Text(f"收到 {n} 类名单" + (f"；零报告：{named(nil, 'zh')}" if nil else "") + (f"；未收到：{named(lacking, 'zh')}" if lacking else "，应报名单齐全") + "。",
                f"{n} kinds of lists received" + (f"; none to report: {named(nil, 'en')}" if nil else "") + (f"; not received: {named(lacking, 'en')}" if lacking else "; nothing is lacking") + ".")


def _sealed(params: QuarterParams) -> Text:
    state = ("received" if params.inputs.get("adoption") else "nil" if "adoption" in params.nil_reports else "lacking")
    return {"received": Text("名单已收到。内容密封，本材料不列，会上由民政部门口头说明。", "The list was received. It is sealed and not told here; civil affairs speak of it at the meeting."),
            "nil": Text("零报告。", "None to report."), "lacking": Text("名单未收到。", "The list was not received.")}[state]
