#pragma once

#include <chrono>

namespace roost {

/// Monotonic time. Code outside `net` and `server` never asks for it: it is given as an argument.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace roost
