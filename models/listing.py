"""The procedure of listing: what may be done in a case, and why something may not.

Facts and a day go in; state, allowed actions and refusals come out. Nobody is listed
without notice, a window that has run out, an answered defence, legal review, collective
discussion, the consent in force, and different people: no path leads around them,
because a case is nothing but acts that passed `refusal`. A score is not looked at.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from features.errors import ProcedureError
from models.case import (
    Act,
    Case,
    is_public,
    open_duties,
    procedure_of,
    running,
    state,
    step_of,
    step_words,
    word,
)
from models.procedure_clauses import ListType, Step, Trigger
from models.rules import Rules


@dataclass(frozen=True)
class Refusal:
    """Why an act may not be done, for the officer and for a program."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Allowed:
    """An action that somebody may do in a case now, and what it asks for."""

    step: Step
    citation_zh: str
    citation_en: str


@dataclass(frozen=True)
class _Asked:
    """One act on one case under the rules, as every check sees it."""

    case: Case
    act: Act
    step: Step
    rules: Rules


def perform(case: Case, act: Act, rules: Rules) -> Case:
    """Do an act.

    Raises:
        ProcedureError: the procedure does not allow it; the message says why.
    """
    refused = refusal(case, act, rules)
    if refused is not None:
        message = f"{refused.zh}（{refused.en}）"
        raise ProcedureError(message)
    return case.after(act)


def refusal(case: Case, act: Act, rules: Rules) -> Refusal | None:
    """Say why an act may not be done, or None when it may."""
    step = step_of(rules, act.action, act.recorded_on)
    if step is None:
        return Refusal(
            "no_rule",
            f"{act.recorded_on}没有“{act.action}”的现行规则",
            f"no rule for '{act.action}' was in force on {act.recorded_on}",
        )
    asked = _Asked(case, act, step, rules)
    found = (check(asked) for check in (*_STANDING, *_DOING))
    return next((refused for refused in found if refused is not None), None)


def allowed(case: Case, rules: Rules, today: date) -> tuple[Allowed, ...]:
    """List the actions the state of the case allows today, each with its article.

    Who asks, and what is attached, is not looked at: `refusal` does.
    """
    law = rules.in_force(today)
    nobody = Act(
        action="", on=today, recorded_on=today, actor="", role="", reason="", day=None
    )
    return tuple(
        Allowed(step, law.citation(step.id), law.citation(step.id, "en"))
        for step in law.all(Step)
        if all(check(_Asked(case, nobody, step, rules)) is None for check in _STANDING)
    )


def _wrong_procedure(asked: _Asked) -> Refusal | None:
    if asked.step.procedure == procedure_of(asked.case, asked.rules):
        return None
    return Refusal(
        "wrong_procedure",
        f"“{asked.step.zh}”不属于本案的程序",
        f"'{asked.step.en}' is no step of this case's procedure",
    )


def _wrong_state(asked: _Asked) -> Refusal | None:
    now = state(asked.case, asked.rules)
    if now in asked.step.states:
        return None
    zh, en = word(asked.rules, "state", now)
    return Refusal(
        "wrong_state",
        f"案件现为“{zh}”，不能“{asked.step.zh}”",
        f"the case is '{en}'; '{asked.step.en}' cannot follow",
    )


def _wrong_home(asked: _Asked) -> Refusal | None:
    home = "elsewhere" if asked.case.is_registered_elsewhere else "here"
    if asked.step.home in {"any", home}:
        return None
    zh, en = word(asked.rules, "home", home)
    return Refusal(
        "wrong_home",
        f"当事人登记地为{zh}，不适用“{asked.step.zh}”",
        f"the business is registered in {en}: '{asked.step.en}' does not apply",
    )


def no_ground(case: Case, rules: Rules, day: date) -> Refusal | None:
    """Say why nobody can be listed: no text, no ground the law names, or no penalty."""
    law = rules.in_force(day)
    list_type = law.find(ListType, case.list_type)
    if list_type is None or not list_type.is_text_supplied:
        return Refusal(
            "no_text",
            f"名单“{case.list_type}”的文本未提供，不能列入",
            f"the text of list '{case.list_type}' was not supplied: nobody can be listed",
        )
    trigger = law.find(Trigger, case.trigger)
    if trigger is None or trigger.list_type != case.list_type or not case.penalties:
        return Refusal(
            "no_ground",
            "没有法定列入情形和行政处罚，不能列入",
            "there is no legal ground with a penalty: nobody can be listed",
        )
    return None


def _no_ground(asked: _Asked) -> Refusal | None:
    if not asked.step.needs_ground:
        return None
    return no_ground(asked.case, asked.rules, asked.act.recorded_on)


def _not_public(asked: _Asked) -> Refusal | None:
    if asked.step.publicity != "ends" or is_public(asked.case, asked.rules):
        return None
    return Refusal("not_public", "列入信息没有在公示", "nothing is public")


def _nothing_to_settle(asked: _Asked) -> Refusal | None:
    duties = open_duties(asked.case, asked.rules)
    if not asked.step.settles or duties & set(asked.step.settles):
        return None
    return Refusal(
        "nothing_to_settle",
        f"没有需要“{asked.step.zh}”的事项",
        f"there is nothing that asks for '{asked.step.en}'",
    )


def _unsettled(asked: _Asked) -> Refusal | None:
    duties = open_duties(asked.case, asked.rules) & set(asked.step.after_settling)
    if not duties:
        return None
    zh, en = word(asked.rules, "duty", min(duties))
    return Refusal("unsettled", f"须先{zh}", f"first {en}")


