// One outgoing head from a received one, each difference recorded: what both directions share.
#include "http/composer.h"

#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::http {
namespace {

using test::read;
using test::text_of;

// Composes by `compose` from a request with these field lines.
template <class Compose>
std::string composed(std::string_view lines, Compose compose) {
  RequestHead in;
  read("GET / HTTP/1.1\r\n" + std::string(lines), in);
  RequestHead out;
  Changes changes;
  Composer composer(in.fields, in.raw, out.fields, out.arena, changes);
  compose(composer);
  return text_of(out, changes);
}

TEST(Composer, FramingIsWrittenOnceWhereTheFirstFramingFieldStood) {
  auto all = [](Framing framing) {
    return [framing](Composer& composer) {
      for (const Field& field : composer.in()) {
        if (field.id == FieldName::other) composer.keep(field);
        else composer.framing(framing, &field);
      }
      composer.framing(framing, nullptr);
    };
  };
  constexpr std::string_view kTwice = "Content-Length: 05\r\nA: b\r\nContent-Length: 5\r\n";
  EXPECT_EQ(composed(kTwice, all({.kind = Framing::Kind::length, .length = 5})),
            "|Content-Length: 5|A: b| changes: framing_rewritten[Content-Length: 05][Content-Length: 5] "
            "content_length_dropped[Content-Length: 5][]");
  EXPECT_EQ(composed("A: b\r\n", all({.kind = Framing::Kind::chunked})),
            "|A: b|Transfer-Encoding: chunked| changes: framing_rewritten[][Transfer-Encoding: chunked]");
}

TEST(Composer, AFieldWrittenAnewStandsForAllItsLines) {
  constexpr std::string_view kLines = "TE: a\r\nTE: b\r\n";
  EXPECT_EQ(composed(kLines, [](Composer& c) { c.replace_all(ChangeKind::te_rewritten, FieldName::te, "t"); }),
            "|TE: t| changes: te_rewritten[TE: a][TE: t] te_rewritten[TE: b][]");
  EXPECT_EQ(composed(kLines, [](Composer& c) { c.replace_all(ChangeKind::te_rewritten, FieldName::te, ""); }),
            "| changes: te_rewritten[TE: a][] te_rewritten[TE: b][]");
}

TEST(Composer, NumbersSpelledTheSameKeepTheirText) {
  TextArena arena;
  std::string_view received = "17";
  EXPECT_EQ(decimal(17, received, arena).data(), received.data());
  EXPECT_EQ(decimal(17, "017", arena), "17");
}

}  // namespace
}  // namespace porthole::http
