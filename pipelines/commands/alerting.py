"""Commands of the risk loop: alerts, alert-act."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Warehouse

if TYPE_CHECKING:
    from pipelines.register.chain import Attachment

Book = Annotated[Path, typer.Option("--book", help="预警登记簿文件 / book of alerts")]
AlertId = Annotated[str, typer.Argument(help="预警编号 / number of the alert")]
Action = Annotated[
    str,
    typer.Argument(
        help="take 接办、measure 处置措施、cause 查明原因、control 控制证据、recheck 复查、"
        "close 闭环 / what is recorded"
    ),
]
Actor = Annotated[
    str,
    typer.Option(
        "--actor", help="办理人姓名，命令不核验身份 / who does it, taken on trust"
    ),
]
Role = Annotated[
    str,
    typer.Option(
        "--role",
        help="office_head 所长、section_head 科室负责人、deputy_director 分管局领导、"
        "director 局长、officer 办理人员 / role",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="内容或理由 / what, or why")]
Attached = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach",
        help="证据文件，可重复；只留存文件名和哈希 / evidence, may be repeated; its name "
        "and hash are kept",
    ),
]
Passed = Annotated[
    bool | None,
    typer.Option("--passed/--failed", help="复查是否通过 / whether the recheck passed"),
]
Outcome = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        help="闭环结果：controlled 已控制、no_hazard 未发现隐患 / outcome at closing",
    ),
]
Feedback = Annotated[
    Path | None,
    typer.Option(
        "--feedback",
        help="改为把已闭环预警的结论写成可装载的更正：投诉查实、事件确认 / instead write "
        "what closed alerts taught as corrections to load",
    ),
]
Show = Annotated[
    str | None,
    typer.Option("--show", help="只看一条预警的全过程 / the history of one alert"),
]


def alerts(
    as_of: AsOf = None,
    show: Show = None,
    feedback: Feedback = None,
    book: Book = settings.ALERTS,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """风险预警：监测、预警、处置、反馈 / the risk loop

    从投诉举报聚集、抽检不合格、食品安全事件和阳光厨房找出信号，按内部等级预警，列出未闭环
    的预警、责任人和时限。仅供内部使用：区级不得发布风险警示（食品安全法第一百一十八条）。

    Finds signals in complaints, samples, incidents and kitchens, raises them at internal
    levels, and lists what is open, whose it is, and by when. Internal: a district may
    publish no warning (Food Safety Law, article 118).
    """
    from pipelines.alerts.feedback import write_feedback
    from pipelines.alerts.running import run_alerts
    from pipelines.screens.alerts import (
        board_facts,
        show_board,
        show_feedback,
        show_history,
    )

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    if show is not None:
        show_history(voice, book, show)
        return
    if feedback is not None:
        show_feedback(voice, write_feedback(book, warehouse, feedback), feedback)
        return
    with voice.progress("监测预警", "looking for signals"):
        board = run_alerts(warehouse, book, options.day(as_of), options.now())
    voice.facts(board_facts(board))
    show_board(voice, board)


def alert_act(
    alert: AlertId,
    action: Action,
    actor: Actor,
    reason: Reason,
    role: Role = "officer",
    attach: Attached = None,
    passed: Passed = None,
    outcome: Outcome = None,
    book: Book = settings.ALERTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """登记对预警的处置 / record what is done about an alert

    查明原因、控制证据齐全且由他人复查通过，方可闭环；登记簿只增不改。

    It closes only with its cause, evidence of control, and a recheck passed by somebody
    else; the book is appended and never changed.
    """
    from models.rules import load_rules
    from pipelines.alerts.book import Asked, act
    from pipelines.screens.alerts import known_facts, show_known

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    now = options.now()
    asked = Asked(
        action=action,
        actor=actor,
        role=role,
        reason=reason,
        at=now,
        account=options.account(),
        documents=tuple(_document(path) for path in attach or ()),
        passed=passed,
        outcome=outcome,
    )
    law = load_rules().in_force(now.date())
    known = act(book, alert, asked, law)
    voice.facts(known_facts(known, law, now))
    show_known(voice, known, law, now)


def _document(path: Path) -> "Attachment":
    from pipelines.register.chain import Attachment

    if not path.is_file():
        message = f"--attach {path}: there is no such file"
        told = f"--attach {path}：没有这个文件"
        raise UsageError(message, said=told)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Attachment(kind="evidence", sha256=digest, name=path.name)
