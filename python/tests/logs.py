"""Path of the real logs."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LOGS = PROJECT / "fixtures" / "logs"
