#include "presence/top.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace roost::presence {
namespace {

/// `list` is by key.
bool has(std::span<const Presence> list, std::string_view key) {
  return std::ranges::binary_search(list, key, {},
                                    [](const Presence& presence) -> std::string_view { return presence.key; });
}

}  // namespace

TopicDiff change_of_first(const TopicDiff& diff, std::span<const Presence> before, std::span<const Presence> after) {
  TopicDiff change{diff.topic, {}, {}};
  const auto stays = [before, after](std::string_view key) { return has(before, key) && has(after, key); };
  std::vector<std::optional<std::uint32_t>> leave_at(diff.leaves.size());  // where it is in `change`
  for (std::size_t i = 0; i < diff.leaves.size(); ++i) {
    if (!stays(diff.leaves[i].key)) continue;
    leave_at[i] = static_cast<std::uint32_t>(change.leaves.size());
    change.leaves.push_back(diff.leaves[i]);
  }
  auto update = diff.updates.begin();
  for (std::uint32_t i = 0; i < diff.joins.size(); ++i) {
    const bool updates = update != diff.updates.end() && update->join == i;
    if (stays(diff.joins[i].key)) {
      if (updates)
        change.updates.push_back({static_cast<std::uint32_t>(change.joins.size()), *leave_at[update->leave]});
      change.joins.push_back(diff.joins[i]);
    }
    if (updates) ++update;
  }
  for (const Presence& presence : after)
    if (!has(before, presence.key)) change.joins.push_back(presence);
  for (const Presence& presence : before)
    if (!has(after, presence.key)) change.leaves.push_back(presence);
  return change;
}

}  // namespace roost::presence
