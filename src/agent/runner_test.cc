#include "agent/runner.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "agent/test_support.h"

namespace roost::agent {
namespace {

/// Keeps the agents' thread busy until it is released, so that what is posted meanwhile is one batch.
class Gate {
 public:
  explicit Gate(Runner& runner) {
    runner.post([doors = doors_] {
      doors->entered.set_value();
      doors->open.get_future().wait();
    });
    doors_->entered.get_future().wait();
  }
  void open() { doors_->open.set_value(); }

 private:
  struct Doors {
    std::promise<void> entered, open;
  };
  std::shared_ptr<Doors> doors_ = std::make_shared<Doors>();  // the runner may look later than the test ends
};

TEST(Runner, RunsWorkInOrderAndAllOfItBeforeStopReturns) {
  std::vector<int> ran;
  Runner runner(nullptr);
  for (int i = 0; i < 10'000; ++i) runner.post([&ran, i] { ran.push_back(i); });
  runner.stop();
  ASSERT_EQ(ran.size(), 10'000u);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
  EXPECT_FALSE(runner.post([&ran] { ran.clear(); }));
  runner.stop();
  EXPECT_EQ(ran.size(), 10'000u) << "refused after stop";
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

TEST(Runner, BeyondItsLimitItRefusesTheNewestAndSaysSoOnce) {
  std::vector<std::string> errors;
  int ran = 0;
  Runner runner(
      nullptr, [&](const std::string& message) { errors.push_back(message); }, 3);
  Gate gate(runner);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(runner.post([&] { ++ran; }), i < 3);
  EXPECT_EQ(runner.waiting(), 3u);
  EXPECT_EQ(runner.refused(), 2u);
  gate.open();
  runner.stop();
  EXPECT_EQ(ran, 3);
  EXPECT_EQ(errors.size(), 1u);
}

TEST(Runner, KnowsItsThread) {
  Runner runner(nullptr), other(nullptr);
  bool here = false, there = true;
  runner.post([&] {
    here = runner.is_here();
    there = other.is_here();
  });
  runner.stop();
  EXPECT_TRUE(here);
  EXPECT_FALSE(there);
  EXPECT_FALSE(runner.is_here());
}

TEST(Runner, MayGoInItsOwnWork) {
  const auto gone = std::make_shared<std::promise<void>>();
  auto runner = std::make_shared<Runner>(nullptr);
  Gate gate(*runner);
  Runner& posted_to = *runner;
  posted_to.post([runner = std::move(runner), gone]() mutable {
    runner.reset();
    gone->set_value();
  });
  gate.open();
  gone->get_future().wait();
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

TEST_F(RunnerStoreTest, AStateBeyondTheLimitIsReportedAndTheOthersAreSaved) {
  std::vector<std::string> errors;
  {
    Runner runner(open(), [&](const std::string& message) { errors.push_back(message); });
    runner.post([&] {
      runner.save("big", [] { return std::string(Store::kStateBytesMax + 1, 'x'); });
      runner.save("good", [] { return std::string("1"); });
    });
  }
  EXPECT_EQ(errors, std::vector<std::string>{"agents: state of big cannot be written: it is too big"});
  EXPECT_EQ(open()->load("good").value(), "1");
}

/// No file of this process can grow while it lives: a full disk.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(RunnerStoreTest, AFailedSaveIsToldOnceAndTriedAgain) {
  std::vector<std::string> errors;
  int after = 0;
  {
    Runner runner(open(), [&](const std::string& message) { errors.push_back(message); });
    std::optional<FullDisk> full(std::in_place);
    for (const std::string text : {"1", "2"}) {
      std::promise<void> tried;
      runner.post([&] {
        runner.save("a" + text, [text] { return text; });
        runner.after_save([&] {
          ++after;
          tried.set_value();
        });
      });
      tried.get_future().wait();
    }
    full.reset();
  }
  EXPECT_EQ(after, 2);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with("agents' store " + path() + ": ")) << errors[0];
  EXPECT_EQ(open()->load("a1").value(), "1");
  EXPECT_EQ(open()->load("a2").value(), "2");
}

}  // namespace
}  // namespace roost::agent
