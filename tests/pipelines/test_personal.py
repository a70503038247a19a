"""Telephones, owners, complainants and identity numbers never reach the warehouse."""

from pathlib import Path

import polars as pl
import pytest

from features.warehouse import open_warehouse
from pipelines.personal import redacted, redacted_number
from tests.source_files import BUSINESS, COMPLAINT, INSPECTION, Books, lines, write

MOBILE, OTHER_MOBILE, LANDLINE = "13812345678", "19987654321", "0571-87654321"
IDENTITY_CARD, OTHER_CARD = "330102198001011234", "33010219791231002X"
OWNER, COMPLAINANT, MAIL = "钱多多", "赵不满", "qian.dd@example.com"
SECRETS = [
    MOBILE, OTHER_MOBILE, LANDLINE, "87654321", IDENTITY_CARD, OTHER_CARD, OWNER,
    COMPLAINANT, MAIL, "138 1234 5678", "１３８１２３４５６７８",
]  # fmt: skip


def blanked(text: str) -> str:
    return str(pl.select(redacted(pl.lit(text))).item())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话13812345678。", "电话***。"),
        ("tel13812345678x", "tel***x"),
        ("13812345678,19987654321", "***,***"),
        ("+86 138-1234-5678", "***"),
        ("8613812345678", "***"),
        ("１３８１２３４５６７８", "***"),
        ("(0571)87654321", "***"),
        ("0571 87654321转2", "***转2"),
        ("联系电话：87654321", "联系***"),
        ("身份证330102198001011234", "身份证***"),
        ("330102 19800101 123X", "***"),
        ("邮箱a.b@c.com.cn收", "邮箱***收"),
        ("中山中路 123 号 4 幢", "中山中路 123 号 4 幢"),
        ("2025年1月31日购买3盒12.50元", "2025年1月31日购买3盒12.50元"),
        ("许可证JY13301080111710", "许可证JY13301080111710"),
        ("91330102MA27W0000X", "91330102MA27W0000X"),
    ],
)
def test_free_text_is_kept_without_its_personal_numbers(text: str, kept: str) -> None:
    assert blanked(text) == kept


@pytest.mark.parametrize(
    "number",
    ["911101083303521997", "JY13301080111710", "330102202501310001", "50015138",
     "330102001000", "杭上市监罚〔2025〕13812号", "1381234567890"],
)  # fmt: skip
def test_numbers_of_things_are_not_taken_for_those_of_persons(number: str) -> None:
    """330102202501310001 numbers the first case of a day: nobody born then owns a shop."""
    assert pl.select(redacted_number(pl.lit(number))).item() == number


def source(folder: Path) -> Path:
    """Write files full of personal data, in its own columns and hidden in others."""
    return write(
        folder,
        business=lines(
            f"{BUSINESS},usci,address,法定代表人,联系电话,身份证号,邮箱",
            f"B1,2020-01-01,2020-01-02,钱记面馆（{MOBILE}）,catering,{IDENTITY_CARD},中山路1号 {LANDLINE},{OWNER},{MOBILE},{IDENTITY_CARD},{MAIL}",
            f"{MOBILE},2020-01-01,2020-01-02,店,catering,,,{OWNER},,,",
            f"B3,{MOBILE},2020-01-02,店,{IDENTITY_CARD},,,{OWNER},,,",
            f"B4,2020-01-01,2020-01-02,店{OTHER_MOBILE},catering,,,{OWNER}",
        ),
        inspection=lines(
            f"{INSPECTION},inspector_id,office_id",
            f"V1,B1,2025-03-01,2025-03-02,routine,{OTHER_CARD},{MOBILE}",
            f"{OTHER_CARD},B1,2025-03-01,2025-03-02,routine,,",
            f"V3,{OTHER_MOBILE},2025-03-01,2025-03-02,routine,,",
        ),
        complaint=lines(
            f"{COMPLAINT},投诉人,投诉人电话",
            f"C1,2025-03-01,2025-03-02,complaint,蟑螂，我的电话{MOBILE}、{OTHER_MOBILE}，身份证{IDENTITY_CARD},{COMPLAINANT},{MOBILE}",
            f"C2,2025-03-01,2025-03-02,complaint,请回电 138 1234 5678 或 {LANDLINE} 或 {MAIL},{COMPLAINANT},{MOBILE}",
            f"C3,{MOBILE},2025-03-02,complaint,１３８１２３４５６７８,{COMPLAINANT},{MOBILE}",
            f'C4,2025-03-01,2025-03-02,"complaint"{MOBILE},,{COMPLAINANT},{MOBILE}',
        ),
    )  # fmt: skip


def test_no_secret_is_in_any_column_of_any_table(tmp_path: Path, books: Books) -> None:
    files = source(tmp_path / "in")
    text = "".join(path.read_text("utf-8") for path in files.iterdir())
    assert [secret for secret in SECRETS if secret not in text] == []
    report = books.load(files)
    assert report.total.loaded == 4
    assert report.rules == {
        "bad_date": 2, "bad_quoting": 1, "personal_number": 3, "wrong_field_count": 1,
    }  # fmt: skip
    found = [
        (name, column, secret)
        for name, frame in books.content().items()
        for column in frame.select(pl.col(pl.String)).columns
        for secret in SECRETS
        if frame[column].str.contains(secret, literal=True).any()
    ]
    assert found == []
    assert books.ask("select count(*) from mart.complaint where text like '%***%'") == [
        (2,)
    ]


def test_no_secret_is_in_the_bytes_of_the_file(tmp_path: Path, books: Books) -> None:
    """Also not in blocks that were freed, nor in the log beside the file."""
    books.load(source(tmp_path / "in"))
    with open_warehouse(books.path) as opened:
        opened.execute("force checkpoint")
    left = [path for path in tmp_path.iterdir() if path.is_file()]
    assert books.path in left
    raw = b"".join(path.read_bytes() for path in left)
    assert "钱记面馆".encode() in raw, "the search would find what is there"
    assert [secret for secret in SECRETS if secret.encode() in raw] == []
