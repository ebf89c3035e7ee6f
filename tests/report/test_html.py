"""K27: the page opens from a memory stick on a machine without a network."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from popanalysis.errors import RecordError
from popanalysis.report import Html
from popanalysis.report.html import check_self_contained, render_html


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.ids = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [dict(attrs)["id"]] if "id" in dict(attrs) else []

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def page(write_notebook, sample_cells):
    return render_html(write_notebook(sample_cells), stamp="draft", subtitle="某某旗统计局")


def test_K27_no_script_and_no_address_outside(page):
    parsed = Page(page)
    assert parsed.all("script") == [] and parsed.all("link") == [] and parsed.all("iframe") == []
    addresses = [attrs[name] for _, attrs in parsed.tags for name in ("src", "href") if name in attrs]
    assert addresses and all(a.startswith(("#", "data:image/png;base64,")) for a in addresses)
    assert not re.search(r"url\(|@import|https?:|//", re.sub(r"data:image/png;base64,[\w+/=]+", "", page))


def test_K27_charset_language_and_viewport_are_declared(page):
    parsed = Page(page)
    assert {"charset": "utf-8"} in parsed.all("meta")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in parsed.all("meta")
    assert parsed.all("html") == [{"lang": "zh-CN"}]


@pytest.mark.parametrize("bad", [
    "<script>1</script>", '<img src="http://example.org/a.png">', '<a href="https://example.org">x</a>', '<a href="//example.org">x</a>',
    '<p onclick="x()">x</p>', '<iframe srcdoc="x"></iframe>', "<style>@import 'x.css';</style>", '<p style="background:url(http://example.org/a.png)">x</p>'])
def test_K27_an_output_that_would_fetch_or_run_something_is_refused(write_notebook, shows, bad):
    with pytest.raises(RecordError) as caught:
        render_html(write_notebook([shows(Html(bad, ""))]))
    assert len(caught.value.found) >= 1


def test_a_contents_list_leads_to_every_heading(page):
    parsed = Page(page)
    targets = [a["href"][1:] for a in parsed.all("a")]
    assert targets == ["content", "s1", "s1-1", "s2"]
    assert all(parsed.ids.count(target) == 1 for target in targets)


def test_headings_shown_by_code_are_listed_like_those_of_markdown(write_notebook, shows):
    page = render_html(write_notebook([shows(Html("<h2>资料接收情况</h2>", ""))]))
    assert '<a href="#s1">资料接收情况</a>' in page and '<h2 id="s1">资料接收情况</h2>' in page


def test_the_title_stands_once(page):
    assert page.count("出生人口信息核对季度<wbr/>记录</h1>") == 1 and len(Page(page).all("h1")) == 1


def test_code_and_the_error_stream_stay_out_outputs_stay(page):
    assert "secret_code" not in page and "warn()" not in page and "0x7f00" not in page
    assert "<pre>12 &lt; 13 通过\n</pre>" in page


def test_alternative_text_of_charts_survives(page):
    images = Page(page).all("img")
    assert [image["alt"] for image in images] == ["图：2025年第一季度出生登记核对。一致 250；尚未见户口登记，请协助办理 18。"]


def test_a_draft_says_so_on_the_screen_in_the_title_and_on_every_sheet(page):
    assert 'class="stamp stamp-draft" role="status">草稿：未经核验，不得作为正式材料使用' in page
    assert "<title>[草稿] " in page and "编制人" not in page  # nobody signs a draft
    assert re.search(r'<div[^>]* class="watermark">草稿</div>', page)
    assert '@top-right { content: "草稿"; }' in page


def test_a_checked_page_says_that_sign_off_decides(write_notebook, sample_cells):
    page = render_html(write_notebook(sample_cells), stamp="checked")
    assert "已核验，待签发（是否正式以签发登记为准）" in page
    assert "草稿" not in page and 'class="watermark"' not in page
    assert [page.count(f"<dt>{name}：</dt>") for name in ("编制人", "审核人", "签发人", "日期")] == [1, 1, 1, 1]


def test_english_pages_are_marked_as_english(write_notebook, sample_cells):
    page = render_html(write_notebook(sample_cells), language="en", stamp="draft", title="Record")
    assert '<html lang="en">' in page and "<title>[DRAFT] Record</title>" in page and ">Contents</h2>" in page


def test_cells_of_the_other_language_and_of_the_notebook_alone_stay_out(write_notebook):
    cells = [new_markdown_cell(text, metadata={"tags": tags}) for text, tags in (
        ("## 出生", ["zh"]), ("## Births", ["en"]), ("both", []), ("desk only", ["stamp", "notebook"]))]
    page = render_html(write_notebook(cells), language="zh")
    assert "出生" in page and "both" in page and "Births" not in page and "desk only" not in page


def failing_cell():
    return new_code_cell("1/0", outputs=[new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=[])])


def test_K26_a_failed_cell_makes_no_checked_record(write_notebook, sample_cells):
    with pytest.raises(RecordError) as caught:
        render_html(write_notebook([*sample_cells, failing_cell()]), stamp="checked")
    assert caught.value.cell == 7


def test_a_draft_shows_where_it_failed(write_notebook):
    assert "此处运行出错" in render_html(write_notebook([failing_cell()]), stamp="draft")


def test_rendering_twice_gives_equal_bytes(write_notebook, sample_cells, page):
    assert render_html(write_notebook(sample_cells, "record.ipynb"), stamp="draft", subtitle="某某旗统计局") == page


def test_a_title_with_markup_stays_text(write_notebook):
    title = '<b>"季度"</style>'
    page = render_html(write_notebook([]), title=title)
    assert page.count("</style>") == 1 and "&lt;b&gt;" in page


def test_the_checker_takes_anchors_and_data_images():
    check_self_contained('<a href="#s1">x</a><img alt="" src="data:image/png;base64,AA==">')


# --- in a browser -------------------------------------------------------------------------------------


def chromium(tmp_path, *arguments):
    return subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120, check=True).stdout


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_never_scrolls_sideways(page, tmp_path, need, width):
    need("chromium")
    (tmp_path / "record.html").write_text(page, encoding="utf-8")
    (tmp_path / "frame.html").write_text(
        f'<iframe src="record.html" style="width:{width}px;height:900px;border:0"></iframe><script>onload=()=>{{const d=frames[0].document;'
        'const wide=[...d.querySelectorAll(".scroll")].filter(b=>b.scrollWidth>b.clientWidth).length;'
        'document.body.textContent=JSON.stringify({page:d.documentElement.scrollWidth,boxes:wide,'
        'image:d.querySelector("img").getBoundingClientRect().width})}</script>', encoding="utf-8")
    seen = chromium(tmp_path, "--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom", (tmp_path / "frame.html").as_uri())
    measured = json.loads(re.search(r"\{.*\}", seen)[0])
    assert measured["page"] <= width
    assert measured["boxes"] == 1  # the wide table, in its own box; the long one fits
    assert 300 < measured["image"] <= width


def test_every_printed_sheet_of_a_draft_is_stamped_and_table_heads_repeat(page, tmp_path, need):
    need("chromium", "pdftotext")
    (tmp_path / "record.html").write_text(page, encoding="utf-8")
    chromium(tmp_path, f"--print-to-pdf={tmp_path / 'record.pdf'}", "--no-pdf-header-footer", (tmp_path / "record.html").as_uri())
    text = subprocess.run([shutil.which("pdftotext"), "-layout", str(tmp_path / "record.pdf"), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    sheets = [sheet for sheet in text.split("\f") if sheet.strip()]
    assert len(sheets) >= 4
    assert all("草稿" in sheet or "草 稿" in sheet for sheet in sheets)
    assert sum("嘎查村" in sheet for sheet in sheets) >= 3  # 180 rows, the head on each sheet
