"""Every role tries every page and every act: what is not its own is refused."""

import re
from collections.abc import Iterator

import pytest

from models.procedure_clauses import Step
from models.rules import load_rules
from pipelines.register.decisions import create_register, history
from pipelines.review.app import PAGES
from pipelines.review.roles import ACTORS, EVERYBODY, READERS
from tests.register_requests import recorded
from tests.review_office import FILED_ON, PEOPLE, Office, Visitor

RULES = load_rules()
STEPS = RULES.in_force(FILED_ON).all(Step)
LOGINS = {role: login for login, _, role, _ in reversed(PEOPLE)}
PATHS = {path: may for path, _, may, methods in PAGES if "GET" in methods}


@pytest.fixture(scope="module")
def office(office_as_made: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office with a case of people who have no account."""
    made = office_as_made.copy(tmp_path_factory.mktemp("roles"))
    register = made.places.register
    create_register(register)
    recorded(register, ["2026-03-02 Li file"], business=made.businesses[0])
    return made


@pytest.fixture(scope="module")
def signed(address: str) -> Iterator[dict[str, Visitor]]:
    """Give a browser for every role, and one of nobody."""
    found = {role: Visitor(address) for role in (*LOGINS, "nobody")}
    for role, login in LOGINS.items():
        assert found[role].sign_in(login).status == 303
    yield found
    for visitor in found.values():
        visitor.close()


def filled(path: str, office: Office) -> str:
    """Write an address for a pattern."""
    known = {
        "case_id": "2026-0001",
        "business_id": office.businesses[0],
        "action": "serve_notice",
        "sha256": "a" * 64,
        "login": "qianyi",
        "does": "unlock",
        "kind": "notice",
    }
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], path)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_open_to_those_it_is_for_and_to_nobody_else(
    signed: dict[str, Visitor], office: Office, path: str
) -> None:
    address = filled(path, office)
    for role in EVERYBODY:
        status = signed[role].get(address).status
        assert (status == 403) == (role not in PATHS[path]), (role, status)
    turned_away = signed["nobody"].get(address)
    assert (turned_away.status, turned_away.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
def test_no_role_does_what_is_anothers(
    signed: dict[str, Visitor], office: Office, step: Step
) -> None:
    before = history(office.places.register, "2026-0001")
    paths = {"file": f"/candidates/{office.businesses[0]}/file"}
    path = paths.get(step.action, f"/cases/2026-0001/acts/{step.action}")
    for role in EVERYBODY - set(step.roles):
        csrf = signed[role].csrf()
        fields = {
            "csrf": csrf,
            "nonce": "n",
            "reason": "越权",
            "confirm": step.confirmations,
            "role": step.roles[0],
            "actor": "赵敏",
        }
        answer = signed[role].post(path, fields)
        assert answer.status == (409 if role in ACTORS else 403), role
    assert signed["nobody"].post(path, {"csrf": "x"}).headers["location"] == "/sign-in"
    assert history(office.places.register, "2026-0001") == before


@pytest.mark.parametrize("does", ["lock", "unlock", "revoke"])
def test_only_an_administrator_keeps_accounts(
    signed: dict[str, Visitor], office: Office, does: str
) -> None:
    before = office.accounts.account("hanmei")
    for role in READERS:
        fields = {"csrf": signed[role].csrf()}
        assert signed[role].post(f"/accounts/hanmei/{does}", fields).status == 403
    assert office.accounts.account("hanmei") == before
    fields = {"csrf": signed["administrator"].csrf()}
    done = signed["administrator"].post(f"/accounts/hanmei/{does}", fields)
    assert done.status == 303
    assert office.accounts.account("hanmei").is_locked == (does == "lock")


def test_an_administrator_sees_no_case(
    signed: dict[str, Visitor], office: Office
) -> None:
    page = signed["administrator"].get("/accounts").text
    assert "清波市场监管所" in page
    assert office.businesses[0] not in page
    assert signed["administrator"].get("/cases/2026-0001").status == 403
