"""The image: its last stage is built and run by buildah, with a program of this machine in place of the first stage's."""

import json
import os
import re
import shutil
import subprocess
import unittest

from machine import INTEGRATIONS, PROGRAM, PROJECT, Machine, rules_of

DOCKERFILE = INTEGRATIONS / "docker/Dockerfile"


class Image(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)

    def buildah(self, *arguments):
        # Nothing is mounted and nothing needs a daemon, so that this works in a container, too.
        stores = ["--storage-driver", "vfs", "--root", str(self.machine.root / "images"), "--runroot", str(self.machine.root / "run")]
        ran = self.machine.run(["buildah", *stores, *arguments], env=os.environ | {"BUILDAH_ISOLATION": "chroot"})
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def program(self):
        """What the first stage leaves in /out; shared libraries come along where the program is not static."""
        out = self.machine.folder("build/out")
        needed = subprocess.run(["ldd", str(PROGRAM)], capture_output=True, text=True).stdout
        for library in re.findall(r"(/\S+) \(0x", needed):
            (out / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, out / library[1:])
        (out / "usr/bin").mkdir(parents=True)
        shutil.copy(PROGRAM, out / "usr/bin/clawsift")
        shutil.copytree("/usr/share/zoneinfo", out / "usr/share/zoneinfo", symlinks=True)
        return out.parent

    def test_the_last_stage(self):
        context = self.machine.folder("context")
        build = f"build={self.program()}"
        self.buildah("build", "--build-context", build, "-f", str(DOCKERFILE), "-t", "clawsift", str(context))
        settings = json.loads(self.buildah("inspect", "--type", "image", "clawsift"))["OCIv1"]["config"]
        self.assertNotIn(settings["User"].split(":")[0], ("", "0", "root"))

        container = self.buildah("from", "--pull-never", "clawsift").strip()
        logs = f"{self.machine.logs}:{settings['WorkingDir']}:ro"
        options = ["--tz", "Asia/Tokyo", "--format", "json", "--quiet"]
        command = [*settings["Entrypoint"], *options, *settings["Cmd"]]
        report = json.loads(self.buildah("run", "--volume", logs, container, "--", *command))
        self.assertEqual(rules_of(report), rules_of(self.machine.report()))

    def test_the_first_stage_is_given_all_that_is_built_from(self):
        copied = self.machine.root / "copied"
        everything = self.machine.root / "everything"
        everything.write_text("FROM scratch\nCOPY . /\n")
        self.buildah("build", "-f", str(everything), "--output", f"type=local,dest={copied}", str(PROJECT))
        # Targets that the manifest names must be there, and so must what the build script reads.
        subprocess.run(["cargo", "metadata", "--offline", "--no-deps", "--format-version=1"], cwd=copied, check=True, stdout=subprocess.DEVNULL)
        script = (PROJECT / "build.rs").read_text()
        logs = re.findall(r'"([\w-]+/[\w-]+\.(?:log|txt))"', script)
        self.assertGreater(len(logs), 2)
        for path in [*(f"fixtures/logs/{log}" for log in logs), *re.findall(r'#\[path = "(.+)"\]', script), "rules", "src/render/html/page.html"]:
            self.assertTrue((copied / path).exists(), path)
        self.assertFalse((copied / "target").exists())

    def test_hadolint_finds_nothing(self):
        # DL3018: versions of Alpine's packages go with the image, whose name says the version of Rust alone.
        ran = self.machine.run(["hadolint", "--ignore", "DL3018", str(DOCKERFILE)], env=os.environ)
        self.assertEqual((ran.returncode, ran.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
