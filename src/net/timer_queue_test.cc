#include "net/timer_queue.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace roost::net {
namespace {

using std::chrono::milliseconds;

class TimerQueueTest : public testing::Test {
 protected:
  TimerQueue::TimerId at(int ms, char name) {
    return timers_.add(time(ms), [this, name] { ran_ += name; });
  }
  static TimePoint time(int ms) { return TimePoint(milliseconds(ms)); }

  TimerQueue timers_;
  std::string ran_;
};

TEST_F(TimerQueueTest, RunsInOrderOfTimeThenOfAdding) {
  at(20, 'c');
  at(10, 'a');
  at(10, 'b');
  EXPECT_EQ(timers_.next(), time(10));
  timers_.run_due(time(9));
  EXPECT_EQ(ran_, "");
  timers_.run_due(time(10));
  EXPECT_EQ(ran_, "ab");
  timers_.run_due(time(30));
  EXPECT_EQ(ran_, "abc");
  EXPECT_EQ(timers_.next(), std::nullopt);
}

TEST_F(TimerQueueTest, ForgetsACancelledOne) {
  const auto a = at(10, 'a');
  at(10, 'b');
  timers_.cancel(a);
  timers_.cancel(a);
  timers_.cancel({});
  timers_.run_due(time(10));
  EXPECT_EQ(ran_, "b");
}

TEST_F(TimerQueueTest, OneMayCancelAnotherThatIsDue) {
  TimerQueue::TimerId second;
  timers_.add(time(10), [this, &second] { timers_.cancel(second); });
  second = at(10, 'b');
  timers_.run_due(time(10));
  EXPECT_EQ(ran_, "");
}

TEST_F(TimerQueueTest, OneThatIsAddedWhileTheyRunWaitsForTheNextCall) {
  timers_.add(time(10), [this] { at(5, 'x'); });
  timers_.run_due(time(10));
  EXPECT_EQ(ran_, "");
  timers_.run_due(time(10));
  EXPECT_EQ(ran_, "x");
}

TEST_F(TimerQueueTest, WorkThatIsDestroyedMayCancelOthers) {
  const auto other = at(20, 'b');
  auto owner = std::shared_ptr<void>(nullptr, [this, other](void*) { timers_.cancel(other); });
  timers_.add(time(10), [owner = std::move(owner)] {});
  timers_.clear();
  EXPECT_EQ(timers_.next(), std::nullopt);
}

TEST_F(TimerQueueTest, ThousandsRunInOrder) {
  std::mt19937 random(7);
  std::vector<int> ran;
  for (int i = 0; i < 10'000; ++i) {
    const int ms = static_cast<int>(random() % 1000);
    timers_.add(time(ms), [&ran, ms] { ran.push_back(ms); });
  }
  for (int ms = 0; ms < 1000; ms += 7) timers_.run_due(time(ms));
  timers_.run_due(time(1000));
  EXPECT_EQ(ran.size(), 10'000u);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
}

}  // namespace
}  // namespace roost::net