def _right_still_runs(asked: _Asked) -> Refusal | None:
    """Refuse what must wait until the last day of a right of the party is over."""
    for term in running(asked.case, asked.rules):
        is_waited_for = term.clock.id in asked.step.waits_out
        if is_waited_for and asked.act.on <= term.ends.date:
            return Refusal(
                "right_still_runs",
                f"{term.clock.zh}至{term.ends.date}届满，之后方可“{asked.step.zh}”",
                f"{term.clock.en} ends on {term.ends.date}; not before the day after",
            )
    return None


def _too_early(asked: _Asked) -> Refusal | None:
    for term in running(asked.case, asked.rules):
        waits = term.clock.counts in {"wait", "term"}
        concerned = asked.step.action in term.clock.actions
        if waits and concerned and asked.act.on < term.ends.date:
            return Refusal(
                "too_early",
                f"{term.clock.zh}：{term.ends.date}起方可“{asked.step.zh}”",
                f"{term.clock.en}: not before {term.ends.date}",
            )
    return None


def _right_ran_out(asked: _Asked) -> Refusal | None:
    """Refuse a request made too late; a defence, which no clock names, never is."""
    for term in running(asked.case, asked.rules):
        is_right = term.clock.counts == "right"
        concerned = asked.step.action in term.clock.actions
        if is_right and concerned and asked.act.on > term.ends.date:
            return Refusal(
                "right_ran_out",
                f"{term.clock.zh}已于{term.ends.date}届满",
                f"{term.clock.en} ended on {term.ends.date}",
            )
    return None


def _wrong_dates(asked: _Asked) -> Refusal | None:
    act, acts = asked.act, asked.case.acts
    if act.on > act.recorded_on or (acts and act.recorded_on < acts[-1].recorded_on):
        return Refusal(
            "wrong_dates",
            f"发生日{act.on}、登记日{act.recorded_on}先后不合",
            f"happened {act.on}, recorded {act.recorded_on}: out of order",
        )
    if act.on != act.recorded_on and not asked.step.recorded_later:
        return Refusal(
            "backdated",
            f"“{asked.step.zh}”只能在当日登记，不能写作{act.on}",
            f"'{asked.step.en}' is recorded on its day and cannot be dated {act.on}",
        )
    if acts and act.on < acts[0].on:
        return Refusal(
            "before_filing",
            f"{act.on}早于立案日{acts[0].on}",
            f"{act.on} lies before the filing on {acts[0].on}",
        )
    return None


def _wrong_role(asked: _Asked) -> Refusal | None:
    if asked.act.role in asked.step.roles:
        return None
    zh, _ = word(asked.rules, "role", asked.act.role)
    wanted = [word(asked.rules, "role", role) for role in asked.step.roles]
    return Refusal(
        "wrong_role",
        f"“{asked.step.zh}”由{'、'.join(w for w, _ in wanted)}办理，不是{zh}",
        f"'{asked.step.en}' is for {', '.join(w for _, w in wanted)}, not {asked.act.role}",
    )


def _same_person(asked: _Asked) -> Refusal | None:
    if not asked.act.actor.strip():
        return Refusal("nobody", "须有具名的办理人", "a named person must do it")
    done = barred_by(asked.case, asked.step, asked.act.actor)
    if done is None:
        return None
    zh, en = step_words(asked.rules, done.action)
    return Refusal(
        "same_person",
        f"“{asked.step.zh}”须由“{zh}”之外的人办理",
        f"'{asked.step.en}' needs another person than '{en}'",
    )


def barred_by(case: Case, step: Step, actor: str) -> Act | None:
    """Find what a person did in the case that keeps them from a step of it."""
    mine = (act for act in case.acts if _person(act.actor) == _person(actor))
    return next((act for act in mine if act.action in step.apart_from), None)


def _person(name: str) -> str:
    """Tell people apart by more than a capital, a space or a full-width letter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _incomplete(asked: _Asked) -> Refusal | None:
    act, step = asked.act, asked.step
    missing = [
        *(("attachment", a) for a in step.attachments if a not in act.attachments),
        *(("confirmation", c) for c in step.confirmations if c not in act.confirmed),
    ]
    if missing:
        words = [word(asked.rules, kind, code) for kind, code in missing]
        return Refusal(
            "incomplete",
            f"“{step.zh}”缺少：{'、'.join(zh for zh, _ in words)}",
            f"'{step.en}' lacks: {', '.join(en for _, en in words)}",
        )
    if not act.reason.strip():
        return Refusal("no_reason", "须写明理由", "a reason must be given")
    return None


def _not_explained(asked: _Asked) -> Refusal | None:
    if asked.act.is_explained or not asked.step.is_explained:
        return None
    return Refusal(
        "not_explained",
        f"“{asked.step.zh}”前须查看系统说明，并随案留存：shian listing look",
        f"'{asked.step.en}' needs the explanation seen and kept with the case",
    )


def _day_not_fixed(asked: _Asked) -> Refusal | None:
    if not asked.step.fixes_day or asked.act.day is not None:
        return None
    return Refusal("day_not_fixed", "须确定日期", "a day must be fixed")


_Check = Callable[[_Asked], Refusal | None]
# What hangs on the case alone, and what hangs on who does it and how.
_STANDING: tuple[_Check, ...] = (
    _wrong_procedure,
    _wrong_state,
    _wrong_home,
    _no_ground,
    _not_public,
    _nothing_to_settle,
    _unsettled,
    _right_still_runs,
    _too_early,
    _right_ran_out,
)
_DOING: tuple[_Check, ...] = (
    _wrong_dates,
    _wrong_role,
    _same_person,
    _incomplete,
    _not_explained,
    _day_not_fixed,
)
