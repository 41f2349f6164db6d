#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include <roost/task.hpp>

#include "agent/store.h"

namespace roost::agent::test {

/// A test with a file of its own for a Store; skipped without SQLite.
class WithStoreFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "roost-" + info->name() + "-" + std::to_string(::getpid()) + ".db";
    const auto store = Store::open(path_);
    if (!store && store.error().message.ends_with("built without SQLite")) GTEST_SKIP();
    ASSERT_TRUE(store) << store.error().message;
  }
  void TearDown() override {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  const std::string& path() const { return path_; }
  std::unique_ptr<Store> open() {
    auto store = Store::open(path_);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

 private:
  std::string path_;
};

/// A shard's loop, run by the test's own thread until something is so.
class FakeLoop final : public TaskLoop {
 public:
  void post(Work work) override {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_one();
  }
  void post_after(std::chrono::nanoseconds, Work work) override { post(std::move(work)); }

  template <typename Done>
  void run_until(Done done) {
    while (!done()) {
      std::unique_lock lock(mutex_);
      ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [this] { return !work_.empty(); }));
      Work work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
    }
  }
  /// Runs the task to its end and returns its result, or throws what it threw.
  template <typename T>
  T run(Task<T> task) {
    bool ended = false;
    task.start(*this, [&ended] { ended = true; });
    run_until([&ended] { return ended; });
    return task.result();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> work_;  // mutex_
};

}  // namespace roost::agent::test
