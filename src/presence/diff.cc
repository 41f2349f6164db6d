#include "presence/diff.h"

#include <utility>

namespace roost::presence {

DiffBuilder::Place DiffBuilder::place(const ReplicaId& replica, const Entry& entry) {
  return {entry.topic, entry.key, entry.owner, replica};
}

void DiffBuilder::joined(const ReplicaId& replica, Counter dot, const Entry& entry) {
  changes_[place(replica, entry)].after = Value{dot, entry.meta};
}

void DiffBuilder::left(const ReplicaId& replica, Counter dot, const Entry& entry) {
  const auto [it, first_change] = changes_.try_emplace(place(replica, entry));
  if (first_change) it->second.before = Value{dot, entry.meta};
  it->second.after.reset();
}

Diff DiffBuilder::take() {
  Diff diff;
  for (auto& [place, change] : std::exchange(changes_, {})) {
    const auto& [before, after] = change;
    if (before && after && before->dot == after->dot) continue;
    if (!before && !after) continue;
    if (diff.empty() || diff.back().topic != place.topic) diff.push_back({place.topic, {}, {}});
    if (after) diff.back().joins.push_back({place.key, after->meta});
    if (before) diff.back().leaves.push_back({place.key, before->meta});
  }
  return diff;
}

}  // namespace roost::presence
