"""A sampling plan as people read it: its tables, the same on screen, page and sheet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from features.schema import labels
from models.citation import Language
from models.clauses import Rule
from models.procedure_clauses import Words
from models.sampling_design import EVALUATION, MONITORING, PROGRAMMES, SUPERVISION
from pipelines.sampling_plan.planning import Plan, cost

# The rules whose values decide the plan, in the order in which they act.
RULES = (
    *("sampling.per_thousand", "sampling.health_per_thousand", "sampling.population"),
    *("sampling.monitoring_share", "sampling.half_width", "sampling.supervision_share"),
    *("sampling.certain", "sampling.priority", "sampling.priority_classes"),
    *("sampling.priority_rosters", "sampling.priority_weight"),
    *("words.sampling_priority", "words.sampling_priority_done"),
    *("sampling.focus", "sampling.slope", "sampling.street_floor"),
    *("sampling.class_floor", "sampling.health_food_floor", "sampling.most_batches"),
    *("sampling.carried", "sampling.varieties", "sampling.months"),
    *("sampling.laboratory_capacity", "sampling.separation", "sampling.min_samplers"),
)
HEALTH_FOOD = "27"
# The lists in which the codes of rules are named; months are none.
_NAMED_BY = {
    "sampling.certain": "subtype",
    "sampling.priority": "subtype",
    "sampling.priority_rosters": "roster",
    "sampling.priority_classes": "food_class",
}


@dataclass(frozen=True)
class Table:
    """A table with its title; a number in a column named as share is one."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    shares: frozenset[int] = frozenset()


