"""Vector's configuration: the source's command is run, and the programs of its transforms by VRL itself."""

import unittest
from datetime import datetime

import pyvrl
import yaml

from machine import INTEGRATIONS, Machine, counted, lines, rules_of


class Vector(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)
        self.configuration = yaml.safe_load(self.machine.here((INTEGRATIONS / "vector/vector.yaml").read_text()))
        self.machine.folder("lib/vector")

    def test_components_are_connected(self):
        sources, transforms, sinks = (self.configuration[part] for part in ("sources", "transforms", "sinks"))
        for component in [*transforms.values(), *sinks.values()]:
            self.assertLessEqual(set(component["inputs"]), {*sources, *transforms})

    def test_events(self):
        (source,) = self.configuration["sources"].values()
        self.assertEqual((source["type"], source["mode"], source["decoding"]["codec"]), ("exec", "scheduled", "json"))
        printed = lines(self.machine.run(source["command"], check=True).stdout)
        self.assertEqual(counted(printed), rules_of(self.machine.report()))

        failures = self.program("failures", "source")
        urgent = self.program("urgent", "condition")
        kept = 0
        for event in printed:
            # What the source adds to each event.
            added = {"command": source["command"], "host": "h", "pid": 1, "source_type": "exec", "stream": "stdout"}
            result = failures.remap({**event, **added})
            self.assertEqual(result["message"], event["text"])
            self.assertEqual(result["timestamp"], datetime.fromisoformat(event["time"]))
            self.assertEqual(result["service"], "openclaw")
            self.assertTrue({"time", "text", "command"}.isdisjoint(result))
            kept += urgent.remap({"severity": result["severity"]})["kept"]
        self.assertEqual(kept, sum(e["severity"] in ("critical", "error") for e in printed))
        self.assertLess(kept, len(printed))

    def test_an_event_without_a_time_gets_one(self):
        event = {**self.machine.incidents()[0], "time": None}
        self.assertIsNotNone(self.program("failures", "source").remap(event)["timestamp"])

    def program(self, transform, key):
        """A program of the configuration; a condition tells its result as `kept`."""
        program = self.configuration["transforms"][transform][key]
        return pyvrl.Transform(f"{program}\n." if key == "source" else f". = {{ \"kept\": {program} }}\n.")


if __name__ == "__main__":
    unittest.main()
