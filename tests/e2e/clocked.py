"""Runs the real command line at another time than now; only a test may turn the clock."""

import sys
from datetime import datetime

from pipelines.cli import main
from pipelines.commands import options

at = datetime.fromisoformat(sys.argv.pop(1))
options.now = lambda: at
main()
