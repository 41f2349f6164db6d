#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roost/presence.hpp>

#include "base/time.h"
#include "presence/delta_generations.h"
#include "presence/state.h"
#include "tracker/message.h"
#include "tracker/options.h"

namespace roost::tracker {

using presence::OwnerId;
using presence::Presence;
using PresenceDiff = presence::Diff;

/// A message for the other trackers of these topics.
struct Outgoing {
  std::optional<std::string> to;  // the name of one node; nullopt: all
  Message message;
};

/// Keeps the presences of its topics consistent between nodes (PROTOCOL §10): one per node and topic shard.
///
/// Changes here are visible here at once, and at the other nodes after at most one delta_period or, without that, one
/// broadcast_period; what got lost is asked for again. No I/O: the driver carries take_outgoing() to the others, their
/// messages to handle(), and calls tick() at next_deadline(). A node that goes is down after `down_period`; its entries
/// then leave here. Runs on one thread. Source: Phoenix.Tracker.Shard, phoenix_pubsub/lib/phoenix/tracker/shard.ex.
class Tracker {
 public:
  /// `options` passed check(). The first tick is due within a quarter of a period (PROTOCOL T11).
  Tracker(Options options, TimePoint now);

  /// Adds (topic, owner, key). `meta`: the text of a JSON object with its phx_ref, see with_refs(). An owner may have
  /// many keys, a key many owners. already_tracked: this owner has this key in this topic; nothing was changed.
  std::expected<void, PresenceError> track(OwnerId owner, std::string_view topic, std::string_view key,
                                           SharedBytes meta);
  /// Replaces the meta. nopresence: this owner doesn't have this key in this topic.
  std::expected<void, PresenceError> update(OwnerId owner, std::string_view topic, std::string_view key,
                                            SharedBytes meta);
  void untrack(OwnerId owner, std::string_view topic, std::string_view key);
  void untrack_all(OwnerId owner);

  /// What is there now, of nodes that are up: by key, then owner (older first, if their numbers grow).
  std::vector<Presence> list(std::string_view topic) const { return state_.list(topic); }
  std::vector<Presence> get_by_key(std::string_view topic, std::string_view key) const {
    return state_.get_by_key(topic, key);
  }
  /// The meta that this node's owner has there.
  std::optional<SharedBytes> find(OwnerId owner, std::string_view topic, std::string_view key) const {
    return state_.find(topic, owner, key);
  }

  void handle(const Message& message, TimePoint now);
  /// The way to the other nodes was gone and is back: they shall know soon.
  void reconnected() { speak_ = true; }
  /// Does what is due, which may be nothing.
  void tick(TimePoint now);
  std::optional<TimePoint> next_deadline() const;  // nullopt: never
  /// Whether all that other nodes were heard to know is known here.
  bool is_whole() const { return behind_.empty() || presence::covers(state_.clock(), behind_); }
  std::vector<Outgoing> take_outgoing();
  /// Joins and leaves since the last call, as one change: take it after each change to see each.
  PresenceDiff take_diff() { return state_.take_diff(); }
  /// The same topic by topic; see presence::State.
  presence::TopicDiff take_diff(std::string_view topic) { return state_.take_diff(topic); }
  std::vector<std::string> take_changed() { return state_.take_changed(); }
  void shown(std::string_view topic) { state_.shown(topic); }

  /// Tells the others that this replica ends for good: they drop its entries at once, not after down_period (PROTOCOL
  /// T16). Nothing more is sent after it.
  void goodbye();

  const presence::State& state() const { return state_; }

 private:
  struct Peer {
    std::uint64_t vsn;
    TimePoint heard;
    bool up;
  };
  using Peers = std::map<std::string, Peer>;

  void handle(const Heartbeat& message, TimePoint now);
  void handle(const TransferRequest& message, TimePoint now);
  void handle(const TransferAnswer& message, TimePoint now);
  void handle(const Goodbye& message, TimePoint now);
  bool heard_of(const presence::ReplicaId& replica, TimePoint now);
  void meet(const presence::ReplicaId& replica, TimePoint now);
  void forget(const presence::ReplicaId& replica);
  void speak(TimePoint now);
  void send_heartbeat(TimePoint now);
  std::optional<TimePoint> delta_deadline() const;
  std::optional<TimePoint> down_deadline() const;
  void miss(const presence::Clock& known_elsewhere, TimePoint now);
  void ask_for_transfers(TimePoint now);
  void detect_down(TimePoint now);
  void forgive(Duration late, TimePoint now);
  void changed();

  const Options options_;  // set once in the constructor
  presence::State state_;
  presence::DeltaGenerations generations_;
  presence::DominantClocks clocks_;                        // heard since the last decision on transfers
  Peers peers_;                                            // by name: a node has one incarnation at a time
  std::map<presence::ReplicaId, TimePoint> said_goodbye_;  // and when: late messages of theirs must not raise them
  std::vector<Outgoing> outgoing_;
  TimePoint next_tick_;
  TimePoint last_heartbeat_;
  TimePoint last_request_;
  presence::Clock behind_;              // of another node, when it last knew what is missing here
  std::optional<TimePoint> repair_at_;  // something is missing here
  bool speak_ = false;                  // there is a reason to send a heartbeat before its time
  unsigned silent_periods_;
  unsigned periods_since_decision_ = 0;
  std::uint64_t next_ref_ = 1;
  bool leaving_ = false;
};

}  // namespace roost::tracker
