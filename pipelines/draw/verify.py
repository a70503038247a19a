"""Repeats a draw from its bundle alone, and says exactly what does not match."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from features.errors import UsageError
from models.double_random import Library, Visit, after_withdrawals, draw_visits
from models.drawing import ALGORITHM
from pipelines.draw.bundle import Bundle, commit_to, is_seed, read

_FIELDS = {
    "stratum": "层",
    "inclusion_probability": "抽取概率",
    "draw_order": "抽取序号",
    "inspectors": "检查人员",
    "replaces": "替换对象",
}


@dataclass(frozen=True)
class Finding:
    """Something in a bundle that is not as the draw makes it."""

    part: str
    zh: str
    en: str


@dataclass(frozen=True)
class Verification:
    """What repeating a draw showed."""

    bundle: Bundle
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether everything matched."""
        return not self.findings

    def as_dict(self) -> dict[str, object]:
        """Give the verification as plain values for a program."""
        return {
            "is_sound": self.is_sound,
            "task": self.bundle.commitment.task,
            "commitment": self.bundle.commitment.commitment,
            "digest": self.bundle.digest,
            "visits": len(self.bundle.standing),
            "findings": [asdict(finding) for finding in self.findings],
        }


def verify(path: Path, *, published: str = "") -> Verification:
    """Repeat the draw of a bundle.

    Without the commitment that was published before the draw, a bundle forged from
    end to end, commitment and all, cannot be told from a true one.

    Raises:
        NotFoundError: there is no such file.
        InputError: the file is no bundle, or was changed by another program.
    """
    bundle = read(path, Bundle)
    return Verification(bundle, tuple(_findings(bundle, published)))


def _findings(bundle: Bundle, published: str) -> Iterator[Finding]:
    yield from _seals(bundle, published)
    yield from _order(bundle)
    broken = list(_library(bundle))
    yield from broken
    if broken or not is_seed(bundle.seed):
        yield Finding(
            "visits",
            "这样的名录库或种子无法重抽",
            "the draw cannot be repeated from such a library or seed",
        )
        return
    library = bundle.frozen.library
    visits = draw_visits(library, bundle.key)
    yield from _differences("visits", bundle.visits, visits)
    try:
        standing = after_withdrawals(library, visits, bundle.withdrawals, bundle.key)
    except UsageError as error:
        yield Finding(
            "withdrawals", f"不可能发生：{error}", f"cannot have been: {error}"
        )
        return
    yield from _differences("standing", bundle.standing, standing)


def _seals(bundle: Bundle, published: str) -> Iterator[Finding]:
    """Compare what was hashed with its hashes."""
    commitment, hashes = bundle.commitment, bundle.frozen.hashes()
    if bundle.digest != bundle.seal():
        yield Finding(
            "digest", "档案写成后被改动", "the bundle was changed since it was written"
        )
    for name in sorted(hashes.keys() | commitment.hashes.keys()):
        if hashes.get(name) != commitment.hashes.get(name):
            yield Finding(
                name,
                "与承诺的哈希值不符",
                "differs from the hash that was committed to",
            )
    if commitment.commitment != commit_to(bundle.seed, commitment.hashes):
        yield Finding(
            "seed",
            "种子与哈希值得不出承诺值",
            "seed and hashes do not give the commitment",
        )
    if published and published != commitment.commitment:
        yield Finding(
            "commitment", "不是抽取前公布的承诺值", "is not the one that was published"
        )
    if commitment.algorithm != ALGORITHM:
        named = commitment.algorithm
        yield Finding(
            "algorithm",
            f"为 {named!r}，本程序只能重抽 {ALGORITHM}",
            f"is {named!r}; this program repeats {ALGORITHM}",
        )


