#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <roost/limits.hpp>

#include "base/executor.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "pubsub/hub.h"
#include "server/presence_fetching.h"
#include "server/presence_told.h"
#include "tracker/pace.h"
#include "tracker/presence_json.h"
#include "tracker/tracker.h"

namespace roost::server {

/// Finds what the application adds to a topic's presences; nullptr: nothing.
using FindHooks = std::function<const PresenceHooks*(std::string_view topic)>;

/// Encoded states that a home keeps for the next who asks, all together. Beyond: they are encoded anew.
inline constexpr std::size_t kStatesBytesMax = 64'000'000;

/// How long who joins a busy topic waits for its state, so that others who come meanwhile can share it.
inline constexpr std::chrono::milliseconds kStateWaitMax{150};

/// What the clients of one home's topics get of its presences: diffs, gathered, and states. Shard thread only.
///
/// A topic's diffs leave at its Pace, which is slower in a large room. Who asks for the state while changes wait gets
/// it right behind the diff that has them, or after kStateWaitMax; so all who come within a window share one encoding.
/// What is given away while changes wait is noted, and the next diff leads on from there too: a state and the diffs
/// that follow it are the truth. Where clients are told of the first keys alone (PresenceMode::top), who asks gets what
/// the others were told last, at once.
///
/// All of that goes out in rounds: a diff, if one is due, and behind it whatever somebody waits for, as it was when the
/// round began. With an asynchronous fetch a round takes its time; there is one at a time for each topic, and what
/// changes meanwhile, and who asks, is for the next.
class PresenceFeed {
 public:
  PresenceFeed(Executor& executor, pubsub::Hub& hub, unsigned shard, const PresenceOptions& options,
               const FindHooks& find_hooks, Log& log, Metrics& metrics)
      : executor_(executor),
        hub_(hub),
        shard_(shard),
        options_(options),
        find_hooks_(find_hooks),
        log_(log),
        metrics_(metrics) {}

  /// There is something in this topic's diff. `tracker` is that of the topic, here and below.
  void changed(tracker::Tracker& tracker, const std::string& topic);

  /// Gets a payload, on the loop of whoever asked.
  using Then = std::move_only_function<void(SharedBytes)>;
  /// The payload of presence_state, for a client that hears the topic's diffs.
  void state(tracker::Tracker& tracker, std::string_view topic, Executor& back, Then then);
  /// The same for a client of ours, which may be told only how many there are.
  void our_state(tracker::Tracker& tracker, std::string_view topic, Executor& back,
                 std::move_only_function<void(std::string_view event, SharedBytes)> then);
  /// The same for the application: as it is now, at once, unless it has to wait for a fetch.
  void list(tracker::Tracker& tracker, std::string_view topic, Executor& back, Then then);
  /// The same with one key alone; {} if nobody has it.
  void get(tracker::Tracker& tracker, std::string_view topic, std::string_view key, Executor& back, Then then);

  /// Topics that something is kept of: a state, or frames of the last second.
  std::size_t topics() const { return topics_.size(); }
  /// Rounds that wait for a fetch.
  std::size_t fetches() const { return fetches_; }
  /// The loop ends: what waits for a fetch will not be.
  void end();

 private:
  using Heard = pubsub::Interest::Subscriptions;
  struct Waiter {
    enum class For { state, count, key, all } what;  // all: not only what clients are told of
    Executor* back;
    Then then;
    std::string key = {};
  };
  struct Round {
    PresenceMode mode = PresenceMode::full;
    presence::TopicDiff diff = {};
    PresenceTold::Change change = {};            // what it is to clients
    Heard heard = {};                            // who hears it
    bool observed = false;                       // by the application, too
    bool told = false;                           // the diff, to whoever hears it
    bool ahead = false;                          // of a diff that is still to come
    bool needs_state = false;                    // which is not encoded yet
    bool needs_all = false;                      // all there are
    std::vector<presence::Presence> list = {};   // all, where somebody needs it
    std::vector<presence::Presence> first = {};  // the first keys, where somebody needs them
    std::vector<presence::Presence> found = {};  // of the keys that were asked for, where nobody needs all
    tracker::PresenceCount counted = {};
    std::vector<Waiter> waiters = {};
    SharedBytes state = {};  // what the waiters get
    SharedBytes count = {};
    tracker::FetchedFields joined = {}, left = {}, listed = {};
    bool whole = true;  // no field is missing
    std::unique_ptr<PresenceFetching> fetching = {};

