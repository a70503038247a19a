"""The command line: shian <command>."""

import sys
from collections.abc import Callable, Mapping

import typer

from features.errors import UsageError
from pipelines.commands import data, demo, draw, grades, models
from pipelines.console import guarded, tell_error

# As a shell reports a program ended from the keyboard.
ABORTED = 130

app = typer.Typer(
    help="食安：从监管记录到风险等级与理由。\n\n"
    "Shian: from a food regulator's own records to risk grades with reasons.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: Mapping[str, Callable[..., None]] = {
    "demo": demo.demo,
    "init": data.init,
    "load": data.load,
    "simulate": data.simulate,
    "train": models.train,
    "backtest": models.backtest,
    "score": grades.score,
    "explain": grades.explain,
}
DRAWING: Mapping[str, Callable[..., None]] = {
    "commit": draw.commit,
    "run": draw.run,
    "withdraw": draw.withdraw,
    "verify": draw.verify,
}
drawing = typer.Typer(
    help="双随机抽查：先承诺，后抽取，人人可核验。\n\n"
    "Double-random draws: committed to first, then drawn, verifiable by anybody.",
    no_args_is_help=True,
)
for group, commands in ((app, COMMANDS), (drawing, DRAWING)):
    for name, command in commands.items():
        group.command(name)(guarded(command))
app.add_typer(drawing, name="draw")


def main() -> None:
    """Run the command line; a wrong call is told in one line, as any other error."""
    try:
        status = app(standalone_mode=False)
    except typer.TyperException as error:
        words = str(error).rstrip(".")
        tell_error(UsageError(f"{words}; see shian --help, or shian COMMAND --help"))
        status = UsageError.exit_code
    except typer.Abort:
        status = ABORTED
    sys.exit(status)
