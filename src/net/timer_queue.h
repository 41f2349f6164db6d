#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/executor.h"

namespace roost::net {

/// Work by time. Adding, cancelling and running one costs the logarithm of their number. One thread.
class TimerQueue {
 public:
  using Work = Executor::Work;
  using TimerId = Executor::TimerId;

  TimerId add(TimePoint at, Work work);
  void cancel(TimerId timer);
  /// When the first is due; nullopt: there is none.
  std::optional<TimePoint> next() const;
  /// Runs what is due at `now`, in order of time, then of adding. Timers added meanwhile wait for the next call.
  void run_due(TimePoint now);
  /// Destroys what waits, without running it.
  void clear();

 private:
  std::map<TimerId, Work> timers_;
  std::uint64_t last_number_ = 0;
};

}  // namespace roost::net
