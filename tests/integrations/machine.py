"""A machine on which clawsift is installed as the READMEs in integrations/ say, in a folder of its own."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
INTEGRATIONS = PROJECT / "integrations"
MIXED = PROJECT / "fixtures/logs/mixed/file.log"
PROGRAM = (PROJECT / os.environ.get("CLAWSIFT_BIN", "target/release/clawsift")).resolve()
# Two users who own nothing and may nothing: who runs OpenClaw, and who runs another program.
OWNER, OTHER = 65534, 65533


class Machine:
    """Stands in for /usr/local/bin, /tmp/openclaw, /var/lib and /var/log."""

    def __init__(self, log=MIXED):
        self.root = Path(tempfile.mkdtemp(prefix="clawsift-integrations-"))
        self.root.chmod(0o755)
        self.bin, self.logs, self.state, self.log_folder = (self.folder(n) for n in ("bin", "openclaw", "lib", "log"))
        shutil.copy(PROGRAM, self.bin / "clawsift")
        shutil.copy(INTEGRATIONS / "incidents/clawsift-incidents", self.bin)
        shutil.copy(log, self.logs / "openclaw-2026-11-22.log")

    def folder(self, name):
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def remove(self):
        shutil.rmtree(self.root)

    def here(self, text):
        """Text of a configuration with its paths pointed into this machine."""
        for path, mine in [("/usr/local/bin", self.bin), ("/tmp/openclaw", self.logs), ("/var/lib", self.state), ("/var/log", self.log_folder)]:
            text = text.replace(path, str(mine))
        return text

    def environment(self):
        path = f"{self.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "TZ": "UTC", "HOME": str(self.root), "LANG": "C.UTF-8"}

    def run(self, command, **options):
        """Runs a list of arguments, or a line of a shell; nothing is typed into it, as under a daemon."""
        options = {"env": self.environment(), "stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "cwd": self.root} | options
        return subprocess.run(command, shell=isinstance(command, str), **options)

    def report(self):
        """What clawsift says of the logs, to compare with what arrives elsewhere."""
        return json.loads(self.run(["clawsift", "--quiet", "--format", "json", str(self.logs)], check=True).stdout)

    def incidents(self):
        """What a first call of clawsift-incidents prints, parsed."""
        out = self.run(["clawsift-incidents", str(self.root / "printed"), str(self.logs)], check=True).stdout
        return lines(out)


def lines(text):
    """Each line parsed as an object of JSON."""
    objects = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(o, dict) for o in objects), text
    return objects


def rules_of(report):
    """A report's incidents, by rule."""
    return {finding["rule"]: finding["incidents"] for finding in report["findings"]}


def counted(objects):
    """How many objects each rule has."""
    rules = [o["rule"] for o in objects]
    return {rule: rules.count(rule) for rule in rules}


def unprivileged(user):
    """What to put before a command so that it runs with no rights but this user's; nothing where only one user can be had."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
