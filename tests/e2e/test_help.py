"""Every command explains itself in both languages, and answers a wrong call in one line."""

import re
import subprocess
from pathlib import Path

import pytest

from features import errors
from tests import README
from tests.e2e.conftest import SHIAN, Shian

COMMANDS = (
    *(
        "demo",
        "init",
        "load",
        "quarantine",
        "simulate",
        "train",
        "promote",
        "monitor",
        "model-card",
        "backtest",
        "compare",
        "score",
        "explain",
    ),
    *("features", "indicators", "publish", "alerts", "alert-act", "sample-plan"),
    *("sample-open", "sample-results", "closed-loop"),
    *("schedule", "verify"),
)
GROUPS = {
    "draw": ("commit", "run", "withdraw", "sheets", "verify"),
    "listing": (
        *("candidates", "look", "open", "act", "case", "worklist"),
        *("annulments", "repair", "dossier", "document"),
    ),
    "register": ("init", "head", "backup", "restore"),
    "review": ("user",),
    "review user": ("add", "list", "lock", "revoke", "password"),
}
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ShianError)
    if kind is not errors.ShianError
]
# A group of its own is no call; `shian review` alone is one.
CALLS = (
    *COMMANDS,
    "review",
    *(
        call
        for name, verbs in GROUPS.items()
        for verb in verbs
        if (call := f"{name} {verb}") not in GROUPS
    ),
)


def test_the_list_of_commands_is_the_one_tested_here(shian: Shian) -> None:
    first = (name for name in GROUPS if " " not in name)
    assert listed(shian("--help").out) == (*COMMANDS, *first)
    for name, verbs in GROUPS.items():
        assert listed(shian(*name.split(), "--help").out) == verbs


def listed(said: str) -> tuple[str, ...]:
    commands = said.split("Commands:")[1]
    return tuple(re.findall(r"^  (\w[\w-]*)", commands, re.MULTILINE))


@pytest.mark.parametrize("command", CALLS)
def test_a_command_explains_itself_in_chinese_and_english(
    shian: Shian, command: str
) -> None:
    said = shian(*command.split(), "--help").out
    assert re.search(r"[\u4e00-\u9fff]{4}", said)
    assert re.search(r"[a-z]{3} [a-z]{2}", said)
    assert {"--json", "--quiet", "--lang"} <= set(re.findall(r"--\w+", said))


