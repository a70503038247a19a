"""Settings of the machine, in one place; nothing here changes a result."""

import os
from pathlib import Path

WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE", "var/warehouse.duckdb"))
STORE = Path(os.environ.get("SHIAN_STORE", "var/models"))
REGISTER = Path(os.environ.get("SHIAN_REGISTER", "var/register.sqlite"))
DEMO, SIMULATED, SCORES = Path("var/demo"), Path("var/simulated"), Path("var/scores")
PAGES, DRAW = Path("var/pages"), Path("var/draw")
ANNULMENTS = Path("var/annulments")
LANGUAGE = os.environ.get("SHIAN_LANG", "zh")
# Rows an officer reads in a terminal; the rest is in the workbook.
TOP_ROWS = 10
