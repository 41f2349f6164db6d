#include "presence/diff.h"

#include <algorithm>
#include <utility>

namespace roost::presence {

DiffBuilder::Topic& DiffBuilder::topic(const std::string& name) {
  const auto [it, first_change] = topics_.try_emplace(name);
  if (first_change) changed_.push_back(name);
  return it->second;
}

void DiffBuilder::joined(std::uint32_t replica, Counter dot, const Entry& entry) {
  Topic& in = topic(entry.topic);
  const auto [it, first_change] = in.changes.try_emplace({entry.key, entry.owner, replica});
  Change& change = it->second;
  if (!first_change && in.times_shown > change.since) change.seen_without = true;
  change.after = Value{dot, entry.meta};
  change.since = in.times_shown;
}

void DiffBuilder::left(std::uint32_t replica, Counter dot, const Entry& entry) {
  Topic& in = topic(entry.topic);
  const auto [it, first_change] = in.changes.try_emplace({entry.key, entry.owner, replica});
  Change& change = it->second;
  if (first_change)
    change.before = Value{dot, entry.meta};
  else if (in.times_shown > change.since && change.after)
    change.seen.push_back(*change.after);
  change.after.reset();
  change.since = in.times_shown;
}

void DiffBuilder::shown(std::string_view topic) {
  if (const auto found = topics_.find(topic); found != topics_.end()) ++found->second.times_shown;
}

TopicDiff DiffBuilder::diff_of(const std::string& name, Topic& topic) {
  TopicDiff diff{name, {}, {}};
  for (auto& [place, change] : topic.changes) {
    auto& [before, after, seen, seen_without, since] = change;
    const bool unchanged = before && after && before->dot == after->dot;
    if (after && before && !unchanged)
      diff.updates.push_back(
          {static_cast<std::uint32_t>(diff.joins.size()), static_cast<std::uint32_t>(diff.leaves.size())});
    if (after && (!unchanged || seen_without)) diff.joins.push_back({place.key, after->meta});
    if (before && !unchanged) diff.leaves.push_back({place.key, before->meta});
    std::ranges::sort(seen, {}, &Value::dot);
    const auto again = std::ranges::unique(seen, {}, &Value::dot);  // a replica that went down, up and down
    seen.erase(again.begin(), again.end());
    for (Value& value : seen) {
      const bool told = (after && after->dot == value.dot) || (before && before->dot == value.dot);
      if (!told) diff.leaves.push_back({place.key, std::move(value.meta)});
    }
  }
  return diff;
}

TopicDiff DiffBuilder::take(std::string_view topic) {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return {std::string(topic), {}, {}};
  auto taken = topics_.extract(found);
  std::erase(changed_, topic);
  return diff_of(taken.key(), taken.mapped());
}

Diff DiffBuilder::take() {
  Diff diff;
  changed_.clear();
  for (auto& [name, topic] : std::exchange(topics_, {}))
    if (TopicDiff one = diff_of(name, topic); !one.empty()) diff.push_back(std::move(one));
  return diff;
}

}  // namespace roost::presence
