"""The Collector's configuration, against what the unit writes to its file. The Collector itself is not run."""

import unittest
from datetime import datetime

import yaml

from machine import INTEGRATIONS, Machine

# Names of severities that the receiver knows, without the numbered ones.
SEVERITIES = {"trace", "debug", "info", "warn", "error", "fatal"}


class Collector(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)
        self.configuration = yaml.safe_load((INTEGRATIONS / "opentelemetry/collector.yaml").read_text())
        self.receiver = self.configuration["receivers"]["file_log"]

    def test_components_are_declared(self):
        service = self.configuration["service"]
        self.assertEqual(set(service["extensions"]), set(self.configuration["extensions"]))
        self.assertIn(self.receiver["storage"], service["extensions"])
        for pipeline in service["pipelines"].values():
            for kind, names in pipeline.items():
                self.assertEqual(set(names), set(self.configuration[kind]))

    def test_it_reads_the_file_that_the_unit_writes(self):
        unit = (INTEGRATIONS / "systemd/clawsift-incidents@.service").read_text().replace("%L", "/var/log")
        (path,) = self.receiver["include"]
        self.assertIn(f">>{path}'", unit)

    def test_operators(self):
        by_type = {operator["type"]: operator for operator in self.receiver["operators"]}
        self.assertEqual(list(by_type), ["json_parser", "time_parser", "move"])
        parser, time, move = by_type.values()
        self.assertEqual(parser["parse_to"], "attributes")
        printed = self.machine.incidents()

        self.assertEqual((time["parse_from"], time["layout_type"]), ("attributes.time", "gotime"))
        self.assertEqual(time["layout"], "2006-01-02T15:04:05.999999999Z07:00", "RFC 3339 in Go's words")
        for entry in printed:
            self.assertIsNotNone(datetime.fromisoformat(entry["time"]).tzinfo)
        for field in [time["parse_from"], move["from"], parser["severity"]["parse_from"]]:
            self.assertIn(field.removeprefix("attributes."), printed[0])

        mapping = parser["severity"]["mapping"]
        self.assertLessEqual(set(mapping), SEVERITIES)
        self.assertEqual(set(mapping.values()), {"info", "warning", "error", "critical"})
        self.assertLessEqual({entry["severity"] for entry in printed}, set(mapping.values()))


if __name__ == "__main__":
    unittest.main()
