"""The people of an office at their forms, each filled in as the rules of the day ask."""

from models.case import step_of
from models.rules import load_rules
from tests.review_office import PDF, Answer, File, Office, Visitor

RULES = load_rules()


class Desk:
    """An office with everybody signed in."""

    def __init__(self, office: Office, address: str) -> None:
        self.office = office
        self.address = address
        self.people: dict[str, Visitor] = {}

    def of(self, login: str) -> Visitor:
        if login not in self.people:
            self.people[login] = Visitor(self.address)
            assert self.people[login].sign_in(login).status == 303
        return self.people[login]

    def turn_to(self, day: str) -> None:
        """Go on to another day; every session of the day before ran out."""
        self.office.clock.turn_to(day)
        self.close()

    def read(self, login: str, path: str) -> Answer:
        page = self.of(login).get(path)
        assert page.status == 200, page.text
        fields = {"csrf": page.field("csrf"), "mark": page.field("mark")}
        return self.of(login).post(path, fields)

    def act(self, login: str, path: str, action: str, **more: str) -> Answer:
        """Fill in everything the form asks for, and send it."""
        page = self.of(login).get(path)
        step = step_of(RULES, action, self.office.clock().date())
        fields: dict[str, str | tuple[str, ...]] = {
            "csrf": self.of(login).csrf(),
            "nonce": page.field("nonce") if 'name="nonce"' in page.text else "n",
            "reason": f"{action}的理由",
            "confirm": step.confirmations if step else (),
            **more,
        }
        kinds = step.attachments if step else ()
        files: list[File] = [(f"attachment.{k}", f"{k}.pdf", PDF) for k in kinds]
        return self.of(login).post(path, fields, files)

    def file(self, login: str = "lilei", number: int = 0) -> Answer:
        business = self.office.businesses[number]
        assert self.read(login, f"/candidates/{business}").status == 303
        ground = {"ground": f"L-{number + 1} F5-2", "list": "SAMR44"}
        return self.act(login, f"/candidates/{business}/file", "file", **ground)

    def in_case(self, login: str, action: str, **more: str) -> Answer:
        return self.act(login, f"/cases/2026-0001/acts/{action}", action, **more)

    def close(self) -> None:
        for visitor in self.people.values():
            visitor.close()
        self.people.clear()
