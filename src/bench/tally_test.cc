#include "bench/tally.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

using namespace std::chrono_literals;

TEST(BenchTally, CountsMessagesAndBytes) {
  Tally tally(2);
  tally.start(TimePoint{});
  tally.add(0, 10, TimePoint{} + 1s);
  tally.add(1, 20, TimePoint{} + 1s);
  tally.add(1, 30, TimePoint{} + 5s);
  EXPECT_EQ(tally.messages(), 3u);
  EXPECT_EQ(tally.bytes(), 60u);
  EXPECT_DOUBLE_EQ(tally.messages_a_client(), 1.5);
  EXPECT_DOUBLE_EQ(tally.bytes_a_client(), 30);
}

TEST(BenchTally, TheBusiestSecondIsThatOfOneClient) {
  Tally tally(2);
  tally.start(TimePoint{});
  for (int i = 0; i < 3; ++i) tally.add(0, 1, TimePoint{} + 2'300ms);
  for (int i = 0; i < 2; ++i) tally.add(1, 1, TimePoint{} + 2'300ms);
  tally.add(0, 1, TimePoint{} + 3'000ms);
  EXPECT_EQ(tally.busiest_second(), 3u);
}

TEST(BenchTally, StartsAnew) {
  Tally tally(1);
  tally.start(TimePoint{});
  tally.add(0, 1, TimePoint{});
  tally.start(TimePoint{} + 1s);
  EXPECT_EQ(tally.messages(), 0u);
  EXPECT_EQ(tally.busiest_second(), 0u);
}

}  // namespace
}  // namespace roost::bench
