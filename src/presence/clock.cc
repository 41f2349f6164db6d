#include "presence/clock.h"

#include <algorithm>
#include <utility>

namespace roost::presence {
namespace {

Counter at(const Clock& clock, const ReplicaId& replica) {
  const auto it = clock.find(replica);
  return it == clock.end() ? 0 : it->second;
}

}  // namespace

bool covers(const Clock& a, const Clock& b) {
  if (a.empty()) return b.empty();
  return std::ranges::all_of(a, [&b](const auto& entry) { return entry.second >= at(b, entry.first); });
}

bool dominates(const Clock& a, const Clock& b) {
  if (a.size() < b.size()) return false;
  return std::ranges::all_of(b, [&a](const auto& entry) { return at(a, entry.first) >= entry.second; });
}

void raise_to(Clock& clock, const Clock& other) {
  for (const auto& [replica, counter] : other) {
    Counter& mine = clock[replica];
    mine = std::max(mine, counter);
  }
}

void lower_to(Clock& clock, const Clock& other) {
  for (const auto& [replica, counter] : other) {
    const auto [it, inserted] = clock.try_emplace(replica, counter);
    if (!inserted) it->second = std::min(it->second, counter);
  }
}

Clock restrict_to(const Clock& clock, const Clock& known) {
  Clock result;
  for (const auto& entry : clock)
    if (known.contains(entry.first)) result.insert(entry);
  return result;
}

void DominantClocks::add(const ReplicaId& from, const Clock& clock) {
  if (clock.empty()) return;
  forget(from);
  Clock together;
  for (const Sent& sent : clocks_) raise_to(together, sent.clock);
  if (dominates(clock, together))
    clocks_.clear();
  else if (dominates(together, clock))
    return;
  // What is left either adds to the others or they to it: whoever asks all of them lacks nothing.
  std::erase_if(clocks_, [&clock](const Sent& sent) { return dominates(clock, sent.clock); });
  clocks_.push_back({from, clock});
}

std::vector<DominantClocks::Sent> DominantClocks::take() {
  return std::exchange(clocks_, {});
}

void DominantClocks::forget(const ReplicaId& from) {
  std::erase_if(clocks_, [&from](const Sent& sent) { return sent.from == from; });
}

}  // namespace roost::presence
