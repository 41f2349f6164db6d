#include "base/rate_limit.h"

#include <gtest/gtest.h>

namespace roost {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, LetsABurstThroughAndThenTheRate) {
  const Rate rate{.per_second = 10, .burst = 5};
  RateLimit limit;
  TimePoint now{1h};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limit.take(rate, now)) << i;
  EXPECT_FALSE(limit.take(rate, now));
  now += 99ms;
  EXPECT_FALSE(limit.take(rate, now));
  now += 1ms;
  EXPECT_TRUE(limit.take(rate, now));
  EXPECT_FALSE(limit.take(rate, now));
}

TEST(RateLimit, FillsUpAgainToTheBurstAndNoMore) {
  const Rate rate{.per_second = 10, .burst = 2};
  RateLimit limit;
  TimePoint now{1h};
  EXPECT_TRUE(limit.take(rate, now) && limit.take(rate, now));
  now += 1h;
  EXPECT_TRUE(limit.take(rate, now) && limit.take(rate, now));
  EXPECT_FALSE(limit.take(rate, now));
}

TEST(RateLimit, ARateOfZeroIsNoLimit) {
  RateLimit limit;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.take(Rate{.per_second = 0, .burst = 0}, TimePoint{}));
}

}  // namespace
}  // namespace roost
