"""A dossier in a language: plain values for the fragments that screen and paper share."""

import json
import re
from collections.abc import Mapping
from typing import Any

from features.catalogue import catalogue
from features.schema import labels
from models.case import step_words, word
from models.citation import Language, article_name
from models.explain import STORIES
from models.procedure_clauses import Step
from models.rules import Rules, RuleSet, load_rules
from models.worklist import Item
from pipelines.dossier.content import Countdown, Dossier, countdown, ground_of
from pipelines.history import KINDS
from pipelines.register.chain import Entry
from pipelines.story_chart import Story, story_waterfall

# Of a hash, as much as is compared by eye; of a time, the minute.
SHORT_HASH, _MINUTES = 12, 16
_CODE = re.compile(r"[a-z_0-9]+:\d+")
# What ends, prevents or lifts a listing, in the order in which it may come.
_TURNS = (
    "step.decide_not_listed",
    "step.record_defence",
    "step.annul",
    "step.annul_listing",
    "clock.early_removal",
    "step.grant_removal",
    "clock.term",
)
_DOUBTS = {
    "identity": ("主体是否一致", "identity"),
    "under_reinspection": ("抽检结果可能变更", "sampling not final"),
    "near_threshold": ("接近界限", "near a threshold"),
    "few_data": ("数据少", "few data"),
    "old_data": ("数据旧", "old data"),
}
_COUNTS = {
    "duty": ("须在期内办理", "must be done by then"),
    "right": ("当事人权利", "a right of the party"),
    "wait": ("期满后方可", "not before its end"),
    "term": ("期满办理", "to be done at its end"),
}


