"""Settings of the machine, in one place; nothing here changes a result."""

import os
from pathlib import Path

# An empty variable counts as none.
WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE") or "var/warehouse.duckdb")
STORE = Path(os.environ.get("SHIAN_STORE") or "var/models")
REGISTER = Path(os.environ.get("SHIAN_REGISTER") or "var/register.sqlite")
# Who may sign in to the workbench, and the documents that its acts hold.
ACCOUNTS = Path(os.environ.get("SHIAN_ACCOUNTS") or "var/accounts.sqlite")
DOCUMENTS = Path(os.environ.get("SHIAN_DOCUMENTS") or "var/documents")
DEMO, SIMULATED, SCORES = Path("var/demo"), Path("var/simulated"), Path("var/scores")
PAGES, DRAW = Path("var/pages"), Path("var/draw")
ANNULMENTS, SAMPLING = Path("var/annulments"), Path("var/sampling")
INDICATORS, CREDIT = Path("var/indicators"), Path("var/credit")
FEATURES = Path("var/features.parquet")
PUBLISHED = Path(os.environ.get("SHIAN_PUBLISHED") or "var/published.sqlite")
WORKLIST, MONITOR = Path("var/worklist"), Path("var/monitor.html")
MODEL_CARD = Path("var/model_card.html")
CLOSED_LOOP = Path("var/closed_loop")
ALERTS = Path(os.environ.get("SHIAN_ALERTS") or "var/alerts.sqlite")
LANGUAGE = os.environ.get("SHIAN_LANG") or "zh"
# Rows an officer reads in a terminal; the rest is in the workbook.
TOP_ROWS = 10
# How long a finished computation waits for others to let go of the warehouse.
PATIENCE_SECONDS = 120.0
# Businesses of a shard: what one process holds at once. A district is one shard, some 1 GB.
SHARD_BUSINESSES = 50_000
# Memory that DuckDB may take to sort and to merge; beyond it, it uses the disk.
WAREHOUSE_MEMORY = os.environ.get("SHIAN_WAREHOUSE_MEMORY") or "2GB"
# Rows of a run read and written at once.
SLICE_ROWS = 50_000
# Beyond so many businesses a spreadsheet opens on no office machine: the list is
# scores.parquet alone, and the terminal shows its counts.
LISTED_BUSINESSES = int(os.environ.get("SHIAN_LISTED") or 300_000)
