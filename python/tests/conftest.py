"""Shared fixtures: the program that the package must agree with."""

import json
import os
import subprocess

import pytest
from logs import PROJECT


def program() -> str:
    named = os.environ.get("CLAWSIFT_BIN")
    built = [PROJECT / "target" / profile / "clawsift" for profile in ("release", "dev", "debug")]
    found = [named] if named else [str(path) for path in built if path.exists()]
    if not found:
        pytest.fail("no program to compare with: build it (cargo build --release), or name it in CLAWSIFT_BIN")
    return found[0]


@pytest.fixture
def binary(tmp_path):
    """Runs the program with an empty folder for user rules, because the package has no such folder."""

    def run(*arguments, status=(0,)):
        environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "TZ": "UTC"}
        done = subprocess.run(
            [program(), *map(str, arguments)], capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode in status, done.stderr.decode()
        return done.stdout.decode()

    return run


@pytest.fixture
def rows(binary):
    """Returns the rows of `--format ndjson`."""
    return lambda *arguments: [json.loads(line) for line in binary("--format", "ndjson", *arguments).splitlines()]
