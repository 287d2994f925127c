"""Where the real logs are."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LOGS = PROJECT / "fixtures" / "logs"