class Overview:
    """A plan in a language."""

    def __init__(self, plan: Plan, lang: str) -> None:
        self.plan, self.lang = plan, lang

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en

    def tables(self) -> tuple[Table, ...]:
        """Give every table of the overview."""
        return (
            self.programmes(),
            self.streets(),
            self.months(),
            self.classes(),
            self.groups(),
            self.priorities(),
            self.rules(),
        )

    def programmes(self) -> Table:
        """Count batches by programme, with what they are to find and cost."""
        plan, failures = self.plan, self.plan.failures
        rows = [
            (
                self._code("programme", programme),
                len(held),
                len(held) / max(len(plan.batches), 1),
                round(failures[programme], 1),
                round(len(held) * plan.known.rate, 1),
                sum(cost(batch) for batch in held),
            )
            for programme, held in plan.of.items()
        ]
        return Table(
            "programmes",
            self.pick("三类抽检（分列，不混用）", "The three programmes, kept apart"),
            self._names(
                ("性质", "programme"),
                ("批次", "batches"),
                ("占比", "share"),
                ("预计不合格", "expected failures"),
                ("等概率抽取预计不合格", "expected if drawn evenly"),
                ("费用（元）", "cost (yuan)"),
            ),
            rows,
            frozenset({2}),
        )

    def streets(self) -> Table:
        """Count batches by street and programme, and how even their months are."""
        names = dict(
            self.plan.known.register.select("street_code", "street").iter_rows()
        )
        held = Counter(o.street for o in self.plan.known.frame.outlets)
        rows = [
            (names[street], held[street], *self._counts(street), self._even(street))
            for street in sorted(held)
        ]
        return Table(
            "streets",
            self.pick("各街道", "By street"),
            self._names(
                ("街道", "street"),
                ("在营", "businesses"),
                *self._programme_names(),
                ("合计", "total"),
                ("每月", "a month"),
            ),
            rows,
        )

    def _counts(self, street: str) -> tuple[int, ...]:
        here = [sum(b.street == street for b in self.plan.of[p]) for p in PROGRAMMES]
        return (*here, sum(here))

    def _even(self, street: str) -> str:
        months = self.plan.law.codes("sampling.months")
        by_month = Counter(b.month for b in self.plan.batches if b.street == street)
        counts = [by_month[month] for month in months]
        return f"{min(counts)}–{max(counts)}"

    def months(self) -> Table:
        """Count batches by month against what the laboratories can test."""
        capacity = sum(lab.batches_a_month for lab in self.plan.laboratories)
        rows = []
        for month in self.plan.law.codes("sampling.months"):
            here = [sum(b.month == month for b in self.plan.of[p]) for p in PROGRAMMES]
            used = sum(here) / capacity
            rows.append((month, *here, sum(here), capacity, used))
        return Table(
            "months",
            self.pick("各月份与检验能力", "By month, and laboratory capacity"),
            self._names(
                ("月份", "month"),
                *self._programme_names(),
                ("合计", "total"),
                ("承检能力", "capacity"),
                ("占用", "used"),
            ),
            rows,
            frozenset({6}),
        )

    def classes(self) -> Table:
        """Count batches by class of food, with its rate and floor."""
        rows = []
        carried = {c for o in self.plan.known.frame.outlets for c in o.classes}
        for name, rate in sorted(self.plan.known.frame.class_rates.items()):
            here = [
                sum(b.variety.food_class == name for b in self.plan.of[p])
                for p in PROGRAMMES
            ]
            floor = self._floor(name)
            said = self._shortage(here[0], floor, is_carried=name in carried)
            rows.append(
                (name, self._code("food_class", name), *here, rate, floor, said)
            )
        return Table(
            "classes",
            self.pick("各食品大类", "By class of food"),
            self._names(
                ("代码", "code"),
                ("食品大类", "class"),
                *self._programme_names(),
                ("既往不合格率（收缩）", "past failure rate (shrunk)"),
                ("监督抽检下限", "floor"),
                ("是否不足", "short"),
            ),
            rows,
            frozenset({5}),
        )

    def _shortage(self, count: int, floor: int, *, is_carried: bool) -> str:
        if not is_carried:
            return self.pick("无人经营", "nobody carries it")
        return "" if count >= floor else self.pick("不足", "below")

    def _floor(self, name: str) -> int:
        is_health = name == HEALTH_FOOD
        rule = "health_food_floor" if is_health else "class_floor"
        return int(self.plan.law.number(f"sampling.{rule}"))

    def groups(self) -> Table:
        """Count who must be sampled every year or first, and who was drawn of each."""
        certain = self.plan.law.codes("sampling.certain")
        priority = self.plan.law.codes("sampling.priority")
        every_year = self.pick("每年必抽", "every year")
        kind = {o.business_id: o.subtype for o in self.plan.known.frame.outlets}
        rows = [
            (
                self._code("subtype", name),
                self.pick("是", "yes") if name in priority else "",
                every_year,
                *self._reached({b for b, subtype in kind.items() if subtype == name}),
            )
            for name in certain
        ]
        return Table(
            "groups",
            self.pick("必抽和重点单位", "Sampled every year, or first"),
            self._names(
                ("类别", "kind"),
                ("令15号第10条重点", "priority of order 15 art. 10"),
                ("抽取方式", "how"),
                ("在营家数", "businesses"),
                ("抽到家数", "sampled"),
                ("监督批次", "batches"),
            ),
            [*rows, *self._rosters()],
        )

    def _rosters(self) -> list[tuple[object, ...]]:
        """Count who has priority by a roster, or say that there is none."""
        law, listed = self.plan.law, self.plan.known.listed
        times = f"{law.number('sampling.priority_weight'):g}"
        how = self.pick(f"抽中机会按{times}倍", f"{times} times the chance")
        counts: tuple[object, ...] = self._reached(set(listed or ()))
        if listed is None:
            how = self.pick("名册未提供，未适用", "no roster: not applied")
            counts = (self.pick("不明", "unknown"), "", "")
        names = "、".join(
            self._code("roster", roster)
            for roster in law.codes("sampling.priority_rosters")
        )
        return [(names, self.pick("是", "yes"), how, *counts)]

    def _reached(self, who: set[str]) -> tuple[int, int, int]:
        """Count those who trade, those supervision reaches, and its batches there."""
        here = [b for b in self.plan.of[SUPERVISION] if b.business_id in who]
        trading = who & self.plan.known.frame.outlet.keys()
        return len(trading), len({b.business_id for b in here}), len(here)

    def priorities(self) -> Table:
        """Say of each priority of the law how the plan serves it, or that it does not."""
        law = self.plan.law
        named, done = (
            {e.code: e for e in law.get(Words, f"words.{name}").entries}
            for name in ("sampling_priority", "sampling_priority_done")
        )
        rows = [
            (
                code,
                self.pick(entry.zh, entry.en),
                self.pick(done[code].zh, done[code].en),
            )
            for code, entry in named.items()
        ]
        return Table(
            "priorities",
            self.pick("抽检重点逐项（令15号第10条）", "Priorities of order 15 art. 10"),
            self._names(
                ("项", "no"),
                ("重点", "priority"),
                ("本计划如何落实（系统默认）", "how this plan serves it (our default)"),
            ),
            rows,
        )

    def rules(self) -> Table:
        """List the rules the plan rests on, with value, article and marks."""
        lang: Language = "zh" if self.lang == "zh" else "en"
        rows = []
        for rule_id in RULES:
            rule = self.plan.law.get(Rule, rule_id)
            cited = self.plan.law.citation(rule_id, lang)
            rows.append((self.pick(rule.zh, rule.en), self._value(rule), cited))
        return Table(
            "rules",
            self.pick("依据和默认值", "Rules and defaults"),
            self._names(("规则", "rule"), ("取值", "value"), ("出处", "source")),
            rows,
        )

    def facts(self) -> list[tuple[str, str]]:
        """Give the figures a director asks for first."""
        plan = self.plan
        per = len(plan.batches) / plan.population.persons * 1000
        found, even = plan.failures[SUPERVISION], plan.uniform_failures
        width, rate = plan.precision, 1 - plan.known.rate
        pick = self.pick
        return [
            (f"{len(plan.batches):,}", pick(f"批次（应有 {plan.wanted:,}）", f"batches ({plan.wanted:,} asked for)")),
            (f"{per:.2f}‰", pick(f"每千人批次，人口 {plan.population.persons:,}（{plan.population.year} 年）", f"batches per thousand of {plan.population.persons:,} residents ({plan.population.year})")),
            (f"±{width:.2%}", pick(f"评价性抽检合格率预计区间半宽（预计合格率 {rate:.1%}）", f"expected half width of the pass rate's 95% interval (expected rate {rate:.1%})")),
            (f"{found:.0f}", pick(f"监督抽检预计不合格（等概率抽取为 {even:.0f}）", f"failures supervision expects ({even:.0f} if drawn evenly)")),
            (f"{plan.cost_yuan / 10_000:,.0f}", pick("万元，样品和检验费（单价为示例）", "ten thousand yuan, foods and tests (example prices)")),
            (f"{plan.health_samples:,}", pick("卫健系统风险监测样品：另计，不在本计划内", "samples of the health system: counted apart, not in this plan")),
        ]  # fmt: skip

    def cautions(self) -> list[str]:
        """Say what must be known before the plan is used."""
        pick, plan = self.pick, self.plan
        said = [
            pick(
                "抽检分离：抽样人员、样品接收和检验机构各执一份文件，抽样码与检验码互不相同；哪家检验机构检验哪一批次不入任何表，须凭密封的密钥方可对应。",
                "Officers, reception and laboratories hold files of their own, with codes that differ; which laboratory tests which batch is on no table and takes the sealed key.",
            ),
            pick(
                "品种、检验项目、单价和承检能力是示例，以当年《食品安全监督抽检实施细则》和合同为准。",
                "Foods, items, prices and capacities are examples; the national rules of the year and the contracts replace them.",
            ),
            pick(
                f"预计不合格率以近三年 {plan.known.concluded:,} 批次终结结果和风险概率推算，复检中的不计为不合格。",
                f"Expected failures rest on {plan.known.concluded:,} final results of three years and on the risk probability; what is under re-inspection is no failure.",
            ),
            self._slope(),
        ]
        if plan.known.listed is None:
            said.append(
                pick(
                    "未掌握旅游景区餐饮名册：令15号第10条对其的抽检重点本次未能适用；请文旅部门提供名册，按 roster_entry（名册=旅游景区餐饮单位）装载后重编。",
                    "No roster of caterers in tourist spots is on record: their priority under order 15 article 10 was not applied; load one as roster_entry (roster = scenic_caterer) and plan again.",
                )
            )
        if len(plan.batches) < plan.wanted:
            short = plan.wanted - len(plan.batches)
            said.append(
                pick(
                    f"在营经营者不足以安排全部批次，尚缺 {short:,} 批次。",
                    f"There are too few businesses for all batches: {short:,} are missing.",
                )
            )
        return said

    def _slope(self) -> str:
        """Say whether the slope from risk to failures was learned or is the default."""
        slope, batches = self.plan.known.slope, self.plan.known.slope_batches
        if batches:
            return self.pick(
                f"风险概率与抽检不合格的斜率 {slope:.2f}，由评分之后的 {batches:,} 批次估计。",
                f"The slope from risk to failures, {slope:.2f}, is learned from {batches:,} batches taken after a score run.",
            )
        return self.pick(
            f"风险概率与抽检不合格的斜率取默认值 {slope:.2f}（系统默认，非法定）：尚无半年以前的评分可资估计，预计数偏于保守。",
            f"The slope from risk to failures is our default, {slope:.2f}: no score run is half a year old to learn it from, and expectations are cautious.",
        )

    def _programme_names(self) -> tuple[tuple[str, str], ...]:
        names = labels("programme")
        return tuple(names[p] for p in (SUPERVISION, EVALUATION, MONITORING))

    def _names(self, *names: tuple[str, str]) -> tuple[str, ...]:
        return tuple(self.pick(*name) for name in names)

    def _value(self, rule: Rule) -> str:
        """Say the value of a rule: a number, codes in words, or how many rows it has."""
        value = getattr(rule, "value", None)
        if value is not None:
            return f"{value:g}" if isinstance(value, float) else str(value)
        codes = getattr(rule, "values", None)
        if codes is not None:
            kind = _NAMED_BY.get(rule.id)
            named = (self._code(kind, code) if kind else code for code in codes)
            return self.pick("、", ", ").join(named)
        count = len(getattr(rule, "rows", ()) or getattr(rule, "entries", ()))
        return self.pick(f"{count} 行，见规则文件", f"{count} rows, in the rule file")

    def _code(self, kind: str, code: str) -> str:
        return self.pick(*labels(kind)[code])
