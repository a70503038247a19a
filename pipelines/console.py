"""What a person sees in the terminal: Chinese first, facts on stdout, progress apart."""

import functools
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from features.errors import MachineError, ShianError

P = ParamSpec("P")
R = TypeVar("R")

CRASH_EXIT_CODE = 70
LANGUAGES = ("zh", "en")
# What the verbs call their stages, for the progress bar; other words stand as they are.
STAGES_ZH: Mapping[str, str] = {
    "facts": "读取事实",
    "features": "计算特征",
    "model": "训练模型",
    "record": "登记模型",
    "quality": "检验质量",
    "monotone": "试探单调方向",
    "similar": "查找相似情形",
    "promote": "检验并启用模型",
    "probability": "估计概率",
    "grades": "评定等级",
    "reasons": "整理理由",
    "intervals": "计算区间",
    "scenarios": "推算变化",
    "simulate": "模拟记录",
    "load": "装载",
    "train": "训练",
    "backtest": "回溯检验",
    "score": "评定等级",
    "draw": "抽取",
    "quarters": "回看各季度",
    "writing": "写入结果",
    "done": "完成",
}


@dataclass(frozen=True)
class Voice:
    """How a command speaks: its language, and whether to a person or a program."""

    lang: str = "zh"
    as_json: bool = False
    quiet: bool = False
    out: Console = field(default_factory=lambda: Console(highlight=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language asked for."""
        return zh if self.lang == "zh" else en

    def say(self, zh: str, en: str) -> None:
        """Tell a person something; a program is told nothing but facts."""
        if not (self.as_json or self.quiet):
            # A command to copy must not be cut where the terminal ends.
            self.out.print(self.pick(zh, en), soft_wrap=True, markup=False)

    def facts(self, facts: object) -> None:
        """Give a program the facts as JSON, alone on stdout."""
        if self.as_json:
            self.out.file.write(
                json.dumps(facts, ensure_ascii=False, default=str) + "\n"
            )

    def table(
        self,
        title: tuple[str, str],
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
    ) -> None:
        """Show a table; numbers and percentages stand on the right."""
        if self.as_json or self.quiet:
            return
        shown = Table(
            title=self.pick(*title), title_justify="left", header_style="bold"
        )
        for index, name in enumerate(header):
            numeric = all(_is_number(row[index]) for row in rows)
            shown.add_column(
                name, justify="right" if numeric else "left", overflow="fold"
            )
        for row in rows:
            shown.add_row(*(_cell(value) for value in row))
        self.out.print(shown)

    @contextmanager
    def progress(self, zh: str, en: str) -> Iterator[Callable[[str, float], None]]:
        """Show a bar on stderr while work goes on; in a log it would be rubbish."""
        if self.as_json or self.quiet or not self.err.is_terminal:
            yield lambda _what, _share: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[what]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(self.pick(zh, en), total=1.0, what="")

            def tell(what: str, share: float) -> None:
                said = self.pick(STAGES_ZH.get(what, what), what)
                bar.update(task, completed=share, what=said)

            yield tell


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what went wrong into one line and an exit code, never a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()
        except ShianError as error:
            tell_error(error)
            raise typer.Exit(error.exit_code) from error
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError as error:
            # Whoever read our output has enough; there is nobody left to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        except OSError as error:
            tell_error(_of_the_machine(error))
            raise typer.Exit(MachineError.exit_code) from error
        except Exception as error:
            _tell_crash(error)
            raise typer.Exit(CRASH_EXIT_CODE) from error
        return done

    return run


def tell_error(error: ShianError) -> None:
    """Tell what the user can mend, in one line on stderr."""
    said = f"{error.said} " if error.said else ""
    _tell(f"错误（{error.zh}） {said}error: {error}")


def _of_the_machine(error: OSError) -> MachineError:
    """Say which file could not be read or written, and what to look at."""
    what = f"{error.filename}: " if error.filename else ""
    why = error.strerror or str(error)
    return MachineError(
        f"{what[:200]}{why}; look at the path, its permissions and the free space"
    )


def _tell_crash(error: Exception) -> None:
    """Tell of our own fault; the traceback goes to a file that can be sent to us."""
    number, name = tempfile.mkstemp(prefix="shian-", suffix=".log")
    with open(number, "w", encoding="utf-8") as log:  # noqa: PTH123  mkstemp gives a number
        log.write(traceback.format_exc())
    kind = type(error).__name__
    _tell(f"内部错误 internal error: {kind}; 请把此文件交给维护人员 send us {name}")


def _tell(line: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(" ".join(line.split()), markup=False)


def _is_number(value: object) -> bool:
    """Tell a number, or a share that was written as one."""
    written = isinstance(value, str) and value.endswith("%")
    return written or isinstance(value, int | float)


def _cell(value: Any) -> Text:  # noqa: ANN401  a table cell may hold anything
    """Write a cell as it is: what stands in brackets is no markup."""
    if isinstance(value, Text):
        return value
    if value is None:
        return Text("-")
    if isinstance(value, float):
        return Text(f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}")  # noqa: PLR2004
    return Text(f"{value:,}" if isinstance(value, int) else str(value))
