#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/app.hpp>

#include "agent/blocking_pool.h"
#include "agent/runner.h"
#include "base/executor.h"
#include "base/log.h"
#include "pubsub/hub.h"
#include "server/cluster.h"
#include "server/logger.h"
#include "server/presence_link.h"
#include "server/shard.h"
#include "server/stage.h"

namespace roost {

/// The whole server: the only place that knows every part.
struct App::Impl {
  explicit Impl(Options given)
      : options(std::move(given)), log(server::make_logger(options.log_level)), presences(make_link(options)) {
    own_hub.set_mailbox_bytes_max(options.mailbox.bytes_max);
  }
  Impl(Options given, server::Stage& staged, std::unique_ptr<Log> to)
      : options(std::move(given)), log(std::move(to)), stage(&staged), presences(make_link(options)) {}
  ~Impl() {
    stop();
    presences->close();
  }

  static std::shared_ptr<server::PresenceLink> make_link(const Options& options);
  std::expected<void, std::string> start();
  std::expected<void, std::string> build(std::vector<server::PresenceHome*>& homes);
  std::expected<void, Error> join_cluster();
  std::vector<server::PresenceHome*> make_homes();
  void take_down();
  Executor::Work guarded(std::string_view what, std::move_only_function<void()> work);
  std::expected<std::uint16_t, Error> listen();
  std::expected<void, Error> load_tls();
  void reload_tls();
  void stop();
  bool wait_for_room(std::string_view topic);
  void subscribe(const std::shared_ptr<Subscription::State>& state);
  void subscribe_early_ones();
  const PresenceHooks* find_hooks(std::string_view topic) const;
  std::shared_ptr<agent::Runner> runner();
  pubsub::Hub& hub() { return stage ? stage->hub() : own_hub; }
  unsigned this_shard() const;  // the shard whose thread this is; Hub::kNoShard on any other

  Options options;
  std::unique_ptr<Log> log;
  server::Stage* stage = nullptr;  // instead of shards, pool and agents, in a test
  const std::shared_ptr<server::PresenceLink> presences;
  std::vector<std::unique_ptr<SocketMount>> mounts;
  server::Site site;
  std::vector<std::move_only_function<void()>> on_start;
  std::shared_ptr<agent::Runner> agents;
  std::set<std::string> agent_names;
  agent::BlockingPool pool;
  server::FindHooks hooks;
  std::unique_ptr<transport::LongPollTokens> tokens;
  pubsub::Hub own_hub;
  std::unique_ptr<server::Cluster> cluster;  // none: this node is alone
  std::vector<std::unique_ptr<server::Shard>> shards;
  std::string node;
  std::uint16_t port = 0;
  std::atomic<bool> running = false;
  std::mutex life;                             // start and stop: one after the other
  bool stopped = false;                        // life
  std::move_only_function<void()> on_stopped;  // life
  std::mutex subscribing;
  bool has_shards = false;                                     // subscribing
  std::vector<std::weak_ptr<Subscription::State>> early_ones;  // subscribing: until there are
  unsigned next_subscription = 0;                              // subscribing
  std::atomic<bool> loops_ended = false;                       // nothing that waits for them will be taken any more
  std::atomic<bool> refusing = false;                          // broadcasts; in the log
  std::atomic<std::uint64_t> refused = 0;
};

}  // namespace roost
