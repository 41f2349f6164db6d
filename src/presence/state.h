#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "presence/delta.h"
#include "presence/diff.h"

namespace roost::presence {

/// The replicated set of presences as one replica sees it (PROTOCOL §10): an observed-remove set with dots.
///
/// Every replica changes its own entries only; what it hears of the others it merges, in any order and any number of
/// times. All replicas that heard the same hold the same. An entry is (topic, owner, key) of a replica. Adding and
/// removing cost O(log n), listing a topic or removing an owner O(its entries), merging O(what came + what it removes,
/// log n each).
class State {
 public:
  explicit State(ReplicaId self);
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const ReplicaId& self() const { return self_->first; }

  // Local changes. False: nothing was changed.
  bool add(std::string_view topic, OwnerId owner, std::string_view key, SharedBytes meta);  // false: is there already
  bool update(std::string_view topic, OwnerId owner, std::string_view key, SharedBytes meta);  // false: is not there
  bool remove(std::string_view topic, OwnerId owner, std::string_view key);                    // false: is not there
  bool remove_owner(OwnerId owner);                                                            // false: has none

  // What is visible: the entries of replicas that are up, by key, then owner, then replica. An update keeps its place.
  std::vector<Presence> list(std::string_view topic) const;
  std::vector<Presence> get_by_key(std::string_view topic, std::string_view key) const;
  /// The first `keys` keys of the list, each with all its entries.
  std::vector<Presence> first(std::string_view topic, std::size_t keys) const;
  /// How many keys, how many entries, and how many of one key. O(log n) each.
  std::size_t keys(std::string_view topic) const;
  std::size_t metas(std::string_view topic) const;
  std::size_t metas(std::string_view topic, std::string_view key) const;
  /// The meta of an own entry.
  std::optional<SharedBytes> find(std::string_view topic, OwnerId owner, std::string_view key) const;
  /// How visibility changed since the last call, by local changes, merges and replicas that went up or down.
  Diff take_diff() { return diff_.take(); }
  /// The same for one topic, and which topics there are that may have such a diff: each is named once, until its diff
  /// was taken.
  TopicDiff take_diff(std::string_view topic) { return diff_.take(topic); }
  std::vector<std::string> take_changed() { return diff_.take_changed(); }
  /// Somebody got the list as it is now, and will go on from there with the next diff.
  void shown(std::string_view topic) { diff_.shown(topic); }

  // What the others say and get.
  /// Takes in a delta's or a full state's parts. What is said of unknown replicas and of this one is ignored.
  void merge(const Parts& parts);
  /// What changed here since the last call (also the removals that came by merges, so that they travel on).
  Delta take_delta();
  bool has_delta() const { return !delta_.empty(); }
  /// A delta without changes whose range is where this replica is now.
  Delta empty_delta() const;
  /// All that is known of those replicas in `known` that are known here.
  Parts extract(const Clock& known) const;

  // The other replicas.
  /// Makes a replica known and its entries visible.
  void replica_up(const ReplicaId& replica);
  /// Hides its entries and keeps them.
  void replica_down(const ReplicaId& replica);
  /// Forgets it with all its entries; later deltas of it are ignored until it is up again. (PROTOCOL T15, T21.)
  void remove_replica(const ReplicaId& replica);

  /// How far each replica that is up was seen: what others get to know (PROTOCOL T13).
  Clock clock() const;
  /// How far each known replica was seen.
  Clock context() const;
  std::size_t size() const;  // entries, of replicas that are down too

 private:
  struct Replica {
    std::uint32_t number = 0;  // its own, for the diffs
    bool up = true;
    Part part = {};
  };
  using Replicas = std::map<ReplicaId, Replica>;
  using Values = std::map<Counter, Entry>;
  /// Where a value lies. All referents have stable addresses.
  struct Ref {
    const Replicas::value_type* replica;
    Values::const_iterator value;
    mutable bool visible = false;  // and counted as such
    const Entry& entry() const { return value->second; }
  };
  struct Place {  // within a topic
    std::string_view key;
    OwnerId owner;
    const ReplicaId* replica;
  };
  struct ByPlace {
    using is_transparent = void;
    static Place place(const Ref& ref) { return {ref.entry().key, ref.entry().owner, &ref.replica->first}; }
    static const Place& place(const Place& place) { return place; }
    static bool less(const Place& a, const Place& b);
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return less(place(a), place(b));
    }
    bool operator()(const Ref& a, std::string_view key) const { return a.entry().key < key; }
    bool operator()(std::string_view key, const Ref& b) const { return key < b.entry().key; }
  };
  struct ByTopicAndKey {  // within an owner
    bool operator()(const Ref& a, const Ref& b) const;
  };
  struct Topic {
    using Refs = std::set<Ref, ByPlace>;
    /// An entry becomes visible, or hidden.
    void show(const Ref& ref);
    void hide(const Ref& ref);
    std::size_t metas(std::string_view key) const;

    Refs refs = {};
    std::size_t keys = 0;     // that have something visible
    std::size_t visible = 0;  // entries
    // Visible entries of each key that has more than one: few have.
    using Crowds = std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>;
    std::unique_ptr<Crowds> crowds = {};
  };
  using Owned = std::set<Ref, ByTopicAndKey>;

  const Ref* find_ref(const ReplicaId& replica, std::string_view topic, OwnerId owner, std::string_view key) const;
  void insert(Replicas::value_type& replica, Counter dot, Entry entry);
  Values::iterator erase(Replicas::value_type& replica, Values::iterator value);
  Counter next_dot();
  void add_own(Entry entry);
  void remove_own(Values::iterator value);
  void remove_gone(Replicas::value_type& replica, const Part& part);
  void admit(Replicas::value_type& replica, const Part& part);
  Values::iterator remove_foreign(Replicas::value_type& replica, Values::iterator value);

  Replicas replicas_;
  std::uint32_t replicas_met_ = 0;
  Replicas::iterator self_;                                                     // set once in the constructor
  std::unordered_map<std::string, Topic, StringHash, std::equal_to<>> topics_;  // never iterated
  std::unordered_map<OwnerId, Owned> owners_;                                   // own entries; never iterated
  Delta delta_;
  DiffBuilder diff_;
};

}  // namespace roost::presence
