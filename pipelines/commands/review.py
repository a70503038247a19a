"""Commands of the review workbench: review, and review user add, list, lock ..."""

import socket
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Register, Store, Warehouse
from pipelines.console import Voice

if TYPE_CHECKING:
    from pipelines.review.app import Site
    from pipelines.review.serving import Address

Accounts = Annotated[
    Path, typer.Option("--accounts", help="账号文件 / file of accounts and sessions")
]
DocumentsFolder = Annotated[
    Path,
    typer.Option(
        "--documents",
        help="附件文件夹，按哈希存放 / folder of documents, by their hash",
    ),
]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        help="监听地址，默认仅限本机；其他地址须有证书 / address to listen on; beyond "
        "this machine only with a certificate",
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port", min=0, max=65535, help="端口，0 为任一空闲端口 / port, 0 for any"
    ),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        help="浏览器访问时使用的主机名，可重复 / host name under which browsers ask, "
        "may be repeated",
    ),
]
Certificate = Annotated[
    Path | None, typer.Option("--tls-cert", help="证书 PEM 文件 / certificate, PEM")
]
Key = Annotated[Path | None, typer.Option("--tls-key", help="私钥 PEM 文件 / key, PEM")]
Login = Annotated[str, typer.Argument(help="账号 / login")]
Person = Annotated[
    str,
    typer.Option("--person", help="姓名，记入登记簿 / name, as the register has it"),
]
UserRole = Annotated[
    str,
    typer.Option(
        "--role",
        help="viewer 查阅、case_officer 办案、legal_reviewer 法制审核、approver 审批、"
        "administrator 管理账号 / role",
    ),
]
Office = Annotated[str, typer.Option("--office", help="市场监管所或科室 / office")]
Off = Annotated[bool, typer.Option("--off", help="解除锁定 / let in again")]


