"""clawsift-incidents prints each incident once, whatever happens between its calls."""

import json
import unittest

from machine import MIXED, PROJECT, Machine, counted, lines, rules_of


class Incidents(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)
        self.log = self.machine.logs / "openclaw-2026-11-22.log"

    def call(self, *arguments):
        return self.machine.run(["clawsift-incidents", str(self.machine.root / "printed"), *arguments])

    def test_all_incidents_of_a_log_once(self):
        printed = lines(self.call(str(self.machine.logs)).stdout)
        self.assertEqual(counted(printed), rules_of(self.machine.report()))
        self.assertGreater(len(printed), 10)
        again = self.call(str(self.machine.logs))
        self.assertEqual((again.stdout, again.returncode), ("", 0))

    def test_a_growing_and_rotated_log(self):
        records = MIXED.read_text().splitlines(keepends=True)
        printed = []
        for end in range(100, len(records) + 100, 100):
            self.log.write_text("".join(records[:end]))
            printed += lines(self.call(str(self.machine.logs)).stdout)
            if end == 300:
                self.log.rename(self.machine.logs / "openclaw-2026-11-22.1.log")
                records, printed_before = records[end:], len(printed)
                break
        self.assertGreater(printed_before, 0)
        self.log.write_text("".join(records))
        printed += lines(self.call(str(self.machine.logs)).stdout)
        self.assertEqual(counted(printed), rules_of(self.machine.report()))

    def test_wrong_usage_forgets_nothing(self):
        self.call(str(self.machine.logs))
        self.assertEqual(self.call("--no-such-option").returncode, 2)
        self.assertEqual(self.call(str(self.machine.logs)).stdout, "")
        self.assertEqual(self.machine.run(["clawsift-incidents"]).returncode, 2)

    def test_an_unreadable_log_is_told_and_the_others_are_read(self):
        called = self.call(str(self.machine.logs), str(self.machine.root / "not-there.log"))
        self.assertEqual(called.returncode, 2)
        self.assertIn("not-there.log", called.stderr)
        self.assertEqual(counted(lines(called.stdout)), rules_of(self.machine.report()))

    def test_a_log_that_quotes_keys_of_the_output(self):
        record = json.loads((PROJECT / "fixtures/logs/openai-429-quota/file.log").read_text().splitlines()[33])
        record["1"]["rawErrorPreview"] += ' ","role":"cause","incident":"x","offset":1,'
        self.log.write_text(json.dumps(record) + "\n")
        (printed,) = lines(self.call(str(self.machine.logs)).stdout)
        self.assertIn('"incident":"x"', printed["text"])
        self.assertNotIn("incident", printed)
        self.assertEqual(self.call(str(self.machine.logs)).stdout, "")


if __name__ == "__main__":
    unittest.main()
