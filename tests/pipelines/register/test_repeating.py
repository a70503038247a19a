"""Sends requests again, mixes up their keys, and writes past the program, in any order."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from features.errors import NotFoundError, ProcedureError, RegisterError
from pipelines.register.chain import Entry
from pipelines.register.decisions import (
    FILE,
    Request,
    create_register,
    open_case,
    record,
)
from pipelines.register.ledger import open_ledger
from pipelines.register.verify import verify
from tests.listing_acts import TO_PUBLISHED
from tests.register_requests import GROUND, RULES, request

RAW = (
    "update entry set reason = 'x'",
    "delete from entry",
    "update tally set entries = entries + 1",
    "insert or replace into entry select * from entry",
)
LINES = st.sampled_from([*TO_PUBLISHED, "2026-03-17 Li annul", "2026-03-02 Wang file"])


class Senders(RuleBasedStateMachine):
    """Senders who do not know whether they were heard, and a model of what was."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "register.sqlite"
        create_register(self.path)
        self.heard: dict[str, tuple[str, Request, Entry]] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    def send(self, business: str, asked: Request) -> Entry:
        if asked.action == FILE:
            ground = replace(GROUND, business_id=business, penalty_id=business)
            return open_case(self.path, ground, asked, RULES)
        case_id = self.case_of(business)
        return record(self.path, case_id, asked, RULES)

    def case_of(self, business: str) -> str:
        filed = [
            entry.case_id
            for of, _, entry in self.heard.values()
            if of == business and entry.action == FILE
        ]
        return filed[0] if filed else "2026-9999"

    @rule(business=st.sampled_from("bc"), line=LINES)
    def send_something(self, business: str, line: str) -> None:
        asked = request(line, key=f"{business} {line}")
        try:
            entry = self.send(business, asked)
        except (ProcedureError, NotFoundError):
            return
        known = self.heard.setdefault(asked.idempotency_key, (business, asked, entry))
        assert known[2] == entry

    @precondition(lambda self: self.heard)
    @rule(pick=st.integers(0, 99), hours=st.integers(0, 9))
    def send_again(self, pick: int, hours: int) -> None:
        business, asked, entry = list(self.heard.values())[pick % len(self.heard)]
        later = replace(asked, at=asked.at.replace(hour=9 + hours))
        assert self.send(business, later) == entry

    @precondition(lambda self: self.heard)
    @rule(pick=st.integers(0, 99))
    def send_another_act_under_a_used_key(self, pick: int) -> None:
        business, asked, _ = list(self.heard.values())[pick % len(self.heard)]
        with pytest.raises(RegisterError, match="was used for another act"):
            self.send(business, replace(asked, reason="other"))

    @precondition(lambda self: self.heard)
    @rule(statement=st.sampled_from(RAW))
    def write_past_the_program(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as raw, pytest.raises(sqlite3.Error):
            raw.execute(statement)

    @invariant()
    def everything_heard_is_there_once_and_nothing_else(self) -> None:
        with open_ledger(self.path) as ledger:
            entries = ledger.entries()
        heard = sorted((e for _, _, e in self.heard.values()), key=lambda e: e.seq)
        assert entries == heard
        assert verify(self.path, RULES).is_sound


Senders.TestCase.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None
)
TestSenders = Senders.TestCase
