#include "server/presence_told.h"

#include <utility>

#include "presence/top.h"

namespace roost::server {
namespace {

tracker::PresenceCount count_of(const presence::State& state, std::string_view topic) {
  return {state.keys(topic), state.metas(topic)};
}

}  // namespace

PresenceTold::Change PresenceTold::tell(PresenceMode mode, const presence::State& state, std::string_view topic,
                                        const presence::TopicDiff& diff) {
  Change change;
  if (!mode.counted()) return change;
  change.count = count_of(state, topic);
  change.count_is_news = std::exchange(count_, change.count) != change.count;
  if (!mode.is_top()) return change;
  auto now = state.first(topic, mode.top_keys());
  change.first = presence::change_of_first(diff, first_, now);
  first_ = std::move(now);
  return change;
}

tracker::PresenceCount PresenceTold::count(const presence::State& state, std::string_view topic) const {
  return count_.value_or(count_of(state, topic));
}

std::string encode_counted_state(std::string_view state, const tracker::PresenceCount& count) {
  return tracker::with_count("{\"state\":" + std::string(state) + "}", count);
}

}  // namespace roost::server
