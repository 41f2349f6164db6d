#include "presence/delta_generations.h"

#include <algorithm>

namespace roost::presence {

void DeltaGenerations::push(const Delta& delta, const Delta& first) {
  if (generations_.empty()) generations_.assign(sizes_max_.size(), first);
  const Delta* smaller = &delta;
  for (std::size_t i = 0; i < generations_.size(); ++i) {
    Delta& generation = generations_[i];
    if (contiguous(generation, delta)) {
      // Dots only add up: what is too large on one side needs no merging to be found so.
      const bool may_fit = std::max(dots_of(generation), dots_of(delta)) <= sizes_max_[i];
      if (may_fit) merge(generation, delta);
      if (!may_fit || size_of(generation) > sizes_max_[i]) generation = *smaller;
    }
    smaller = &generation;
  }
}

std::optional<Delta> DeltaGenerations::answer_to(const Clock& asker) const {
  for (const Delta& generation : generations_) {
    const Clock end = restrict_to(generation.end, asker);
    if (end.empty() || dominates(asker, end)) continue;
    if (covers(asker, restrict_to(generation.start, asker))) return restrict_to(generation, asker);
  }
  return std::nullopt;
}

void DeltaGenerations::forget(const ReplicaId& replica) {
  for (Delta& generation : generations_) presence::forget(generation, replica);
}

}  // namespace roost::presence
