// What Content-Encoding says (RFC 9110 §8.4).
#include "coding/content_coding.h"

#include <gtest/gtest.h>

namespace porthole::coding {
namespace {

std::string read(std::string_view field_value) {
  auto list = CodingList::parse(field_value);
  if (list) return list->text();
  return std::string(list.error().kind == ListFault::Kind::unknown ? "unknown " : "too many at ") +
         std::string(list.error().word);
}

TEST(ContentCoding, NamesAreReadInAnyCaseAndWrittenInLower) {
  EXPECT_EQ(read("GZip"), "gzip");
  EXPECT_EQ(read("deflate, BR ,zstd"), "deflate, br, zstd");
}

// RFC 9110 §8.4.1.3: "x-gzip" is to be considered equivalent.
TEST(ContentCoding, XGzipIsGzip) { EXPECT_EQ(read("x-gzip"), "gzip"); }

TEST(ContentCoding, IdentityIsNoCoding) {
  EXPECT_EQ(read("identity"), "");
  EXPECT_EQ(read("gzip, identity"), "gzip");
  EXPECT_EQ(read(std::string(2000, ',') + "identity"), "");
}

TEST(ContentCoding, EmptyElementsAreSkipped) { EXPECT_EQ(read(",, gzip ,\t,br,"), "gzip, br"); }

TEST(ContentCoding, AnUnknownCodingIsNamed) {
  EXPECT_EQ(read("gzip, compress, br"), "unknown compress");
  EXPECT_EQ(read("gzip;q=1"), "unknown gzip;q=1");
}

// bad-inputs 47: nested bombs need depth.
TEST(ContentCoding, DepthIsLimited) {
  EXPECT_EQ(read("gzip,gzip,gzip,gzip,gzip"), "gzip, gzip, gzip, gzip, gzip");
  EXPECT_EQ(read("gzip,gzip,gzip,gzip,gzip,br"), "too many at br");
}

TEST(ContentCoding, FurtherLinesGoOnWhereTheFirstStopped) {
  CodingList list = *CodingList::parse("gzip");
  EXPECT_TRUE(list.append("br"));
  EXPECT_EQ(list.text(), "gzip, br");
  EXPECT_FALSE(list.append("zstd, what"));
  EXPECT_EQ(list.text(), "gzip, br") << "a faulty line leaves the list as it was";
}

}  // namespace
}  // namespace porthole::coding
