#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace roost::tracker {

/// PROTOCOL T17, with the down period and the silent periods of ours.
struct Options {
  std::string node;       // its name: stable over restarts, unique in the cluster, 1..255 bytes
  std::uint64_t vsn = 0;  // new, and higher, at every start: system time in µs

  /// No other node: nothing is sent and no time is asked for.
  bool single_node = false;

  Duration broadcast_period = std::chrono::milliseconds(1500);
  /// Ticks without a change that pass in silence; a heartbeat leaves at the latest every (this + 1) periods. Phoenix:
  /// 10, i.e. every 16.5 s, with 30 s to be down. With 15 s a live but quiet node would be down at every heartbeat; 2
  /// makes it 4.5 s, so that two heartbeats in a row may be lost.
  unsigned max_silent_periods = 2;
  Duration down_period = std::chrono::seconds(15);      // so long after its last sign a node's entries are hidden
  Duration permdown_period = std::chrono::minutes(20);  // so long after, they are forgotten
  unsigned clock_sample_periods = 2;                    // ticks from one decision on transfers to the next

  /// A change leaves at once, and so long after the message before it at the earliest. nullopt: with the next tick.
  std::optional<Duration> delta_period = std::nullopt;
  /// Who hears that it lacks something asks for it so long after, if that didn't come by itself. nullopt: with the next
  /// decision on transfers.
  std::optional<Duration> repair_period = std::nullopt;

  std::vector<std::size_t> max_delta_sizes{100, 1000, 10'000};

  /// Replicas that are listened to; more are ignored, else broken peers could make up names without end.
  std::size_t replicas_max = 1000;
};

/// Names the option that can't work, and why.
std::expected<void, Error> check(const Options& options);

}  // namespace roost::tracker
