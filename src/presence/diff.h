#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/delta.h"

namespace roost::presence {

/// One meta of a key, as the application and the clients see it.
struct Presence {
  std::string key;
  SharedBytes meta;
  friend bool operator==(const Presence& a, const Presence& b) {
    return a.key == b.key && a.meta.view() == b.meta.view();
  }
};

/// What changed in one topic: an update is a leave of the old meta and a join of the new one. Both lists are in the
/// order of State::list: by key, then owner.
struct TopicDiff {
  std::string topic;
  std::vector<Presence> joins;
  std::vector<Presence> leaves;
  /// Which join takes the place of which leave: metas that one owner had of one key. By join.
  struct Update {
    std::uint32_t join;
    std::uint32_t leave;
    friend bool operator==(const Update&, const Update&) = default;
  };
  std::vector<Update> updates = {};
  bool empty() const { return joins.empty() && leaves.empty(); }
  friend bool operator==(const TopicDiff&, const TopicDiff&) = default;
};
using Diff = std::vector<TopicDiff>;  // by topic; only topics with a change

/// Gathers changes of what is visible, topic by topic, and gives what they come to since the topic was taken last: who
/// came and left meanwhile is in neither list.
///
/// Unless somebody saw it: `shown` says that a topic's list was given away as it is now. The next diff then leads from
/// there to the truth as well as from where the last diff ended.
class DiffBuilder {
 public:
  /// `replica`: a number of its own for each.
  void joined(std::uint32_t replica, Counter dot, const Entry& entry);
  void left(std::uint32_t replica, Counter dot, const Entry& entry);
  void shown(std::string_view topic);

  bool empty() const { return topics_.empty(); }
  /// Whether something happened in the topic; it may have come to nothing.
  bool changed(std::string_view topic) const { return topics_.contains(topic); }
  /// Topics in which something happened for the first time since they were taken; each once.
  std::vector<std::string> take_changed() { return std::exchange(changed_, {}); }
  TopicDiff take(std::string_view topic);
  Diff take();

 private:
  struct Place {
    std::string key;
    OwnerId owner;
    std::uint32_t replica;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Value {
    Counter dot;
    SharedBytes meta;
  };
  struct Change {
    std::optional<Value> before;
    std::optional<Value> after;
    std::vector<Value> seen;    // shown and replaced since: in neither before nor after
    bool seen_without = false;  // shown while it was not there
    std::uint32_t since = 0;    // how often the topic was shown before `after` became what it is
  };
  struct Topic {
    std::map<Place, Change> changes;
    std::uint32_t times_shown = 0;
  };
  Topic& topic(const std::string& name);
  static TopicDiff diff_of(const std::string& name, Topic& topic);

  std::map<std::string, Topic, std::less<>> topics_;
  std::vector<std::string> changed_;
};

}  // namespace roost::presence
