"""Files damaged on their way: is every row that was not touched still read as it was, or the file refused for a named reason?

    python benchmarks/fuzz_reading.py [--each 2000] [--seed 1] [--forms xlsx xls ...]

One small list is written in every format that is read, and mutated: single bytes of the file, single bytes of a part inside it, and changes
that a program may make without meaning anything (other order of parts, other line ends, blanks between tags). Held against
every result: nothing but ``SourceFileError`` is raised; rows that do not hold the damaged place read as before; as many rows are found as a
second reader finds. Printed are, for every format, how many were read and refused, the share refused of those whose change means nothing,
and what broke a rule (there must be nothing).
"""

from __future__ import annotations

import argparse
import collections
import email
import io
import multiprocessing
import os
import random
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from multiprocessing.connection import Connection
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import python_calamine
import xlwt

from popanalysis.acquire.reading import read_submission, read_tables
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource

HEAD = ["出生证编号", "新生儿姓名", "出生日期", "母亲姓名", "母亲身份证号", "母亲现住址"]
FIELDS = ["birth_cert_no", "child_name", "birth_date", "mother_name", "mother_id", "mother_live_addr"]
#: No value stands twice, so that one damaged place touches one row.
ROWS = [[f"Y1590{n:05d}", f"白{given}", f"2025-01-{n + 1:02d}", f"包{given}花", f"1599011990030{n:02d}00{n % 10}0", f"东升镇第{n + 1}嘎查"]
        for n, given in enumerate("雨雪风云山河草原金银铜铁")]
LINES = [HEAD, *ROWS]
Rng = random.Random
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


# --- the list in every format -----------------------------------------------------------------------------------------


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    for line in LINES:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls() -> bytes:
    book, out = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("出生登记")
    for place, line in enumerate(LINES):
        for column, text in enumerate(line):
            sheet.write(place, column, text)
    book.save(out)
    return out.getvalue()


def as_ods() -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    rows = "".join(f"<table:table-row>{''.join(f'<table:table-cell office:value-type={chr(34)}string{chr(34)}><text:p>{text}</text:p></table:table-cell>' for text in line)}</table:table-row>"
                   for line in LINES)
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest, "content.xml": (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="登记">{rows}</table:table></office:spreadsheet></office:body></office:document-content>').encode()})


def as_text(delimiter: str, encoding: str, mark: bytes = b"") -> bytes:
    return mark + "\r\n".join(delimiter.join(line) for line in LINES).encode(encoding) + "\r\n".encode(encoding)


def as_html() -> bytes:
    lines = "\n".join(f"<tr>{''.join(f'<td>{text}</td>' for text in line)}</tr>" for line in LINES)
    return f'<html><head><meta charset="utf-8"></head><body><table border="1">\n{lines}\n</table></body></html>'.encode()


def as_saved_page() -> bytes:
    return b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' + as_html() + b"\r\n--x--\r\n"


def as_xml_2003() -> bytes:
    rows = "\n".join(f"<Row>{''.join(f'<Cell><Data ss:Type={chr(34)}String{chr(34)}>{text}</Data></Cell>' for text in line)}</Row>" for line in LINES)
    return f'<?xml version="1.0"?><Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Worksheet ss:Name="登记"><Table>{rows}</Table></Worksheet></Workbook>'.encode()


def zipped(parts: dict[str, bytes], level: int = 6, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method, level)
        archive.comment = comment
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- a second reader: how many rows hold something ----------------------------------------------------------------------


def rows_by_openpyxl(data: bytes) -> int:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return sum(any(value not in (None, "") and str(value).strip() for value in row) for row in sheet.iter_rows(values_only=True))


def rows_by_calamine(data: bytes) -> int:
    """Count in a process of its own: on some damaged files the library ends the process that calls it."""
    context = multiprocessing.get_context("fork")  # macOS and Linux
    ours, theirs = context.Pipe()
    child = context.Process(target=_count_by_calamine, args=(data, theirs))
    child.start()
    theirs.close()
    try:
        return int(ours.recv())  # EOFError where the process ended without an answer
    finally:
        child.join()


def _count_by_calamine(data: bytes, answer: Connection) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # its last words
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    answer.send(sum(any(str(value).strip() for value in row) for row in sheet.to_python()))


def rows_of_ods(data: bytes) -> int:
    tree = ElementTree.fromstring(unzipped(data)["content.xml"])
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    return sum(int(row.get(f"{table}number-rows-repeated", "1")) for row in tree.iter(f"{table}table-row") if "".join(row.itertext()).strip())


def rows_of_text(data: bytes) -> int:
    """Lines that hold something but delimiters; quotation marks that enclose line ends are left to the reader under test."""
    encoding = "utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return sum(bool(re.sub(r"[,\t;|，\"]", "", line).strip()) for line in re.split(r"\r\n|\n|\r", text))


