"""The table of the OWASP ASVS in the README names tests that there are."""

import re

from tests import README, ROOT

TESTS = ROOT / "tests"
FOLDERS = (TESTS / "pipelines/review", TESTS / "e2e", TESTS)
ROW = re.compile(r"^\| (\d[\d., -]*) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_every_item_names_a_test_that_there_is_or_says_that_it_is_not_met() -> None:
    section = README.read_text("utf-8").partition("### OWASP ASVS, level 2")[2]
    rows = ROW.findall(section.partition("</details>")[0])
    assert len(rows) > 40
    for item, what, shown in rows:
        named = re.findall(r"`(\w+)::(\w+)`", shown)
        assert named or "**not met**" in what, item
        for module, test in named:
            (path,) = (
                f for folder in FOLDERS if (f := folder / f"{module}.py").exists()
            )
            found = re.search(rf"^def {test}\(", path.read_text("utf-8"), re.MULTILINE)
            assert found, f"{item}: {module} has no {test}"