    bool for_somebody(Waiter::For what) const;
    /// The diff as clients hear it.
    const presence::TopicDiff& shown() const { return mode.is_top() ? change.first : diff; }
    /// Where the keys are found that were asked for.
    const std::vector<presence::Presence>& asked() const { return needs_all ? list : found; }
    /// What is to be enriched.
    bool needs_fields() const;
    std::vector<presence::Presence> joins() const;
    std::vector<presence::Presence> leaves() const;
    std::vector<presence::Presence> lists() const;
  };
  struct Topic {
    explicit Topic(tracker::Tracker& t) : tracker(t) {}
    tracker::Tracker& tracker;
    tracker::Pace pace;
    Timer timer;         // while a diff waits for its time
    Timer state_timer;   // while somebody waits for the state
    bool waits = false;  // the diff that is being gathered has something in it
    bool held = false;   // too many others wait for a fetch
    SharedBytes state;   // as of the last diff; empty: not encoded
    SharedBytes count;   // the same for clients of ours that are told how many there are
    PresenceTold told;
    bool used = false;             // since the last sweep
    std::vector<Waiter> waiters;   // for the next round
    std::unique_ptr<Round> round;  // that waits for a fetch
  };
  using Topics = std::unordered_map<std::string, Topic, StringHash, std::equal_to<>>;
  using Entry = Topics::value_type;

  Entry& at(tracker::Tracker& tracker, std::string_view topic);
  PresenceMode mode(std::string_view topic) const;
  bool fetches_later(std::string_view topic) const;
  unsigned frames_per_second(std::string_view topic) const;

  // When a round begins.
  void schedule(Entry& topic);
  void wait(tracker::Tracker& tracker, std::string_view topic, Waiter waiter);
  void look_at_waiters(Entry& topic);
  void go_on(Entry& topic);
  bool hold(Entry& topic);
  void let_go();
  void begin(Entry& topic, bool with_diff);
  void answer(tracker::Tracker& tracker, std::string_view topic, Waiter waiter);

  // What is in it.
  Round make_round(Entry& topic, const PresenceHooks* hooks, bool with_diff);
  void take_lists(Entry& topic, const PresenceHooks* hooks, Round& round);
  void take_keys(Entry& topic, Round& round);
  void fetch(const std::string& topic, const PresenceFetch& fetch, Round& round);
  void fetch_later(Entry& topic, const PresenceHooks& hooks, Round round);
  void fetched(Entry& topic, const PresenceHooks& hooks, PresenceFetching::Fetched fetched);

  // How it ends.
  void commit(Entry& topic, const PresenceHooks* hooks, Round& round);
  void tell(Entry& topic, const PresenceHooks* hooks, const Round& round);
  void send(Entry& topic, const Round& round, const std::string& others);
  static std::string payload_for_ours(const Round& round, bool may_be_left_out);
  void observe(const PresenceObserver& observer, Entry& topic, const Round& round, const std::string& diff);
  void encode(Topic& topic, Round& round);
  void keep(Topic& topic, const SharedBytes& state);
  void hand_out(Round& round);
  void forget_state(Topic& topic);
  void sweep();

  Executor& executor_;
  pubsub::Hub& hub_;
  const unsigned shard_;
  const PresenceOptions options_;
  const FindHooks& find_hooks_;
  Log& log_;
  Metrics& metrics_;
  Topics topics_;
  std::size_t states_bytes_ = 0;
  std::size_t fetches_ = 0;
  std::deque<Entry*> held_;  // each once
  Timer sweeper_;            // while there are topics
};

}  // namespace roost::server
