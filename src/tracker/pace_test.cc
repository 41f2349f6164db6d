#include "tracker/pace.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace roost::tracker {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart{1h};

/// Sends whenever something waits and may leave; changes come as `next_change` says.
template <typename NextChange>
std::vector<TimePoint> run(unsigned most, Duration time, NextChange next_change) {
  Pace pace;
  std::vector<TimePoint> frames;
  for (TimePoint change = kStart; change < kStart + time; change += next_change()) {
    if (!frames.empty() && frames.back() > change) continue;  // went with that one
    const TimePoint leaves = std::max(change, pace.next(change, most));
    pace.sent(leaves);
    frames.push_back(leaves);
  }
  return frames;
}

std::ptrdiff_t most_in_a_second(const std::vector<TimePoint>& frames) {
  std::ptrdiff_t most = 0;
  for (auto first = frames.begin(); first != frames.end(); ++first)
    most = std::max(most, std::lower_bound(first, frames.end(), *first + 1s) - first);
  return most;
}

TEST(Pace, AQuietTopicSendsAtOnce) {
  Pace pace;
  EXPECT_EQ(pace.next(kStart, 10), kStart);
  pace.sent(kStart);
  EXPECT_GT(pace.next(kStart, 10), kStart);
  EXPECT_LT(pace.next(kStart, 10), kStart + 20ms) << "the second hardly waits";
  EXPECT_FALSE(pace.quiet(kStart + 999ms));
  EXPECT_TRUE(pace.quiet(kStart + 1s));
  EXPECT_EQ(pace.next(kStart + 1s, 10), kStart + 1s);
}

TEST(Pace, AStormSettlesBelowTheMost) {
  const auto frames = run(10, 60s, [] { return 1ms; });
  EXPECT_GE(frames.size(), 60u * 6);
  EXPECT_LE(frames.size(), 60u * 8);
}

TEST(Pace, NoSecondHasMoreThanTheMostWhateverComes) {
  for (const unsigned most : {1u, 2u, 5u, 10u, 60u})
    for (unsigned seed = 0; seed < 50; ++seed) {
      std::mt19937 random(seed);
      const auto frames = run(most, 20s, [&random] {
        const auto kind = random() % 20;
        return kind == 0 ? Duration(random() % 3'000 * 1ms) : Duration(random() % 20 * 1ms);
      });
      EXPECT_LE(most_in_a_second(frames), static_cast<std::ptrdiff_t>(most)) << "seed " << seed;
    }
}

TEST(Pace, WithoutAMostNothingWaits) {
  Pace pace;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pace.next(kStart, 0), kStart);
    pace.sent(kStart);
  }
}

TEST(Pace, WhenTheMostSinksNobodyWaitsLongerThanASecond) {
  Pace pace;
  for (int i = 0; i < 7; ++i) pace.sent(kStart + i * 100ms);
  const TimePoint last = kStart + 600ms;
  EXPECT_EQ(pace.next(last, 1), last + 1s);
  EXPECT_EQ(pace.next(last, 2), last + 1s);
  EXPECT_LT(pace.next(last, 10), last + 200ms);
}

}  // namespace
}  // namespace roost::tracker
