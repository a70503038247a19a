"""The files of the two sides of a sampling plan, none of which tells the whole.

Officers get businesses and their own codes; a laboratory gets its own codes, foods and
items; the reception that relabels gets both codes and no business. Nothing that is kept
says which business a laboratory's code belongs to: that takes the key, which is sealed.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import InputError, UsageError
from features.schema import labels
from models.blind_codes import Laboratory, blind_code, laboratories_drawn
from pipelines.reading import read
from pipelines.sampling_plan.planning import Plan, items

SAMPLERS, LABORATORIES, SEALED = "samplers", "laboratories", "sealed"
RECEPTION, KEY = "reception.csv", "key.txt"
_SAMPLER = {
    "code": "抽样码",
    "month": "抽样月份",
    "programme": "抽检性质",
    "business_id": "经营者编号",
    "name": "名称",
    "street": "街道",
    "address": "地址",
    "food": "样品品种",
    "sampler_id": "抽样人员",
    "second_sampler_id": "第二抽样人员",
}
_LABORATORY = {
    "code": "检验码",
    "month": "收样月份",
    "food": "样品品种",
    "items": "检验项目",
}
_RECEPTION = {
    "sampler_code": "抽样码",
    "laboratory_code": "检验码",
    "laboratory_id": "检验机构",
    "month": "月份",
}
_LABORATORY_COLUMNS = {"检验机构": "laboratory_id", "每月承检批次": "batches_a_month"}

Rows = list[dict[str, Any]]


def write_sides(plan: Plan, out: Path) -> list[Path]:
    """Write the files of each side, in folders of their own that others cannot read.

    Rows stand in the order of their codes, for the order of the plan would tell.

    Raises:
        UsageError: the folder holds a plan already, whose codes are in use.
    """
    check_unused(out)
    written = [
        _write(out / SAMPLERS / f"{office}.csv", rows, _SAMPLER)
        for office, rows in sampler_rows(plan).items()
    ]
    written += [
        _write(out / LABORATORIES / f"{name}.csv", rows, _LABORATORY)
        for name, rows in laboratory_rows(plan).items()
    ]
    written.append(
        _write(out / "reception" / RECEPTION, reception_rows(plan), _RECEPTION)
    )
    written.append(_private(out / SEALED / KEY, f"{plan.request.key.hex()}\n"))
    return written


def check_unused(out: Path) -> None:
    """Refuse a folder that holds a plan already.

    Raises:
        UsageError: its codes are in use.
    """
    if (out / SEALED / KEY).exists():
        message = f"{out} holds a plan already, and its codes may stand on samples; choose another folder with --out"
        told = f"{out} 中已有一份计划，其编码可能已贴在样品上，请用 --out 换一个文件夹"
        raise UsageError(message, said=told)


def sampler_rows(plan: Plan) -> Mapping[str, Rows]:
    """Give the rows of each office: where to go and what to buy, never who tests it."""
    register = {r["business_id"]: r for r in plan.known.register.iter_rows(named=True)}
    rows: dict[str, Rows] = defaultdict(list)
    for batch in plan.batches:
        known = register[batch.business_id]
        pair = plan.samplers[batch.batch_no]
        rows[known["office_id"] or "district"].append(
            {
                "code": blind_code(plan.request.key, "sampler", batch.batch_no),
                "month": f"{plan.request.year}-{batch.month}",
                "programme": labels("programme")[batch.programme][0],
                **{
                    name: known[name]
                    for name in ("business_id", "name", "street", "address")
                },
                "food": batch.variety.zh,
                "sampler_id": pair[0],
                "second_sampler_id": pair[1],
            }
        )
    return rows


def laboratory_rows(plan: Plan) -> Mapping[str, Rows]:
    """Give the rows of each laboratory: what to test, never where it comes from."""
    drawn = drawn_laboratories(plan)
    rows: dict[str, Rows] = {lab.laboratory_id: [] for lab in plan.laboratories}
    for batch in plan.batches:
        rows[drawn[batch.batch_no]].append(
            {
                "code": blind_code(plan.request.key, "laboratory", batch.batch_no),
                "month": f"{plan.request.year}-{batch.month}",
                "food": batch.variety.zh,
                "items": "、".join(items(batch)),
            }
        )
    return rows


def reception_rows(plan: Plan) -> Rows:
    """Give what the reception needs to relabel a sample and send it on."""
    key, drawn = plan.request.key, drawn_laboratories(plan)
    return [
        {
            "sampler_code": blind_code(key, "sampler", batch.batch_no),
            "laboratory_code": blind_code(key, "laboratory", batch.batch_no),
            "laboratory_id": drawn[batch.batch_no],
            "month": f"{plan.request.year}-{batch.month}",
        }
        for batch in plan.batches
    ]


def drawn_laboratories(plan: Plan) -> Mapping[str, str]:
    """Give the laboratory drawn for each batch; the key alone brings it back."""
    months = {batch.batch_no: batch.month for batch in plan.batches}
    return laboratories_drawn(months, plan.laboratories, plan.request.key)


def read_laboratories(path: Path) -> tuple[Laboratory, ...]:
    """Read a table of laboratories and what they test a month.

    Raises:
        InputError: a column is missing, or a capacity is no whole number above nothing.
    """
    frame = read(path).frame.rename(_LABORATORY_COLUMNS, strict=False)
    if missing := {"laboratory_id", "batches_a_month"} - set(frame.columns):
        message = f"{path.name}: column {', '.join(sorted(missing))} is missing; a table of laboratories has laboratory_id and batches_a_month"
        told = f"{path.name} 缺少列：{'、'.join(sorted(missing))}；检验机构表要有 laboratory_id 和 batches_a_month"
        raise InputError(message, said=told)
    return tuple(
        Laboratory(
            row["laboratory_id"].strip(), _capacity(row["batches_a_month"], path)
        )
        for row in frame.fill_null("").iter_rows(named=True)
    )


def _capacity(text: str, path: Path) -> int:
    if not text.strip().isdecimal() or int(text) == 0:
        message = f"{path.name}: batches_a_month is a whole number above nothing, not {text!r}"
        told = f"{path.name}：batches_a_month 要写正整数，不能是 {text!r}"
        raise InputError(message, said=told)
    return int(text)


def _write(path: Path, rows: Rows, names: Mapping[str, str]) -> Path:
    ordered = sorted(rows, key=lambda row: next(iter(row.values())))
    frame = pl.DataFrame(ordered, schema=dict.fromkeys(names, pl.String)).rename(names)
    # Excel opens a file without the mark as if it were in another encoding.
    return _private(path, frame.write_csv(include_bom=True))


def _private(path: Path, text: str) -> Path:
    """Write a file that only its owner may read, in a folder only its owner may enter."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path
