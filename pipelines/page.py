"""One business's page: HTML that needs nothing but a browser."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from features.schema import labels
from models.calibration import logistic
from models.clauses import GRADES
from pipelines import charts
from pipelines.explain import Dossier
from pipelines.history import KINDS, Event
from pipelines.reason_marks import marked
from pipelines.report import pages, trial_note
from pipelines.story_chart import story_waterfall
from pipelines.written import write_text

# The timeline's span in years, and the events an officer reads below it.
TIMELINE_YEARS, EVENTS_SHOWN = 5, 40


def write_page(dossier: Dossier, out: Path, lang: str) -> Path:
    """Write the page and give its path."""
    suffix = "" if lang == "zh" else f".{lang}"
    name = "".join(c if c.isalnum() else "-" for c in dossier.who["business_id"])
    return write_text(out / f"{name}{suffix}.html", page(dossier, lang))


def page(dossier: Dossier, lang: str) -> str:
    """Render the page in a language."""
    view = View(dossier, lang)
    return (
        pages()
        .get_template("business.html.j2")
        .render(
            lang=lang,
            t=view.pick,
            title=f"{dossier.who['name']} {dossier.grade['risk_grade']}",
            who=dossier.who,
            grade=dossier.grade,
            as_of=dossier.as_of,
            kind=view.kind(),
            band=view.band(),
            credit=view.credit(),
            bands=view.bands(),
            cautions=view.cautions(),
            reasons=view.reasons(),
            base=view.base(),
            parts=view.parts(),
            grounds=view.grounds(),
            decisions=view.decisions(),
            waterfall=view.waterfall(),
            lowering=view.lowering(),
            scenarios=[
                {**vars(s), "text": view.pick(s.zh, s.en)} for s in dossier.scenarios
            ],
            similar=view.similar(),
            timeline=view.timeline(),
            events=view.events(EVENTS_SHOWN),
            hidden=max(len(dossier.events) - EVENTS_SHOWN, 0),
        )
    )


class View:
    """A dossier in a language."""

    def __init__(self, dossier: Dossier, lang: str) -> None:
        self.dossier = dossier
        self.lang = lang

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en

    def kind(self) -> str:
        """Name the type and subtype."""
        who = self.dossier.who
        names = [
            labels(kind)[who[kind]]
            for kind in ("business_type", "subtype")
            if who[kind] in labels(kind)
        ]
        return " · ".join(self.pick(*name) for name in names)

    def band(self) -> str:
        """Say which band of points the grade by points has."""
        grade = self.dossier.grade["grade_by_points"]
        band = next(b for b in self.dossier.bands.bands if b.grade == grade)
        low = max(band.above, 0)
        text = f"{grade} ({low:g}–{band.up_to:g}]"
        if grade == self.dossier.grade["risk_grade"]:
            return text
        return self.pick(
            f"按分为 {text}，经决定调整", f"{text} by points, shifted by decision"
        )

    def bands(self) -> str:
        """Spell out all bands."""
        return "　".join(
            # The first band also holds its lower edge: no points at all is an A.
            f"{b.grade} {'(' if n else '['}{b.above:g}–{b.up_to:g}]"
            for n, b in enumerate(self.dossier.bands.bands)
        )

    def cautions(self) -> list[str]:
        """List what must be known before relying on the grade."""
        dossier = self.dossier
        notes = dossier.grade["notes" if self.lang == "zh" else "notes_en"]
        said = [trial_note(self.lang)] if dossier.is_trial else []
        said += [notes] if notes else []
        if dossier.grade["is_key_supervision"]:
            column = self.pick("key_supervision_article", "key_supervision_article_en")
            article = dossier.grade[column]
            said.append(
                self.pick(f"重点监管：{article}", f"key supervision: {article}")
            )
        if dossier.who["closed_on"] and dossier.who["closed_on"] <= dossier.as_of:
            closed = dossier.who["closed_on"]
            said.append(self.pick(f"已于{closed}停业", f"closed on {closed}"))
        if not dossier.is_trading:
            said.append(
                self.pick(
                    "该日不在营，不在评分名单中；以下仅按已记录的事实推算",
                    "not trading on that day and not in the score run; what follows is "
                    "only computed from its record",
                )
            )
        elif not dossier.is_stored:
            said.append(
                self.pick(
                    "与已保存的评分运行不一致：事实、模型或规则此后有变，请重新评定",
                    "differs from the stored score run: facts, model or rules have "
                    "changed since; score again",
                )
            )
        return said

    def credit(self) -> str:
        """Say what the run says of credit, and that it is a thing apart."""
        credit = self.dossier.credit
        if credit is None or credit["credit_basis"] is None:
            return ""
        if credit["credit_class"] is None:
            basis = labels("credit_basis")[credit["credit_basis"]]
            return self.pick(f"企业信用：{basis[0]}", f"enterprise credit: {basis[1]}")
        score, grade = credit["credit_score"], credit["credit_class"]
        said = self.pick(
            f"企业信用分 {score:.0f}，{grade} 类（系统默认刻度；与风险等级互不影响）",
            f"enterprise credit {score:.0f}, class {grade} (our default scale; neither "
            "it nor the risk grade touches the other)",
        )
        return said + self._lost(credit.get("lost", ()))

    def _lost(self, rows: Sequence[dict[str, Any]]) -> str:
        """Name where the points were lost, the most first, each with its index group."""
        told = [
            self.pick(
                f"{r['zh']}（{r['group_zh']}）-{r['points_lost']}",
                f"{r['en']} ({r['group_en']}) -{r['points_lost']}",
            )
            for r in rows
        ]
        if not told:
            return ""
        return self.pick("；扣分最多：", "; most points lost by: ") + self.pick(
            "，", ", "
        ).join(told)

    def parts(self) -> list[dict[str, Any]]:
        """List points with their sentence and article in the language."""
        article = "article" if self.lang == "zh" else "article_en"
        return [
            {"text": p[self.lang], "points": p["points"], "article": p[article]}
            for p in self.dossier.parts
        ]

    def grounds(self) -> list[dict[str, Any]]:
        """List grounds with direction, sentence and article in the language."""
        article = "article" if self.lang == "zh" else "article_en"
        return [
            {
                "direction": self.pick("上调", "raise")
                if g["direction"] > 0
                else self.pick("下调", "lower"),
                "text": g[self.lang],
                "article": g[article],
            }
            for g in self.dossier.grounds
        ]

    def reasons(self) -> list[str]:
        """Tell the reasons, with how often each would be one again after retraining."""
        return [marked(row, self.lang) for row in self.dossier.reasons]

    def base(self) -> str:
        """Say in words where the probability starts and where its records lead it."""
        ends = logistic(np.array([self.dossier.base, self.dossier.log_odds]))
        average, own = (f"{100 * share:.0f}" for share in ends)
        return self.pick(
            f"起点是平均水平：检查100家，约{average}家会查出严重不合格；本经营者自己的记录把它"
            f"移到约{own}家。",
            f"It starts at the average: of 100 businesses visited some {average} show "
            f"something serious; the record of this one moves that to some {own}.",
        )

    def waterfall(self) -> Markup:
        """Draw the stories that moved the log-odds; the small ones together."""
        return story_waterfall(self.dossier.base, self.dossier.stories, self.pick)

    def decisions(self) -> list[tuple[str, str, str, str]]:
        """List decisions on the grade: day, officer, what, why."""
        return [
            (
                str(row["decided_on"]),
                row["officer"],
                f"{row['ground']} {row['shift']:+d}",
                row["reason"],
            )
            for row in self.dossier.decisions
        ]

    def lowering(self) -> str:
        """Say how many points the next milder grade asks for."""
        grade = self.dossier.grade["grade_by_points"]
        decided = self.dossier.grade["decided_shift"]
        after = (
            self.pick("，再按决定调整", ", before the decision shifts it")
            if decided
            else ""
        )
        if grade == GRADES[0]:
            return self.pick(
                f"按分已是最低风险等级 A{after}。",
                f"The points already give the mildest grade, A{after}.",
            )
        milder = self.dossier.bands.bands[GRADES.index(grade) - 1]
        gap = self.dossier.grade["total_points"] - milder.up_to
        return self.pick(
            f"总分再降 {gap:.1f} 分（不高于 {milder.up_to:g} 分），按分即为 {milder.grade} 级{after}。",
            f"{gap:.1f} points less (at most {milder.up_to:g}) would give {milder.grade} "
            f"by points{after}.",
        )

    def events(self, most: int) -> list[dict[str, Any]]:
        """List the latest events in the language."""
        return [
            {
                "day": event.day,
                "label": self.pick(*KINDS[event.kind]),
                "text": self.pick(event.zh, event.en),
                "is_bad": event.is_bad,
            }
            for event in self.dossier.events[:most]
        ]

    def similar(self) -> dict[str, Any] | None:
        """Give what was found at businesses much like this one, in the language."""
        similar = self.dossier.similar
        if similar is None:
            return None
        cases = [
            {
                "day": case.day,
                "place": case.street or "-",
                "kind": self.pick(case.zh, case.en),
                "found": self.pick(case.found_zh, case.found_en),
                "number": case.inspection_id,
                "is_serious": case.is_serious,
            }
            for case in similar.nearest
        ]
        return {"words": similar.words(self.lang), "cases": cases}

    def timeline(self) -> Markup:
        """Draw the events of the last years on one lane a kind."""
        end = self.dossier.as_of
        start = end - timedelta(days=round(TIMELINE_YEARS * 365.25))
        span = (end - start).days
        shown = [e for e in self.dossier.events if start <= e.day < end]
        lanes = {
            kind: self.pick(*names)
            for kind, names in KINDS.items()
            if any(e.kind == kind for e in shown)
        }
        years = [
            ((date(year, 1, 1) - start).days / span, str(year))
            for year in range(start.year + 1, end.year + 1)
        ]
        return charts.timeline(self._marks(shown, start, span), lanes, years)

    def _marks(
        self, events: Sequence[Event], start: date, span: int
    ) -> list[tuple[float, str, str]]:
        return [
            (
                (event.day - start).days / span,
                f"{event.kind}:{'bad' if event.is_bad else 'other'}",
                f"{event.day} {self.pick(event.zh, event.en)}",
            )
            for event in events
        ]
