// Whether and where flows are recorded.
#include "app/recording.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

class RecordingTest : public testing::Test {
 protected:
  Recording recording(const std::map<std::string, std::string>& variables) {
    return {settings_, variables, clock_, random_, *log_, 1};
  }
  test::TemporaryFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  Settings settings_{.capture = true};
  std::unique_ptr<DiagnosticsLog> log_ = std::move(*DiagnosticsLog::open(clock_, {.path = folder_ / "log"}));
};

TEST_F(RecordingTest, RecordsInTheFolderOfState) {
  Recording on = recording({{"XDG_STATE_HOME", folder_.path()}});
  EXPECT_NE(on.recorder(), nullptr);
  EXPECT_EQ(on.folder(), folder_ / "porthole/flows");
  EXPECT_EQ(on.why_not(), "");
}

TEST_F(RecordingTest, SaysWhyItDoesNot) {
  Recording nowhere = recording({});
  EXPECT_EQ(nowhere.recorder(), nullptr);
  EXPECT_NE(nowhere.why_not().find("capture.folder"), std::string::npos);
  settings_.capture = false;
  Recording off = recording({{"HOME", folder_.path()}});
  EXPECT_EQ(off.recorder(), nullptr);
  EXPECT_EQ(off.why_not(), "capture.on is false");
}

TEST(StateFolder, IsThatOfTheVariables) {
  EXPECT_EQ(state_folder({{"HOME", "/h"}}), "/h/.local/state/porthole");
  EXPECT_EQ(state_folder({{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}}), "/s/porthole");
  EXPECT_EQ(state_folder({}), "");
}

}  // namespace
}  // namespace porthole::app
