"""A Spark cluster on this machine, and logs for it."""

import os
import re
import sys

from logs import LOGS

ORDER = [
    "mixed",
    "tls-old-version",
    "proxy-refused-env",
    "mcp-crash",
    "dns-no-server",
    "ollama-refused-v1",
    "ok-anthropic",
    "tls-expired",
    "ollama-refused",
]
IDS = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")


def cluster(executors: int):
    """Starts a Spark cluster of several processes: a driver, and executors with one core and 1 GB each."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master(f"local-cluster[{executors},1,1024]")
        .appName("clawsift")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def hours(count: int) -> bytes:
    """Returns a log of several hours: real logs one after another, repeated with other hours and ids."""
    text = b"".join((LOGS / case / "file.log").read_bytes() for case in ORDER)

    def hour(number: int) -> bytes:
        changed = IDS.sub(lambda found: b"%04x" % number + found.group()[4:], text)
        return changed.replace(b"-22T09:", clock(number)).replace(b"-22T10:", clock(number + 1))

    return b"".join(hour(number) for number in range(0, count * 2, 2))


def clock(hour: int) -> bytes:
    day, hour = divmod(hour, 24)
    return b"-%02dT%02d:" % (1 + day, hour)


def quiet_hours() -> bytes:
    """Returns an hour of debug-level log without failures."""
    return (LOGS / "ok-debug/file.log").read_bytes()
