#include "server/app_impl.h"

#include <array>
#include <future>
#include <stdexcept>

#include <unistd.h>

#include "base/waiting.h"
#include "channel/invoke.h"
#include "channel/router.h"
#include "net/system.h"
#include "server/options.h"

namespace roost {
namespace {

// Presences in a cluster: a change is at the other nodes within this and the way, what got lost soon after.
constexpr std::chrono::milliseconds kPresenceDeltaPeriod{20};
constexpr std::chrono::milliseconds kPresenceRepairPeriod{200};
// A word every 3 s at the latest: who stands still for 10 s is silent for 13, which is not yet down.
constexpr unsigned kPresenceSilentPeriodsMax = 1;

/// The shard whose thread this is, of that App; Hub::kNoShard on any other thread.
struct Here {
  const void* app = nullptr;
  unsigned shard = pubsub::Hub::kNoShard;
};
thread_local Here here;

}  // namespace

unsigned App::Impl::this_shard() const {
  if (stage) return stage->is_here() ? 0 : pubsub::Hub::kNoShard;
  return here.app == this ? here.shard : pubsub::Hub::kNoShard;
}

const PresenceHooks* App::Impl::find_hooks(std::string_view topic) const {
  for (const auto& mount : mounts)
    if (const auto* route = channel::find_route(mount->routes_, topic); route && route->presence.any())
      return &route->presence;
  return nullptr;
}

std::shared_ptr<agent::Runner> App::Impl::runner() {
  if (agents) return agents;
  std::unique_ptr<agent::Store> store;
  if (!options.db.empty()) {
    auto opened = agent::Store::open(options.db);
    if (!opened) throw std::runtime_error("db: " + opened.error().message);
    store = std::move(*opened);
  }
  agents = std::make_shared<agent::Runner>(std::move(store), [this](const std::string& message) {
    log->write(LogLevel::error, "agents", {{"why", message}});
  });
  return agents;
}

// A port that another program listens on must be noticed, which SO_REUSEPORT would hide: so it is tried without first.
std::expected<std::uint16_t, Error> App::Impl::listen() {
  net::Listener::Options where{options.host, options.port, false};
  if (shards.size() == 1) return shards.front()->listen(where);
  {
    auto probe = net::Listener::create(shards.front()->loop(), where, [](net::Accepted) {});
    if (!probe) return std::unexpected(probe.error());
    where.port = (*probe)->port();
  }
  where.reuse_port = true;
  for (const auto& shard : shards)
    if (auto listening = shard->listen(where); !listening) return listening;
  return where.port;
}

/// Reads the certificate, the first time or anew.
std::expected<void, Error> App::Impl::load_tls() {
  if (options.tls.certificate.empty() && options.tls.key.empty()) return {};
  if (options.tls.certificate.empty() || options.tls.key.empty())
    return std::unexpected(Error{"tls: a certificate and its key are needed, one of them is missing"});
  auto tls = net::TlsContext::server(options.tls.certificate, options.tls.key);
  if (!tls) return std::unexpected(tls.error());
  for (const auto& shard : shards) shard->use_tls(*tls);
  return {};
}

/// Work of the application that nobody waits for: a throw is logged and ends nothing.
Executor::Work App::Impl::guarded(std::string_view what, std::move_only_function<void()> work) {
  return [this, what, work = std::move(work)]() mutable { channel::invoke(*log, {what, "", ""}, work); };
}

/// The certificate that is in use stays when the new one is none.
void App::Impl::reload_tls() {
  const std::lock_guard lock(life);
  if (!running) return;
  if (const auto loaded = load_tls(); !loaded)
    log->write(LogLevel::error, "certificate not changed", {{"why", loaded.error().message}});
  else
    log->write(LogLevel::info, "certificate read anew", {{"file", options.tls.certificate}});
}

void App::Impl::take_down() {
  shards.clear();
  cluster.reset();
  site.mounts.clear();
  own_hub = {};
  own_hub.set_mailbox_bytes_max(options.mailbox.bytes_max);
}

std::expected<void, Error> App::Impl::join_cluster() {
  ClusterOptions named = options.cluster;
  named.node = node;
  auto made = server::Cluster::create(named, own_hub, *log);
  if (!made) return std::unexpected(made.error());
  cluster = std::move(*made);
  own_hub.set_adapter(&cluster->adapter());
  for (const auto& shard : shards) shard->table().set_adapter(&cluster->adapter());
  return {};
}

std::vector<server::PresenceHome*> App::Impl::make_homes() {
  tracker::Options tracking{.node = node,
                            .vsn = static_cast<std::uint64_t>(net::system_now_ns() / 1000),
                            .single_node = cluster == nullptr,
                            .max_silent_periods = kPresenceSilentPeriodsMax,
                            .delta_period = kPresenceDeltaPeriod,
                            .repair_period = kPresenceRepairPeriod};
  std::vector<server::PresenceHome*> homes;
  for (unsigned partition = 0; partition < server::kPresencePartitions; ++partition) {
    server::PresenceHome& home = shards[partition % shards.size()]->home();
    home.add_partition(partition, tracking, cluster ? &cluster->adapter() : nullptr);
    homes.push_back(&home);
  }
  return homes;
}

std::shared_ptr<server::PresenceLink> App::Impl::make_link(const Options& options) {
  const std::string& node = options.cluster.node;
  return std::make_shared<server::PresenceLink>(node.empty() ? server::default_node_name(options.port) : node,
                                                options.presence);
}

/// All that can fail before the first thread runs.
std::expected<void, std::string> App::Impl::build(std::vector<server::PresenceHome*>& homes) {
  if (const std::string wrong = server::check_options(options); !wrong.empty()) return std::unexpected(wrong);
  for (const auto& mount : mounts) {
    auto ready = transport::Mount::prepare(*mount, options);
    if (!ready) return std::unexpected(ready.error().message);
    site.mounts.push_back(std::move(*ready));
  }
  std::vector<const transport::Mount*> prepared;
  for (const auto& mount : site.mounts) prepared.push_back(mount.get());
  auto table = server::RouteTable::prepare(site.routes, prepared);
  if (!table) return std::unexpected(table.error().message);
  site.table = std::move(*table);
  hooks = [this](std::string_view topic) { return find_hooks(topic); };
  const unsigned count = options.shards ? options.shards : std::min(net::cores(), kShardsMax);
  for (unsigned i = 0; i < count; ++i)
    shards.push_back(std::make_unique<server::Shard>(i, own_hub, *log, options, hooks));

  node = options.cluster.node.empty() ? server::default_node_name(options.port) : options.cluster.node;
  if (!options.cluster.nats.empty())
    if (auto joined = join_cluster(); !joined) return std::unexpected(joined.error().message);
  homes = make_homes();
  if (cluster) cluster->set_homes(homes);
  transport::LongPollTokens::Secret secret;
  net::random_bytes(secret);
  tokens = std::make_unique<transport::LongPollTokens>(secret, net::random_u64());
  const auto find_longpolls = [this](std::uint32_t number) {
    return number < shards.size() ? shards[number]->longpolls() : transport::LongPollShard{};
  };
  for (const auto& shard : shards)
    if (auto ready = shard->prepare(site, homes, node, *tokens, find_longpolls,
                                    cluster ? &cluster->longpolls() : nullptr, options.http);
        !ready)
      return std::unexpected(ready.error().message);
  if (cluster) {
    std::vector<transport::LongPollShard> longpolls;
    for (const auto& shard : shards) longpolls.push_back(shard->longpolls());
    cluster->set_longpolls(std::move(longpolls), tokens->server());
  }

  if (auto loaded = load_tls(); !loaded) return std::unexpected(loaded.error().message);
  const auto listening = listen();
  if (!listening) return std::unexpected(listening.error().message);
  port = *listening;
  return {};
}

std::expected<void, std::string> App::Impl::start() {
  if (stage) return std::unexpected("this App belongs to a testing::Server, which runs it");
  const std::lock_guard lock(life);
  if (running) return std::unexpected("already started");
  if (stopped) return std::unexpected("stopped before: its agents have ended; make a new App");
  std::vector<server::PresenceHome*> homes;
  if (auto built = build(homes); !built) {
    take_down();  // so that it may be tried again
    return built;
  }
  running = true;
  subscribe_early_ones();
  presences->open(std::move(homes));
  if (cluster) cluster->start();
  for (const auto& shard : shards) {
    shard->loop().post([this, number = shard->number()] { here = {this, number}; });
    shard->start();
  }
  if (cluster) cluster->meet();
  for (const auto& shard : shards) shard->accept();
  log->write(LogLevel::info, "listening",
             {{"address", options.host + ":" + std::to_string(port)},
              {"shards", std::to_string(shards.size())},
              {"pid", std::to_string(getpid())}});
  for (auto& work : on_start) shards.front()->loop().post(guarded("on_start", std::move(work)));
  on_start.clear();
  return {};
}

void App::Impl::stop() {
  const std::lock_guard alone(life);
  if (running.exchange(false)) {
    stopped = true;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = shards.size();
    DrainOptions each = options.drain;  // a batch is taken from all shards together
    each.batch_size = std::max<std::size_t>(1, options.drain.batch_size / shards.size());
    for (const auto& shard : shards)
      shard->drain(each, [&] {
        const std::lock_guard lock(mutex);
        --left;
        changed.notify_one();
      });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return left == 0; });
    lock.unlock();
    pool.stop();
    if (agents) agents->stop();  // saves; its last broadcasts go to loops that still run
    if (cluster) cluster->stop();
    loops_ended = true;
    presences->close();
    for (const auto& shard : shards) shard->join();
    log->write(LogLevel::info, "stopped", {});
    if (on_stopped) on_stopped();
  } else if (agents) {
    agents->stop();
  }
}

