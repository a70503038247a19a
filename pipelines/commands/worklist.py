"""What schedule --week and --check and draw sheets do."""

from datetime import date
from pathlib import Path

from features.errors import InputError
from pipelines.console import Voice

# What stands for a number of a run: the one made last.
NEWEST = "newest"


def make_week(
    voice: Voice, warehouse: Path, *, monday: date, as_of: date, out: Path
) -> None:
    """Make the list of a week, write its files, and show what presses and changed."""
    from pipelines.screens.worklist import show_week, week_facts
    from pipelines.weekly.files import export_week
    from pipelines.weekly.making import make_worklist

    with voice.progress("编制工作单", "making the list"):
        made = make_worklist(warehouse, monday=monday, as_of=as_of)
        files = export_week(warehouse, made.run_id, out)
    voice.facts(week_facts(made, files))
    show_week(voice, made, files, warehouse)


def check_plan(voice: Voice, warehouse: Path, run: str) -> None:
    """Hold a written plan against every rule; one that breaks any is an error.

    Raises:
        InputError: the plan breaks a rule.
    """
    from pipelines.plan_checker import check_plan as check
    from pipelines.screens.worklist import show_verdict, verdict_facts

    with voice.progress("核对计划", "checking the plan"):
        found = check(warehouse, None if run == NEWEST else run)
    voice.facts(verdict_facts(found))
    show_verdict(voice, found)
    if not found.is_sound:
        told = ", ".join(f"{rule} {count}" for rule, count in found.by_rule().items())
        message = f"plan {found.run_id} breaks rules at {len(found.violations)} places: {told}"
        raise InputError(message)
