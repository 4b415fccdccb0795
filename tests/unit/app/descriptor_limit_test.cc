// Raising the limit of descriptors: up to the hard limit, never down.
#include "app/descriptor_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace porthole::app {
namespace {

TEST(DescriptorLimit, RisesToTheHardLimit) {
  rlimit found{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &found), 0);
  rlimit low{.rlim_cur = 256, .rlim_max = found.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  DescriptorLimit limit = raise_descriptor_limit();
  EXPECT_EQ(limit.before, 256U);
  EXPECT_EQ(limit.now, std::min<rlim_t>(found.rlim_max, 1'048'576));
  rlimit now{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, limit.now);
  ::setrlimit(RLIMIT_NOFILE, &found);
}

}  // namespace
}  // namespace porthole::app
