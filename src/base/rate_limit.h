#pragma once

#include <chrono>

#include <roost/limits.hpp>

#include "base/time.h"

namespace roost {

/// A token bucket in eight bytes: the time at which it would be full again (GCRA, ITU-T I.371).
class RateLimit {
 public:
  /// A Rate in times, so that no message costs a division.
  class Timing {
   public:
    Timing(const Rate& rate) {
      if (rate.per_second <= 0) return;
      each_ = duration(1.0 / rate.per_second);
      burst_ = duration(rate.burst / rate.per_second);
    }

   private:
    friend class RateLimit;
    static Duration duration(double seconds) {
      return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    }
    Duration each_{};  // 0: no limit
    Duration burst_{};
  };

  /// Whether one more fits now; then it is taken.
  bool take(const Timing& timing, TimePoint now) {
    if (timing.each_ == Duration::zero()) return true;
    const TimePoint start = full_at_ > now ? full_at_ : now;
    if (start + timing.each_ - now > timing.burst_) return false;
    full_at_ = start + timing.each_;
    return true;
  }

 private:
  TimePoint full_at_{};
};

}  // namespace roost
