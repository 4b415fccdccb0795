// Lists made from the table. The documentation holds the very table that the program has.
#include "app/option_list.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "app/options_table.h"

namespace porthole::app {
namespace {

TEST(OptionList, TheDocumentationHoldsTheTable) {
  std::ostringstream text;
  text << std::ifstream(PORTHOLE_SOURCE_DIR "/docs/user/configuration.md").rdbuf();
  EXPECT_NE(text.view().find(options_markdown()), std::string_view::npos)
      << "docs/user/configuration.md is behind; its table must be:\n"
      << options_markdown();
}

TEST(OptionList, HelpNamesEveryOptionWithItsVariable) {
  std::string text = options_text();
  for (const Option& option : options()) {
    EXPECT_NE(text.find(option.key), std::string::npos) << option.key;
    EXPECT_NE(text.find(option.variable()), std::string::npos) << option.key;
  }
}

TEST(OptionList, LimitsHaveUnits) {
  std::string text = limits_text({}, {.workers = 2, .descriptors = 20'000});
  for (const char* words : {"limits.head_bytes            64 KiB", "limits.fields                   200",
                            "timeouts.head                   10s", "access log                    4 MiB",
                            "client connections             9626"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << " is not in\n" << text;
  }
}

}  // namespace
}  // namespace porthole::app