def serve(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8787,
    name: Names = None,
    tls_cert: Certificate = None,
    tls_key: Key = None,
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    accounts: Accounts = settings.ACCOUNTS,
    documents: DocumentsFolder = settings.DOCUMENTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """审核工作台 / serve the review workbench

    在浏览器中查看线索和案件、办理并登记；账号用 shian review user add 建立。默认只在
    本机监听，其他地址须有 --tls-cert 和 --tls-key。按 Ctrl-C 停止。

    Candidates, cases and acts in a browser; accounts are made with shian review user
    add. It listens on this machine alone, elsewhere only with a certificate.
    """
    if context.invoked_subcommand is not None:
        return
    from pipelines.acting import Places
    from pipelines.review.app import Site
    from pipelines.review.serving import Address

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    names = tuple(name or ())
    address = Address(
        host=host, port=port, names=names, certificate=tls_cert, key=tls_key
    )
    address.check()
    places = Places(register=register, warehouse=warehouse, store=store)
    site = Site(
        places=places,
        accounts=accounts,
        documents=documents,
        hosts=address.hosts,
        is_tls=address.is_tls,
    )
    _serve(voice, address, site)


def _serve(voice: Voice, address: "Address", site: "Site") -> None:
    """Say where it is, and serve until it is stopped."""
    from pipelines.register.ledger import open_ledger
    from pipelines.review.account_store import AccountStore
    from pipelines.review.app import create_app
    from pipelines.review.serving import log_to_stderr, server

    people = len(AccountStore(site.accounts).accounts())
    # A register that is missing is said here, not on the first page.
    with open_ledger(site.places.register):
        pass
    app = create_app(site, options.now)
    if not voice.quiet:
        log_to_stderr()
    with _listening(address.host, address.port) as heard:
        url = address.url(heard.getsockname()[1])
        voice.facts({"url": url, "accounts": people})
        voice.say(
            f"审核工作台：{url}（账号 {people} 个），按 Ctrl-C 停止",
            f"Review workbench: {url} ({people} accounts); Ctrl-C stops it",
        )
        server(app, address).run(sockets=[heard])


def user_add(
    login: Login,
    person: Person,
    role: UserRole,
    office: Office = "",
    accounts: Accounts = settings.ACCOUNTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """新建账号 / make an account

    显示一次初始密码，七天内有效，首次登录须修改。

    Shows a first password once; it is good for seven days and changed at once.
    """
    from pipelines.review.account_store import AccountStore
    from pipelines.review.signing import Newcomer, add_account

    voice = options.voice(lang, as_json=as_json, quiet=_shown(quiet=quiet))
    who = Newcomer(login=login, person=person, role=role, office=office, language=lang)
    by, at = _by()
    password = add_account(AccountStore(accounts), who, by=by, at=at)
    voice.facts({"login": login, "initial_password": password})
    voice.say(
        f"已建立账号 {login}（{person}）。初始密码，仅显示一次：{password}",
        f"Account {login} ({person}) is made. First password, shown once: {password}",
    )


def user_list(
    accounts: Accounts = settings.ACCOUNTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """列出账号 / list the accounts

    角色、锁定和会话数。

    With roles, locks and how many sessions each has.
    """
    from pipelines.review.account_store import AccountStore
    from pipelines.screens.review import account_facts, show_accounts

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    store = AccountStore(accounts)
    found, sessions = store.accounts(), store.sessions()
    voice.facts(account_facts(found, sessions))
    show_accounts(voice, found, sessions, at=options.now())


def user_lock(
    login: Login,
    off: Off = False,
    accounts: Accounts = settings.ACCOUNTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """锁定或解锁账号 / lock an account out, or let it in again

    锁定时其会话立即结束。

    Its sessions end at once.
    """
    from pipelines.review.account_store import AccountStore
    from pipelines.review.signing import set_locked

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    by, at = _by()
    set_locked(AccountStore(accounts), login, is_locked=not off, by=by, at=at)
    voice.facts({"login": login, "is_locked": not off})
    voice.say(
        f"账号 {login} 已{'解锁' if off else '锁定'}",
        f"Account {login} is {'let in again' if off else 'locked'}",
    )


def user_revoke(
    login: Login,
    accounts: Accounts = settings.ACCOUNTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """结束账号的全部会话 / end every session of an account

    须重新登录；密码不变。

    It has to sign in again; the password stays.
    """
    from pipelines.review.account_store import AccountStore
    from pipelines.review.signing import revoke

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    by, at = _by()
    ended = revoke(AccountStore(accounts), login, by=by, at=at)
    voice.facts({"login": login, "ended": ended})
    voice.say(f"已结束 {ended} 个会话", f"{ended} sessions ended")


def user_password(
    login: Login,
    accounts: Accounts = settings.ACCOUNTS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """重设密码 / give a new first password

    显示一次；其会话立即结束，输错密码的暂停同时解除。

    Shown once; its sessions end, and so does a pause after wrong passwords.
    """
    from pipelines.review.account_store import AccountStore
    from pipelines.review.signing import give_password

    voice = options.voice(lang, as_json=as_json, quiet=_shown(quiet=quiet))
    by, at = _by()
    password = give_password(AccountStore(accounts), login, by=by, at=at)
    voice.facts({"login": login, "initial_password": password})
    voice.say(
        f"账号 {login} 的新初始密码，仅显示一次：{password}",
        f"New first password of {login}, shown once: {password}",
    )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _by() -> tuple[str, datetime]:
    """Name the account of the machine as who did it, and the time."""
    return f"shian:{options.account()}", options.now()


def _shown(*, quiet: bool) -> bool:
    """Refuse to make a password that nobody would see.

    Raises:
        UsageError: everything is to be kept quiet.
    """
    from features.errors import UsageError

    if quiet:
        message = (
            "--quiet would hide the first password, which is shown once; leave it out"
        )
        raise UsageError(message)
    return False
