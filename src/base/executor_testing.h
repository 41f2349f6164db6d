#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/waiting.h"

namespace roost::testing {

/// A loop whose time stands still until a test moves it. post() from any thread; all else on the test's thread.
class FakeExecutor final : public Executor {
 public:
  void post(Work work) override { post_sized(std::move(work), 0); }
  void post_sized(Work work, std::size_t bytes) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    waiting_bytes_ += bytes;
  }
  /// Of all that was posted since it was idle.
  std::size_t waiting_bytes() const override { return waiting_bytes_; }
  TimerId call_at(TimePoint at, Work work) override {
    const TimerId id{at, next_number_++};
    timers_.emplace(id, std::move(work));
    return id;
  }
  void cancel(TimerId timer) override { timers_.erase(timer); }
  void at_turn_end(TurnEnd& hook) override { turn_ends_.push_back(&hook); }
  TimePoint now() const override { return now_; }

  /// Runs what was posted, and what that posts, until nothing waits, as one turn of the loop. Returns how much that
  /// was.
  std::size_t run_until_idle() {
    const NoWaiting others_wait("a shard's thread");
    std::size_t ran = 0;
    while (auto work = take()) {
      work();
      ++ran;
    }
    for (TurnEnd* hook : std::exchange(turn_ends_, {})) hook->on_turn_end();
    return ran;
  }

  /// Lets time pass: timers run when they are due, each with what it posts.
  void advance(Duration duration) {
    const TimePoint until = now_ + duration;
    run_until_idle();
    while (!timers_.empty() && timers_.begin()->first.at <= until) {
      auto timer = timers_.extract(timers_.begin());
      now_ = std::max(now_, timer.key().at);
      run(timer.mapped());
      run_until_idle();
    }
    now_ = until;
  }

  /// Lets time pass within a turn: timers run when they are due, before what was posted.
  void advance_within_turn(Duration duration) {
    now_ += duration;
    while (!timers_.empty() && timers_.begin()->first.at <= now_) {
      auto timer = timers_.extract(timers_.begin());
      timer.mapped()();
    }
  }

  std::size_t timers() const { return timers_.size(); }

 private:
  static void run(Work& work) {
    const NoWaiting others_wait("a shard's thread");
    work();
  }
  Work take() {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) waiting_bytes_ = 0;
    if (posted_.empty()) return nullptr;
    Work work = std::move(posted_.front());
    posted_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::deque<Work> posted_;  // mutex_
  std::vector<TurnEnd*> turn_ends_;
  std::atomic<std::size_t> waiting_bytes_ = 0;
  std::map<TimerId, Work> timers_;
  std::uint64_t next_number_ = 1;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
};

}  // namespace roost::testing