@pytest.mark.parametrize("command", CALLS)
def test_the_readme_shows_every_command(command: str) -> None:
    assert re.search(rf"shian {command}\b|make {command}\b", README.read_text("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_lists_every_exit_code_in_both_languages(
    kind: type[errors.ShianError],
) -> None:
    readme = README.read_text("utf-8")
    (chinese,) = re.findall(r"退出码：.+", readme)
    (english,) = re.findall(r"exit code of its own: .+", readme)
    assert re.search(rf"\b{kind.exit_code} {kind.zh}", chinese)
    assert re.search(rf"\b{kind.exit_code} [a-z]", english)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["loda"], 2, "load"),
        (["load"], 2, "source"),
        (["explain"], 2, "business"),
        (["score", "--as-of", "31.1.2026"], 2, "2026-01-31"),
        (["init", "--lang", "fr"], 2, "zh or en"),
        (["simulate", "--businesses", "3"], 2, "100"),
        (["simulate", "--years", "many"], 2, "--years"),
        (["simulate", "--years", "51"], 2, "equal to 50"),
        (["simulate", "--seed", "-5"], 2, "--seed"),
        (["load", "nowhere", "--warehouse", "{tmp}/w.duckdb"], 3, "does not exist"),
        (["load", ".", "-m", "berlin", "--warehouse", "{tmp}/w.duckdb"], 3, "chicago"),
        (["train", "--warehouse", "{tmp}/none.duckdb"], 4, "shian init"),
        (["score", "--warehouse", "{tmp}/none.duckdb"], 4, "shian init"),
        (["promote", "--store", "{tmp}/none"], 6, "shian train"),
        (["monitor", "--store", "{tmp}/none"], 6, "shian train"),
        (["model-card", "--store", "{tmp}/none"], 6, "shian train"),
        (["promote", "--store", "{tmp}/none", "--by", "李雷"], 2, "--reason"),
        (["score", "--as-of", "9999-12-31"], 2, "more than a year ahead"),
        (["explain", ""], 4, "shian init"),
        (["simulate", "--out", "/dev/null/x", "--businesses", "100"], 10, "/dev/null"),
        (["explain", "某某饭店", "--warehouse", "{tmp}/none.duckdb"], 4, "shian init"),
        (["alerts", "-w", "{tmp}/none.duckdb"], 4, "shian init"),
        (["alerts", "--show", "A1", "--book", "{tmp}/none"], 7, "shian alerts"),
        (["alert-act", "A1"], 2, "action"),
        (["sample-plan"], 2, "year"),
        (["sample-plan", "--year", "2026", "--key", "x", "--out", "{tmp}"], 2, "64"),
        (["sample-plan", "--year", "2026", "-w", "{tmp}/none.duckdb"], 4, "shian init"),
        (["sample-open", "{tmp}/r.csv", "--run", "x"], 2, "key-file"),
        (["sample-results", "-w", "{tmp}/none.duckdb"], 4, "shian init"),
        (["draw", "again"], 2, "again"),
        (["draw", "commit", "--task", "抽查"], 2, "ends"),
        (["draw", "run", "{tmp}/none"], 7, "shian draw commit"),
        (["draw", "verify", "{tmp}/none.json"], 7, "shian draw commit"),
        (["draw", "withdraw", "{tmp}/none.json", "--reason", "closed"], 7, "commit"),
        (["draw", "sheets", "{tmp}/none.json"], 7, "shian draw commit"),
        (["schedule", "--year", "2026", "-w", "{tmp}/none.duckdb"], 4, "shian init"),
        (["schedule", "--week", "2026-03-09", "-w", "{tmp}/no.duckdb"], 4, "init"),
        (["schedule", "--check", "newest", "-w", "{tmp}/no.duckdb"], 4, "shian init"),
        (["schedule", "--check", "newest", "--year", "2026"], 2, "give one"),
        (["schedule", "--as-of", "2026-01-01"], 2, "--score-run"),
        (["features", "own.toml", "--out", "{tmp}/f.csv"], 2, "f.parquet"),
        (["listing", "candidates", "-w", "{tmp}/none.duckdb"], 4, "shian init"),
        (["listing", "open", "某某饭店"], 2, "actor"),
        (["listing", "case", "2026-0001", "--register", "{tmp}/n"], 9, "register init"),
        (["listing", "worklist", "--register", "{tmp}/none"], 9, "register init"),
        (["register", "head", "--register", "{tmp}/none"], 9, "register init"),
        (["register", "restore", "{tmp}/n", "--register", "{tmp}/r"], 9, "{tmp}/n"),
        (["review", "--accounts", "{tmp}/none"], 9, "shian review user add"),
        (["review", "--host", "192.0.2.1"], 2, "--tls-cert"),
        (["review", "user", "list", "--accounts", "{tmp}/none"], 9, "user add"),
        (
            ["review", "user", "add", "li", "--person", "李", "--role", "boss"],
            2,
            "boss",
        ),
        (["verify", "--register", "{tmp}/none"], 9, "shian register init"),
        (["verify", "--anchor", "{tmp}/none.txt"], 9, "none.txt"),
    ],
)
def test_what_goes_wrong_is_one_line_with_its_own_exit_code(
    shian: Shian, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    called = shian(*(a.format(tmp=tmp_path) for a in arguments))
    assert called.code == code, called.err
    assert called.err.count("\n") == 1
    assert called.err.startswith("错误")
    assert said.format(tmp=tmp_path) in called.err
    assert "Traceback" not in called.err
    assert called.out == ""


def test_nothing_asked_shows_the_help(shian: Shian) -> None:
    called = shian()
    assert called.code == 0
    assert "Commands:" in called.out


def test_a_terminal_without_chinese_still_gets_an_answer(
    shian: Shian, tmp_path: Path
) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    called = shian("init", "--warehouse", tmp_path / "w.duckdb", **ascii_only)
    assert called.code == 0, called.err
    assert "w.duckdb" in called.out


def test_a_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    call = f"{SHIAN} init --json --warehouse {tmp_path / 'w.duckdb'} | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {call}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
