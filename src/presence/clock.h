#pragma once

#include <map>
#include <vector>

#include "presence/replica_id.h"

namespace roost::presence {

/// How far each replica's changes were seen without a hole. A replica that is not in it is not known.
using Clock = std::map<ReplicaId, Counter>;

/// Whether no replica in `a` is behind `b` (missing in `b`: 0). Replicas that only `b` has do not count. Two empty
/// clocks cover each other; an empty one covers nothing else (PROTOCOL T8).
bool covers(const Clock& a, const Clock& b);

/// Whether `a` has at least as many replicas as `b` and is behind in none of `b`'s (PROTOCOL T13).
bool dominates(const Clock& a, const Clock& b);

void raise_to(Clock& clock, const Clock& other);  // per replica the maximum
void lower_to(Clock& clock, const Clock& other);  // per replica the minimum; one that only a side has is taken from it

/// `clock` with only the replicas that `known` has.
Clock restrict_to(const Clock& clock, const Clock& known);

/// The most advanced clocks that were heard of: whom to ask for what one lacks (PROTOCOL T13).
class DominantClocks {
 public:
  struct Sent {
    ReplicaId from;
    Clock clock;
  };

  /// Takes a clock in, unless those that are here dominate it together; drops those that it dominates. A later clock of
  /// the same replica takes the place of its earlier one. An empty clock is ignored.
  void add(const ReplicaId& from, const Clock& clock);
  /// The clocks that are left, in the order in which they came; empties the collection.
  std::vector<Sent> take();
  void forget(const ReplicaId& from);

 private:
  std::vector<Sent> clocks_;
};

}  // namespace roost::presence
