"""The alerting rules, as Prometheus evaluates them over metrics that clawsift wrote."""

import re
import unittest

import yaml

from machine import INTEGRATIONS, PROJECT, Machine

ALERTS = INTEGRATIONS / "systemd/alerts.yaml"
HOUR = 3600


class Alerts(unittest.TestCase):
    def firing(self, log, silent, unread=0, written=0):
        """The alerts that fire after half an hour with the metrics of a log that ended so many seconds before the scrapes."""
        machine = Machine(PROJECT / "fixtures/logs" / log)
        self.addCleanup(machine.remove)
        command = ["clawsift", "--quiet", "--format", "prometheus", str(machine.logs), *["not-there.log"] * unread]
        metrics = machine.run(command).stdout
        # Time stands still in these metrics, while that of promtool goes on.
        end = 30 * 60 - silent
        metrics = re.sub(r"(?m)^(clawsift_log_end_timestamp_seconds) .*", rf"\1 {end}", metrics)
        series = [{"series": name, "values": f"{value}x60"} for name, value in re.findall(r"(?m)^([a-z].*) (\S+)$", metrics)]
        series.append({"series": 'node_textfile_mtime_seconds{file="/var/lib/x/clawsift.prom"}', "values": f"{30 * 60 - written}x60"})
        names = [rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
        fired = set()
        for name in names:
            test = {"interval": "1m", "input_series": series, "alert_rule_test": [{"eval_time": "30m", "alertname": name, "exp_alerts": []}]}
            file = machine.root / "test.yaml"
            file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": [test]}))
            ran = machine.run(["promtool", "test", "rules", str(file)], env=None)
            if ran.returncode != 0:
                self.assertRegex(ran.stdout + ran.stderr, rf"alertname: ?{name}")
                fired.add(name)
        return fired

    def test_prometheus_reads_them(self):
        machine = Machine()
        self.addCleanup(machine.remove)
        ran = machine.run(["promtool", "check", "rules", str(ALERTS)], env=None)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_a_failing_gateway(self):
        self.assertEqual(self.firing("openai-429-quota/file.log", silent=60), {"OpenClawFails"})

    def test_a_healthy_gateway(self):
        self.assertEqual(self.firing("ok-anthropic/file.log", silent=60), set())

    def test_a_silent_gateway(self):
        self.assertEqual(self.firing("ok-anthropic/file.log", silent=HOUR + 60), {"OpenClawSilent"})

    def test_an_unreadable_log(self):
        self.assertEqual(self.firing("ok-anthropic/file.log", silent=60, unread=1), {"OpenClawLogUnread"})

    def test_a_timer_that_has_stopped(self):
        self.assertEqual(self.firing("ok-anthropic/file.log", silent=60, written=700), {"OpenClawUnwatched"})


if __name__ == "__main__":
    unittest.main()
