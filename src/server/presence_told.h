#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roost/presence.hpp>

#include "presence/diff.h"
#include "presence/state.h"
#include "tracker/presence_json.h"

namespace roost::server {

/// What clients of a topic have been told, where that is not everything: the first keys, and how many there are.
class PresenceTold {
 public:
  /// What a diff is to clients.
  struct Change {
    presence::TopicDiff first = {};     // of the first keys, where they are told of those alone
    tracker::PresenceCount count = {};  // after it
    bool count_is_news = false;         // it is not what they were told last
  };
  /// `diff`: of `topic` in `state`, taken just now; each is given here. From now on clients have been told.
  Change tell(PresenceMode mode, const presence::State& state, std::string_view topic, const presence::TopicDiff& diff);

  /// The first keys with their metas as they were told last.
  const std::vector<presence::Presence>& first() const { return first_; }
  /// How many were told last; if none were, those of now.
  tracker::PresenceCount count(const presence::State& state, std::string_view topic) const;
  /// Somebody was told of another number than the others.
  void forget_count() { count_.reset(); }
  /// Whether nothing is lost with it.
  bool is_forgettable() const { return first_.empty(); }

 private:
  std::vector<presence::Presence> first_;
  std::optional<tracker::PresenceCount> count_;
};

/// What a state is to clients of ours that are told how many there are. `state`: of those that they are told of.
std::string encode_counted_state(std::string_view state, const tracker::PresenceCount& count);

}  // namespace roost::server
