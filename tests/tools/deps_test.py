# tools/deps must name what is missing with its reason, and stay silent when nothing is.
import os
import unittest

from tree import TreeTest


class DepsTest(TreeTest):
    def with_empty_system(self):
        """A PATH on which dpkg-query knows no package and none of our commands exist."""
        folder = self.root / "bin"
        folder.mkdir()
        self.write("bin/dpkg-query", "#!/bin/sh\nexit 1\n")
        (folder / "dpkg-query").chmod(0o755)
        for name in ("bash", "env", "sh", "cat", "grep", "sed", "realpath", "dirname"):
            (folder / name).symlink_to(f"/usr/bin/{name}")
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["PATH"] = str(folder)

    def test_lists_what_is_missing_and_why(self):
        self.with_empty_system()
        code, said = self.run_tool("deps", "--list", "build")
        self.assertEqual(code, 1, said)
        self.assertIn("clang-19 (compiler)", said)
        self.assertIn("libc-ares-dev (DNS)", said)
        self.assertNotIn("nginx", said)

    def test_needs_a_group(self):
        code, said = self.run_tool("deps")
        self.assertEqual(code, 2, said)
        self.assertIn("usage: tools/deps", said)

    def test_is_silent_when_nothing_is_missing(self):
        self.assertEqual(self.run_tool("deps", "--list", "build", "test"), (0, ""))


if __name__ == "__main__":
    unittest.main()
