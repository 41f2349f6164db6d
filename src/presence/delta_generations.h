#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "presence/delta.h"

namespace roost::presence {

/// The last changes, kept as one merged delta per size limit: what a replica that fell behind gets instead of the full
/// state (PROTOCOL T7-T10).
class DeltaGenerations {
 public:
  /// `sizes_max`: ascending limits, in values plus dots.
  explicit DeltaGenerations(std::vector<std::size_t> sizes_max) : sizes_max_(std::move(sizes_max)) {}

  /// Adds a delta that was sent or received. One that isn't contiguous with a generation leaves it as it is; a
  /// generation that grew past its limit is replaced by the smaller one before it. `first`: what all start from after
  /// clear().
  void push(const Delta& delta, const Delta& first);

  /// The smallest delta that takes the asker further, restricted to the replicas it knows; nullopt: only the full state
  /// will do (PROTOCOL T14).
  std::optional<Delta> answer_to(const Clock& asker) const;

  /// Removes all that is said of this replica: else its entries would come back with a later answer.
  void forget(const ReplicaId& replica);
  /// After a full state was merged (PROTOCOL T10).
  void clear() { generations_.clear(); }

  const std::vector<Delta>& generations() const { return generations_; }

 private:
  std::vector<std::size_t> sizes_max_;  // set once in the constructor
  std::vector<Delta> generations_;      // empty, or one per limit
};

}  // namespace roost::presence
