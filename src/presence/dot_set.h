#pragma once

#include <map>

#include "presence/replica_id.h"

namespace roost::presence {

/// Which changes of one replica were seen: the context and the cloud of PROTOCOL T3 in one set of runs.
///
/// The context is where the first run ends if it starts at 1; what lies beyond is the cloud. Runs grow together as soon
/// as they touch, so the set is compact at any time (PROTOCOL T5). Counters are 1..kCounterMax.
class DotSet {
 public:
  using Runs = std::map<Counter, Counter>;  // first -> last; apart by at least one missing counter

  void insert(Counter dot) { insert(dot, dot); }
  void insert(Counter first, Counter last);
  void insert(const DotSet& other);

  bool contains(Counter dot) const;
  bool empty() const { return runs_.empty(); }
  /// The number of dots, not of runs.
  Counter size() const { return size_; }
  /// The context: every counter up to it was seen; 0: not even the first.
  Counter contiguous() const;
  const Runs& runs() const { return runs_; }

  friend bool operator==(const DotSet&, const DotSet&) = default;

 private:
  Runs runs_;
  Counter size_ = 0;
};

}  // namespace roost::presence
