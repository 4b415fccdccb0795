// RFC 6455 §9.1 and RFC 7692 §7.1: what a server agreed to.
#include "wire/ws/extensions.h"

#include <gtest/gtest.h>

namespace porthole::wire::ws {
namespace {

TEST(Extensions, KnowsPermessageDeflateAndItsParameters) {
  EXPECT_EQ(Extensions::parse(""), Extensions{});
  EXPECT_EQ(Extensions::parse("permessage-deflate"), Extensions{.deflate = true});
  EXPECT_EQ(Extensions::parse("Permessage-Deflate; server_no_context_takeover ;client_max_window_bits=\"10\""),
            (Extensions{.deflate = true, .server_no_context_takeover = true}));
  EXPECT_EQ(Extensions::parse(", permessage-deflate;client_no_context_takeover; server_max_window_bits=8 ,"),
            (Extensions{.deflate = true, .client_no_context_takeover = true}));
}

TEST(Extensions, WhatIsNotKnownIsOther) {
  EXPECT_EQ(Extensions::parse("x-webkit-deflate-frame"), Extensions{.other = true});
  EXPECT_EQ(Extensions::parse("permessage-deflate; level=9"), (Extensions{.deflate = true, .other = true}));
  EXPECT_EQ(Extensions::parse("permessage-deflate, permessage-deflate"), (Extensions{.deflate = true, .other = true}));
  EXPECT_EQ(Extensions::parse("foo; a=\"permessage-deflate, \\\", x\""), Extensions{.other = true});
  EXPECT_EQ(Extensions::parse("foo; a=\"open, permessage-deflate\\"), Extensions{.other = true});
}

TEST(Extensions, TheReservedBitsAreThoseOfTheExtensions) {
  EXPECT_EQ(Extensions::parse("").reserved(), 0);
  EXPECT_EQ(Extensions::parse("permessage-deflate").reserved(), 0x40);
  EXPECT_EQ(Extensions::parse("bbf-usp").reserved(), 0x70);
}

}  // namespace
}  // namespace porthole::wire::ws