class _Rows(HTMLParser):
    """Counts rows of tables that hold some text, by the standard library's parser."""

    n, texts, open, strays = 0, "", False, False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.close_row()
            self.open = True

    def handle_data(self, data: str) -> None:
        self.texts += data.strip() if self.open else ""
        self.strays |= bool(data.strip()) and not self.open

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table"):
            self.close_row()

    def close_row(self) -> None:
        self.n, self.texts, self.open = self.n + bool(self.texts), "", False


def rows_of_html(data: bytes) -> int:
    parser = _Rows()
    parser.feed(data.decode("utf-8"))
    parser.close_row()
    if parser.strays:
        raise ValueError("text outside the rows: each reader has its own way with it")
    return parser.n


def rows_of_saved_page(data: bytes) -> int:
    part = next(part for part in email.message_from_bytes(data).walk() if part.get_content_type() == "text/html")
    return rows_of_html(bytes(part.get_payload(decode=True)))  # type: ignore[arg-type]


def rows_of_xml_2003(data: bytes) -> int:
    return sum(bool("".join(row.itertext()).strip()) for row in ElementTree.fromstring(data).iter(f"{{{SPREADSHEET}}}Row"))


# --- changes that mean nothing ----------------------------------------------------------------------------------------------


def other_zip(data: bytes, rng: Rng) -> bytes:
    """Another order of parts, another packing, a remark, a part nobody knows."""
    parts = list(unzipped(data).items())
    if rng.random() < 0.5:
        rng.shuffle(parts)
    if rng.random() < 0.5:
        parts.append((f"docProps/own{rng.randrange(9)}.xml", b"<own/>"))
    stored = rng.random() < 0.3
    return zipped(dict(parts), rng.choice((1, 6, 9)), zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, bytes(rng.randrange(32, 127) for _ in range(rng.randrange(20))))


def looser_xml(xml: bytes, rng: Rng, within: bytes) -> bytes:
    """Blanks and remarks between the tags of rows."""
    filler = rng.choice((b"\n", b"\r\n  ", b"\t", b"<!-- x -->"))
    return re.sub(b"(</" + within + b">)", lambda m: m[1] + (filler if rng.random() < 0.5 else b""), xml)


def harmless_xlsx(data: bytes, rng: Rng) -> bytes:
    parts = unzipped(data)
    sheet = "xl/worksheets/sheet1.xml"
    xml = parts[sheet]
    xml = rng.choice((xml, re.sub(b"<dimension[^>]*/>", b"", xml), re.sub(b'ref="[^"]*"', b'ref="A1"', xml, count=1), xml.replace(b"</sheetData>", b'<row r="40"/><row r="41" spans="1:6"/></sheetData>')))
    parts[sheet] = looser_xml(xml, rng, b"row")
    return other_zip(zipped(parts), rng)


def harmless_ods(data: bytes, rng: Rng) -> bytes:
    parts = unzipped(data)
    empty = b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    parts["content.xml"] = looser_xml(parts["content.xml"].replace(b"</table:table>", (empty if rng.random() < 0.5 else b"") + b"</table:table>"), rng, b"table:table-row")
    return other_zip(zipped(parts), rng)


def harmless_xls(data: bytes, rng: Rng) -> bytes:
    return data + bytes(512 * rng.randrange(1, 5))


def harmless_text(data: bytes, rng: Rng) -> bytes:
    """Other line ends, quotation marks, blank lines, empty columns at the end."""
    encoding, mark = ("utf-16-le", b"\xff\xfe") if data[:2] == b"\xff\xfe" else ("utf-8", b"\xef\xbb\xbf") if data[:3] == b"\xef\xbb\xbf" else ("gb18030", b"")
    text = data[len(mark):].decode(encoding)
    delimiter = "\t" if "\t" in text else ","
    end, quoted, more = rng.choice(("\n", "\r\n", "\r")), rng.random() < 0.4, delimiter * rng.choice((0, 0, 1, 3))
    lines = []
    for line in text.splitlines():
        cells = line.split(delimiter)
        lines.append(delimiter.join(f'"{cell}"' for cell in cells) if quoted else line)
        lines += [""] * (rng.random() < 0.1)
    return mark + end.join(line + more if line else line for line in lines).encode(encoding) + (end * rng.randrange(4)).encode(encoding)


