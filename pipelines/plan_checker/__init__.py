"""The independent checker of a written plan: it shares no code with the planner."""

from pipelines.plan_checker.checking import Verdict, check, check_plan
from pipelines.plan_checker.violation import Violation

__all__ = ["Verdict", "Violation", "check", "check_plan"]
