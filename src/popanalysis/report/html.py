"""From the executed notebook to the page that is read: one file, no script, nothing fetched from outside.

The template in ``template/record`` derives from nbconvert's own base, not from the stock page, which calls scripts
from public addresses. Code is left out, outputs stay. The same notebook gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter

from popanalysis.errors import RecordError
from popanalysis.report.messages import label, labels
from popanalysis.report.page import State

__all__ = ["check_self_contained", "render_html"]

_TEMPLATES = Path(__file__).parent / "template"
_HEADING = re.compile(r"<h([23])(?:\s[^>]*)?>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PERIOD_END = re.compile(r"(季度|年度|(?<=\d)月)(?=.)")  # where a title may break, so that no word of it is torn


def render_html(
    notebook: Path, *, language: str = "zh", stamp: State = "draft", title: str | None = None, subtitle: str = "",
) -> str:
    """Render an executed notebook as the page of a record.

    Parameters
    ----------
    notebook : the executed notebook. A cell tagged ``zh`` or ``en`` appears in that language only, one tagged ``notebook`` not at all.
    language : language of the page, ``"zh"`` or ``"en"``.
    stamp : ``draft`` puts 草稿 / DRAFT on the page and on every printed sheet; ``checked`` says that sign-off decides.
    title : title of the page; by default the notebook's first heading, which is not repeated below.
    subtitle : one line under the title, such as office and date.

    Returns
    -------
    The page; write it as UTF-8 with newline ``"\\n"``.

    Raises
    ------
    RecordError : a cell failed although the page is to say "checked", or an output holds a script or an outside address.
    """
    node = nbformat.read(str(notebook), as_version=4)  # type: ignore[no-untyped-call]
    node.cells = [cell for cell in node.cells if _speaks(cell, language)]
    failed = [number for number, cell in enumerate(node.cells, 1) if _failed(cell)]
    if failed and stamp == "checked":
        raise RecordError(
            zh=f"笔记本 {notebook.name} 第 {failed[0]} 个单元格运行出错，不能生成已核验的记录。请排除错误后重新运行。",
            en=f"Cell {failed[0]} of notebook {notebook.name} failed; no checked record can be made of it. Mend it and run again.",
            notebook=notebook.name, cell=failed[0])
    first_heading = _take_title(node)
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="record", extra_template_basedirs=[str(_TEMPLATES)], exclude_input=True, exclude_anchor_links=True)
    page = {
        "lang": "zh-CN" if language == "zh" else "en", "state": stamp, "title": title or first_heading or notebook.stem, "subtitle": subtitle,
        "stamp_line": label("stamp", f"{stamp}_line", language), "stamp_word": label("stamp", stamp, language),
        "stamp_prefix": f"[{label('stamp', 'draft', language)}] " if stamp == "draft" else "",
        "css": Markup((_TEMPLATES / "record" / "style.css").read_text(encoding="utf-8")),
        "title_lines": Markup(_PERIOD_END.sub(r"\1<wbr>", escape(title or first_heading or notebook.stem))),
        "print_title": _css_text(title or first_heading), "print_stamp": _css_text(label("stamp", stamp, language)),
        "words": {"to_content": label("word", "to_content", language), "failed_cell": label("stamp", "failed_cell", language)},
        "signatures": list(labels("signature", language).values()), "colon": label("word", "colon", language),
    }
    html, _ = exporter.from_notebook_node(node, {"page": page})
    html = _with_contents(html, language)
    check_self_contained(html)
    return html


# --- outside addresses and scripts ------------------------------------------------------------------

_FORBIDDEN_TAGS = frozenset({"script", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "source"})
_ADDRESS_ATTRIBUTES = frozenset({"src", "href", "srcset", "action", "poster", "data", "xlink:href", "background"})


class _OutsideReferences(HTMLParser):
    """Collects what a page would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in _FORBIDDEN_TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
            elif name in _ADDRESS_ATTRIBUTES and not text.startswith(("#", "data:image/")):
                self.found.append(f'{tag} {name}="{text[:40]}"')
            elif name == "style":
                self._check_css(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._check_css(data)

    def _check_css(self, css: str) -> None:
        self.found += [f"css {hit}" for hit in re.findall(r"@import|url\(\s*['\"]?(?!data:)[^)]{0,40}", css, flags=re.IGNORECASE)]


def check_self_contained(html: str) -> None:
    """Make sure that a page runs nothing and fetches nothing: it is opened from memory sticks on machines without a network.

    Raises
    ------
    RecordError : a script, an event handler, a frame or an address outside the page; the first five are named.

    Examples
    --------
    >>> check_self_contained('<a href="#births">births</a><img alt="" src="data:image/png;base64,AA==">')
    """
    parser = _OutsideReferences()
    parser.feed(html)
    if parser.found:
        shown = "; ".join(parser.found[:5])
        raise RecordError(
            zh=f"页面含有脚本或外部引用（{shown}），在不联网的电脑上无法完整显示，不能作为记录。请从对应单元格的输出中去掉。",
            en=f"The page holds scripts or outside references ({shown}) and would not show whole without a network. Remove them from the cells' outputs.",
            found=tuple(parser.found))


# --- parts --------------------------------------------------------------------------------------------


def _speaks(cell: Any, language: str) -> bool:
    tags: Iterable[str] = cell.metadata.get("tags", [])
    return not {"zh", "en", "notebook"} & set(tags) - {language}


def _css_text(text: str) -> Markup:
    """Return a CSS string; what could end it, or the style element, is written as its code."""
    return Markup('"' + "".join(c if c.isalnum() or c in " ，。、（）" else f"\\{ord(c):x} " for c in text) + '"')


def _failed(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _take_title(node: Any) -> str:
    """Take the notebook's first level-1 heading out of its cell; the template prints it."""
    for cell in node.cells:
        if cell.cell_type == "markdown" and (found := re.match(r"\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|$)", cell.source)):
            cell.source = cell.source[found.end():]
            return found[1]
    return ""


def _with_contents(html: str, language: str) -> str:
    """Give the headings of chapters and their parts an anchor each, and list them before the text."""
    entries: list[str] = []
    numbers = [0, 0]

    def anchored(found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2].strip()
        numbers[:] = [numbers[0] + 1, 0] if level == 2 else [numbers[0], numbers[1] + 1]
        anchor = f"s{numbers[0]}" if level == 2 else f"s{numbers[0]}-{numbers[1]}"
        entries.append(f'<li class="level-{level}"><a href="#{anchor}">{_TAG.sub("", inner)}</a></li>')
        return f'<h{level} id="{anchor}">{inner}</h{level}>'

    head, _, rest = html.partition("<!--body-->")
    body, _, tail = rest.partition("<!--/body-->")
    body = _HEADING.sub(anchored, body)
    words = label("heading", "contents", language)
    listed = "\n".join(entries)
    contents = f'<nav class="contents" aria-labelledby="contents"><h2 id="contents">{words}</h2>\n<ol>\n{listed}\n</ol></nav>' if entries else ""
    return head.replace("<!--contents-->", contents) + body + tail
