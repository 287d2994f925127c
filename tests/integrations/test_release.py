"""What a release is made of: the archive that `cargo binstall` looks for, and the licences that the manifest names."""

import json
import os
import subprocess
import tarfile
import unittest

from machine import PROGRAM, PROJECT


def output(*command):
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        packages = json.loads(output("cargo", "metadata", "--offline", "--no-deps", "--format-version=1"))["packages"]
        (cls.package,) = (package for package in packages if package["name"] == "clawsift")

    def test_the_archive_is_what_binstall_looks_for(self):
        output("just", "archive", str(PROGRAM))
        (target,) = [line.removeprefix("host: ") for line in output("rustc", "-vV").splitlines() if line.startswith("host: ")]
        names = {"name": "clawsift", "version": self.package["version"], "target": target, "bin": "clawsift"}
        names |= {"archive-suffix": ".tgz", "binary-ext": "", "repo": "https://example.com/clawsift"}
        told = self.package["metadata"]["binstall"]
        self.assertEqual(told["pkg-fmt"], "tgz")

        def filled(template):
            for name, value in names.items():
                template = template.replace(f"{{ {name} }}", value)
            self.assertNotIn("{", template)
            return template

        archive = PROJECT / "target/archive" / os.path.basename(filled(told["pkg-url"]))
        with tarfile.open(archive) as packed:
            program = packed.getmember(filled(told["bin-dir"]))
            self.assertEqual((program.size, program.mode), (PROGRAM.stat().st_size, 0o755))
            inside = {os.path.basename(name) for name in packed.getnames()}
        self.assertLessEqual({"LICENSE-MIT", "LICENSE-APACHE", "README.md", "clawsift.1", "clawsift.fish"}, inside)

    def test_licences_are_there(self):
        self.assertEqual(self.package["license"], "MIT OR Apache-2.0")
        self.assertIn("Permission is hereby granted, free of charge", (PROJECT / "LICENSE-MIT").read_text())
        self.assertIn("Version 2.0, January 2004", (PROJECT / "LICENSE-APACHE").read_text())

    def test_chores_name_what_exists(self):
        chores = json.loads(output("just", "--dump", "--dump-format", "json"))["recipes"]
        self.assertLessEqual({"build", "test", "lint", "check", "static", "archive"}, set(chores))
        for name, chore in chores.items():
            self.assertTrue(chore["doc"], f"{name} says what it does")
            for part in [part for line in chore["body"] for part in line if isinstance(part, str)]:
                for word in part.split():
                    if word.startswith((".ci/", "benches/")):
                        self.assertTrue(os.access(PROJECT / word, os.X_OK), word)

    def test_the_changelog_knows_the_version(self):
        text = (PROJECT / "CHANGELOG.md").read_text()
        self.assertIn("## [Unreleased]", text)
        self.assertRegex(self.package["version"], r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
