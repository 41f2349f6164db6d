#pragma once

#include <cstdint>
#include <string>

namespace roost::presence {

/// One incarnation of a node (PROTOCOL T1). A restarted node is a new replica: its vsn is new, and higher unless the
/// system's clock went back.
struct ReplicaId {
  std::string name;
  std::uint64_t vsn = 0;
  friend auto operator<=>(const ReplicaId&, const ReplicaId&) = default;
};

/// A change of one replica, counted from 1. With its replica it is a dot (PROTOCOL T2).
using Counter = std::uint64_t;
inline constexpr Counter kCounterMax = (Counter{1} << 63) - 1;  // so that +1 never wraps; 292,000 years at 1 per µs

/// Who holds an entry, e.g. a channel: a number that means something on its own replica only.
using OwnerId = std::uint64_t;

}  // namespace roost::presence
