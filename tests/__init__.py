"""Where things are, for the tests that read the repository or real data."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
REAL_DATA = Path(os.environ.get("SHIAN_DATA", ROOT.parent / "shared" / "data"))
