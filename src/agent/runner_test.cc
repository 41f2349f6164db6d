#include "agent/runner.h"

#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "agent/test_support.h"

namespace roost::agent {
namespace {

/// Keeps the agents' thread busy until it is released, so that what is posted meanwhile is one batch.
class Gate {
 public:
  explicit Gate(Runner& runner) {
    runner.post([this] {
      entered_.set_value();
      open_.get_future().wait();
    });
    entered_.get_future().wait();
  }
  void open() { open_.set_value(); }

 private:
  std::promise<void> entered_, open_;
};

TEST(Runner, RunsWorkInOrderAndAllOfItBeforeStopReturns) {
  std::vector<int> ran;
  Runner runner(nullptr);
  for (int i = 0; i < 10'000; ++i) runner.post([&ran, i] { ran.push_back(i); });
  runner.stop();
  ASSERT_EQ(ran.size(), 10'000u);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
  runner.post([&ran] { ran.clear(); });
  runner.stop();
  EXPECT_EQ(ran.size(), 10'000u) << "dropped after stop";
}

TEST(Runner, AfterSaveWorkRunsAfterTheBatch) {
  std::string ran;
  Runner runner(nullptr);
  Gate gate(runner);
  runner.post([&] {
    ran += 'a';
    runner.after_save([&] {
      ran += 'x';
      runner.after_save([&] { ran += 'y'; });
    });
  });
  runner.post([&] { ran += 'b'; });
  gate.open();
  runner.stop();
  EXPECT_EQ(ran, "abxy");
}

TEST(Runner, WorkThatThrowsIsReportedAndTheNextRuns) {
  std::vector<std::string> errors;
  bool ran = false;
  Runner runner(nullptr, [&](const std::string& message) { errors.push_back(message); });
  runner.post([] { throw std::runtime_error("oops"); });
  runner.post([&] { ran = true; });
  runner.stop();
  EXPECT_TRUE(ran);
  EXPECT_EQ(errors, std::vector<std::string>{"agents: work threw: oops"});
}

TEST(Runner, BeyondItsLimitItDropsTheNewestAndSaysSoOnce) {
  std::vector<std::string> errors;
  int ran = 0;
  Runner runner(
      nullptr, [&](const std::string& message) { errors.push_back(message); }, 3);
  Gate gate(runner);
  for (int i = 0; i < 5; ++i) runner.post([&] { ++ran; });
  EXPECT_EQ(runner.waiting(), 3u);
  EXPECT_EQ(runner.dropped(), 2u);
  gate.open();
  runner.stop();
  EXPECT_EQ(ran, 3);
  EXPECT_EQ(errors.size(), 1u);
}

TEST(Runner, MayGoInItsOwnWork) {
  std::promise<void> gone;
  auto runner = std::make_shared<Runner>(nullptr);
  Gate gate(*runner);
  Runner& posted_to = *runner;
  const std::shared_ptr<void> told(nullptr, [&gone](void*) { gone.set_value(); });
  posted_to.post([runner = std::move(runner), told]() mutable { runner.reset(); });
  gate.open();
  const_cast<std::shared_ptr<void>&>(told).reset();
  gone.get_future().wait();
}

using RunnerStoreTest = test::WithStoreFile;

TEST_F(RunnerStoreTest, SavesOnceForABatchAndBeforeItsAfterSaveWork) {
  int written = 0;
  std::optional<std::string> seen;
  const auto other = open();
  {
    Runner runner(open());
    Gate gate(runner);
    for (int i = 1; i <= 100; ++i)
      runner.post([&, i] {
        runner.save("counter", [&written, i] {
          ++written;
          return std::to_string(i);
        });
        if (i == 1) runner.after_save([&] { seen = other->load("counter").value(); });
      });
    gate.open();
  }
  EXPECT_EQ(written, 1);
  EXPECT_EQ(seen, "100");
}

TEST_F(RunnerStoreTest, LoadsWhatWasSaved) {
  {
    Runner runner(open());
    runner.post([&] { runner.save("a", [] { return std::string("[1]"); }); });
  }
  Runner runner(open());
  EXPECT_EQ(runner.load("a"), "[1]");
  EXPECT_EQ(runner.load("b"), std::nullopt);
}

TEST_F(RunnerStoreTest, AStateThatCannotBeWrittenIsReportedAndTheOthersAreSaved) {
  std::vector<std::string> errors;
  bool after = false;
  {
    Runner runner(open(), [&](const std::string& message) { errors.push_back(message); });
    runner.post([&] {
      runner.save("bad", []() -> std::string { throw std::runtime_error("oops"); });
      runner.save("good", [] { return std::string("1"); });
      runner.after_save([&] { after = true; });
    });
  }
  EXPECT_TRUE(after);
  EXPECT_EQ(errors, std::vector<std::string>{"agents: state of bad cannot be written: oops"});
  EXPECT_EQ(open()->load("good").value(), "1");
}

}  // namespace
}  // namespace roost::agent
