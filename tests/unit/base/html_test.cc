// Escaping: nothing that a peer wrote becomes markup.
#include "base/html.h"

#include <gtest/gtest.h>

namespace porthole {
namespace {

TEST(Html, MarkupBecomesText) {
  EXPECT_EQ(escape_html("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST(Html, WhatCannotBePrintedBecomesAQuestionMark) {
  EXPECT_EQ(escape_html(std::string_view("a\0b\r\n\x7f\xc3\xbc~", 9)), "a?b???\xc3\xbc~");
  EXPECT_EQ(escape_html("\xc2\xa7 \xff"), "?? ?") << "of octets that are no UTF-8 none is believed";
}

}  // namespace
}  // namespace porthole
