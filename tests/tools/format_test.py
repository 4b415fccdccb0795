# tools/format must refuse what .clang-format would lay out otherwise, and --fix must mend it.
import unittest

from tree import TreeTest


class FormatTest(TreeTest):
    def test_refuses_then_fixes(self):
        self.write("a.cc", "// Why.\nint   f( ){return 1;}\n")
        code, said = self.run_tool("format", "a.cc")
        self.assertNotEqual(code, 0, said)
        self.assertIn("a.cc:2", said)
        self.run_tool("format", "--fix", "a.cc")
        self.assertEqual((self.root / "a.cc").read_text(), "// Why.\nint f() { return 1; }\n")
        self.assertEqual(self.run_tool("format", "a.cc")[0], 0)

    def test_orders_includes_own_std_library_rooms(self):
        self.write("pool.cc", '#include "io/b.h"\n#include <fmt/format.h>\n#include "upstream/pool.h"\n#include <vector>\n')
        self.run_tool("format", "--fix", "pool.cc")
        self.assertEqual((self.root / "pool.cc").read_text(),
                         '#include "upstream/pool.h"\n\n#include <vector>\n\n#include <fmt/format.h>\n\n#include "io/b.h"\n')


if __name__ == "__main__":
    unittest.main()
