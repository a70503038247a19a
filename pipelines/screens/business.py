"""One business's page in the terminal."""

from pipelines.console import Voice
from pipelines.explain import Dossier
from pipelines.page import View

# More would scroll the reasons off the screen.
EVENTS_SHOWN = 8


def show_business(voice: Voice, dossier: Dossier) -> None:
    """Show grade, reasons, points, what would lower the grade, and the latest events."""
    view = View(dossier, voice.lang)
    for line in filter(None, (*_head(view), view.credit(), *view.cautions())):
        voice.say(line, line)
    voice.table(
        ("主要理由", "Principal reasons"),
        ("", voice.pick("理由", "reason")),
        list(enumerate(view.reasons(), 1)),
    )
    voice.table(
        ("分值与条款", "Points and articles"),
        _PARTS[voice.lang],
        [(p["text"], f"{p['points']:g}", p["article"]) for p in view.parts()],
    )
    if dossier.grounds:
        voice.table(
            ("可以调整等级的情形", "Grounds for raising or lowering"),
            _GROUNDS[voice.lang],
            [(g["direction"], g["text"], g["article"]) for g in view.grounds()],
        )
    if dossier.decisions:
        voice.table(
            ("执法人员的等级决定", "Officers' decisions on the grade"),
            _DECISIONS[voice.lang],
            view.decisions(),
        )
    voice.table(
        ("如何降低等级", "What would lower the grade"),
        _SCENARIOS[voice.lang],
        _scenarios(view),
    )
    voice.say(view.lowering(), view.lowering())
    _show_similar(voice, view)
    voice.table(
        (f"最近 {EVENTS_SHOWN} 条记录", f"Latest {EVENTS_SHOWN} records"),
        _EVENTS[voice.lang],
        [(str(e["day"]), e["label"], e["text"]) for e in view.events(EVENTS_SHOWN)],
    )


def _show_similar(voice: Voice, view: View) -> None:
    """Show what was found at businesses much like this one."""
    similar = view.similar()
    if similar is None:
        return
    voice.table(
        ("相似的以往情形", "Similar past cases"),
        _SIMILAR[voice.lang],
        [
            (str(case["day"]), case["place"], case["kind"], case["found"])
            for case in similar["cases"]
        ],
    )
    voice.say(similar["words"], similar["words"])


def _head(view: View) -> tuple[str, str]:
    who, grade = view.dossier.who, view.dossier.grade
    low, high = grade["probability_lower"], grade["probability_upper"]
    return (
        f"{who['name']}（{who['business_id']}，{view.kind()}）　"
        f"{view.pick('数据截止', 'as of')} {view.dossier.as_of}",
        f"{view.pick('风险等级', 'risk grade')} {grade['risk_grade']}　"
        f"{view.pick('总分', 'points')} {grade['total_points']:.1f}（{view.band()}）　"
        f"{view.pick('概率', 'chance')} {grade['probability']:.1%}"
        f"（{low:.1%}–{high:.1%}）　"
        f"{view.pick('每年检查', 'visits a year')} {grade['visits_per_year']:g}",
    )


def _scenarios(view: View) -> list[tuple[str, ...]]:
    return [
        (
            view.pick(s.zh, s.en),
            s.on.isoformat(),
            f"{s.probability:.1%}",
            f"{s.total_points:.1f}",
            s.risk_grade,
        )
        for s in view.dossier.scenarios
    ]


_PARTS = {"zh": ("内容", "分", "依据"), "en": ("what", "points", "ground")}
_GROUNDS = {"zh": ("方向", "情形", "条款"), "en": ("direction", "ground", "article")}
_DECISIONS = {
    "zh": ("日期", "决定人", "情形与级数", "理由"),
    "en": ("day", "officer", "ground, shift", "reason"),
}
_SCENARIOS = {
    "zh": ("如果", "到", "概率", "总分", "等级"),
    "en": ("if", "by", "chance", "points", "grade"),
}
_SIMILAR = {
    "zh": ("日期", "街道", "业态", "当时查到"),
    "en": ("day", "street", "type", "what was found"),
}
_EVENTS = {"zh": ("日期", "类别", "内容"), "en": ("day", "kind", "what")}
