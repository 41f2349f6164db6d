#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/rate_limit.h"
#include "channel/host.h"
#include "pubsub/adapter.h"
#include "server/presence_feed.h"
#include "tracker/tracker.h"

namespace roost::server {

/// Trackers of a node. A topic belongs to one by its hash, so all nodes of a cluster must have the same number.
inline constexpr unsigned kPresencePartitions = 8;

/// What homes of other nodes are called among the adapter's services.
inline constexpr std::string_view kPresenceService = "presence";

/// The trackers that live on one shard: the home of their topics' presences. Shard thread only.
class PresenceHome {
 public:
  PresenceHome(Executor& executor, pubsub::Hub& hub, unsigned shard, const FindHooks& find_hooks, Log& log,
               Metrics& metrics, const PresenceOptions& options = {})
      : executor_(executor),
        feed_(executor, hub, shard, options, find_hooks, log, metrics),
        log_(log),
        metrics_(metrics),
        options_(options) {}

  /// Called once for each partition of this shard, before anything else. `adapter`: the way to the homes of that
  /// partition on other nodes; nullptr: there are none.
  void add_partition(unsigned partition, const tracker::Options& options, pubsub::Adapter* adapter = nullptr);

  /// Beyond a limit of the topic: `refused` is called, here and now, which is counted and logged.
  void track(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta,
             channel::PresenceRefused refused);
  void update(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key,
              SharedBytes meta);
  void untrack(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key);
  void untrack_all(unsigned partition, channel::OwnerId owner);
  /// See PresenceFeed.
  void state(unsigned partition, std::string_view topic, Executor& back,
             std::move_only_function<void(SharedBytes)> then) {
    feed_.state(at(partition).tracker, topic, back, std::move(then));
  }
  void our_state(unsigned partition, std::string_view topic, Executor& back, channel::PresencePort::OurState then) {
    feed_.our_state(at(partition).tracker, topic, back, std::move(then));
  }
  void list(unsigned partition, std::string_view topic, Executor& back, PresenceFeed::Then then) {
    feed_.list(at(partition).tracker, topic, back, std::move(then));
  }
  void get(unsigned partition, std::string_view topic, std::string_view key, Executor& back, PresenceFeed::Then then) {
    feed_.get(at(partition).tracker, topic, key, back, std::move(then));
  }
  /// The loop ends: on its thread, so that coroutines of the application that wait are destroyed there.
  void end() { feed_.end(); }

  /// What the same partition's home on another node says.
  void handle(unsigned partition, std::string_view message);
  /// Whether it knows all that those were heard to know.
  bool is_whole(unsigned partition) { return at(partition).tracker.is_whole(); }
  /// The way to the other nodes is there again.
  void reconnected(unsigned partition);
  /// Tells the other nodes that this one ends.
  void goodbye(unsigned partition);

  Executor& executor() { return executor_; }

 private:
  struct Partition {
    unsigned number;
    pubsub::Adapter* adapter;
    tracker::Tracker tracker;
    Timer timer;
    std::optional<TimePoint> wakes_at;
  };
  Partition& at(unsigned partition) { return *partitions_.at(partition); }
  std::optional<PresenceError> beyond_limits(const presence::State& state, std::string_view topic,
                                             std::string_view key) const;
  void report_refused(std::string_view topic, PresenceError why);
  void settle(Partition& partition);
  void send(Partition& partition);
  void set_timer(Partition& partition);

  Executor& executor_;
  PresenceFeed feed_;
  Log& log_;
  Metrics& metrics_;
  const PresenceOptions options_;
  RateLimit refusals_logged_;
  std::uint64_t refusals_unlogged_ = 0;  // since the last that was
  std::unordered_map<unsigned, std::unique_ptr<Partition>> partitions_;
};

/// Makes the metas of one shard, or of the application: each with a phx_ref of its own. Any thread.
class MetaStamp {
 public:
  /// `where` and the time tell its refs from those of all others: different for each on all nodes.
  explicit MetaStamp(std::string_view where);
  /// See PresencePort::stamp. Throws std::invalid_argument for what is no meta.
  channel::PresencePort::Meta operator()(std::string_view meta_object, std::string_view previous);

 private:
  const std::uint64_t origin_;
  std::atomic<std::uint64_t> refs_ = 0;  // made so far
};

/// What the channels of one shard call: hands on to the home of the topic, which may be another shard.
class PresenceRouter final : public channel::PresencePort {
 public:
  /// `homes`: by partition; they outlive this. `node`, `shard` and the time tell its refs from those of all others.
  PresenceRouter(Executor& executor, std::vector<PresenceHome*> homes, std::string_view node, unsigned shard);

  Meta stamp(std::string_view meta_object, std::string_view previous) override { return stamp_(meta_object, previous); }
  void track(channel::OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta,
             channel::PresenceRefused refused) override;
  void update(channel::OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta) override;
  void untrack(channel::OwnerId owner, std::string_view topic, std::string_view key) override;
  void untrack_all(channel::OwnerId owner, std::string_view topic) override;
  void state(std::string_view topic, std::move_only_function<void(SharedBytes)> then) override;
  void our_state(std::string_view topic, OurState then) override;
  void list(std::string_view topic, std::move_only_function<void(SharedBytes)> then) override;
  void get(std::string_view topic, std::string_view key, std::move_only_function<void(SharedBytes)> then) override;

 private:
  template <typename Work>
  void at_home(std::string_view topic, Work work);

  Executor& executor_;
  const std::vector<PresenceHome*> homes_;
  MetaStamp stamp_;
};

}  // namespace roost::server
