"""Executed notebooks made by hand, so that no kernel runs; and the heavy tools that may be absent on a desk but not in CI."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from popanalysis.report import Words, plot_bars, show_table

WORDS = Words("2025年第一季度出生登记核对", "全旗，2025年第一季度", "例", "三部门名单")


@pytest.fixture
def shows() -> Callable[..., Any]:
    """A code cell that shows objects of the report room."""
    return _shows


def _shows(*results: Any) -> Any:
    outputs = [new_output("execute_result", {"text/html": r._repr_html_(), "text/plain": repr(r)}, execution_count=1) for r in results]
    return new_code_cell("secret_code()", outputs=outputs)


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    def write(cells: Sequence[Any], name: str = "record.ipynb") -> Path:
        notebook = new_notebook(cells=list(cells))
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell{number}"
        nbformat.write(notebook, tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def sample_cells() -> list[Any]:
    wide = pd.DataFrame([range(10, 34)], index=pd.Index(["甲镇"], name="镇"), columns=[f"指标{i}（本期）" for i in range(24)])
    long = pd.DataFrame({"嘎查村": [f"第{i}嘎查" for i in range(180)], "出生": range(10, 190)})
    described = {"scope": "全旗，2025年第一季度", "unit": "例", "source": "三部门名单"}
    noisy = new_code_cell("warn()", outputs=[new_output("stream", name="stderr", text="UserWarning at 0x7f00"), new_output("stream", name="stdout", text="12 < 13 通过\n")])
    return [
        new_markdown_cell("# 出生人口信息核对季度记录\n\n比对结果如下。"),
        new_markdown_cell("## 一、资料接收情况\n\n### （一）按部门"),
        _shows(show_table(wide, title="宽表", **described), show_table(long, title="长表", **described)),
        new_markdown_cell("## 二、出生事件"),
        _shows(plot_bars(pd.Series({"一致": 250, "尚未见户口登记，请协助办理": 18}), words=WORDS)),
        noisy,
    ]


@pytest.fixture
def need() -> Callable[..., None]:
    """Skip where a tool is absent; under CI its absence is a failure."""
    def check(*tools: str) -> None:
        if missing := [tool for tool in tools if shutil.which(tool) is None]:
            message = f"not installed: {', '.join(missing)}"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)

    return check
