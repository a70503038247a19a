"""Asks the register for what tests/listing_acts.py writes as "2026-03-03 Li serve_notice"."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

from models.rules import load_rules
from pipelines.register.chain import Attachment, Entry
from pipelines.register.decisions import CHINA, FILE, Ground, Request, open_case, record
from tests.listing_acts import NAMED, act

RULES = load_rules()
GROUND = Ground(business_id="b", list_type="SAMR44", trigger="F5-2", penalty_id="p")
EXPLANATION = {
    "shap": {"serious_12m": 0.71, "days_since_visit": -0.04},
    "reasons": [["一年内严重不合格2次", "two serious findings within a year"]],
    "model_version": "risk-1",
    "law_version": RULES.version,
    "data_fingerprint": "f" * 16,
}


def request(text: str, key: str | None = None) -> Request:
    """Draw a request; by default its key is what it says."""
    asked = act(text)
    return Request(
        idempotency_key=key or text,
        action=asked.action,
        at=datetime.combine(asked.recorded_on, time(9), CHINA),
        happened_on=asked.on,
        actor=asked.actor,
        role=asked.role,
        reason=asked.reason,
        attachments=tuple(
            Attachment(kind=kind, sha256="a" * 64, name=f"{kind}.pdf")
            for kind in asked.attachments
        ),
        confirmed=asked.confirmed,
        day=asked.day,
        explanation=EXPLANATION if asked.is_explained else None,
    )


def recorded(path: Path, texts: Iterable[str], *, business: str = "b") -> list[Entry]:
    """Record a whole case, from its filing on."""
    entries: list[Entry] = []
    ground = replace(GROUND, business_id=business, penalty_id=f"p-{business}")
    for line in (line for text in texts for line in NAMED.get(text, (text,))):
        asked = request(line, key=f"{business} {line}")
        if asked.action == FILE:
            entries.append(open_case(path, ground, asked, RULES))
        else:
            entries.append(record(path, entries[0].case_id, asked, RULES))
    return entries
