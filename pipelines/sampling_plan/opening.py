"""Opening the seal: what laboratories returned under their codes, with its business again.

Only whoever holds the key can do this, and once: the results are final by then. What it
gives is a table of sampling results in our own format, to be loaded like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl

from features.errors import InputError, NotFoundError
from features.warehouse import open_warehouse
from models.blind_codes import blind_code
from pipelines.reading import read
from pipelines.written import drafts

RESULTS = "sampling_result.csv"
_COLUMNS = {
    "检验码": "code",
    "检验机构": "laboratory_id",
    "抽样日": "sampled_on",
    "报告日": "reported_on",
    "是否不合格": "is_failed",
    "不合格项目": "failed_item",
}
_NEEDED = ("code", "laboratory_id", "sampled_on", "reported_on", "is_failed")
_TRUTH = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}


@dataclass(frozen=True)
class Opened:
    """What was opened: results by code, and the file they were written to."""

    run_id: str
    results: int
    failed: int
    path: Path


def open_results(
    warehouse: Path, returned: Path, key: bytes, *, run_id: str, out: Path
) -> Opened:
    """Give what laboratories returned its businesses back, as a file to load.

    Raises:
        NotFoundError: the warehouse holds no such plan.
        InputError: the key is not that of the plan, or a row is none of the plan's.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        plan = opened.sql("select * from output.sample_plan where run_id = ?", [run_id])
        sealed = opened.sql(
            "select parameters->>'key_sha256' as mark from output.run where run_id = ?",
            [run_id],
        )
    if plan.is_empty():
        message = f"{warehouse} holds no sampling plan {run_id}; make one with: shian sample-plan"
        told = f"{warehouse} 中没有抽检计划 {run_id}，请先运行：shian sample-plan"
        raise NotFoundError(message, said=told)
    if sealed["mark"].to_list() != [sha256(key).hexdigest()]:
        message = f"the key is not the one that plan {run_id} was sealed with"
        told = f"密钥不是封存计划 {run_id} 时所用的"
        raise InputError(message, said=told)
    batches = {
        blind_code(key, "laboratory", row["batch_no"]): row
        for row in plan.iter_rows(named=True)
    }
    rows = list(_rows(returned, batches))
    path = out / RESULTS
    with drafts([path]) as (draft,):
        draft.write_text(pl.DataFrame(rows).write_csv(), "utf-8")
    failed = sum(row["is_failed"] is True for row in rows)
    return Opened(run_id, len(rows), failed, path)


def _rows(
    returned: Path, batches: Mapping[str, Mapping[str, object]]
) -> Iterator[dict[str, object]]:
    frame = read(returned).frame.rename(_COLUMNS, strict=False)
    if missing := set(_NEEDED) - set(frame.columns):
        message = f"{returned.name}: column {', '.join(sorted(missing))} is missing; a return has {', '.join(_NEEDED)} and failed_item"
        told = f"{returned.name} 缺少列：{'、'.join(sorted(missing))}"
        raise InputError(message, said=told)
    seen: set[str] = set()
    for row in frame.fill_null("").iter_rows(named=True):
        code = row["code"].strip()
        if code not in batches or code in seen:
            what = "stands twice" if code in seen else "is no code of the plan"
            message = f"{returned.name}: {code} {what}; nothing was written"
            raise InputError(message)
        seen.add(code)
        yield _result(row, batches[code], returned)


def _result(
    row: Mapping[str, str], batch: Mapping[str, object], returned: Path
) -> dict[str, object]:
    year = batch["sample_month"].year  # type: ignore[attr-defined]
    return {
        "sample_id": f"{year}-{batch['batch_no']}",
        "business_id": batch["business_id"],
        "sampled_on": _day(row["sampled_on"], returned),
        "recorded_at": _day(row["reported_on"], returned),
        "programme": batch["programme"],
        "level": "district",
        "food_class": batch["food_class"],
        "sampler_id": batch["sampler_id"],
        "laboratory_id": row["laboratory_id"].strip(),
        "is_failed": _is_failed(row["is_failed"], returned),
        "failed_item": row.get("failed_item", "").strip() or None,
        "reinspection": "none",
    }


def _is_failed(text: str, returned: Path) -> bool:
    found = _TRUTH.get(text.strip().lower())
    if found is None:
        message = f"{returned.name}: is_failed is 是 or 否, true or false, not {text!r}"
        told = f"{returned.name}：是否不合格只能写 是 或 否，不能是 {text!r}"
        raise InputError(message, said=told)
    return found


def _day(text: str, returned: Path) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        message = f"{returned.name}: {text!r} is no day such as 2026-01-31"
        told = f"{returned.name}：{text!r} 不是日期，请写成 2026-01-31"
        raise InputError(message, said=told) from error
