#pragma once

#include <map>
#include <optional>
#include <string>
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
  friend bool operator==(const TopicDiff&, const TopicDiff&) = default;
};
using Diff = std::vector<TopicDiff>;  // by topic; only topics with a change

/// Gathers changes of what is visible, and gives what they come to: who came and left between two takes is in neither
/// list.
class DiffBuilder {
 public:
  void joined(const ReplicaId& replica, Counter dot, const Entry& entry);
  void left(const ReplicaId& replica, Counter dot, const Entry& entry);
  bool empty() const { return changes_.empty(); }
  Diff take();

 private:
  struct Place {
    std::string topic;
    std::string key;
    OwnerId owner;
    ReplicaId replica;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Value {
    Counter dot;
    SharedBytes meta;
  };
  struct Change {
    std::optional<Value> before;
    std::optional<Value> after;
  };
  static Place place(const ReplicaId& replica, const Entry& entry);

  std::map<Place, Change> changes_;
};

}  // namespace roost::presence
