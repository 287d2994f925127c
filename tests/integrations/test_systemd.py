"""The units: as systemd reads them, and their commands with the rights and system calls that they leave."""

import configparser
import os
import re
import shutil
import subprocess
import time
import unittest
import urllib.request

from machine import INTEGRATIONS, OTHER, OWNER, Machine, counted, lines, rules_of, unprivileged

UNITS = INTEGRATIONS / "systemd"


def system_calls(filters):
    """The calls that lines of SystemCallFilter= leave, by the sets of this machine's systemd."""
    sets, name = {}, None
    for line in subprocess.run(["systemd-analyze", "syscall-filter"], check=True, capture_output=True, text=True).stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            sets[name] = set()
        elif name and line.startswith("    ") and not line.strip().startswith("#"):
            sets[name].add(line.strip())

    def expand(word):
        return set().union(*(expand(w) for w in sets[word])) if word.startswith("@") else {word}

    allowed = set()
    for line in filters:
        calls = set().union(*(expand(word) for word in line.lstrip("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


class Units(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)

    def unit(self, kind):
        """The settings of a service, with the paths of this machine; a setting that comes twice is a list."""
        text = (UNITS / f"clawsift-{kind}@.service").read_text()
        text = text.replace("%S", "/var/lib").replace("%L", "/var/log").replace("%i", "nobody")
        settings = {}
        for key, value in re.findall(r"^(\w+)=(.*)$", self.machine.here(text), re.M):
            settings.setdefault(key, []).append(value)
        return settings

    def start(self, kind):
        """Makes the service's folders, and runs its command with no rights; returns the system calls that it made."""
        unit = self.unit(kind)
        for setting, parent in [("StateDirectory", self.machine.state), ("LogsDirectory", self.machine.log_folder)]:
            for name in unit.get(setting, []):
                (parent / name).mkdir(exist_ok=True)
                (parent / name).chmod(int(unit.get(f"{setting}Mode", ["0755"])[0], 8))
                if os.geteuid() == 0:
                    os.chown(parent / name, OWNER, OWNER)
        # Only the user of OpenClaw may read the logs.
        for path in [*self.machine.logs.iterdir(), self.machine.logs]:
            path.chmod(0o700 if path.is_dir() else 0o600)
            if os.geteuid() == 0:
                os.chown(path, OWNER, OWNER)
        calls = self.machine.folder("calls")
        calls.chmod(0o777)
        (command,) = unit["ExecStart"]
        line = f"umask {unit['UMask'][0]}; exec strace -f -qq -o {calls}/{kind} {command}"
        started = self.machine.run([*unprivileged(OWNER), "sh", "-c", line])
        self.assertEqual((started.returncode, started.stderr), (0, ""))
        made = set(re.findall(r"^\d+ +(\w+)\(", (calls / kind).read_text(), re.M))
        self.assertLessEqual({"openat", "write"}, made)
        return made

    def test_systemd_reads_them(self):
        folder = self.machine.folder("units")
        for path in UNITS.glob("clawsift-*@.*"):
            (folder / path.name).write_text(path.read_text().replace("/usr/local/bin", str(self.machine.bin)))
        names = [f"clawsift-{kind}@root.{suffix}" for kind in ("metrics", "incidents") for suffix in ("service", "timer")]
        verified = self.machine.run(["systemd-analyze", "verify", "--man=no", *names], cwd=folder)
        self.assertEqual((verified.returncode, verified.stderr), (0, ""))
        for path in folder.glob("*.service"):
            judged = self.machine.run(["systemd-analyze", "security", "--offline=yes", "--threshold=15", str(path)])
            self.assertEqual(judged.returncode, 0, judged.stdout)

    def test_each_timer_starts_its_service(self):
        for path in UNITS.glob("*.timer"):
            timer = configparser.ConfigParser(interpolation=None)
            timer.read(path)
            self.assertEqual(timer["Install"]["WantedBy"], "timers.target")
            self.assertNotIn("Unit", timer["Timer"], "a timer starts the service of its name")
            self.assertTrue(path.with_suffix(".service").exists())

    def test_incidents_are_appended_once(self):
        calls = self.start("incidents")
        self.assertEqual(calls - system_calls(self.unit("incidents")["SystemCallFilter"]), set())
        written = self.machine.log_folder / "clawsift/incidents.ndjson"
        expected = rules_of(self.machine.report())
        self.assertEqual(counted(lines(written.read_text())), expected)
        self.start("incidents")
        self.assertEqual(counted(lines(written.read_text())), expected)
        self.assertEqual(written.stat().st_mode & 0o777, 0o640)

    def test_node_exporter_serves_the_metrics(self):
        calls = self.start("metrics")
        self.assertEqual(calls - system_calls(self.unit("metrics")["SystemCallFilter"]), set())
        collected = self.machine.folder("lib/prometheus/node-exporter")
        (link,) = re.findall(r"^ +ln -s (\S+) (\S+)/", (UNITS / "README.md").read_text(), re.M)
        target, folder = (self.machine.here(path) for path in link)
        self.assertEqual(folder, str(collected))
        (collected / "clawsift.prom").symlink_to(target)

        address = "127.0.0.1:19109"
        exporter = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
        command = [exporter, "--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={collected}"]
        running = subprocess.Popen([*unprivileged(OTHER), *command, f"--web.listen-address={address}"], stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.terminate)
        served = self.fetch(f"http://{address}/metrics")
        incidents = {rule: int(n) for rule, n in re.findall(r'^clawsift_incidents{[^}]*rule="([^"]+)"[^}]*} (\d+)$', served, re.M)}
        self.assertEqual(incidents, rules_of(self.machine.report()))
        self.assertRegex(served, r"(?m)^node_textfile_scrape_error 0$")
        self.assertRegex(served, r"(?m)^clawsift_unread_sources 0$")

    def fetch(self, address):
        """The page, as soon as somebody listens."""
        for _ in range(100):
            try:
                return urllib.request.urlopen(address, timeout=10).read().decode()
            except OSError:
                time.sleep(0.1)
        self.fail(f"nobody answers at {address}")


if __name__ == "__main__":
    unittest.main()
