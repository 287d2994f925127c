"""The units under a systemd of their own: a container of this machine's /usr, which boots, starts them and powers off."""

import os
import shutil
import unittest
from pathlib import Path

from machine import INTEGRATIONS, Machine, counted, lines, rules_of

# The user of OpenClaw in the container; every Debian has it.
USER = "daemon"

CHECK_SERVICE = """\
[Unit]
Requires=basic.target
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh -x /opt/results/check.sh
ExecStopPost=/bin/systemctl --force poweroff
StandardOutput=file:/opt/results/said
StandardError=inherit
TimeoutStartSec=60
"""

# The logs are put there after /tmp was mounted, as OpenClaw does it: for their owner alone.
CHECK = f"""\
mkdir -m 700 /tmp/openclaw
cp /opt/logs/* /tmp/openclaw/
chown -R {USER} /tmp/openclaw
chmod 600 /tmp/openclaw/*
for kind in metrics incidents incidents; do
  systemctl start clawsift-$kind@{USER}.service && echo $kind >>/opt/results/started
done
systemctl start clawsift-metrics@{USER}.timer clawsift-incidents@{USER}.timer
systemctl show --property NextElapseUSecMonotonic 'clawsift-*.timer' >/opt/results/timers
cp /var/lib/clawsift-metrics/clawsift.prom /var/log/clawsift/incidents.ndjson /opt/results/
journalctl --no-pager --unit 'clawsift-*'
"""


class Boot(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "systemd-nspawn needs root")
    def test_the_units_run(self):
        machine = Machine()
        self.addCleanup(machine.remove)
        units, results = machine.folder("units"), machine.folder("results")
        for path in (INTEGRATIONS / "systemd").glob("clawsift-*@.*"):
            (units / path.name).write_text(path.read_text().replace("/usr/local/bin", "/opt/bin"))
        (units / "check.service").write_text(CHECK_SERVICE)
        (units / "check.target").write_text("[Unit]\nRequires=check.service\nAfter=check.service\n")
        (results / "check.sh").write_text(CHECK)

        console = self.boot(machine, {units: "/etc/systemd/system", machine.bin: "/opt/bin", machine.logs: "/opt/logs"}, results)
        if not (results / "said").exists():
            # Not every container lets another one begin; a unit that fails is told below.
            self.skipTest(f"systemd did not boot here: {console[-300:]}")
        said = (results / "said").read_text()
        self.assertEqual((results / "started").read_text().split(), ["metrics", "incidents", "incidents"], said)

        expected = rules_of(machine.report())
        self.assertEqual(counted(lines((results / "incidents.ndjson").read_text())), expected, said)
        metrics = (results / "clawsift.prom").read_text()
        self.assertEqual(metrics.count("\nclawsift_incidents{"), len(expected), said)
        self.assertIn("\nclawsift_unread_sources 0\n", metrics)
        next_runs = [line for line in (results / "timers").read_text().splitlines() if line]
        self.assertEqual(len(next_runs), 2)
        self.assertNotIn("NextElapseUSecMonotonic=infinity", next_runs)

    @staticmethod
    def boot(machine, shown, results):
        """Boots with folders shown read-only at paths, and one to write to; returns what the console said."""
        name = f"clawsift-{os.getpid()}"
        # The rest of the root is empty and in memory. Without a name service, accounts are those of this machine.
        shown |= {Path(path): path for path in ("/etc/passwd", "/etc/group", "/etc/alternatives")}
        binds = [f"--bind-ro={there}:{here}" for there, here in shown.items()]
        container = ["systemd-nspawn", "--quiet", f"--machine={name}", "--register=no", "--keep-unit", "--private-network"]
        root = ["--directory=/", "--volatile=yes", *binds, f"--bind={results}:/opt/results"]
        settings = ["systemd.unit=check.target", "systemd.mask=systemd-firstboot.service", "systemd.setenv=PATH=/opt/bin:/usr/bin:/bin"]
        command = ["timeout", "--kill-after=5", "90", *container, *root, "--boot", "--", *settings]
        ran = machine.run(command, env=None, errors="replace")
        shutil.rmtree(f"/run/systemd/nspawn/propagate/{name}", ignore_errors=True)
        return ran.stdout + ran.stderr


if __name__ == "__main__":
    unittest.main()
