"""One line for what goes wrong, JSON for programs, nothing when asked to be quiet."""

import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console

from features import errors
from pipelines.console import CRASH_EXIT_CODE, Voice, guarded

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ShianError)
]


def voice(
    *, terminal: bool = False, **options: object
) -> tuple[Voice, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    spoken = Voice(
        **options,
        out=Console(file=out, width=80, highlight=False),
        err=Console(file=err, width=80, highlight=False, force_terminal=terminal),
    )
    return spoken, out, err


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_one_line_and_an_exit_code(
    kind: type[errors.ShianError], capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        message = "the file\nis [bold]empty[/bold]"
        raise kind(message)

    with pytest.raises(typer.Exit) as ended:
        guarded(command)()
    said = capsys.readouterr()
    assert ended.value.exit_code == kind.exit_code
    assert said.err == f"错误（{kind.zh}） error: the file is [bold]empty[/bold]\n"
    assert said.out == ""


def test_what_is_said_in_chinese_stands_before_the_english(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def command() -> None:
        message = "no business goes by 'x'"
        raise errors.NotFoundError(message, said="没有叫“x”的经营者")

    with pytest.raises(typer.Exit):
        guarded(command)()
    assert capsys.readouterr().err == (
        "错误（未找到） 没有叫“x”的经营者 error: no business goes by 'x'\n"
    )


def test_every_kind_of_error_has_an_exit_code_of_its_own() -> None:
    codes = [kind.exit_code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert CRASH_EXIT_CODE not in codes
    assert 0 not in codes


def test_our_own_fault_is_one_line_and_a_file_with_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def command() -> None:
        _ = {}["missing"]

    with pytest.raises(typer.Exit) as ended:
        guarded(command)()
    said = capsys.readouterr().err
    (log,) = tmp_path.glob("shian-*.log")
    assert ended.value.exit_code == CRASH_EXIT_CODE
    assert said.count("\n") == 1
    assert str(log) in said
    assert "KeyError" in log.read_text("utf-8")


@pytest.mark.parametrize("kind", [typer.Exit, typer.Abort])
def test_leaving_on_purpose_is_no_fault(kind: type[BaseException]) -> None:
    def command() -> None:
        raise kind

    with pytest.raises(kind):
        guarded(command)()


def test_a_program_gets_facts_and_nothing_else() -> None:
    spoken, out, err = voice(as_json=True)
    spoken.say("你好", "hello")
    spoken.table(("表", "table"), ["列"], [["值"]])
    with spoken.progress("装载", "loading") as tell:
        tell("facts", 0.5)
    spoken.facts({"名称": "某店", "path": Path("a/b")})
    assert json.loads(out.getvalue()) == {"名称": "某店", "path": "a/b"}
    assert err.getvalue() == ""


def test_quiet_says_nothing() -> None:
    spoken, out, err = voice(quiet=True)
    spoken.say("你好", "hello")
    spoken.table(("表", "table"), ["列"], [["值"]])
    spoken.facts({"a": 1})
    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_the_language_is_chosen_once() -> None:
    for lang, said in (("zh", "你好\n"), ("en", "hello\n")):
        spoken, out, _ = voice(lang=lang)
        spoken.say("你好", "hello")
        assert out.getvalue() == said


def test_a_command_to_copy_is_not_cut_at_the_edge_of_the_terminal() -> None:
    spoken, out, _ = voice()
    command = "shian explain 编号 " + "--warehouse " + "a" * 100
    spoken.say(command, command)
    assert out.getvalue() == f"{command}\n"


def test_numbers_stand_on_the_right_with_separators() -> None:
    spoken, out, _ = voice()
    spoken.table(
        ("数", "numbers"),
        ["名", "家", "率"],
        [["某街道", 25140, 0.5], ["别处", 7, 123.456], ["空", None, 0.25]],
    )
    said = out.getvalue()
    assert "25,140" in said
    assert "0.500" in said
    assert "123.5" in said
    assert "-" in said


def test_percentages_stand_on_the_right() -> None:
    spoken, out, _ = voice()
    spoken.table(("率", "shares"), ["率"], [["2.0%"], ["100.0%"]])
    assert "│   2.0% │" in out.getvalue()


def test_what_stands_in_brackets_in_a_cell_is_no_markup() -> None:
    spoken, out, _ = voice()
    spoken.table(("表", "table"), ["名"], [["某店[red]已停业[/red][closed]"]])
    assert "某店[red]已停业[/red][closed]" in out.getvalue()


def test_a_bar_runs_on_standard_error_in_the_language() -> None:
    spoken, out, err = voice(terminal=True)
    with spoken.progress("评定", "scoring") as tell:
        tell("features", 0.5)
    assert "评定" in err.getvalue()
    assert out.getvalue() == ""
