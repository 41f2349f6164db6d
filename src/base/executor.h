#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <roost/task.hpp>

#include "base/time.h"

namespace roost {

/// Somebody who gathers during a turn of the loop.
class TurnEnd {
 public:
  /// The turn is over; what was gathered is about to be sent.
  virtual void on_turn_end() = 0;

 protected:
  ~TurnEnd() = default;
};

/// One thread's loop, as seen by code that knows no sockets. The real one is net::Loop; tests have one whose time
/// stands still.
class Executor : public TaskLoop {
 public:
  struct TimerId {
    TimePoint at{};
    std::uint64_t number = 0;  // 0: no timer
    friend auto operator<=>(const TimerId&, const TimerId&) = default;
  };

  /// Runs `work` on this loop's thread, after what was posted before it. Any thread. Work that is still waiting when
  /// the loop ends is destroyed on the loop's thread, not run.
  void post(Work work) override = 0;
  /// The same for work that holds so many bytes beside itself: what waits here is measured.
  virtual void post_sized(Work work, std::size_t /*bytes*/) { post(std::move(work)); }
  /// The memory of the posted work that waits, about. Any thread.
  virtual std::size_t waiting_bytes() const { return 0; }
  /// Runs `work` once, not before `at`. Loop thread only.
  virtual TimerId call_at(TimePoint at, Work work) = 0;
  void post_after(std::chrono::nanoseconds delay, Work work) override { call_at(now() + delay, std::move(work)); }
  /// Forgets a timer; one that ran or was cancelled is ignored. Loop thread only.
  virtual void cancel(TimerId timer) = 0;
  /// Calls `hook` once, at the end of this turn. It must live until then. Loop thread only.
  virtual void at_turn_end(TurnEnd& hook) = 0;
  /// The time at the start of this turn of the loop. Loop thread only.
  virtual TimePoint now() const = 0;
};

/// A timer that is cancelled when its owner goes.
class Timer {
 public:
  Timer() = default;
  Timer(Executor& executor, TimePoint at, Executor::Work work)
      : executor_(&executor), id_(executor.call_at(at, std::move(work))) {}
  Timer(Timer&& other) noexcept : executor_(std::exchange(other.executor_, nullptr)), id_(other.id_) {}
  Timer& operator=(Timer&& other) noexcept {
    std::swap(executor_, other.executor_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~Timer() { cancel(); }

  void cancel() {
    if (executor_) std::exchange(executor_, nullptr)->cancel(id_);
  }

 private:
  Executor* executor_ = nullptr;
  Executor::TimerId id_;
};

}  // namespace roost
