"""Fixtures: a Spark cluster of several processes on this machine, and logs of several gateways."""

import gzip

import pytest
from fleet import cluster, hours
from logs import LOGS


@pytest.fixture(scope="session")
def spark():
    session = cluster(2)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    """Returns logs of several gateways: JSON lines, large and small, text, compressed files, and a damaged file."""
    folder = tmp_path_factory.mktemp("fleet")
    for gateway in ("oslo", "rome"):
        (folder / gateway).mkdir()
    (folder / "oslo/openclaw-2026-11-22.log").write_bytes(hours(12))
    (folder / "oslo/console.txt").write_bytes((LOGS / "telegram-502/console.txt").read_bytes())
    (folder / "rome/openclaw-2026-11-22.log.gz").write_bytes(gzip.compress(hours(3)))
    (folder / "rome/gateway.txt").write_bytes((LOGS / "mixed/logs-plain.txt").read_bytes())
    for case in ("dns-notfound", "openai-429-quota", "session-db-locked"):
        (folder / case).mkdir()
        (folder / case / "file.log").write_bytes((LOGS / case / "file.log").read_bytes())
    (folder / "dns-notfound/damaged.log.gz").write_bytes(gzip.compress(hours(1))[:-1000])
    return folder
