"""The register of decisions in the terminal: its head, and whether it is sound."""

from collections.abc import Mapping
from typing import Any

from pipelines.console import Voice
from pipelines.register.chain import Head
from pipelines.register.verify import Verified

_FINDINGS = {"zh": ("类别", "行", "说明"), "en": ("kind", "row", "what")}
_KINDS_ZH = {
    "file": "文件损坏",
    "definition": "表或触发器",
    "altered": "被改动",
    "removed": "被删除",
    "inserted": "被插入",
    "anchor": "与存证不符",
    "procedure": "不合程序",
    "published": "与公示不符",
}


def show_head(voice: Voice, head: Head) -> None:
    """Show the end of the chain, to be printed or kept elsewhere."""
    voice.say(
        f"登记簿共 {head.entries} 行，链头 {head.hash}\n请打印或另存：日后凭它可识破整体改写",
        f"{head.entries} entries, head {head.hash}\n"
        f"Print it or keep it elsewhere: it shows later whether all was rewritten",
    )


def show_verified(voice: Voice, found: Verified, *, is_anchored: bool) -> None:
    """Show what was checked, or every finding with its row."""
    if found.is_sound:
        voice.say(
            f"核验通过：{found.entries} 行，文件、触发器、计数、链和程序均无异常"
            f"{'，与存证的链头相符' if is_anchored else ''}\n链头 {found.head.hash}",
            f"Sound: {found.entries} entries; file, triggers, counts, chain and procedure"
            f"{', and the head that was kept' if is_anchored else ''}\n"
            f"Head {found.head.hash}",
        )
        return
    voice.table(
        (f"异常 {len(found.findings)} 处", f"{len(found.findings)} findings"),
        _FINDINGS[voice.lang],
        [
            (
                voice.pick(_KINDS_ZH[f.kind], f.kind),
                "" if f.seq is None else str(f.seq),
                f.text,
            )
            for f in found.findings
        ],
    )


def verified_facts(found: Verified) -> Mapping[str, Any]:
    """Give a program the head, and every finding."""
    return {
        "is_sound": found.is_sound,
        "entries": found.entries,
        "head": vars(found.head),
        "findings": [vars(finding) for finding in found.findings],
    }
