#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <roost/app.hpp>

#include "base/executor.h"
#include "base/log.h"
#include "pubsub/hub.h"
#include "server/presence_link.h"
#include "server/router.h"
#include "server/subscriptions.h"

namespace roost::server {

/// Stands in for the shards, threads and agents of an App in a test. Any thread, as far as what it gives allows.
class Stage {
 public:
  virtual Executor& executor() = 0;
  virtual pubsub::Hub& hub() = 0;
  /// Whether this is the test's thread, which is its only shard.
  virtual bool is_here() const = 0;
  virtual std::shared_ptr<AgentRunner> agents() = 0;
  virtual bool post_blocking(Executor::Work job) = 0;
  virtual const Metrics& metrics() const = 0;
  /// The test's thread only.
  virtual Subscriptions& subscriptions() = 0;

 protected:
  ~Stage() = default;
};

/// An App that a Stage runs, seen from there.
struct StagedApp {
  /// `stage` outlives it.
  static App make(Options options, Stage& stage, std::unique_ptr<Log> log);
  static const std::vector<std::unique_ptr<SocketMount>>& mounts(const App& app);
  static const Site& site(const App& app);
  static const PresenceHooks* find_hooks(const App& app, std::string_view topic);
  /// To be opened when the homes are there, and closed before they go.
  static PresenceLink& presences(const App& app);
  /// What on_start was given, guarded against throws; once.
  static std::vector<Executor::Work> take_hooks(App& app);
};

}  // namespace roost::server
