#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include <roost/channel.hpp>
#include <roost/subscription.hpp>

#include "base/executor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "pubsub/table.h"

namespace roost::server {

/// The application's own subscriptions on one shard. Shard thread only, or before it runs.
class Subscriptions {
 public:
  /// A shard as its subscriptions know it, which may outlive it.
  struct Place {
    const std::shared_ptr<Executor> executor;
    Subscriptions* here;  // executor's thread only; null: the shard has ended
  };

  /// `waiting_bytes_max`: of what waits for one subscription's function.
  Subscriptions(pubsub::Table& table, std::shared_ptr<Executor> executor, Log& log, Metrics& metrics,
                std::size_t waiting_bytes_max);
  ~Subscriptions() { end(); }
  Subscriptions(const Subscriptions&) = delete;

  /// It hears its topic from now on, unless it has been ended already.
  void add(const std::shared_ptr<Subscription::State>& state);
  void remove(const Subscription::State& state) { entries_.erase(&state); }
  /// Nothing is heard any more, before the table goes.
  void end();

  Log& log() { return log_; }
  Metrics& metrics() { return metrics_; }
  std::size_t waiting_bytes_max() const { return waiting_bytes_max_; }

 private:
  struct Entry {
    std::shared_ptr<Subscription::State> state;
    pubsub::Subscription subscription;
  };
  pubsub::Table& table_;
  Log& log_;
  Metrics& metrics_;
  const std::size_t waiting_bytes_max_;
  const std::shared_ptr<Place> place_;
  std::unordered_map<const Subscription::State*, Entry> entries_;
};

}  // namespace roost::server

namespace roost {

/// One subscription: what waits for its functions, and who runs them.
struct Subscription::State final : pubsub::Subscriber, std::enable_shared_from_this<State> {
  State(std::string topic, std::function<void(const Broadcast&)> on_broadcast, std::function<void()> on_missed)
      : topic(std::move(topic)), on_broadcast_(std::move(on_broadcast)), on_missed_(std::move(on_missed)) {}

  const std::string topic;

  /// Any thread. See Subscription::end.
  void end();
  /// Shard thread. False: it has been ended.
  bool enter(std::shared_ptr<server::Subscriptions::Place> place);

  // pubsub::Subscriber. Must not call the application here and now: it posts.
  void deliver(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void missed() override;

 private:
  using Waiting = std::shared_ptr<const pubsub::OwnedMessage>;  // null: some were missed
  void wait(Waiting message);
  void run_waiting();
  void call(server::Subscriptions& here, const Waiting& message);

  // Shard thread only.
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool posted_ = false;

  std::atomic<bool> ended_ = false;
  std::atomic<std::thread::id> running_;  // whose thread is inside of a function

  std::mutex mutex_;                                    // held while a function runs
  std::function<void(const Broadcast&)> on_broadcast_;  // mutex_
  std::function<void()> on_missed_;                     // mutex_
  std::mutex place_mutex_;
  std::shared_ptr<server::Subscriptions::Place> place_;  // place_mutex_; null: not on a shard yet
};

}  // namespace roost
