#include "base/deadlines.h"

#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/executor_testing.h"

namespace roost {
namespace {

using namespace std::chrono_literals;

class DeadlineTest : public ::testing::Test {
 protected:
  struct One final : Deadlines::Owner {
    explicit One(DeadlineTest& test, std::string name = "") : test_(test), name_(std::move(name)) {}
    void on_deadline() override {
      fired = test_.executor.now();
      test_.ran += name_;
      if (then) then();
    }
    TimePoint fired{};
    std::function<void()> then;
    DeadlineTest& test_;
    std::string name_;
  };
  TimePoint in(Duration delay) { return executor.now() + delay; }

  roost::testing::FakeExecutor executor;
  Deadlines deadlines{executor};
  std::string ran;
  One a{*this, "a"}, b{*this, "b"}, c{*this, "c"};
};

TEST_F(DeadlineTest, ComeInTheOrderOfTheirTimes) {
  deadlines.set(b, in(2s));
  deadlines.set(c, in(3s));
  deadlines.set(a, in(1s));
  executor.advance(2500ms);
  EXPECT_EQ(ran, "ab");
  executor.advance(1s);
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(executor.timers(), 0u);
}

TEST_F(DeadlineTest, CanBeMovedAndCancelled) {
  deadlines.set(a, in(1s));
  deadlines.set(b, in(2s));
  deadlines.set(a, in(3s));
  deadlines.cancel(b);
  deadlines.cancel(b);
  executor.advance(2500ms);
  EXPECT_EQ(ran, "");
  executor.advance(1s);
  EXPECT_EQ(ran, "a");
}

TEST_F(DeadlineTest, MayBeSetAgainOrCancelAnotherWhenTheyCome) {
  const TimePoint start = executor.now();
  a.then = [this] {
    deadlines.cancel(b);
    deadlines.set(a, in(1s));
    a.then = nullptr;
  };
  deadlines.set(a, in(1s));
  deadlines.set(b, in(1s));
  executor.advance(5s);
  EXPECT_EQ(ran, "aa");
  EXPECT_EQ(a.fired, start + 2s);
}

TEST_F(DeadlineTest, OfThousandsEachComesAtItsTime) {
  std::mt19937 random(7);
  const TimePoint start = executor.now();
  std::vector<std::unique_ptr<One>> all;
  std::vector<TimePoint> due;
  for (int i = 0; i < 3'000; ++i) {
    all.push_back(std::make_unique<One>(*this));
    due.push_back(start + std::chrono::milliseconds(random() % 1'000 + 1));
    deadlines.set(*all.back(), due.back());
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 3 == 0) deadlines.set(*all[i], due[i] = start + std::chrono::milliseconds(random() % 1'000 + 1));
    if (i % 5 == 0) deadlines.cancel(*all[i]);
  }
  executor.advance(2s);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i]->fired, i % 5 == 0 ? TimePoint{} : due[i]);
}

}  // namespace
}  // namespace roost