def _order(bundle: Bundle) -> Iterator[Finding]:
    """Compare what the commitment announced with what was done, and in which order."""
    commitment, task = bundle.commitment, bundle.frozen.task
    if (commitment.task, commitment.committed_on, commitment.beacon_source) != (
        task.name,
        task.committed_on,
        task.beacon_source,
    ):
        yield Finding(
            "commitment",
            "所公布的任务、日期或公开数不同",
            "announces another task, day or public number",
        )
    if bool(commitment.beacon_source) != bool(bundle.beacon):
        yield Finding(
            "beacon",
            "公开数未经公布而使用，或公布而未使用",
            "a public number was used unannounced, or announced and not used",
        )
    days = [commitment.committed_on, bundle.drawn_on]
    days += [withdrawal.on for withdrawal in bundle.withdrawals]
    if not _rise(days):
        yield Finding(
            "days",
            "承诺、抽取、更换的日期先后颠倒或无效",
            "commitment, draw and withdrawals do not follow each other",
        )


def _rise(days: Sequence[str]) -> bool:
    try:
        return sorted(days, key=date.fromisoformat) == days
    except ValueError:
        return False


def _library(bundle: Bundle) -> Iterator[Finding]:
    """Find what makes a library one that no draw can be made from."""
    frozen = bundle.frozen
    shares = {row.stratum: row.share for row in frozen.shares}
    orders: dict[str, list[tuple[str, ...]]] = {
        "businesses": [(s.business_id,) for s in frozen.businesses],
        "inspectors": [(i.inspector_id,) for i in frozen.inspectors],
        "shares": [(row.stratum,) for row in frozen.shares],
        "excluded": [(e.what, e.number) for e in frozen.excluded],
    }
    for name, numbers in orders.items():
        if sorted(set(numbers)) != numbers:
            yield Finding(
                name,
                "次序不对或有重复",
                "are not in order, or somebody stands twice",
            )
    out = {e.number for e in frozen.excluded}
    held = {s.business_id for s in frozen.businesses}
    if both := sorted(out & (held | {i.inspector_id for i in frozen.inspectors})):
        yield Finding(
            "excluded",
            f"{both[0]} 既未入库又在库",
            f"{both[0]} is left out and in the library",
        )
    if any(not 0 <= share <= 1 for share in shares.values()):
        yield Finding("shares", "比例应在 0 与 1 之间", "a share lies between 0 and 1")
    for subject in frozen.businesses:
        if subject.weight < 1 or subject.stratum not in shares:
            yield Finding(
                "businesses",
                f"{subject.business_id} 没有被抽中的机会",
                f"{subject.business_id} has no chance to be drawn",
            )
    yield from _pairless(frozen.library)


def _pairless(library: Library) -> Iterator[Finding]:
    """Find whom too few may visit; they are left out before an honest draw."""
    needed = max(1, library.inspectors_a_visit)
    for subject in library.subjects:
        if len(library.eligible(subject)) < needed:
            yield Finding(
                "businesses",
                f"{subject.business_id} 可派出的检查人员不足",
                f"{subject.business_id} has too few inspectors who may go",
            )


def _differences(
    part: str, recorded: Sequence[Visit], repeated: Sequence[Visit]
) -> Iterator[Finding]:
    """Say visit by visit what the bundle holds and what the draw gives."""
    held = {visit.business_id: visit for visit in recorded}
    drawn = {visit.business_id: visit for visit in repeated}
    for number in sorted(held.keys() - drawn.keys()):
        yield Finding(
            part,
            f"{number} 在档案中，但未被抽中",
            f"{number} stands in the bundle and was not drawn",
        )
    for number in sorted(drawn.keys() - held.keys()):
        yield Finding(
            part,
            f"{number} 被抽中，但不在档案中",
            f"{number} was drawn and is missing from the bundle",
        )
    for number in sorted(held.keys() & drawn.keys()):
        yield from _differences_of(part, held[number], drawn[number])
    if len(held) != len(recorded):
        yield Finding(part, "有重复的经营者", "a business stands twice")


def _differences_of(part: str, recorded: Visit, repeated: Visit) -> Iterator[Finding]:
    for name, zh in _FIELDS.items():
        found, value = (_told(getattr(v, name)) for v in (recorded, repeated))
        if found != value:
            number = recorded.business_id
            yield Finding(
                part,
                f"{number}：{zh}为 {found}，重抽得 {value}",
                f"{number}: {name} is {found}, the draw gives {value}",
            )


def _told(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(value)
