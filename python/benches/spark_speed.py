"""How fast one executor reads logs, and how much faster two are: `python benches/spark_speed.py [GIGABYTES] [FOLDER]`.

Needs the release wheel (`maturin build --release`) and pyspark installed, Java 17, and a machine that does nothing else. It
makes the logs itself, in FOLDER or a temporary one. Each number is the best of three runs after one that warms up.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "spark")]

FILES = 8
RUNS = 3


def make(folder: Path, size: int) -> None:
    """Logs of real records, healthy ones for the most part: every fortieth of the hours has failures."""
    from fleet import hours, quiet_hours

    block = b"".join([hours(1), *[quiet_hours()] * 39])
    for number in range(FILES):
        gateway = folder / f"gateway-{number}"
        gateway.mkdir(parents=True, exist_ok=True)
        with open(gateway / "openclaw-2026-11-22.log", "wb") as log:
            while log.tell() < size // FILES:
                log.write(block)


def measure(executors: int, folder: str, way: str) -> None:
    """Prints the seconds of the best run, on a cluster of so many executors of one core."""
    from fleet import cluster

    from clawsift import spark as on_spark

    spark = cluster(executors)
    files = [str(path) for path in sorted(Path(folder).rglob("*.log"))]
    paths = spark.createDataFrame([(path,) for path in files], "path string")
    best, incidents = float("inf"), 0
    for run in range(RUNS + 1):
        start = time.monotonic()
        if way == "paths":
            report = on_spark.report(paths, path="path")
        else:
            report = on_spark.report(spark.read.text(files), text="value")
        if run:
            best = min(best, time.monotonic() - start)
        incidents = report.totals["incidents"]
    spark.stop()
    print(json.dumps({"seconds": best, "incidents": incidents}))


def main() -> None:
    if len(sys.argv) == 5 and sys.argv[1] == "measure":
        measure(int(sys.argv[2]), sys.argv[3], sys.argv[4])
        return
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else 15) * 1e9)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else temporary) / "logs"
        make(folder, size)
        total = sum(path.stat().st_size for path in folder.rglob("*.log"))
        for way in ("paths", "text"):
            seconds = {}
            for executors in (1, 2):
                command = [sys.executable, __file__, "measure", str(executors), str(folder), way]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found = json.loads(done.stdout.splitlines()[-1])
                seconds[executors] = found["seconds"]
                speed = total / found["seconds"] / 1e6
                print(
                    f"{way}: {executors} executor(s) of one core: {found['seconds']:.2f} s for {total / 1e9:.1f} GB,"
                    f" {speed:.0f} MB/s, {found['incidents']} incidents",
                    flush=True,
                )
            print(f"{way}: two are {seconds[1] / seconds[2]:.2f} times as fast as one", flush=True)


if __name__ == "__main__":
    main()
