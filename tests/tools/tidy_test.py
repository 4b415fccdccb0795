# tools/tidy must refuse each thing it promises to refuse, and let the good twin of each pass.
import unittest

from tree import TreeTest

GOOD_HEADER = "// What it owns.\n#pragma once\nint f();\n"
GOOD_TEST = '// A play.\n#include "io/a.h"\n'
GOOD_SOURCE = '// Why.\n#include "io/a.h"\n'


class TidyTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/io/a.h", GOOD_HEADER)
        self.write("src/io/a.cc", GOOD_SOURCE)
        self.write("src/io/CMakeLists.txt", "# ok\nph_library(io SOURCES a.cc b.cc)\nph_test(io SOURCES a_test.cc)\n")
        self.write("tests/unit/io/a_test.cc", GOOD_TEST)

    def run_tidy(self):
        return self.run_tool("tidy", "--root", str(self.root))

    def assert_refused(self, part):
        code, said = self.run_tidy()
        self.assertEqual(code, 1, said)
        self.assertIn(part, said)

    def assert_fine(self):
        code, said = self.run_tidy()
        self.assertEqual(code, 0, said)

    def refuses_in_source(self, text, part):
        self.write("src/io/a.cc", GOOD_SOURCE + text + "\n")
        self.assert_refused(part)

    def accepts_in_source(self, text):
        self.write("src/io/a.cc", GOOD_SOURCE + text + "\n")
        self.assert_fine()

    def test_accepts_a_good_tree(self):
        self.assert_fine()

    def test_layout(self):
        self.refuses_in_source("int a;\tint b;", "a.cc:3: tab")
        self.refuses_in_source("int a; ", "a.cc:3: space at the end")
        self.refuses_in_source("// " + "x" * 130, "a.cc:3: 133 columns")

    def test_todo_names_its_issue(self):
        self.refuses_in_source("// TODO: later", "say which issue")
        self.accepts_in_source("// TODO(#12): carry trailers over")

    def test_opening_comment_and_pragma_once(self):
        self.write("src/io/a.h", "#pragma once\n")
        self.assert_refused("opens without a comment")
        self.write("src/io/a.h", "// Why.\nint f();\n")
        self.assert_refused("no #pragma once")

    def test_commented_out_code(self):
        for code in ("// auto x = f();", "// close(fd_);", "// if (x) {", "// }", "// state_ = kIdle;", '// #include "io/a.h"'):
            self.refuses_in_source(code, "code in a comment")
        self.accepts_in_source("// return the credit; the window opens again (RFC 9113 §5.2)\n// when it is used; see f().")

    def test_length(self):
        self.write("src/io/a.cc", GOOD_SOURCE + "int x;\n" * 800)
        self.assert_refused("802 lines, at most 800")
        self.write("src/io/a.cc", "// tidy: table\n" + GOOD_SOURCE + "int x;\n" * 800)
        self.assert_fine()

    def test_names_of_files(self):
        self.write("src/io/Bad.h", GOOD_HEADER)
        self.assert_refused("file names are snake_case")
        self.write("src/io/io_util.h", GOOD_HEADER)
        self.assert_refused("the file's name says nothing")

    def test_own_header_first(self):
        self.write("src/io/a.cc", '// Why.\n#include <string>\n#include "io/a.h"\n')
        self.assert_refused('src/io/a.cc:1: #include "io/a.h" comes first')
        self.write("tests/unit/io/a_test.cc", '// A play.\n#include "io/b.h"\n')
        self.assert_refused('a_test.cc:1: #include "io/a.h" comes first')

    def test_mirror_both_ways(self):
        self.write("src/io/b.cc", "// Why.\n")
        self.assert_refused("src/io/b.cc:1: no test")
        self.write("tools/tidy_untested.txt", "# why\nsrc/io/b.cc: nothing but a table\n")
        self.assert_fine()
        self.write("src/io/b.cc", "// Why.\n")
        self.write("tools/tidy_untested.txt", "# why\nsrc/io/b.cc:\nsrc/io/a.cc: no reason to be here\n")
        self.assert_refused("'src/io/b.cc' has no reason")
        self.assert_refused("'src/io/a.cc' has a test now")
        self.write("tests/unit/io/gone_test.cc", "// A play.\n")
        self.assert_refused("mirrors no source")

    def test_sources_are_named_in_cmake(self):
        self.write("src/io/c.cc", "// Why.\n")
        self.assert_refused("src/io/c.cc:1: src/io/CMakeLists.txt does not name it")

    def test_cmake_of_a_room_stays_a_list(self):
        self.write("src/io/CMakeLists.txt", "# ok a.cc a_test.cc\nfile(GLOB x *.cc)\n")
        self.assert_refused("no globs")
        self.write("src/io/CMakeLists.txt", "# ok a.cc a_test.cc\n" * 41)
        self.assert_refused("41 lines, at most 40")

    def test_capturing_lambda_coroutines(self):
        self.refuses_in_source("auto t = [this](int x) -> Task<> { co_await f(x); };", "never a lambda with captures")
        self.refuses_in_source("auto t = [&] {\n  g();\n  co_return;\n};", "a.cc:3: a coroutine is a function")
        self.accepts_in_source("auto t = [](int x) -> Task<> { co_await f(x); };")
        self.accepts_in_source("[[nodiscard]] int v = a[i] + g([&] { return 1; });\nTask<> h() { co_return; }")

    def test_banned(self):
        self.refuses_in_source("void f() { std::cout << 1; }", "only app talks to the terminal")
        self.refuses_in_source('void f() { printf("x"); }', "only app talks to the terminal")
        self.refuses_in_source("void f() { throw 1; }", "no exceptions on the data path")
        self.refuses_in_source("class PoolManager;", "say the noun of the domain")
        self.refuses_in_source("int ctx_;", "say the noun of the domain")
        self.refuses_in_source("auto x = f(co_await a(), co_await b());", "one co_await per statement")
        self.accepts_in_source('// std::cout, throw and a PoolManager\nauto s = "printf(throw)";\nEVP_MD_CTX* digest;')
        self.write("tests/unit/io/a_test.cc", GOOD_TEST + "void f() { std::this_thread::sleep_for(1s); }\n")
        self.assert_refused("unit tests move the clock by hand")

    def test_cited_tests_exist(self):
        self.write("tests/unit/io/a_test.cc", GOOD_TEST + "TEST(A, Holds) {}\nTEST_F(ATest, Too) {}\n")
        self.write("tests/golden/a.md", "# All\n## Bare LF (63)\n")
        self.write("tests/e2e/a.mjs", "// A play.\ntest('is relayed (RFC 9110)', f);\n")
        good = "`tests/unit/io/a_test.cc: A.Holds`, `tests/unit/io/a_test.cc: ATest.Too`\n"
        self.write("docs/internals/x.md", good + "`tests/golden/a.md: Bare LF` `tests/e2e/a.mjs: is relayed`\n")
        self.assert_fine()
        for cited, said in (("tests/unit/io/a_test.cc: A.Hold", "has no test 'A.Hold'"),
                            ("tests/unit/io/b_test.cc: A.Holds", "there is no tests/unit/io/b_test.cc"),
                            ("tests/golden/a.md: LF", "has no test 'LF'"), ("tests/e2e/a.mjs: relays", "has no test 'relays'")):
            self.write("docs/internals/x.md", f"one\n| 1 | `{cited}` |\n")
            self.assert_refused("docs/internals/x.md:2: ")
            self.assert_refused(said)

    def test_every_duty_has_its_row(self):
        rows = [f"| {number} | duty | later: h2 |" for number in range(1, 125)]
        self.write("docs/internals/rfc-duties.md", "\n".join(rows) + "\n")
        self.assert_fine()
        for wrong in (rows[:-1], rows[:9] + rows[10:], [*rows, rows[0]]):
            self.write("docs/internals/rfc-duties.md", "\n".join(wrong) + "\n")
            self.assert_refused("not numbered 1 to 124")

    def test_using_namespace_in_a_header(self):
        self.write("src/io/a.h", GOOD_HEADER + "using namespace std;\n")
        self.assert_refused("not in a header")


if __name__ == "__main__":
    unittest.main()
