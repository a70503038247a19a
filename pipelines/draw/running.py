"""The verbs of a draw: commit to a seed, draw, and replace who withdraws."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import InputError, UsageError
from features.schema import schema
from features.warehouse import open_warehouse
from models.double_random import (
    Visit,
    Withdrawal,
    after_withdrawals,
    draw_visits,
)
from models.drawing import ALGORITHM, stream_key
from models.rules import load_rules
from pipelines.draw.bundle import (
    Bundle,
    Commitment,
    Frozen,
    commit_to,
    is_seed,
    read,
    render,
)
from pipelines.draw.freezing import Request, freeze
from pipelines.draw.reasons import check_reason
from pipelines.draw.verify import verify
from pipelines.provenance import run_name

COMMITMENT, FROZEN, SEED = "commitment.json", "frozen.json", "seed.txt"
BUNDLE = "bundle.json"


@dataclass(frozen=True)
class Drawn:
    """A draw as it stands, and the run of the warehouse that holds it."""

    bundle: Bundle
    run_id: str
    path: Path


def commit(
    warehouse: Path, request: Request, *, seed: str, out: Path
) -> tuple[Commitment, Frozen]:
    """Freeze the libraries and bind the seed to them; nobody is drawn yet.

    Publish commitment.json before the draw. The seed stays secret until then.

    Raises:
        UsageError: the folder holds a commitment already, or the seed is none.
    """
    if not is_seed(seed):
        message = "a seed is 64 digits from 0-9 and a-f; leave --seed out to get one"
        raise UsageError(message)
    if (out / COMMITMENT).exists():
        message = f"{out} holds a commitment already, and one draw has one; choose another folder with --out"
        raise UsageError(message)
    with open_warehouse(warehouse, read_only=True) as opened:
        frozen = freeze(opened, request)
    hashes = frozen.hashes()
    commitment = Commitment(
        algorithm=ALGORITHM,
        task=request.name,
        committed_on=frozen.task.committed_on,
        beacon_source=request.beacon_source,
        hashes=hashes,
        commitment=commit_to(seed, hashes),
    )
    out.mkdir(parents=True, exist_ok=True)
    secret = out / SEED
    secret.touch(mode=0o600)
    secret.write_text(f"{seed}\n", "utf-8")
    (out / FROZEN).write_bytes(render(frozen))
    # Last, so that a folder with a commitment is complete.
    (out / COMMITMENT).write_bytes(render(commitment))
    return commitment, frozen


def run(folder: Path, warehouse: Path, *, on: date, beacon: str = "") -> Drawn:
    """Draw what was committed to, once, into the bundle and the warehouse.

    Raises:
        UsageError: it was drawn already, or the beacon is missing or was not announced.
        InputError: the folder no longer holds what was committed to.
    """
    path = folder / BUNDLE
    if path.exists():
        message = f"{folder} was drawn already; a draw is not repeated until it pleases. Look at it with: shian draw verify {path}"
        raise UsageError(message)
    commitment = read(folder / COMMITMENT, Commitment)
    frozen, seed = read(folder / FROZEN, Frozen), _seed(folder / SEED)
    _check_kept(commitment, frozen, seed, folder)
    _check_time(commitment, on, beacon)
    visits = draw_visits(frozen.library, stream_key(bytes.fromhex(seed), beacon))
    bundle = Bundle(
        commitment=commitment,
        frozen=frozen,
        seed=seed,
        beacon=beacon,
        drawn_on=on.isoformat(),
        visits=visits,
        withdrawals=(),
        standing=visits,
    ).sealed()
    return _kept(bundle, path, warehouse)


def _seed(path: Path) -> str:
    return path.read_text("utf-8").strip() if path.exists() else ""


def _check_kept(
    commitment: Commitment, frozen: Frozen, seed: str, folder: Path
) -> None:
    changed = [
        name
        for name, digest in frozen.hashes().items()
        if commitment.hashes.get(name) != digest
    ]
    if changed:
        message = f"{folder}: {', '.join(changed)} changed since the commitment; the draw is void, commit again and publish why"
        raise InputError(message)
    if not is_seed(seed) or commit_to(seed, frozen.hashes()) != commitment.commitment:
        message = f"{folder / SEED} does not hold the seed that was committed to; without it the draw is void"
        raise InputError(message)


def _check_time(commitment: Commitment, on: date, beacon: str) -> None:
    if on < date.fromisoformat(commitment.committed_on):
        message = f"the draw of {on} would precede its commitment of {commitment.committed_on}"
        raise UsageError(message)
    if commitment.beacon_source and not beacon:
        message = f"the commitment announces a public number ({commitment.beacon_source}); give it with --beacon"
        raise UsageError(message)
    if beacon and not commitment.beacon_source:
        message = "the commitment announces no public number, so none may be mixed in; leave --beacon out"
        raise UsageError(message)


def withdraw(path: Path, warehouse: Path, withdrawal: Withdrawal) -> Drawn:
    """Replace, by the same chance, who cannot be visited or cannot go.

    Raises:
        UsageError: nobody is named, the reason is none that may be given, or the day
            lies before what was done already.
        InputError: the bundle does not verify, so nothing may be built on it.
    """
    found = verify(path)
    if not found.is_sound:
        message = f"{path} does not verify, so nobody is replaced in it; see what differs with: shian draw verify {path}"
        raise InputError(message)
    bundle = found.bundle
    if withdrawal.on < bundle.last_day:
        message = f"a withdrawal of {withdrawal.on} would precede what was done on {bundle.last_day}"
        raise UsageError(message)
    law = load_rules().in_force(date.fromisoformat(bundle.frozen.task.as_of))
    what = "business" if withdrawal.inspector_id is None else "inspector"
    check_reason(law, what, withdrawal.reason, withdrawal.note)
    withdrawals = (*bundle.withdrawals, withdrawal)
    standing = after_withdrawals(
        bundle.frozen.library, bundle.visits, withdrawals, bundle.key
    )
    changed = replace(bundle, withdrawals=withdrawals, standing=standing)
    return _kept(changed.sealed(), path, warehouse)


def _kept(bundle: Bundle, path: Path, warehouse: Path) -> Drawn:
    """Write the draw into the warehouse and the bundle, the bundle last and whole."""
    run_id = run_name("draw", bundle.commitment.commitment, bundle.beacon)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(render(bundle))
    with open_warehouse(warehouse) as opened, opened.transaction():
        opened.replace_run("output.run", _run_row(bundle, run_id), run_id)
        opened.replace_run("output.draw", _draw_rows(bundle.standing, run_id), run_id)
    # A draw that the warehouse refused must be possible again, so this comes last.
    draft.replace(path)
    return Drawn(bundle, run_id, path)


def _run_row(bundle: Bundle, run_id: str) -> pl.DataFrame:
    task = bundle.frozen.task
    row = {
        "run_id": run_id,
        "kind": "draw",
        "as_of": date.fromisoformat(task.as_of),
        "model_version": None,
        "law_version": task.law_version,
        "code_version": task.code_version,
        "data_fingerprint": task.data_fingerprint,
        "businesses": len(bundle.frozen.businesses),
        "parameters": json.dumps(
            {
                "task": task.name,
                "kind": task.kind,
                "score_run": task.score_run,
                "commitment": bundle.commitment.commitment,
                "bundle": bundle.digest,
                "withdrawals": len(bundle.withdrawals),
            },
            ensure_ascii=False,
        ),
    }
    return pl.DataFrame([row], schema=schema()["output.run"].empty().schema)


def _draw_rows(visits: tuple[Visit, ...], run_id: str) -> pl.DataFrame:
    places = ("inspector_id", "second_inspector_id")
    rows = [
        {
            "run_id": run_id,
            "business_id": visit.business_id,
            "stratum": visit.stratum,
            "inclusion_probability": float(visit.inclusion_probability),
            "draw_order": visit.draw_order,
            **dict(zip(places, visit.inspectors, strict=False)),
        }
        for visit in visits
    ]
    return pl.DataFrame(rows, schema=schema()["output.draw"].empty().schema)
