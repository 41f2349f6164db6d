#pragma once

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
#include "pubsub/hub.h"
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
/// that follow it are the truth.
class PresenceFeed {
 public:
  PresenceFeed(Executor& executor, pubsub::Hub& hub, unsigned shard, const PresenceOptions& options,
               const FindHooks& find_hooks, Log& log)
      : executor_(executor), hub_(hub), shard_(shard), options_(options), find_hooks_(find_hooks), log_(log) {}

  /// There is something in this topic's diff. `tracker` is that of the topic, here and below.
  void changed(tracker::Tracker& tracker, const std::string& topic);

  /// The payload of presence_state, for a client that hears the topic's diffs. `then` is called on `back`'s loop.
  void state(tracker::Tracker& tracker, std::string_view topic, Executor& back,
             std::move_only_function<void(SharedBytes)> then);
  /// The same for a client of ours, which may be told only how many there are.
  void our_state(tracker::Tracker& tracker, std::string_view topic, Executor& back,
                 std::move_only_function<void(std::string_view event, SharedBytes)> then);
  /// The same as it is now, for the application.
  SharedBytes list(tracker::Tracker& tracker, std::string_view topic);
  /// The same with one key alone; {} if nobody has it.
  SharedBytes get(tracker::Tracker& tracker, std::string_view topic, std::string_view key);

  /// Topics that something is kept of: a state, or frames of the last second.
  std::size_t topics() const { return topics_.size(); }

 private:
  struct Waiter {
    Executor* back;
    std::move_only_function<void(SharedBytes)> then;
    bool counts;  // it gets the count
  };
  struct Topic {
    explicit Topic(tracker::Tracker& t) : tracker(t) {}
    tracker::Tracker& tracker;
    tracker::Pace pace;
    Timer timer;                  // while something waits for its time
    Timer state_timer;            // while somebody waits for the state
    bool waits = false;           // the diff that is being gathered has something in it
    SharedBytes state;            // as of the last diff; empty: not encoded
    SharedBytes count;            // the same for clients of ours that are told no more
    bool used = false;            // since the last sweep
    std::vector<Waiter> waiters;  // for the state behind the next diff
  };
  using Topics = std::unordered_map<std::string, Topic, StringHash, std::equal_to<>>;

  Topics::value_type& at(tracker::Tracker& tracker, std::string_view topic);
  unsigned frames_per_second(std::string_view topic) const;
  void publish(Topics::value_type& topic);
  void give_ahead(Topics::value_type& topic);
  void wait(tracker::Tracker& tracker, std::string_view topic, Waiter waiter);
  bool counts(std::string_view topic) const;
  std::string changes_for_ours(const Topics::value_type& topic, const presence::TopicDiff& diff,
                               const tracker::FetchedFields& joined) const;
  void observe(const PresenceObserver& observer, Topics::value_type& topic, const std::string& diff);
  const SharedBytes& encoded_state(Topics::value_type& topic);
  SharedBytes encode(std::string_view topic, const std::vector<presence::Presence>& list);
  void forget_state(Topic& topic);
  void give_to_waiters(Topics::value_type& topic);
  void hand_out(Topic& topic, const SharedBytes& state, const SharedBytes& count);
  void sweep();

  Executor& executor_;
  pubsub::Hub& hub_;
  const unsigned shard_;
  const PresenceOptions options_;
  const FindHooks& find_hooks_;
  Log& log_;
  Topics topics_;
  std::size_t states_bytes_ = 0;
  Timer sweeper_;  // while there are topics
};

}  // namespace roost::server
