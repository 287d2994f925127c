"""rsyslogd reads the file of incidents, and a syslog server receives each once."""

import re
import shutil
import socket
import subprocess
import unittest

from machine import INTEGRATIONS, Machine, rules_of

# RFC 5424: priority, time, host, program, process, message id, structured data, message.
MESSAGE = re.compile(r"<(\d+)>1 (\S+) \S+ openclaw - (\S+) - (\S+): (.+)")
SEVERITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6}
USER = 1


class Rsyslog(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)

    def test_a_server_receives_each_incident(self):
        incidents = self.machine.incidents()
        received = self.forwarded(len(incidents))
        self.assertEqual(len(received), len(incidents))
        for message, incident in zip(received, incidents):
            priority, time, category, rule, text = MESSAGE.fullmatch(message).groups()
            self.assertEqual(int(priority), USER * 8 + SEVERITIES[incident["severity"]])
            self.assertEqual((time, category, rule), (incident["time"], incident["category"], incident["rule"]))
            self.assertEqual(text[:60], incident["text"][:60])
        rules = [MESSAGE.fullmatch(message)[4] for message in received]
        self.assertEqual({rule: rules.count(rule) for rule in rules}, rules_of(self.machine.report()))

    def test_loose_text_has_no_time(self):
        (self.machine.logs / "openclaw-2026-11-22.log").write_text("Error: getaddrinfo ENOTFOUND api.example.com\n")
        (incident,) = self.machine.incidents()
        self.assertIsNone(incident["time"])
        (message,) = self.forwarded(1)
        self.assertEqual(MESSAGE.fullmatch(message)[2], "-")

    def forwarded(self, expected):
        """What a server receives of the incidents that were just printed, so many of them being awaited."""
        folder = self.machine.folder("log/clawsift")
        shutil.copy(self.machine.root / "printed", folder / "incidents.ndjson")
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        server.settimeout(20)

        configuration = self.machine.here((INTEGRATIONS / "rsyslog/60-clawsift.conf").read_text())
        self.assertIn('port="514"', configuration)
        configuration = configuration.replace('port="514"', f'port="{server.getsockname()[1]}"')
        file = self.machine.root / "rsyslog.conf"
        file.write_text(f'global(workDirectory="{self.machine.folder("spool")}")\n{configuration}')
        # A copy, since AppArmor lets the one in its place read system logs alone.
        rsyslogd = shutil.copy(shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin"), self.machine.bin)
        checked = self.machine.run([rsyslogd, "-N1", "-f", str(file)])
        self.assertEqual(checked.returncode, 0, checked.stderr)

        running = subprocess.Popen([rsyslogd, "-n", "-f", str(file), "-i", str(self.machine.root / "pid")], stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.terminate)
        connection, _ = server.accept()
        self.addCleanup(connection.close)
        return self.receive(connection, expected)

    @staticmethod
    def receive(connection, expected):
        """Messages as they come, until there are as many and two more seconds bring none."""
        data = b""
        connection.settimeout(15)
        try:
            while part := connection.recv(65536):
                data += part
                if data.count(b"\n") >= expected:
                    connection.settimeout(2)
        except TimeoutError:
            pass
        return data.decode().splitlines()


if __name__ == "__main__":
    unittest.main()
