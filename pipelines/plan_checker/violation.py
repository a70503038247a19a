"""What breaks a rule: where, which, and in words."""

from dataclasses import dataclass
from typing import Self

from pipelines.plan_checker.written import Visit


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A rule that a written plan breaks, at a row of it or at a business without one."""

    rule: str
    visit_id: str | None
    business_id: str | None
    zh: str
    en: str
    article_zh: str = ""
    article_en: str = ""

    @classmethod
    def at(cls, visit: Visit, rule: str, zh: str, en: str) -> Self:
        """Name a row of the plan."""
        return cls(
            rule=rule,
            visit_id=visit.visit_id,
            business_id=visit.business_id,
            zh=zh,
            en=en,
        )

    @classmethod
    def lacking(cls, business_id: str, rule: str, zh: str, en: str) -> Self:
        """Name a business that lacks a row."""
        return cls(rule=rule, visit_id=None, business_id=business_id, zh=zh, en=en)
