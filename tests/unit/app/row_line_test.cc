// A flow as one line, as wide as the terminal is.
#include "app/row_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flow/as_json.h"

namespace porthole::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

flow::Row row(std::string_view target = "http://shop.test/a") {
  flow::Row made;
  made.flow = {77};
  made.method = "GET";
  made.host = "shop.test";
  made.target = target;
  made.status = 200;
  made.bytes_out = 1536;
  made.took = std::chrono::microseconds(12'300);
  made.begun = WallTime(std::chrono::milliseconds(1'764'179'000'123));
  return made;
}

TEST(RowLine, HasEverythingWhereThereIsRoom) {
  std::string line = row_line(row(), {});
  EXPECT_THAT(line, StartsWith(flow::id_text({77}) + " "));
  EXPECT_THAT(line, HasSubstr(".123 GET     200   12.3 ms    1.5 KiB  http://shop.test/a\n"));
  EXPECT_EQ(row_line(row(), {.columns = 120}), line);
}

TEST(RowLine, FitsTheTerminal) {
  std::string target = "http://shop.test/" + std::string(300, 'a') + "/end?x=1";
  for (std::size_t columns : {80U, 100U, 120U, 200U}) {
    std::string line = row_line(row(target), {.columns = columns});
    EXPECT_EQ(line.size(), columns + 1) << columns;
    EXPECT_THAT(line, HasSubstr("http://shop.test/aa"));
    EXPECT_THAT(line, EndsWith("/end?x=1\n"));
  }
  EXPECT_THAT(row_line(row(), {.columns = 80}), Not(HasSubstr(flow::id_text({77}))));
  EXPECT_THAT(row_line(row(target), {.columns = 10}), Not(HasSubstr(std::string(30, 'a'))))
      << "the least that says something";
  flow::Row failed = row(target);
  failed.error = Token::connection_refused;
  for (std::size_t columns : {66U, 80U, 100U})
    EXPECT_EQ(row_line(failed, {.columns = columns}).size(), columns + 1) << columns;
  EXPECT_THAT(row_line(failed, {.columns = 80}), EndsWith("  connection_refused\n"));
  failed.error = Token::destination_ip_prohibited;
  EXPECT_THAT(row_line(failed, {.columns = 80}), EndsWith("  destination_i...hibited\n"));
}

TEST(RowLine, ColourCostsNoRoomAndReachesTheStatusAlone) {
  std::string plain = row_line(row(), {.columns = 80}), coloured = row_line(row(), {.colour = true, .columns = 80});
  EXPECT_THAT(coloured, HasSubstr(" \x1b[32m200\x1b[0m "));
  std::size_t at = coloured.find("\x1b[32m");
  coloured.erase(at, 5);
  coloured.erase(coloured.find("\x1b[0m"), 4);
  EXPECT_EQ(coloured, plain);
  flow::Row failed = row();
  failed.status = 502;
  EXPECT_THAT(row_line(failed, {.colour = true}), HasSubstr("\x1b[31m502"));
}

TEST(RowLine, LetsNothingCapturedReachTheTerminalAsItIs) {
  std::string line = row_line(row("http://a/\x1b[2J\xc2\x9b"), {.columns = 200});
  EXPECT_THAT(line, HasSubstr("http://a/\\x1b[2J\\xc2\\x9b"));
}

TEST(RowLine, SaysHowItEndedWhereThatIsNoSuccess) {
  flow::Row gone = row();
  gone.end = flow::End::client_gone;
  EXPECT_THAT(row_line(gone, {}), EndsWith("http://shop.test/a  client_gone\n"));
  std::string text;
  Json json(text);
  flow::append_row(json, gone);
  EXPECT_EQ(row_line(*row_of(nlohmann::ordered_json::parse(text)), {}), row_line(gone, {}));
  gone.open = true;
  EXPECT_THAT(row_line(gone, {}), Not(HasSubstr("gone")));
}

TEST(RowLine, ARowIsTheSameAfterItsWayThroughJson) {
  flow::Row before = row("http://shop.test/\xff\xc3\xa4\"\n");
  before.error = Token::dns_error;
  before.status = 502;
  std::string text;
  Json json(text);
  flow::append_row(json, before);
  auto after = row_of(nlohmann::ordered_json::parse(text));
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(row_line(*after, {}), row_line(before, {}));
  EXPECT_EQ(after->target, before.target);
  EXPECT_FALSE(after->open);
  for (const char* wrong : {"[]", "{}", R"({"id":7})", R"({"id":"nonsense"})"})
    EXPECT_FALSE(row_of(nlohmann::ordered_json::parse(wrong)).has_value()) << wrong;
}

}  // namespace
}  // namespace porthole::app