class View:
    """Gives the sections of a dossier, each as its fragment wants it."""

    def __init__(self, dossier: Dossier, lang: str) -> None:
        self.dossier, self.lang = dossier, lang
        self.seen = dossier.explanation
        self.rules: Rules = load_rules()

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en

    def said(self, kind: str, code: str) -> str:
        """Say a code of the procedure in the language."""
        return self.pick(*word(self.rules, kind, code))

    def label(self, kind: str, code: str | None) -> str:
        """Say a code of the records in the language."""
        return self.pick(*labels(kind).get(code or "", (code or "-", code or "-")))

    def _law(self) -> RuleSet:
        """Give the rules of the day the case was filed, or of today."""
        file = self.dossier.file
        return self.rules.in_force(file.case.acts[0].on if file else self.dossier.today)

    def sections(self) -> dict[str, Any]:
        """Give everything the fragments show."""
        return {
            "head": self.head(),
            "grounds": self.grounds(),
            "penalties": self.penalties(),
            "gravity": self._in_language(self.seen.get("gravity", ())),
            "excluded": self.excluded(),
            "score": self.score(),
            "waterfall": self.waterfall(),
            "reasons": [row[self.lang == "en"] for row in self.seen["reasons"]],
            "points": self._in_language(self.seen.get("parts", ())),
            "turns": self.turns(),
            "scenarios": self._in_language(self.seen.get("scenarios", ())),
            "doubts": self.doubts(),
            "events": self.events(),
            "similar": self.similar(),
            "acts": [self.act(e) for e in self._entries()],
            "clocks": self.clocks(),
            "waiting": self.waiting(),
            "origin": self.origin(),
        }

    def head(self) -> dict[str, Any]:
        """Say which business and which case it is, and where the case stands."""
        who, file = self.seen.get("who", {}), self.dossier.file
        return {
            "name": who.get("name") or self.dossier.business_id,
            "business_id": self.dossier.business_id,
            "usci": who.get("usci") or "-",
            "address": who.get("address") or "-",
            "legal_form": self.label("legal_form", who.get("legal_form")),
            "case_id": file.case.case_id if file else None,
            "list_type": self._rule(file.case.list_type) if file else None,
            "state": self.said("state", file.state if file else "candidate"),
            "is_public": file.is_public if file else False,
            "as_of": self.seen.get("as_of", "-"),
            "today": self.dossier.today,
        }

    def grounds(self) -> list[dict[str, str]]:
        """Name the grounds with their articles."""
        law, triggers = self._law(), ground_of(self.dossier, self.rules)
        return [
            {
                "code": trigger,
                "text": self._rule(trigger),
                "article": law.citation(trigger, "en" if self.lang == "en" else "zh"),
            }
            for trigger in triggers
            if trigger in law.rules
        ]

    def penalties(self) -> list[dict[str, Any]]:
        """List the penalties relied on, with what makes each a heavier one."""
        file = self.dossier.file
        rows = [*self.seen.get("evidence", ()), *self.seen.get("excluded", ())]
        if file is not None:
            rows = [row for row in rows if row["penalty_id"] in file.case.penalties]
        by_id = {row["penalty_id"]: row for row in rows}
        asked = file.case.penalties if file else tuple(by_id)
        return [self._penalty(by_id.get(p, {"penalty_id": p})) for p in asked]

    def _penalty(self, row: Mapping[str, Any]) -> dict[str, Any]:
        kinds = (row.get("kinds") or "").split("+")
        named = self.pick("、", ", ").join(self.label("penalty_kind", k) for k in kinds)
        return {
            "id": row["penalty_id"],
            "document_no": row.get("document_no") or "-",
            "act": row.get("act") or "-",
            "decided_on": row.get("decided_on") or "-",
            "kinds": named if row.get("kinds") else "-",
            "discretion": self.label("discretion", row.get("discretion_grade")),
            "fine_yuan": row.get("fine_yuan"),
            "law_article": self.cited(row.get("law_article")),
            "is_excluded": self.pick(
                row.get("reason_zh") or "", row.get("reason_en") or ""
            ),
        }

    def cited(self, codes: str | None) -> str:
        """Write the articles of a penalty in full: fsl:123 is article 123 of the law."""
        lang: Language = "zh" if self.lang == "zh" else "en"
        said = []
        for code in _CODE.findall(codes or ""):
            law, _, article = code.partition(":")
            source = self.rules.sources.get(law)
            name = (
                code
                if source is None
                else self.pick(f"《{source.zh}》", f"{source.en}, ")
            )
            said.append(name + (article_name(article, lang) if source else ""))
        return self.pick("、", "; ").join(said) or codes or "-"

    def excluded(self) -> list[dict[str, str]]:
        """List penalties that are no ground, and why."""
        return [
            {"id": r["penalty_id"], "why": self.pick(r["reason_zh"], r["reason_en"])}
            for r in self.seen.get("excluded", ())
        ]

    def score(self) -> dict[str, Any]:
        """Give grade, points and the chance with its interval."""
        names = ("risk_grade", "total_points", "probability")
        interval = ("probability_lower", "probability_upper")
        return {name: self.seen.get(name) for name in (*names, *interval)}

    def stories(self) -> tuple[float, list[Story]]:
        """Add the contributions up to stories, from the largest."""
        shap = dict(self.seen["shap"])
        base = shap.pop("base", 0.0)
        story = {f.name: f.story for f in catalogue()}
        sums: dict[str, float] = {}
        for name, moved in shap.items():
            key = story.get(name) or name
            sums[key] = sums.get(key, 0.0) + moved
        told = [(*STORIES.get(key, (key, key)), moved) for key, moved in sums.items()]
        return base, sorted(told, key=lambda s: (-abs(s[2]), s[1]))

    def waterfall(self) -> Any:  # noqa: ANN401  markup, escaped on the way in
        """Draw what moved the chance."""
        return story_waterfall(*self.stories(), self.pick)

    def turns(self) -> list[dict[str, Any]]:
        """Say what the law lets change the outcome; no score is among it."""
        law = self._law()
        lang: Language = "en" if self.lang == "en" else "zh"
        return [
            {
                "text": self._rule(rule_id),
                "article": law.citation(rule_id, lang),
                "asks": self._asks(law, rule_id),
            }
            for rule_id in _TURNS
            if rule_id in law.rules
        ]

    def _asks(self, law: RuleSet, rule_id: str) -> list[str]:
        step = law.find(Step, rule_id)
        asked = step.confirmations if step else ()
        return [self.said("confirmation", code) for code in asked]

    def doubts(self) -> list[dict[str, str]]:
        """List why the explanation might be wrong."""
        return [
            {
                "kind": self.pick(*_DOUBTS.get(d["kind"], (d["kind"], d["kind"]))),
                "text": d[self.lang],
            }
            for d in self.seen.get("doubts", ())
        ]

    def events(self) -> list[dict[str, Any]]:
        """List what is on record, the latest first, each with its row."""
        relied_on = {p["id"] for p in self.penalties()}
        return [
            {
                "day": e["day"],
                "kind": self.pick(*KINDS[e["kind"]]),
                "text": e[self.lang],
                "row": e["row"],
                "recorded_on": e["recorded_on"],
                "is_bad": e["is_bad"],
                "is_ground": e["row"] in relied_on,
            }
            for e in self.seen.get("events", ())
        ]

    def similar(self) -> dict[str, Any] | None:
        """Give what was found at businesses explained alike; None where none was kept."""
        seen = self.seen.get("similar")
        if not seen:
            return None
        cases = [
            {
                "day": case["day"],
                "place": case["street"] or "-",
                "kind": case[self.lang],
                "found": case[f"found_{self.lang}"],
                "number": case["inspection_id"],
                "is_serious": case["is_serious"],
            }
            for case in seen["nearest"]
        ]
        return {"words": seen[self.lang], "cases": cases}

    def _entries(self) -> tuple[Entry, ...]:
        return self.dossier.file.entries if self.dossier.file else ()

    def act(self, entry: Entry) -> dict[str, Any]:
        """Tell one entry of the register with its documents and what was seen."""
        body = json.loads(entry.body)
        seen = json.loads(entry.explanation) if entry.explanation else None
        return {
            "seq": entry.seq,
            "action": self.pick(*step_words(self.rules, entry.action)),
            "recorded_at": entry.recorded_at[:_MINUTES].replace("T", " "),
            "happened_on": entry.happened_on,
            "actor": entry.actor,
            "role": self.said("role", entry.role),
            "reason": entry.reason,
            "day": body["day"],
            "documents": [
                {
                    "kind": self.said("attachment", a["kind"]),
                    "name": a["name"],
                    "hash": a["sha256"][:SHORT_HASH],
                }
                for a in body["attachments"]
            ],
            "confirmed": [self.said("confirmation", c) for c in body["confirmed"]],
            "seen": None if seen is None else self._origin_of(seen),
            "hash": entry.hash[:SHORT_HASH],
        }

    def clocks(self) -> list[dict[str, Any]]:
        """Count every term of the case down, the nearest end first, the done ones last."""
        file = self.dossier.file
        terms = file.terms if file else ()
        counted = [countdown(term, self.dossier.today) for term in terms]
        ordered = sorted(counted, key=lambda c: (c.term.is_over, c.term.ends))
        return [self._clock(c) for c in ordered]

    def _clock(self, counted: Countdown) -> dict[str, Any]:
        term = counted.term
        law = self.rules.in_force(term.started_on)
        return {
            "text": self._rule(term.clock.id, law),
            "article": law.citation(term.clock.id, "en" if self.lang == "en" else "zh"),
            "counts": self.pick(*_COUNTS[term.clock.counts]),
            "started_on": term.started_on,
            "ends_on": term.ends.date,
            "is_provisional": term.ends.is_provisional,
            "left": self._left(counted),
            "is_over": term.is_over,
            "is_late": counted.is_late,
        }

    def _left(self, counted: Countdown) -> str:
        """Say how long a term still runs, or how long it has been over."""
        days, workdays = counted.days_left, counted.workdays_left
        if counted.term.is_over:
            return self.pick("已办", "done")
        if days >= 0:
            return self.pick(
                f"还有{days}天（{workdays}个工作日）",
                f"{days} days left ({workdays} workdays)",
            )
        if counted.is_late:
            return self.pick(
                f"逾期{-days}天（{-workdays}个工作日）",
                f"OVERDUE by {-days} days ({-workdays} workdays)",
            )
        return self.pick(f"已于{-days}天前届满", f"ended {-days} days ago")

    def waiting(self) -> list[dict[str, Any]]:
        """List what waits in the case, and for whom."""
        items: tuple[Item, ...] = self.dossier.file.waiting if self.dossier.file else ()
        return [
            {
                "text": self.pick(item.zh, item.en),
                "roles": [self.said("role", role) for role in item.roles],
                "due": item.due,
                "opens_on": item.opens_on,
                "is_overdue": item.is_overdue,
            }
            for item in items
        ]

    def origin(self) -> dict[str, Any]:
        """Say which model, rules and data the explanation is of, and when it was kept."""
        kept = self.dossier.kept_with
        return {
            **self._origin_of(self.seen),
            "mark": self.dossier.mark,
            "code": self.seen.get("code_version", "-"),
            "kept_with": None if kept is None else self.act(kept),
        }

    def _origin_of(self, seen: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "as_of": seen.get("as_of", "-"),
            "model": seen["model_version"][:SHORT_HASH],
            "law": seen["law_version"][:SHORT_HASH],
            "data": seen["data_fingerprint"][:SHORT_HASH],
            "probability": seen.get("probability"),
        }

    def _rule(self, rule_id: str, law: RuleSet | None = None) -> str:
        rule = (law or self._law()).rules.get(rule_id)
        return rule_id if rule is None else self.pick(rule.zh, rule.en)

    def _in_language(self, rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401  of JSON
        """Give rows with their text and article in the language."""
        article = "article" if self.lang == "zh" else "article_en"
        return [
            {**row, "text": row[self.lang], "article": row.get(article, "")}
            for row in rows
        ]


def sections(dossier: Dossier, lang: str = "zh") -> dict[str, Any]:
    """Give the sections of a dossier in a language."""
    return View(dossier, lang).sections()
