"""The documents of a case: drawn from the register and the rules, never invented.

What the law words is cited; wording of ours is marked as a draft for the legal reviewer;
what no record says is marked as missing, and whoever signs fills it in. The documents
are in Chinese alone: they are served on a party.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup, escape

from features.errors import ProcedureError, UsageError
from models.case import Act, step_of, words
from models.procedure_clauses import Clock
from models.rules import RuleSet
from pipelines.dossier.content import Dossier
from pipelines.dossier.printing import stylesheet, write_pdf
from pipelines.dossier.view import View
from pipelines.report import pages

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS = {"workday": "个工作日", "day": "日", "month": "个月", "year": "年"}


@dataclass(frozen=True)
class Kind:
    """A document, the actions that it is made for, and what it is called."""

    template: str
    actions: tuple[str, ...]
    zh: str
    en: str


KINDS: Mapping[str, Kind] = {
    "notice": Kind(
        "notice",
        ("serve_notice",),
        "拟列入严重违法失信名单告知书",
        "notice of the intended listing",
    ),
    "hearing": Kind(
        "hearing", ("call_hearing",), "听证通知书", "notice of the hearing"
    ),
    "listed": Kind(
        "listed",
        ("decide_listed",),
        "列入严重违法失信名单决定书",
        "decision to list",
    ),
    "not_listed": Kind(
        "not_listed",
        ("decide_not_listed",),
        "不予列入严重违法失信名单决定书",
        "decision not to list",
    ),
    "removed": Kind(
        "removed",
        ("grant_removal", "expire"),
        "移出严重违法失信名单决定书",
        "decision to remove",
    ),
    "repair": Kind(
        "repair",
        ("accept_repair", "refuse_repair", "deny_removal"),
        "提前移出（信用修复）申请处理决定书",
        "answer to an application for early removal (credit repair)",
    ),
}
# What no record of the program says; an officer gives it or writes it by hand.
FIELDS: Mapping[str, str] = {
    "organ": "机关全称",
    "number": "文书编号",
    "contact": "联系人和联系电话",
    "hearing_time": "听证时间",
    "hearing_place": "听证地点",
    "presiding": "听证主持人",
    "reconsideration": "行政复议机关",
    "court": "有管辖权的人民法院",
    "representative": "法定代表人（负责人）",
}


class Paper:
    """What a template may say of a case."""

    def __init__(self, dossier: Dossier, kind: Kind, fields: Mapping[str, str]) -> None:
        if dossier.file is None:
            message = (
                "documents are drawn for a case; open one with: shian listing open"
            )
            raise ProcedureError(message)
        self.file, self.kind, self.fields = dossier.file, kind, fields
        self.today, self.view = dossier.today, View(dossier, "zh")
        self.case = dossier.file.case
        self.told = self.view.sections()

    def act(self, *actions: str) -> Act | None:
        """Find the last act of the case among some actions."""
        return self.case.latest(actions)

    @property
    def made(self) -> Act | None:
        """Find the act that the document records, once it is in the register."""
        return self.act(*self.kind.actions)

    @property
    def day(self) -> date | None:
        """Give the day of the document: that of its act, or none before it."""
        return self.made.on if self.made else None

    def law(self) -> RuleSet:
        """Give the rules of the day the document is made."""
        return self.view.rules.in_force(self.day or self.today)

    def cite(self, rule_id: str) -> str:
        """Cite a rule, with its marks."""
        law = self.law()
        return law.citation(rule_id) if rule_id in law.rules else ""

    def basis(self) -> str:
        """Cite the step that the document belongs to."""
        action = self.made.action if self.made else self.kind.actions[0]
        step = step_of(self.view.rules, action, self.day or self.today)
        return "" if step is None else self.cite(step.id)

    def term(self, clock_id: str) -> str:
        """Write the length of a term: 5个工作日."""
        clock = self.law().find(Clock, clock_id)
        return "" if clock is None else f"{clock.amount}{_UNITS[clock.unit]}"

    def rule(self, rule_id: str) -> str:
        """Give what a rule says in short."""
        found = self.law().rules.get(rule_id)
        return "" if found is None else found.zh

    def words(self, kind: str) -> list[str]:
        """List the Chinese words of a kind of code, such as the measures of article 15."""
        return [zh for zh, _ in words(self.view.rules, kind).values()]

    def asked(self, action: str) -> list[str]:
        """List what must be confirmed for an action, in words."""
        step = step_of(self.view.rules, action, self.day or self.today)
        codes = step.confirmations if step else ()
        return [self.view.said("confirmation", code) for code in codes]

    def given(self, name: str) -> Markup:
        """Give a field that an officer filled in, or mark it as missing."""
        return known(self.fields.get(name), FIELDS[name])


def known(value: object, name: str) -> Markup:
    """Write a value, or mark that it is missing; a date is written in Chinese."""
    if value is None or value in {"", "-"}:
        return Markup('<span class="missing">【待填：{}】</span>').format(name)
    if isinstance(value, str) and _DAY.fullmatch(value):
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return Markup(escape(f"{value.year}年{value.month}月{value.day}日"))  # noqa: S704
    return Markup(escape(value))  # noqa: S704  escaped


def write_document(
    dossier: Dossier, kind: str, path: Path, fields: Mapping[str, str]
) -> Path:
    """Write a document of a case as PDF/A.

    Raises:
        UsageError: there is no such document or field, or the file cannot be written.
        ProcedureError: there is no case, or it does not stand where this is decided.
        MachineError: Pango or a Chinese font is missing.
    """
    return write_pdf(document_html(dossier, kind, fields), path)


def document_html(dossier: Dossier, kind: str, fields: Mapping[str, str]) -> str:
    """Render a document of a case."""
    if kind not in KINDS:
        there = ", ".join(f"{code} {k.zh}" for code, k in KINDS.items())
        message = f"'{kind}' is no document; there are: {there}"
        raise UsageError(message)
    if unknown := sorted(set(fields) - set(FIELDS)):
        there = ", ".join(f"{code} {zh}" for code, zh in FIELDS.items())
        message = f"'{unknown[0]}' is no field; there are: {there}"
        raise UsageError(message)
    paper = Paper(dossier, KINDS[kind], fields)
    _refuse_untimely(paper)
    return (
        pages()
        .get_template(f"documents/{KINDS[kind].template}.html.j2")
        .render(p=paper, d=paper.told, k=known, css=stylesheet(), title=paper.kind.zh)
    )


def _refuse_untimely(paper: Paper) -> None:
    """Refuse a document whose act neither happened nor may follow: notice comes first."""
    possible = {allowed.step.action for allowed in paper.file.allowed}
    if paper.made is None and not possible.intersection(paper.kind.actions):
        state = paper.told["head"]["state"]
        message = f"案件现为“{state}”，不能制作{paper.kind.zh}（the case does not stand where the {paper.kind.en} is made; see: shian listing case {paper.case.case_id}）"
        raise ProcedureError(message)


def fields_of(texts: list[str]) -> dict[str, str]:
    """Read fields typed as NAME=TEXT.

    Raises:
        UsageError: a text has no name.
    """
    fields = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not value:
            message = f"a field is given as NAME=TEXT, such as organ=某市场监督管理局, not {text!r}"
            raise UsageError(message)
        fields[name] = value
    return fields
