#pragma once

#include <chrono>
#include <cstddef>

namespace roost::limits {

// What a mount may choose is in roost/limits.hpp; these are the same for all.

/// The name of a node, in bytes: it stands in every message between nodes.
inline constexpr std::size_t kNodeNameBytesMax = 255;

/// Subscriptions to other topics that one channel may hold.
inline constexpr std::size_t kSubscriptionsPerChannelMax = 10'000;
/// Timers that one channel may have at a time.
inline constexpr std::size_t kTimersPerChannelMax = 10'000;

}  // namespace roost::limits
