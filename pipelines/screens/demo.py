"""The whole demo in the terminal, and what to try next."""

from pipelines.console import Voice
from pipelines.demo import STORE, WAREHOUSE, Demo
from pipelines.screens.governing import show_review
from pipelines.screens.grades import show_backtest, show_run


def show_demo(voice: Voice, made: Demo) -> None:
    """Show the run, how far it can be relied on, and what to try next."""
    show_run(voice, made.run)
    show_backtest(voice, made.backtest)
    show_review(voice, made.review)
    stages = ", ".join(f"{stage} {s:.0f}s" for stage, s in made.seconds.items())
    voice.say(f"用时：{stages}", f"Time: {stages}")
    first, day = made.run.scores["business_id"][0], made.run.as_of
    warehouse = made.folder / WAREHOUSE
    where = f"--warehouse {warehouse} --store {made.folder / STORE}"
    lang = voice.pick("", "--lang en ")
    voice.say(
        f"""报告：{made.folder}/report.html（英文版 report.en.html）
名单：{made.folder}/scores.xlsx
这些数据是虚构的，不涉及任何真实经营者。接下来可以试：""",
        f"""Report: {made.folder}/report.en.html (Chinese: report.html)
List: {made.folder}/scores.xlsx
The records are invented; no real business is meant. Try next:""",
    )
    following = f"""  .venv/bin/shian explain {first} {lang}{where}
  .venv/bin/shian score --as-of {day} {lang}{where}
  .venv/bin/shian backtest --from 2025-07-01 --to {day} {lang}--warehouse {warehouse}
  .venv/bin/marimo run notebooks/grades.py"""
    voice.say(following, following)