/// For a thread that may wait. False: not in time.
bool App::Impl::wait_for_room(std::string_view topic) {
  constexpr std::chrono::milliseconds kLook{1};  // a shard that is behind handles thousands of messages meanwhile
  const auto until = Clock::now() + options.mailbox.patience;
  while (!own_hub.has_room(topic)) {
    if (Clock::now() >= until || loops_ended) {
      refused.fetch_add(1, std::memory_order_relaxed);
      if (!refusing.exchange(true))
        log->write(LogLevel::warn, "broadcasts refused: too much waits", {{"topic", topic}});
      return false;
    }
    std::this_thread::sleep_for(kLook);
  }
  if (refusing.load(std::memory_order_relaxed)) refusing = false;
  return true;
}

// Before the shards' threads run.
void App::Impl::subscribe_early_ones() {
  const std::lock_guard lock(subscribing);
  has_shards = true;
  for (const auto& weak : std::exchange(early_ones, {}))
    if (const auto state = weak.lock()) shards[next_subscription++ % shards.size()]->subscriptions().add(state);
}

void App::Impl::subscribe(const std::shared_ptr<Subscription::State>& state) {
  if (stage) {
    if (stage->is_here()) return stage->subscriptions().add(state);
    return stage->executor().post([stage = stage, state] { stage->subscriptions().add(state); });
  }
  if (const unsigned mine = this_shard(); mine != pubsub::Hub::kNoShard)
    return shards[mine]->subscriptions().add(state);
  std::unique_lock lock(subscribing);
  if (!has_shards) return early_ones.push_back(state);
  server::Shard& shard = *shards[next_subscription++ % shards.size()];
  lock.unlock();
  const auto added = std::make_shared<std::promise<void>>();
  const auto when_added = added->get_future();
  shard.loop().post([&shard, state, added] {
    shard.subscriptions().add(state);
    added->set_value();
  });
  constexpr std::chrono::milliseconds kLook{20};  // whether the loops have ended meanwhile, and it will never be
  if (!may_wait()) return;
  while (when_added.wait_for(kLook) != std::future_status::ready && !loops_ended) {
  }
}

}  // namespace roost
