#pragma once

#include <chrono>

#include <roost/limits.hpp>

#include "base/time.h"

namespace roost {

/// A token bucket in eight bytes: the time at which it would be full again (GCRA, ITU-T I.371).
class RateLimit {
 public:
  /// Whether one more fits now; then it is taken.
  bool take(const Rate& rate, TimePoint now) {
    if (rate.per_second <= 0) return true;
    const auto each = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1.0 / rate.per_second));
    const TimePoint start = full_at_ > now ? full_at_ : now;
    const auto burst =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(rate.burst / rate.per_second));
    if (start + each - now > burst) return false;
    full_at_ = start + each;
    return true;
  }

 private:
  TimePoint full_at_{};
};

}  // namespace roost
