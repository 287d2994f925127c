"""Fluent Bit's configuration, against what the command of its input prints. Fluent Bit itself is not run."""

import json
import unittest
from datetime import datetime

import yaml

from machine import INTEGRATIONS, PROJECT, Machine, counted, lines, rules_of


class FluentBit(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)
        configuration = yaml.safe_load(self.machine.here((INTEGRATIONS / "fluent-bit/fluent-bit.yaml").read_text()))
        self.pipeline = configuration["pipeline"]
        (self.parser,) = configuration["parsers"]
        (self.input,) = self.pipeline["inputs"]
        self.machine.folder("lib/fluent-bit")

    def test_records(self):
        # The input hands its command to a shell.
        printed = lines(self.machine.run(self.input["command"], check=True).stdout)
        self.assertEqual(counted(printed), rules_of(self.machine.report()))
        self.assertEqual((self.input["parser"], self.parser["format"]), (self.parser["name"], "json"))

        # %L is Fluent Bit's name for a fraction of a second.
        form = self.parser["time_format"].replace("%L", "%f")
        for record in printed:
            datetime.strptime(record[self.parser["time_key"]], form)

        (filter,) = self.pipeline["filters"]
        self.assertLessEqual(set(filter["remove_key"]), set(printed[0]))
        for component in [filter, *self.pipeline["outputs"]]:
            self.assertEqual(component["match"], self.input["tag"])

    def test_long_records_fit_into_a_line(self):
        record = json.loads((PROJECT / "fixtures/logs/openai-429-quota/file.log").read_text().splitlines()[33])
        record["1"]["rawErrorPreview"] += ' "é"' * 100_000
        (self.machine.logs / "openclaw-2026-11-22.log").write_text(json.dumps(record) + "\n")
        out = self.machine.run(self.input["command"], check=True).stdout
        self.assertEqual(len(lines(out)), 1)
        self.assertLess(len(out.encode()), int(self.input["buf_size"].removesuffix("k")) * 1024)

    def test_messages_are_no_records(self):
        self.machine.run(["sh", "-c", "rm openclaw/*"])
        called = self.machine.run(self.input["command"])
        self.assertEqual((called.stdout, called.stderr), ("", ""))


if __name__ == "__main__":
    unittest.main()
