"""What holds for every answer, and what is refused before any page is asked."""

import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from features.errors import UsageError
from pipelines.review.app import PAGES
from pipelines.review.limits import Buckets, Limits
from pipelines.review.serving import Address, is_loopback, server
from pipelines.review.visit import COOKIE, FORM_COOKIE
from tests import ROOT
from tests.review_office import PASSWORD, PDF, Office, Visitor

NEW = "another sentence to remember"
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
TEMPLATES = sorted((ROOT / "pipelines/templates/review").glob("*.j2"))


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/none", "/cases/x", "/static/v/review.css"]
)
def test_every_answer_carries_its_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = dict(
        p.split(" ", 1) for p in headers["content-security-policy"].split("; ")
    )
    assert policy == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers
    is_style = path.endswith(".css")
    assert headers["cache-control"] == (
        "public, max-age=31536000, immutable" if is_style else "no-store"
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_page_brings_script_or_style_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(
        r"<script|<style|\sstyle=|\son\w+=|javascript:|https?://", text
    )
    assert "|safe" not in text


def test_a_cookie_is_for_this_host_alone_and_hidden_from_pages(
    visitor: Visitor,
) -> None:
    page = visitor.get("/sign-in")
    signed = visitor.sign_in("lilei")
    for answer, name in ((page, FORM_COOKIE), (signed, COOKIE)):
        (cookie,) = (c for c in answer.cookies if c.startswith(f"{name}="))
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= said
        assert not any(part.startswith("domain") for part in said)
        assert name.startswith("__Host-")
    token = visitor.cookies[COOKIE]
    assert len(token) >= 43


def test_the_session_is_a_new_one_at_every_sign_in(visitor: Visitor) -> None:
    visitor.cookies[COOKIE] = "chosen-by-somebody-else"
    assert visitor.sign_in("lilei").status == 303
    first = visitor.cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    visitor.sign_in("lilei")
    assert visitor.cookies[COOKIE] != first


def test_signing_out_ends_the_session_on_the_server(visitor: Visitor) -> None:
    visitor.sign_in("lilei")
    token = visitor.cookies[COOKIE]
    assert visitor.post("/sign-out", {"csrf": visitor.csrf()}).status == 303
    assert COOKIE not in visitor.cookies
    visitor.cookies[COOKIE] = token
    assert visitor.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("csrf", ["", "wrong", "of another"])
def test_no_form_is_taken_without_the_token_of_its_session(
    address: str, visitor: Visitor, csrf: str
) -> None:
    other = Visitor(address)
    other.sign_in("hanmei")
    visitor.sign_in("lilei")
    token = other.csrf() if csrf == "of another" else csrf
    other.close()
    for path, _, _, methods in PAGES:
        if "POST" in methods:
            asked = re.sub(r"\{\w+\}", "x", path)
            assert visitor.post(asked, {"csrf": token}).status == 403, path
    assert visitor.get("/account").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_no_form_is_taken_from_a_page_of_another(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    visitor.sign_in("lilei")
    fields = {"csrf": visitor.csrf(), "language": "en"}
    assert visitor.post("/account/language", fields, **headers).status == 403
    assert (
        visitor.post(
            "/account/language", fields, origin=f"http://{visitor.host}"
        ).status
        == 303
    )
    visitor.post("/account/language", {**fields, "language": "zh"})


def test_nobody_signs_in_through_a_form_of_another(visitor: Visitor) -> None:
    fields = {"csrf": "x", "login": "lilei", "password": PASSWORD}
    assert visitor.post("/sign-in", fields).status == 403
    visitor.cookies[FORM_COOKIE] = ""
    assert visitor.post("/sign-in", {**fields, "csrf": ""}).status == 403


def test_another_host_name_is_not_answered(visitor: Visitor) -> None:
    assert visitor.get("/sign-in", host="evil.example").status == 400


def test_who_is_not_known_hears_no_more_than_who_is_wrong(visitor: Visitor) -> None:
    one = visitor.sign_in("nobody", "wrong password here")
    two = visitor.sign_in("qianyi", "wrong password here")
    strip = re.compile(r'value="[^"]*"')
    assert one.status == two.status == 403
    assert strip.sub("", one.text) == strip.sub("", two.text)


def test_a_page_may_not_send_what_is_asked_for_too_often(
    office_as_made: Office, tmp_path: Path
) -> None:
    office = office_as_made.copy(tmp_path)
    limits = Limits(sign_in_burst=3, sign_in_per_second=0, burst=5, per_second=0)
    with office.serving(limits) as address:
        visitor = Visitor(address)
        assert visitor.sign_in("lilei").status == 303
        seen = [visitor.get("/account").status for _ in range(6)]
        assert seen == [200] * 5 + [429]
        tried = [visitor.sign_in("hanmei", "wrong password").status for _ in range(3)]
        assert tried == [403, 403, 429]
        visitor.close()


def test_a_bucket_fills_again_and_forgets_who_is_full() -> None:
    bucket = Buckets(2, 1.0)
    assert [bucket.takes("a", 0.0) for _ in range(3)] == [True, True, False]
    assert bucket.takes("b", 0.0)
    assert bucket.takes("a", 1.0)
    assert not bucket.takes("a", 1.0)
    for number in range(12_000):
        bucket.takes(str(number), 2.0 + number)
    assert len(bucket._levels) <= 10_000


def test_what_is_too_large_is_not_read(office_as_made: Office, tmp_path: Path) -> None:
    office = office_as_made.copy(tmp_path)
    with office.serving(Limits(most_bytes=10_000)) as address:
        visitor = Visitor(address)
        visitor.sign_in("lilei")
        fields = {"csrf": visitor.csrf(), "reason": "x" * 20_000}
        assert visitor.post("/account/language", fields).status == 413
        visitor.close()


def test_no_personal_data_is_in_the_log(
    visitor: Visitor, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.sign_in("lilei", "wrong password of mine")
        visitor.sign_in("lilei")
        visitor.get(f"/candidates/{office.businesses[0]}?secret=of-mine")
        visitor.get("/cases/2026-0001")
    said = caplog.text
    assert "GET /cases/{case_id}" in said
    for word in (
        "lilei",
        "李雷",
        "wrong password",
        office.businesses[0],
        "2026-0001",
        "of-mine",
        "127.0.0.1",
        visitor.cookies[COOKIE],
    ):
        assert word not in said


def test_a_document_that_cannot_be_kept_is_said_and_nothing_recorded(
    office_as_made: Office, tmp_path: Path
) -> None:
    office = office_as_made.copy(tmp_path)
    (tmp_path / "documents").write_text("a file where a folder is expected", "utf-8")
    with office.serving() as address:
        visitor = Visitor(address)
        visitor.sign_in("lilei")
        fields = {"csrf": visitor.csrf(), "reason": "理由", "nonce": "n"}
        sent = [("attachment.evidence", "a.pdf", PDF)]
        path = f"/candidates/{office.businesses[0]}/file"
        answer = visitor.post(path, fields, sent)
        visitor.close()
    assert answer.status == 503
    assert "nothing was recorded" in answer.text
    assert str(tmp_path) not in answer.text
    assert office.recorded() == []


def test_our_own_fault_tells_its_number_and_nothing_else(
    office_as_made: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office = office_as_made.copy(tmp_path)
    with office.serving() as address:
        visitor = Visitor(address)
        visitor.sign_in("lilei")
        with closing(sqlite3.connect(office.accounts.path)) as broken:
            broken.execute("pragma foreign_keys = off")
            broken.execute("update account set created_at = '李雷 2026' ")
            broken.commit()
        answer = visitor.get("/account")
        visitor.close()
    (number,) = re.findall(r"recorded: ([0-9a-f]{8})\n", answer.text)
    assert answer.status == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert f"fault {number}: ValueError at account_store.py:" in caplog.text
    for told in (answer.text, caplog.text):
        assert "Traceback" not in told
        assert "李雷" not in told


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  it must be refused
        ("192.0.2.1", False),
        ("review.example", False),
    ],
)
def test_plain_http_is_of_this_machine_alone(host: str, is_own: bool) -> None:
    assert is_loopback(host) == is_own
    address = Address(host=host, port=0)
    if is_own:
        address.check()
    else:
        with pytest.raises(UsageError, match="--tls-cert"):
            address.check()


def test_a_certificate_needs_its_key_and_a_name(tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.write_text("not looked at here", "utf-8")
    for address, said in (
        (Address(host="::", port=0, certificate=certificate), "belong together"),
        (Address(host="::", port=0, certificate=tmp_path, key=certificate), "no file"),
        (
            Address(host="::", port=0, certificate=certificate, key=certificate),
            "--name",
        ),
    ):
        with pytest.raises(UsageError, match=said):
            server(None, address)  # type: ignore[arg-type]


def test_an_address_is_written_as_browsers_take_it() -> None:
    assert Address(host="127.0.0.1", port=0).url(8787) == "http://127.0.0.1:8787/"
    assert Address(host="::1", port=0).url(1) == "http://[::1]:1/"
    named = Address(host="::", port=0, names=("a.example",), certificate=ROOT, key=ROOT)
    assert named.url(443) == "https://a.example:443/"
    assert named.hosts == ("a.example",)


def test_a_page_answers_to_no_method_but_its_own(visitor: Visitor) -> None:
    visitor.sign_in("lilei")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "FETCH"):
        assert visitor.ask(method, "/account").status == 405
    assert visitor.ask("POST", "/").status == 405


def test_no_address_holds_a_token_and_none_leads_elsewhere(visitor: Visitor) -> None:
    signed = visitor.sign_in("lilei")
    assert signed.headers["location"] == "/"
    page = visitor.get("/?next=https://evil.example&lang=//evil.example")
    links = re.findall(r'(?:href|action)="([^"]*)"', page.text)
    assert links
    assert all(link.startswith(("/", "?", "#")) and "//" not in link for link in links)
    token, csrf = visitor.cookies[COOKIE], visitor.csrf()
    assert not any(token in link or csrf in link for link in links)


def test_what_was_typed_is_shown_and_never_run(
    visitor: Visitor, office: Office
) -> None:
    visitor.sign_in("lilei")
    mark = "<img src=x onerror=alert(1)>{{7*7}}"
    path = f"/candidates/{office.businesses[0]}/file"
    answer = visitor.post(path, {"csrf": visitor.csrf(), "reason": mark, "nonce": mark})
    assert "<img" not in answer.text
    assert "49" not in answer.text.partition("<h1>")[2].partition("</h1>")[0]


def test_a_field_sent_twice_counts_once_and_a_control_character_not_at_all(
    visitor: Visitor,
) -> None:
    visitor.sign_in("lilei")
    fields = {"csrf": ["wrong", visitor.csrf()], "language": ["en", "zh"]}
    assert visitor.post("/account/language", fields).status == 303
    assert '<html lang="zh-CN">' in visitor.get("/account").text
    for text in ("\x00", "\x1b[2J", "\x85", "x" * 5000):
        sent = {"csrf": visitor.csrf(), "language": text}
        assert visitor.post("/account/language", sent).status == 422


def test_what_happened_to_an_account_is_never_changed(office: Office) -> None:
    with closing(sqlite3.connect(office.accounts.path)) as file:
        for statement in ("delete from event", "update event set what = 'nothing'"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                file.execute(statement)
    mode = office.accounts.path.stat().st_mode & 0o777
    assert mode == 0o600


def test_an_officer_sees_when_the_account_was_used_and_ends_it_everywhere(
    address: str, visitor: Visitor
) -> None:
    other = Visitor(address)
    other.sign_in("wangfang")
    visitor.sign_in("wangfang")
    assert visitor.get("/account").text.count("登录</td>") >= 2
    assert visitor.post("/account/sessions", {"csrf": visitor.csrf()}).status == 303
    for ended in (other, visitor):
        assert ended.get("/").headers["location"] == "/sign-in"
    other.close()


def test_a_password_is_changed_with_the_old_one_alone(
    office_as_made: Office, tmp_path: Path
) -> None:
    office = office_as_made.copy(tmp_path)
    with office.serving() as address:
        visitor = Visitor(address)
        visitor.sign_in("lilei")
        fields = {"csrf": visitor.csrf(), "old": "not the old one", "new": NEW}
        refused = visitor.post("/account", fields)
        assert refused.status == 422
        assert "原密码不对" in refused.text
        assert NEW not in refused.text
        changed = visitor.post("/account", {**fields, "old": PASSWORD})
        assert changed.headers["location"] == "/sign-in"
        assert visitor.get("/").headers["location"] == "/sign-in"
        assert visitor.sign_in("lilei", NEW).status == 303
        visitor.close()


def test_each_reads_in_their_own_language(visitor: Visitor) -> None:
    visitor.sign_in("zhaomin")
    assert "待办" in visitor.get("/").text
    assert "To do" in visitor.get("/?lang=en").text
    assert 'href="/cases?lang=en"' in visitor.get("/?lang=en").text
    visitor.post("/account/language", {"csrf": visitor.csrf(), "language": "en"})
    assert '<html lang="en">' in visitor.get("/cases").text
    assert "待办" in visitor.get("/?lang=zh").text
