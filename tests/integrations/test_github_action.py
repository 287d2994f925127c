"""The action's steps, run as GitHub runs them: bash with its options, inputs as the action passes them on."""

import json
import re
import shutil
import unittest

import yaml

from machine import INTEGRATIONS, PROJECT, Machine

ACTION = yaml.safe_load((INTEGRATIONS / "github-action/action.yml").read_text())
QUOTA = str(PROJECT / "fixtures/logs/openai-429-quota/file.log")
CLEAN = str(PROJECT / "fixtures/logs/ok-anthropic/file.log")


class Action(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)
        self.workspace = self.machine.folder("workspace")
        self.steps = {step["name"]: step for step in ACTION["runs"]["steps"]}

    def step(self, name, **inputs):
        """Runs a step with inputs, the others being their defaults; returns its exit status."""
        values = {key: str(what.get("default", "")) for key, what in ACTION["inputs"].items()} | inputs

        def filled(value):
            return re.sub(r"\$\{\{ inputs\.([\w-]+) }}", lambda found: values[found[1]], value)

        script = self.machine.root / "step.sh"
        script.write_text(self.steps[name]["run"])
        self.assertEqual(self.steps[name]["shell"], "bash")
        given = {key: filled(value) for key, value in self.steps[name]["env"].items()}
        files = {key: str(self.machine.root / key) for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        environment = {**self.machine.environment(), **files, **given, "GITHUB_ACTIONS": "true", "CI": "true"}
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        self.ran = self.machine.run(bash, env=environment, cwd=self.workspace)
        return self.ran.returncode

    def written(self, name):
        return (self.machine.root / name).read_text()

    def sarif(self, name="clawsift.sarif"):
        return json.loads((self.workspace / name).read_text())["runs"][0]

    def test_no_input_stands_in_a_script(self):
        for step in self.steps.values():
            self.assertNotIn("${{", step["run"])

    def test_a_failure_fails_the_step_and_is_reported(self):
        self.assertEqual(self.step("Report", path=QUOTA), 1)
        self.assertEqual([r["ruleId"] for r in self.sarif()["results"]], ["billing/quota-used-up"])
        self.assertIn("Quota exceeded", self.written("GITHUB_STEP_SUMMARY"))
        self.assertEqual(self.written("GITHUB_OUTPUT"), "sarif=clawsift.sarif\n")
        self.assertEqual(ACTION["outputs"]["sarif"]["value"], "${{ steps.report.outputs.sarif }}")
        self.assertEqual(self.steps["Report"]["id"], "report")

    def test_a_clean_log_passes(self):
        self.assertEqual(self.step("Report", path=CLEAN), 0)
        self.assertEqual(self.sarif()["results"], [])

    def test_fail_on_and_the_name_of_the_file(self):
        self.assertEqual(self.step("Report", **{"path": QUOTA, "fail-on": "never", "sarif": "a b.sarif"}), 0)
        self.assertEqual(len(self.sarif("a b.sarif")["results"]), 1)
        self.assertEqual(self.step("Report", **{"path": QUOTA, "fail-on": "critical"}), 0)

    def test_several_paths_with_blanks_and_commands(self):
        odd = self.workspace / "a $(touch hacked) log.txt"
        shutil.copy(QUOTA, odd)
        self.assertEqual(self.step("Report", path=f"{odd.name}\n\n{CLEAN}\n"), 1)
        self.assertFalse((self.workspace / "hacked").exists())
        self.assertEqual(len(self.sarif()["results"]), 1)

    def test_an_unreadable_log_fails_the_step(self):
        self.assertEqual(self.step("Report", path="not-there.log"), 2)
        self.assertIn("not-there.log", self.ran.stderr)
        self.assertFalse(self.sarif()["invocations"][0]["executionSuccessful"])

    def test_rules_of_ones_own(self):
        rules = self.workspace / "rules.yaml"
        rules.write_text("disable: [{ rule: billing/quota-used-up, reason: known, until: 2099-01-01 }]\n")
        self.step("Report", path=QUOTA, rules=str(rules))
        self.assertNotIn("billing/quota-used-up", [r["ruleId"] for r in self.sarif()["results"]])

    def test_an_installed_program_is_taken(self):
        self.assertEqual(self.step("Install"), 0)
        self.assertRegex(self.ran.stdout, r"^clawsift \d")

    def test_how_it_is_installed(self):
        (self.machine.bin / "clawsift").unlink()
        for tool, command in [("cargo", "install --locked clawsift@1.2.3"), ("cargo-binstall", "binstall --no-confirm clawsift@1.2.3")]:
            # Stands in for cargo, which would ask the registry.
            for name in {"cargo", tool}:
                (self.machine.bin / name).write_text('#!/bin/sh\necho "$@"\n')
                (self.machine.bin / name).chmod(0o755)
            self.assertEqual(self.step("Install", version="1.2.3"), 0)
            self.assertEqual(self.ran.stdout.strip(), command)


if __name__ == "__main__":
    unittest.main()
