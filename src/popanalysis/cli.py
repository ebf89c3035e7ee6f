"""The command line: thin; every command is a verb of the library with words around it.

Exit code 0 success, 1 the data or a check refused, 2 usage. Messages in Chinese or English (``--lang``, default from
the locale), one sentence that says what to do next; ``--debug`` shows the traceback.
"""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from popanalysis.errors import NotYetError, ParameterError, PopAnalysisError, Text

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
                  help="出生、婚姻等登记信息的部门间核对。Compare what the offices of a county registered.")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class _Say:
    """The language of this call; set once by :func:`main`."""

    language = "en"


def say(zh: str, en: str) -> None:
    """Print one sentence in the language of the call."""
    out.print(Text(zh, en).in_(_Say.language), markup=False)


def _language_of_locale() -> str:
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


@app.callback()
def _common(
    lang: Annotated[str | None, typer.Option("--lang", help="消息语言 zh 或 en。 Language of messages: zh or en.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示完整的调用过程。 Show the traceback of an error.")] = False,
) -> None:
    """Options of every command; they may stand anywhere on the line and are taken off it by :func:`main`."""


@app.command()
def demo(
    quarters: Annotated[int, typer.Option("--quarters", min=1, max=4, help="季度数。 Number of quarters.")] = 1,
    score: Annotated[bool, typer.Option("--score", help="与已知真值比较。 Compare with the known truth.")] = False,
) -> None:
    """生成虚构旗县的数据并完成一期记录。 Make the invented banner's files and the record from them."""
    from popanalysis.project import find_root, lay_out_project
    from popanalysis.report.messages import label
    from popanalysis.run import run_period
    from popanalysis.synthetic import write_demo
    from popanalysis.synthetic.score import score_quarters, scores_in_words

    try:
        root = find_root()
    except ParameterError:
        root = Path.cwd()
    lay_out_project(root)
    files = write_demo(root, quarters=quarters)
    for params_file in files:
        say(f"虚构数据已就绪，参数文件：{_short(params_file)}", f"Invented files ready; parameters: {_short(params_file)}")
        _tell_record(run_period(params_file, progress=sys.stderr.isatty()))
    if score:
        out.print(scores_in_words(score_quarters(root, [file.stem for file in files]), label, _Say.language), markup=False)


@app.command()
def init(
    period: Annotated[str, typer.Argument(help="统计期，如 2025Q2。 Period, for example 2025Q2.")],
    folder: Annotated[Path, typer.Argument(help="收到的文件所在文件夹。 Folder with the files received.")],
    home: Annotated[str | None, typer.Option("--home", help="本旗六位行政区划代码。 Six-digit division code of the banner.")] = None,
) -> None:
    """识别收到的文件，写出参数文件。 Recognise the files received and write the parameter file."""
    from popanalysis.start import start_period

    written = start_period(period, folder, home=home, show=lambda text: say(text.zh, text.en))
    say(f"参数文件已写出：{_short(written)}。请核对后运行 popanalysis run {_short(written)}",
        f"Parameter file written: {_short(written)}. Look it over, then: popanalysis run {_short(written)}")


@app.command()
def run(params: Annotated[Path, typer.Argument(help="参数文件。 Parameter file.")]) -> None:
    """完成一期记录。 Make the record of a period."""
    from popanalysis.run import run_period

    _tell_record(run_period(params, progress=sys.stderr.isatty()))


@app.command("sign-off")
def sign_off(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="记录文件夹。 Folder of the record.")],
    by: Annotated[str, typer.Option("--by", help="签发人。 Who signs.")],
    date: Annotated[str, typer.Option("--date", help="签发日期，如 2025-04-10。 Date of signing.")],
) -> None:
    """签发记录，使其成为正式记录。 Make a record official."""
    from popanalysis.signing import sign_off as sign

    file = sign(folder, by=by, date=date)
    say(f"已签发，登记于 {_short(file)}", f"Signed; recorded in {_short(file)}")


@app.command()
def verify(folder: Annotated[Path, typer.Argument(metavar="DIR", help="记录文件夹。 Folder of the record.")]) -> None:
    """重新运行并比较。 Run a record again and compare."""
    from popanalysis.signing import verify_record

    found = verify_record(folder, progress=sys.stderr.isatty())
    if found.is_equal:
        say(f"{found.revision.name} 与重新运行的结果逐字节一致，指纹 {found.fingerprint[:16]}",
            f"{found.revision.name} equals its re-execution byte for byte; fingerprint {found.fingerprint[:16]}")
        return
    for hint in found.hints:
        say(hint.text.zh, hint.text.en)
    advice = Text("请先恢复上述文件。", "Restore the files named above.") if found.hints else Text(
        "各输入文件、规则和记录本均未改动，请核对软件版本是否与 run_record.json 所载相同。",
        "Inputs, rules and notebook are as they were; see whether the versions are those of run_record.json.")
    say(f"{found.revision.name} 与重新运行的结果不一致：{'、'.join(found.differing)}。{advice.zh}",
        f"{found.revision.name} differs from its re-execution: {', '.join(found.differing)}. {advice.en}")
    raise typer.Exit(1)


