"""A double-random draw in the terminal."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from models.draw_clauses import DrawReasons
from models.rules import load_rules
from pipelines.console import Voice
from pipelines.draw.bundle import Bundle, Commitment, Frozen, as_json
from pipelines.draw.reasons import REASONS
from pipelines.draw.running import Drawn
from pipelines.draw.verify import Verification
from pipelines.settings import TOP_ROWS

_STRATA = {
    "zh": ("层（等级/信用类）", "在库", "比例", "应抽", "实抽"),
    "en": ("stratum (grade/class)", "held", "share", "expected", "drawn"),
}
_VISITS = {
    "zh": ("序号", "经营者", "层", "抽取概率", "检查人员", "替换"),
    "en": ("order", "business", "stratum", "chance", "inspectors", "replaces"),
}
_OUT = {"zh": ("事由", "数量"), "en": ("reason", "count")}
_PARTS_ZH = {
    "digest": "档案摘要",
    "seed": "种子",
    "commitment": "承诺",
    "algorithm": "算法",
    "beacon": "公开数",
    "days": "日期",
    "task": "任务",
    "policy": "规则",
    "shares": "比例",
    "businesses": "对象名录库",
    "inspectors": "人员名录库",
    "conflicts": "回避",
    "excluded": "未入库",
    "visits": "抽取结果",
    "withdrawals": "更换",
    "standing": "更换后结果",
}
_FINDINGS = {"zh": ("部分", "不符之处"), "en": ("part", "what does not match")}


def show_commitment(
    voice: Voice, commitment: Commitment, frozen: Frozen, *, warehouse: Path, out: Path
) -> None:
    """Show what was frozen, by which rules, what to publish, and what comes next."""
    task = frozen.task
    voice.say(
        f"任务：{task.name}（{task.as_of} 至 {task.ends}）　在库 "
        f"{len(frozen.businesses):,} 家、{len(frozen.inspectors):,} 名检查人员",
        f"Task: {task.name} ({task.as_of} to {task.ends})   libraries: "
        f"{len(frozen.businesses):,} businesses, {len(frozen.inspectors):,} inspectors",
    )
    if frozen.excluded:
        out_of = list(_left_out(voice, frozen).items())
        voice.table(("未入库", "Left out"), _OUT[voice.lang], out_of)
    for basis in frozen.policy.rests_on:
        voice.say(f"依据：{basis.zh}", f"Rests on: {basis.en}")
    following = f"shian draw run {out} --warehouse {warehouse}"
    if commitment.beacon_source:
        following += f" --beacon {voice.pick('公开数的值', 'NUMBER')}"
    voice.say(
        f"承诺值：{commitment.commitment}\n"
        f"请先公布 {out}/commitment.json，抽取前 {out}/seed.txt 须保密\n"
        f"下一步：{following}",
        f"Commitment: {commitment.commitment}\n"
        f"Publish {out}/commitment.json now; keep {out}/seed.txt secret until the draw\n"
        f"Next: {following}",
    )


def committed_facts(
    commitment: Commitment, frozen: Frozen, out: Path
) -> dict[str, object]:
    """Give a program what is to be published, and what it was made from."""
    return {
        "folder": str(out),
        **as_json(commitment),
        "businesses": len(frozen.businesses),
        "inspectors": len(frozen.inspectors),
        "excluded": Counter(e.reason for e in frozen.excluded),
        "policy": as_json(frozen.policy),
    }


def _left_out(voice: Voice, frozen: Frozen) -> Mapping[str, int]:
    law = load_rules().in_force(date.fromisoformat(frozen.task.as_of))
    names = {r.code: voice.pick(r.zh, r.en) for r in law.get(DrawReasons, REASONS).rows}
    return Counter(names[e.reason] for e in frozen.excluded)


def show_drawn(voice: Voice, drawn: Drawn) -> None:
    """Show how many were drawn of each stratum, the first visits, and what is due."""
    bundle, policy = drawn.bundle, drawn.bundle.frozen.policy
    voice.table(
        ("各层抽取情况", "Drawn by stratum"),
        _STRATA[voice.lang],
        [
            (_stratum(voice, stratum), held, f"{share:.1%}", *counts)
            for stratum, held, share, *counts in _strata(bundle)
        ],
    )
    voice.table(
        (f"前 {TOP_ROWS} 家", f"First {TOP_ROWS}"),
        _VISITS[voice.lang],
        [
            (
                visit.draw_order,
                visit.business_id,
                _stratum(voice, visit.stratum),
                f"{float(visit.inclusion_probability):.1%}",
                "、".join(visit.inspectors),
                visit.replaces or "",
            )
            for visit in bundle.standing[:TOP_ROWS]
        ],
    )
    voice.say(
        f"共 {len(bundle.standing):,} 家，更换 {len(bundle.withdrawals)} 次；"
        f"任务于截止日结束的，结果公开不迟于 {policy.publish_by}\n"
        f"档案：{drawn.path}　摘要 {bundle.digest[:16]}\n"
        f"下一步：shian draw verify {drawn.path} --commitment {bundle.commitment.commitment}",
        f"{len(bundle.standing):,} businesses, {len(bundle.withdrawals)} withdrawals; "
        f"if the task ends on its last day, results are public by {policy.publish_by}\n"
        f"Bundle: {drawn.path}   digest {bundle.digest[:16]}\n"
        f"Next: shian draw verify {drawn.path} --commitment {bundle.commitment.commitment}",
    )


def _stratum(voice: Voice, stratum: str) -> str:
    """Name a stratum; an individual business has no credit class."""
    return voice.pick(stratum.replace("/none", "/无"), stratum)


def _strata(bundle: Bundle) -> list[tuple[str, int, float, float, int]]:
    library = bundle.frozen.library
    drawn = Counter(visit.stratum for visit in bundle.standing)
    return [
        (
            stratum,
            len(held),
            float(library.shares[stratum]),
            float(library.shares[stratum] * len(held)),
            drawn[stratum],
        )
        for stratum, held in library.strata.items()
    ]


def drawn_facts(drawn: Drawn) -> dict[str, object]:
    """Give a program the run, the strata and every visit that stands."""
    bundle = drawn.bundle
    names = ("stratum", "held", "share", "expected", "drawn")
    return {
        "run_id": drawn.run_id,
        "bundle": str(drawn.path),
        "digest": bundle.digest,
        "commitment": bundle.commitment.commitment,
        "publish_by": bundle.frozen.policy.publish_by,
        "strata": [dict(zip(names, row, strict=True)) for row in _strata(bundle)],
        "visits": as_json(bundle.standing),
        "withdrawals": as_json(bundle.withdrawals),
    }


def show_verification(voice: Voice, found: Verification) -> None:
    """Show what matches, or every difference."""
    bundle = found.bundle
    if found.is_sound:
        voice.say(
            f"核验通过：{bundle.commitment.task}，{len(bundle.visits):,} 家由种子和"
            f"名录库重抽，逐项相符，更换 {len(bundle.withdrawals)} 次亦相符\n"
            f"请与抽取前公布的承诺值核对：{bundle.commitment.commitment}",
            f"Verified: {bundle.commitment.task}, {len(bundle.visits):,} businesses drawn "
            f"again from seed and libraries, with {len(bundle.withdrawals)} withdrawals, "
            f"all alike\nCompare with the commitment published before the draw: "
            f"{bundle.commitment.commitment}",
        )
        return
    voice.table(
        ("不符之处", "Differences"),
        _FINDINGS[voice.lang],
        [(_part(voice, f.part), voice.pick(f.zh, f.en)) for f in found.findings],
    )


def _part(voice: Voice, part: str) -> str:
    # A commitment altered by hand may name a part that no draw has.
    return voice.pick(_PARTS_ZH.get(part, part), part)
