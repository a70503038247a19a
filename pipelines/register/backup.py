"""Copies the register away and back, never over decisions that the copy lacks."""

from pathlib import Path

from features.errors import RegisterError
from models.rules import Rules
from pipelines.register.chain import Head
from pipelines.register.ledger import Ledger, address_of, open_ledger, shown
from pipelines.register.verify import Verified, verify


def backup(path: Path, target: Path, rules: Rules) -> Head:
    """Write a verified copy while officers go on working; give its head.

    Raises:
        RegisterError: something is there already, or the copy cannot be written or is
            not sound.
    """
    if target.exists():
        message = f"{target} exists and would be lost; give the copy another name"
        raise RegisterError(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(path) as ledger:
        ledger.copy_to(target)
    return _sound(target, verify(target, rules)).head


def restore(copy: Path, path: Path, rules: Rules) -> Head:
    """Bring a copy back to where there is no register, or an empty one on a server.

    A copy is a file in either case, so that a register may move to a server and back.

    Raises:
        RegisterError: something is there already, or the copy is not sound.
    """
    if address_of(path) is None:
        _refuse_what_is_there(path)
    head = _sound(copy, verify(copy, rules)).head
    with open_ledger(copy) as kept:
        if address_of(path) is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            kept.copy_to(path)
        else:
            _fill_server(path, kept)
    with open_ledger(path, create=True):
        return head


def _refuse_what_is_there(path: Path) -> None:
    for there in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if there.exists():
            message = f"{there} exists and may hold decisions the copy lacks; move it away first"
            raise RegisterError(message)


def _fill_server(path: Path, kept: Ledger) -> None:
    with open_ledger(path, create=True) as server:
        if server.tally().entries:
            message = f"{server.path} holds a register with decisions the copy may lack; restore into an empty database"
            raise RegisterError(message)
        server.fill(kept.entries())


def _sound(path: Path, verified: Verified) -> Verified:
    if not verified.is_sound:
        message = f"{shown(path)} is not sound: {verified.findings[0].text}"
        raise RegisterError(message)
    return verified
