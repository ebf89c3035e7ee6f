"""What this machine and project have, and what is missing: the answers that help is asked for."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from popanalysis import __version__
from popanalysis.errors import PopAnalysisError, Text
from popanalysis.project import find_root

__all__ = ["Finding", "examine"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, what was found, whether it is well, whether the package cannot do without."""

    what: Text
    found: Text
    is_well: bool
    is_needed: bool = True


def examine(folder: Path | None = None) -> list[Finding]:
    """Look at the machine and at the project of ``folder`` (default: the working folder)."""
    return [*_machine(), *_project(folder)]


def _machine() -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding(Text("Python", "Python"), Text(version, version), (3, 11) <= tuple(map(int, version.split(".")[:2])) < (3, 14))
    yield Finding(Text("程序版本", "popanalysis"), Text(__version__, __version__), True)
    pandas = metadata.version("pandas")
    yield Finding(Text("pandas（须为 2.x）", "pandas (must be 2.x)"), Text(pandas, pandas), pandas.startswith("2."))
    yield _kernel()
    yield _font()
    for command, zh, en in (("chromium", "浏览器（仅测试用）", "Chromium (tests only)"), ("java", "Java（仅大数据引擎用）", "Java (large data only)")):
        path = shutil.which(command)
        yield Finding(Text(zh, en), Text("有" if path else "无", "found" if path else "not found"), path is not None, is_needed=False)


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    what = Text("运行记录本的内核 python3", "Notebook kernel python3")
    try:
        KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding(what, Text("没有，请重新安装 ipykernel", "missing; install ipykernel again"), False)
    return Finding(what, Text("有", "found"), True)


def _font() -> Finding:
    from pylopdf_fonts_zh_cn import sans_path

    there = Path(str(sans_path())).is_file()
    return Finding(Text("图表用中文字体", "Chinese font for charts"), Text("有" if there else "无，请重新安装 pylopdf-fonts-zh-cn", "found" if there else "missing; install pylopdf-fonts-zh-cn again"), there)


def _project(folder: Path | None) -> Iterator[Finding]:
    what = Text("项目文件夹", "Project folder")
    try:
        root = find_root(folder)
    except PopAnalysisError as error:
        yield Finding(what, error.text, False, is_needed=False)
        return
    yield Finding(what, Text(root.name, root.name), True)
    for name in (".unfinished", "FAILED"):
        for left in sorted(root.glob(f"outputs/*/{name}")):
            yield Finding(
                Text(f"{left.parent.name} 的上一次运行", f"Last run of {left.parent.name}"),
                Text("没有完成，原因见 FAILED/FAILED.txt" if name == "FAILED" else "被中断，下次运行时清理", "failed; see FAILED/FAILED.txt" if name == "FAILED" else "was interrupted; the next run cleans up"),
                False, is_needed=False)
