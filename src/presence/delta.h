#pragma once

#include <cstddef>
#include <map>
#include <string>

#include <roost/bytes.hpp>

#include "presence/clock.h"
#include "presence/dot_set.h"

namespace roost::presence {

/// Somebody in a topic. `meta` is opaque here: the text of a JSON object, shared by all who hold it.
struct Entry {
  std::string topic;
  OwnerId owner = 0;
  std::string key;
  SharedBytes meta;
  friend bool operator==(const Entry& a, const Entry& b) {
    return a.topic == b.topic && a.owner == b.owner && a.key == b.key && a.meta.view() == b.meta.view();
  }
};

/// What is said of one replica: of the dots that were seen, those with a value are present and all others are gone.
/// Every value's dot is among the seen. Of dots that were not seen nothing is said.
struct Part {
  DotSet seen;
  std::map<Counter, Entry> values;
  friend bool operator==(const Part&, const Part&) = default;
};
using Parts = std::map<ReplicaId, Part>;

/// `part` plus what `other` says: the least statement that holds both. In any order and any number of times the same.
void join(Part& part, const Part& other);

/// What changed within a range (PROTOCOL T3): of each replica in it all dots after `start` up to `end`, and each older
/// dot that these removed. Whoever has seen as far as `start` has seen as far as `end` after merging it.
struct Delta {
  Clock start;
  Clock end;
  Parts parts;
  bool empty() const { return parts.empty(); }
  friend bool operator==(const Delta&, const Delta&) = default;
};

/// Whether no change is missing between the two ranges (PROTOCOL T8).
bool contiguous(const Delta& a, const Delta& b);
/// `delta` plus a contiguous `other` (PROTOCOL T9).
void merge(Delta& delta, const Delta& other);
/// The number of values and of seen dots (PROTOCOL T7).
std::size_t size_of(const Delta& delta);
std::size_t dots_of(const Delta& delta);  // of seen dots alone
/// `delta` with only the replicas that `known` has.
Delta restrict_to(const Delta& delta, const Clock& known);
void forget(Delta& delta, const ReplicaId& replica);

}  // namespace roost::presence