@app.command()
def feedback(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="填好的会商材料或查询单。 Joint-review books and look-up worksheets, filled in.")],
    by: Annotated[str, typer.Option("--by", help="主持人或查询人（文件中未写明时）。 Who decided, where the file does not say it.")] = "",
    date: Annotated[str, typer.Option("--date", help="日期（文件中未写明时）。 The day, where the file does not say it.")] = "",
) -> None:
    """读入会商意见和查询结果。 Take up answers of the meeting and of look-ups."""
    from popanalysis.feedback import take_feedback
    from popanalysis.project import find_root

    taken = take_feedback(files, find_root(), by=by, date=date)
    for one in taken:
        for problem in one.problems:
            err.print(problem.message(_Say.language), markup=False)
        say(f"{one.file}：采用 {one.n_taken} 条，未填 {one.n_open} 行，未采用 {len(one.problems)} 条。",
            f"{one.file}: {one.n_taken} answers taken, {one.n_open} rows left blank, {len(one.problems)} not taken.")
        if one.decisions is None:
            continue
        name = _short(one.decisions)
        if one.params is None:
            say(f"意见已写入 {name}。请将该文件写入参数文件的 decisions，再运行 popanalysis run。", f"Written to {name}. Name it under 'decisions' in the parameter file, then use 'popanalysis run'.")
        else:
            say(f"意见已写入 {name}，并已列入 {_short(one.params)} 的 decisions。请运行 popanalysis run {_short(one.params)} 生成新的修订。",
                f"Written to {name} and named in {_short(one.params)}. Next: popanalysis run {_short(one.params)}")
    if any(one.problems for one in taken):
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """检查运行环境。 Check this machine and project."""
    from popanalysis.doctor import examine

    table = Table(box=None, pad_edge=False, show_header=False)
    healthy = True
    for finding in examine():
        healthy &= finding.is_well or not finding.is_needed
        mark = "✓" if finding.is_well else "✗" if finding.is_needed else "–"
        table.add_row(mark, finding.what.in_(_Say.language), finding.found.in_(_Say.language))
    out.print(table)
    if not healthy:
        say("请先解决标 ✗ 的项目。", "Mend what is marked ✗ first.")
        raise typer.Exit(1)
    say("运行环境正常。", "All well.")


def _reserve(name: str) -> None:
    @app.command(name, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, help="（本版本尚未提供） (not in this version yet)")
    def _not_yet(context: typer.Context) -> None:
        raise NotYetError(" ".join([name, *context.args[:1]]))


for _name in ("packs", "register", "rules", "index", "purge"):
    _reserve(_name)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    _Say.language = _language_of_locale()
    for stream in (sys.stdout, sys.stderr):  # a Windows console may stand at another code page
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        _Say.language = _take_language(arguments) or _Say.language
        app(args=arguments, prog_name="popanalysis")  # leaves by SystemExit, with 2 for wrong usage
    except PopAnalysisError as refused:
        if debug:
            raise
        err.print(refused.message(_Say.language), markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print(Text("已按要求中断。", "Interrupted as asked.").in_(_Say.language))
        sys.exit(1)
    except SystemExit as left:
        if left.code == 2 and _Say.language == "zh":
            err.print("命令用法有误，见上方提示；各命令的用法请运行 popanalysis --help 或 popanalysis 命令 --help。", markup=False)
        raise
    except PermissionError as error:
        if debug:
            raise
        name = Path(error.filename).name if error.filename else ""
        err.print(Text(
            f"“{name}”无法读取或写入。请检查权限，或关闭正在使用该文件的程序后重试。",
            f"'{name}' cannot be read or written. Check its permissions, or close the program that uses it, and try again.",
        ).in_(_Say.language), markup=False)
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        err.print(Text(
            f"程序出错（{type(error).__name__}），已停止。请加 --debug 重新运行，并将显示的内容交给维护人员。",
            f"The program failed ({type(error).__name__}) and stopped. Run again with --debug and give what it shows to those who maintain it.",
        ).in_(_Say.language), markup=False)
        sys.exit(1)
    sys.exit(0)


def _take_language(arguments: list[str]) -> str | None:
    """Take ``--lang zh`` or ``--lang=zh`` off the line, wherever it stands."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name != "--lang":
            continue
        if not value:
            value = arguments.pop(position + 1) if position + 1 < len(arguments) else ""
        arguments.pop(position)
        if value not in ("zh", "en"):
            err.print(f"--lang: zh | en, not '{value}'", markup=False)
            sys.exit(2)
        return value
    return None


def _short(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _tell_record(revision: Path) -> None:
    from popanalysis.report.sealed_record import read_run_record
    from popanalysis.signing import signed_revisions

    record = revision / "publish" / "record.html"
    say(f"记录已生成：{_short(record)}（已核验，待签发）", f"Record made: {_short(record)} (checked, to be signed)")
    told = read_run_record(revision)
    before = told["revision_before"]
    if before and before["fingerprint"] == told["fingerprint"]:
        say(f"内容与 {before['revision']} 完全相同。", f"Its content equals that of {before['revision']}.")
    if before and before["revision"] in signed_revisions(revision.parent):
        say(f"{before['revision']} 已签发；{revision.name} 如需作为正式记录，须另行签发。",
            f"{before['revision']} was signed; {revision.name} needs a sign-off of its own to become official.")


__all__ = ["app", "main"]

if __name__ == "__main__":
    main()