def harmless_html(data: bytes, rng: Rng) -> bytes:
    text = data.decode("utf-8")
    changes: Sequence[Callable[[str], str]] = (
        lambda t: re.sub(r"</?(t[dr]|table|body|html|head)\b", lambda m: m[0].upper(), t), lambda t: t.replace("<td>", '<td class="x" style=\'mso-number-format:"\\@"\'>'),
        lambda t: t.replace("</tr>", "</tr>\r\n<!-- row -->"), lambda t: t.replace('<table border="1">', '<table border="1"><tbody>').replace("</table>", "</tbody></table>"),
        lambda t: t.replace("</td>", ""), lambda t: t.replace("<html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><html xmlns:x="urn:schemas-microsoft-com:office:excel">'))
    return rng.choice(changes)(text).encode()


def harmless_saved_page(data: bytes, rng: Rng) -> bytes:
    return data.replace(as_html(), harmless_html(as_html(), rng)) if rng.random() < 0.7 else data.replace(b"\r\n", b"\n")


def harmless_xml_2003(data: bytes, rng: Rng) -> bytes:
    text = looser_xml(data, rng, b"Row")
    return text.replace(b"<Worksheet", b"<Styles><Style ss:ID=\"s1\"/></Styles><Worksheet", 1) if rng.random() < 0.5 else text


@dataclass(frozen=True)
class Form:
    """One format: how the list is written, who counts its rows, what may change without meaning anything."""

    write: Callable[[], bytes]
    count_rows: Callable[[bytes], int]
    harmless: Callable[[bytes, Rng], bytes]
    packed: bool = False


FORMS: dict[str, Form] = {
    "xlsx": Form(as_xlsx, rows_by_openpyxl, harmless_xlsx, packed=True), "xls": Form(as_xls, rows_by_calamine, harmless_xls),
    "ods": Form(as_ods, rows_of_ods, harmless_ods, packed=True),
    "csv, UTF-8": Form(lambda: as_text(",", "utf-8", b"\xef\xbb\xbf"), rows_of_text, harmless_text), "csv, GB 18030": Form(lambda: as_text(",", "gb18030"), rows_of_text, harmless_text),
    "text, UTF-16": Form(lambda: as_text("\t", "utf-16-le", b"\xff\xfe"), rows_of_text, harmless_text),
    "html": Form(as_html, rows_of_html, harmless_html), "mhtml": Form(as_saved_page, rows_of_saved_page, harmless_saved_page), "xml 2003": Form(as_xml_2003, rows_of_xml_2003, harmless_xml_2003)}


# --- damage ------------------------------------------------------------------------------------------------------------------


def damaged(data: bytes, rng: Rng) -> tuple[bytes, str]:
    """Change one place: a bit, a byte, a few bytes more or less, a stretch repeated or blank, the end cut off; say which."""
    at = rng.randrange(len(data))
    few = rng.randrange(1, 5)
    ways: dict[str, Callable[[], bytes]] = {
        "bit": lambda: data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:], "byte": lambda: data[:at] + bytes([rng.randrange(256)]) + data[at + 1:],
        "put in": lambda: data[:at] + bytes(rng.choice(b'<>"&,\t\n\r /=;0aX\x00\xff') for _ in range(few)) + data[at:], "taken out": lambda: data[:at] + data[at + few:],
        "repeated": lambda: data[:at] + data[at:at + 20] + data[at:], "blank": lambda: data[:at] + bytes(few) + data[at + few:], "cut off": lambda: data[:at]}
    way = rng.choice(sorted(ways))
    return ways[way](), f"{way} at {at}"


def damaged_inside(data: bytes, rng: Rng) -> tuple[bytes, str]:
    """Damage one part of a zip and pack it again, so that no checksum tells."""
    parts = unzipped(data)
    name = rng.choice(sorted(parts))
    content, way = damaged(parts[name], rng)
    return zipped({**parts, name: content}), f"{way} of {name}"


# --- the rules -----------------------------------------------------------------------------------------------------------------


def broken_rules(data: bytes, form: Form, folder: Path, way: str) -> tuple[str, list[str]]:
    """Read a file; return what came of it (``read`` or the beginning of the refusal) and what rules it broke.

    ``way`` tells what was done to it, "" for a change that means nothing. A text that was cut off between two lines is whole to every
    reader: only the rows before the cut can be asked for.
    """
    (folder / "登记.xls").write_bytes(data)
    try:
        submission = read_submission(InputSource(path="登记.xls"), "birth_cert", folder)
    except SourceFileError as error:
        return error.message("en").split("登记.xls")[-1].strip()[:50], []
    except Exception as error:  # what must not happen
        return "fault", [f"{type(error).__name__}: {error}"[:150]]
    sheet = next(sheet for sheet in submission.sheets if sheet.used)
    kept = [field for field, header in zip(FIELDS, HEAD, strict=True) if any(c.field == field and c.header == header for c in sheet.columns if c.decision == "used")]
    read = collections.Counter(submission.cells.reindex(columns=kept).fillna("").itertuples(index=False, name=None))
    expected = collections.Counter(tuple(row[FIELDS.index(field)] for field in kept) for row in ROWS)
    lost = sum((expected - read).values())
    gone = sum(row[0].encode("utf-16-le")[1:-1] not in data and row[0].encode() not in data for row in ROWS) if way.startswith("cut off") and form.count_rows is rows_of_text else 0
    head_touched = [c.header for c in sheet.columns] != HEAD  # then every row may stand under another head
    broken = [f"{lost} rows changed or lost"] if lost > gone + (2 if way else 0) and not head_touched else []
    if not way and (read != expected or kept != FIELDS):
        broken.append("a change that means nothing changed what is read")
    n_read = sum(any(str(value).strip() for value in row) for row in read_tables(data, "x")[0].rows)
    if (n_second := second_count(data, form)) is not None and n_read != n_second:
        broken.append(f"{n_read} rows, the second reader finds {n_second}")
    return "read", broken


def second_count(data: bytes, form: Form) -> int | None:
    """What the second reader counts, ``None`` where it cannot read the file or finds nothing in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return form.count_rows(data) or None
    except Exception:
        return None


def runs(name: str, n: int, seed: int, folder: Path) -> Iterator[tuple[int, bytes, str, str, list[str]]]:
    """Yield number, file, what was done to it ("": a change that means nothing), outcome and broken rules of ``n`` mutations of one format."""
    form = FORMS[name]
    whole = form.write()
    for number in range(n):
        rng = random.Random(f"{seed} {name} {number}")
        if number % 4 == 0:
            data, way = form.harmless(whole, rng), ""
        else:
            data, way = (damaged_inside if form.packed and number % 4 != 1 else damaged)(whole, rng)
        yield number, data, way, *broken_rules(data, form, folder, way)


def main() -> None:
    """Mutate, read, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forms", nargs="+", default=list(FORMS), choices=list(FORMS))
    parser.add_argument("--keep", type=Path, help="folder for files that break a rule")
    chosen = parser.parse_args()
    print(f"{chosen.each} mutations a format, seed {chosen.seed}")
    print(f"{'format':14} {'read':>6} {'refused':>8}   {'of those that mean nothing':>26} {'broken rules':>13}")
    with tempfile.TemporaryDirectory() as temporary:
        for name in chosen.forms:
            found = list(runs(name, chosen.each, chosen.seed, Path(temporary)))
            n_read = sum(outcome == "read" for *_, outcome, _ in found)
            means_nothing = [outcome for _, _, way, outcome, _ in found if not way]
            refused = sum(outcome != "read" for outcome in means_nothing)
            broken = [(number, data, way, what) for number, data, way, _, what in found if what]
            print(f"{name:14} {n_read:6} {len(found) - n_read:8}   {refused:11} of {len(means_nothing)} ({refused / len(means_nothing):.1%}) {len(broken):13}")
            for number, data, way, what in broken[:12]:
                print(f"    {number}, {way or 'means nothing'}: {'; '.join(what)}")
                if chosen.keep:
                    (chosen.keep / f"{name.replace(', ', '_').replace(' ', '_')}_{number}").write_bytes(data)


if __name__ == "__main__":
    main()
