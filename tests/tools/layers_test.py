# tools/layers must refuse each thing it promises to refuse.
import unittest

from tree import TOOLS, TreeTest


class LayersTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("layers.txt", (TOOLS.parent / "layers.txt").read_text())
        self.write("src/base/a.h", "#pragma once\n#include <string>\n")
        self.write("src/base/CMakeLists.txt", "ph_library(base SOURCES a.cc)\n")
        self.write("src/wire/b.h", '#include "base/a.h"\n#include <nghttp2/nghttp2.h>\n')
        self.write("src/wire/CMakeLists.txt", "ph_library(wire SOURCES b.cc DEPENDS base\n  LIBS x)\n")

    def assert_refused(self, part):
        code, said = self.run_tool("layers", "--root", str(self.root))
        self.assertEqual(code, 1, said)
        self.assertIn(part, said)

    def test_accepts_what_follows_the_arrows(self):
        code, said = self.run_tool("layers", "--root", str(self.root))
        self.assertEqual(code, 0, said)

    def test_refuses_an_include_against_an_arrow(self):
        self.write("src/base/a.cc", '#include "wire/b.h"\n')
        self.assert_refused("src/base/a.cc:1: no arrow 'base -> wire'")

    def test_refuses_a_library_outside_its_room(self):
        self.write("src/wire/c.cc", "#include <openssl/ssl.h>\n")
        self.assert_refused("<openssl/ssl.h> belongs to tls")
        self.write("src/wire/c.cc", "#include <ares.h>\n")
        self.assert_refused("<ares.h> belongs to upstream")

    def test_refuses_a_folder_cycle_inside_a_room(self):
        self.write("src/wire/h1/x.h", '#include "wire/h2/y.h"\n')
        self.write("src/wire/h2/y.h", '#include "wire/h1/x.h"\n')
        self.assert_refused("folder cycle: wire/h1 -> wire/h2 -> wire/h1")

    def test_refuses_a_relative_include(self):
        self.write("src/wire/c.cc", '#include "b.h"\n')
        self.assert_refused("includes are written from src/")

    def test_refuses_an_include_of_nothing(self):
        self.write("src/wire/c.cc", '#include "base/gone.h"\n')
        self.assert_refused("does not exist")

    def test_refuses_depends_without_an_arrow(self):
        self.write("src/base/CMakeLists.txt", "ph_library(base SOURCES a.cc DEPENDS wire)\n")
        self.assert_refused("DEPENDS wire: no arrow 'base -> wire'")

    def test_refuses_an_included_room_that_depends_leaves_out(self):
        self.write("src/wire/CMakeLists.txt", "ph_library(wire SOURCES b.cc)\n")
        self.assert_refused("includes 'base' but DEPENDS does not name it")

    def test_refuses_a_room_it_does_not_know(self):
        self.write("src/extra/a.h", "#pragma once\n")
        self.assert_refused("layers.txt does not know this room")

    def test_refuses_clocks_and_threads_in_a_pure_room(self):
        self.write("src/wire/c.cc", "auto t = std::chrono::steady_clock::now();\n")
        self.assert_refused("time and randomness are arguments")
        self.write("src/wire/c.cc", "#include <thread>\n")
        self.assert_refused("<thread> has no place here")

    def test_refuses_arrows_that_make_a_cycle(self):
        self.write("layers.txt", "base -> wire\nwire -> base\n")
        self.assert_refused("layers.txt:1: 'wire' is not above 'base'")


if __name__ == "__main__":
    unittest.main()
