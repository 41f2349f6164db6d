#include "net/system.h"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace roost::net {
namespace {

TEST(System, HasACore) {
  EXPECT_GE(cores(), 1u);
}

TEST(System, RaisesTheLimitOfOpenFilesToWhatItMayHave) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 512;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(System, RandomBytesFillMoreThanOneRequest) {
  std::string a(1000, '\0'), b(1000, '\0');
  random_bytes(a);
  random_bytes(b);
  EXPECT_NE(a, b);
  EXPECT_NE(a.substr(900), std::string(100, '\0'));
  EXPECT_NE(random_u64(), random_u64());
}

TEST(System, KnowsTheYear) {
  EXPECT_GT(system_now_ns(), 1'735'689'600'000'000'000);  // 2025
}

}  // namespace
}  // namespace roost::net
