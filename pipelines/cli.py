"""The command line: shian <command>."""

import io
import sys
from collections.abc import Callable, Mapping

import typer

from features.errors import UsageError
from pipelines.commands import (
    acting,
    alerting,
    closed_loop,
    comparing,
    data,
    declaring,
    demo,
    dossier,
    draw,
    governing,
    grades,
    indicators,
    listing,
    models,
    publish,
    register,
    repair,
    review,
    sampling,
    schedule,
)
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
    "quarantine": data.quarantine,
    "simulate": data.simulate,
    "train": models.train,
    "promote": governing.promote,
    "monitor": governing.monitor,
    "model-card": governing.model_card,
    "backtest": models.backtest,
    "compare": comparing.compare,
    "score": grades.score,
    "explain": grades.explain,
    "features": declaring.features,
    "indicators": indicators.indicators,
    "publish": publish.publish,
    "alerts": alerting.alerts,
    "alert-act": alerting.alert_act,
    "sample-plan": sampling.sample_plan,
    "sample-open": sampling.sample_open,
    "sample-results": sampling.sample_results,
    "closed-loop": closed_loop.closed_loop,
    "schedule": schedule.schedule,
    "verify": register.verify,
}
DRAWING: Mapping[str, Callable[..., None]] = {
    "commit": draw.commit,
    "run": draw.run,
    "withdraw": draw.withdraw,
    "sheets": draw.sheets,
    "verify": draw.verify,
}
LISTING: Mapping[str, Callable[..., None]] = {
    "candidates": listing.candidates,
    "look": listing.look,
    "open": acting.open_case,
    "act": acting.act,
    "case": listing.case,
    "worklist": listing.worklist,
    "annulments": listing.annulments,
    "repair": repair.repair,
    "dossier": dossier.dossier,
    "document": dossier.document,
}
KEEPING: Mapping[str, Callable[..., None]] = {
    "init": register.init,
    "head": register.head,
    "backup": register.backup,
    "restore": register.restore,
}
USERS: Mapping[str, Callable[..., None]] = {
    "add": review.user_add,
    "list": review.user_list,
    "lock": review.user_lock,
    "revoke": review.user_revoke,
    "password": review.user_password,
}
drawing = typer.Typer(
    help="双随机抽查：先承诺，后抽取，人人可核验。\n\n"
    "Double-random draws: committed to first, then drawn, verifiable by anybody.",
    no_args_is_help=True,
)
procedure = typer.Typer(
    help="严重违法失信名单：线索、立案、办理、待办。命令不核验身份：姓名和角色由使用者"
    "填写，操作系统账号一并留存。\n\n"
    "The list of serious breaches: candidates, cases, acts, what waits. Names and roles "
    "are taken on trust from whoever may run this account, which is recorded beside them.",
    no_args_is_help=True,
)
keeping = typer.Typer(
    help="决定登记簿：只增不改，链式校验。\n\n"
    "The register of decisions: appended, never changed, chained by hash.",
    no_args_is_help=True,
)
reviewing = typer.Typer()
users = typer.Typer(
    help="审核工作台的账号：角色、锁定、会话、密码。\n\n"
    "Accounts of the review workbench: roles, locks, sessions, passwords.",
    no_args_is_help=True,
)
reviewing.callback(invoke_without_command=True)(guarded(review.serve))
for group, commands in (
    (app, COMMANDS),
    (drawing, DRAWING),
    (procedure, LISTING),
    (keeping, KEEPING),
    (users, USERS),
):
    for name, command in commands.items():
        group.command(name)(guarded(command))
app.add_typer(drawing, name="draw")
app.add_typer(procedure, name="listing")
app.add_typer(keeping, name="register")
reviewing.add_typer(users, name="user")
app.add_typer(reviewing, name="review")


def main() -> None:
    """Run the command line; a wrong call is told in one line, as any other error."""
    # A terminal that knows no Chinese shows escapes instead of nothing at all.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        words = error.format_message().rstrip(".")
        tell_error(UsageError(f"{words}; see shian --help, or shian COMMAND --help"))
        status = UsageError.exit_code
    except typer.Abort:
        status = ABORTED
    sys.exit(status)
