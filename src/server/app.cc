#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include <roost/app.hpp>

#include "agent/blocking_pool.h"
#include "agent/runner.h"
#include "base/encoding.h"
#include "base/waiting.h"
#include "channel/invoke.h"
#include "channel/reply_target.h"
#include "channel/router.h"
#include "net/signals.h"
#include "net/system.h"
#include "server/cluster.h"
#include "server/contract.h"
#include "server/logger.h"
#include "server/options.h"
#include "server/presence_link.h"
#include "server/shard.h"
#include "server/stage.h"

namespace roost {
namespace {

// Presences in a cluster: a change is at the other nodes within this and the way, what got lost soon after.
constexpr std::chrono::milliseconds kPresenceDeltaPeriod{20};
constexpr std::chrono::milliseconds kPresenceRepairPeriod{200};
// A word every 3 s at the latest: who stands still for 10 s is silent for 13, which is not yet down.
constexpr unsigned kPresenceSilentPeriodsMax = 1;

}  // namespace

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

namespace {

/// The shard whose thread this is, of that App; Hub::kNoShard on any other thread.
struct Here {
  const void* app = nullptr;
  unsigned shard = pubsub::Hub::kNoShard;
};
thread_local Here here;

/// Any thread.
void post_after(Executor& loop, std::chrono::milliseconds delay, Executor::Work work) {
  loop.post([&loop, delay, work = std::move(work)]() mutable { loop.post_after(delay, std::move(work)); });
}

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

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::App(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
App::App(App&&) noexcept = default;
App::~App() = default;

App App::from_args(int argc, char** argv, Options defaults) {
  auto options = server::parse_options(argc, argv, std::move(defaults));
  if (options) return App(std::move(*options));
  std::fputs(options.error().text.c_str(), options.error().status == 0 ? stdout : stderr);
  std::exit(options.error().status);
}

const Options& App::options() const {
  return impl_->options;
}

SocketMount& App::socket(std::string path) {
  if (!path.starts_with('/')) throw std::invalid_argument("socket: the path \"" + path + "\" must begin with /");
  for (const auto& mount : impl_->mounts)
    if (mount->path == path) return *mount;
  impl_->mounts.push_back(std::make_unique<SocketMount>(std::move(path)));
  return *impl_->mounts.back();
}

void App::route(std::string method, std::string path, HttpHandler handler, RouteOptions options) {
  impl_->site.routes.push_back({std::move(method), std::move(path), std::move(handler), options});
}
void App::static_files(std::string prefix, std::string directory) {
  impl_->site.files.emplace_back(std::move(prefix), std::move(directory));
}
void App::http_limits(HttpLimits limits) {
  impl_->options.http = limits;
}

void App::presence_options(PresenceOptions options) {
  impl_->options.presence = options;
  impl_->presences->set_options(options);
}

TopicPresence App::presence(std::string topic) {
  return {impl_->presences, std::move(topic)};
}

void App::mailbox_limits(MailboxLimits limits) {
  impl_->options.mailbox = limits;
  impl_->own_hub.set_mailbox_bytes_max(limits.bytes_max);
}

void App::drain_options(DrainOptions options) {
  impl_->options.drain = options;
}

std::string App::typescript_contract() const {
  return server::typescript_contract(impl_->mounts);
}

std::string App::metrics() const {
  std::vector<const Metrics*> shards;
  for (const auto& shard : impl_->shards) shards.push_back(&shard->metrics());
  if (impl_->stage) shards.push_back(&impl_->stage->metrics());
  Metrics common;  // what is counted by several threads
  common.add(Count::limit_mailbox, impl_->hub().missed() + impl_->refused.load(std::memory_order_relaxed));
  common.add(Count::mailbox_bytes, impl_->hub().waiting_bytes());
  common.add(Count::limit_blocking_work, impl_->pool.refused());
  impl_->presences->count_refusals(common);
  if (impl_->agents) common.add(Count::limit_agent_work, impl_->agents->refused());
  shards.push_back(&common);
  return encode_metrics(shards) + (impl_->cluster ? impl_->cluster->metrics() : "");
}

const std::string& App::node() const {
  return impl_->node;
}

Health App::health() const {
  return impl_->cluster ? impl_->cluster->health() : Health::ok;
}

std::string App::why_degraded() const {
  return std::string(impl_->cluster ? impl_->cluster->why_degraded() : "");
}

void App::on_start(std::move_only_function<void()> work) {
  impl_->on_start.push_back(std::move(work));
}

std::shared_ptr<AgentRunner> App::agents(const std::string& name) {
  if (!impl_->agent_names.insert(name).second)
    throw std::logic_error("agent \"" + name + "\" is there already: make it once and copy the handle");
  if (impl_->stage) return impl_->stage->agents();
  return impl_->runner();
}
bool App::post_blocking(std::move_only_function<void()> job) {
  if (impl_->stage) return impl_->stage->post_blocking(std::move(job));
  if (impl_->pool.is_here()) throw std::logic_error("blocking: this thread may block, call the function itself");
  return impl_->pool.post(std::move(job));
}

bool App::broadcast(std::string_view topic, std::string_view event, const Payload& payload) {
  return publish(true, topic, event, payload);
}

bool App::local_broadcast(std::string_view topic, std::string_view event, const Payload& payload) {
  return publish(false, topic, event, payload);
}

bool App::publish(bool everywhere, std::string_view topic, std::string_view event, const Payload& payload) {
  channel::check_broadcast(topic, event, payload);
  const unsigned shard = impl_->this_shard();
  if (shard == pubsub::Hub::kNoShard && !impl_->wait_for_room(topic)) return false;
  const pubsub::Message message{topic, event, payload.view(), payload.is_binary()};
  if (everywhere)
    impl_->hub().publish(message, shard);
  else
    impl_->hub().publish_local(message, shard);
  return true;
}

/// Patches of a document, which is this node's: on this node alone. What is too much for a shard is dropped, and its
/// subscribers are told and join again.
std::function<void(const Payload&)> App::publisher(std::string topic) {
  channel::check_broadcast(topic, "patch", {});
  return [impl = impl_.get(), topic = std::move(topic)](const Payload& patch) {
    const unsigned shard = impl->this_shard();
    if (shard == pubsub::Hub::kNoShard) impl->wait_for_room(topic);
    impl->hub().publish_local({topic, "patch", patch.view(), false}, shard);
  };
}

/// As no other server's, or this one's after a restart.
std::string App::make_epoch() {
  std::array<char, 12> bytes;
  net::random_bytes(bytes);
  return base64url_encode({bytes.data(), bytes.size()});
}

Subscription App::subscribe(std::string topic, std::function<void(const Broadcast&)> on_broadcast,
                            std::function<void()> on_missed) {
  if (!on_broadcast) throw std::invalid_argument("subscribe: a function is needed");
  auto state = std::make_shared<Subscription::State>(std::move(topic), std::move(on_broadcast), std::move(on_missed));
  impl_->subscribe(state);
  return Subscription(std::move(state));
}

void App::disconnect(std::string_view id) {
  // Never refused: where it is too much, the socket misses it, and ends as well.
  impl_->hub().publish({id, "disconnect", "{}"}, impl_->this_shard());
}

void App::after(std::chrono::milliseconds delay, std::move_only_function<void()> work) {
  if (impl_->stage) return post_after(impl_->stage->executor(), delay, impl_->guarded("after", std::move(work)));
  if (impl_->shards.empty()) throw std::logic_error("after: the server is not started");
  const bool on_shard = here.app == impl_.get();
  post_after(impl_->shards[on_shard ? here.shard : 0]->loop(), delay, impl_->guarded("after", std::move(work)));
}

std::expected<void, std::string> App::start() {
  return impl_->start();
}
void App::stop() {
  if (here.app == impl_.get()) throw std::logic_error("stop: not from a handler; it waits for the handlers");
  if (impl_->pool.is_here()) throw std::logic_error("stop: not from blocking work; it waits for it");
  if (impl_->agents && impl_->agents->is_here())
    throw std::logic_error("stop: not on the agents' thread; it waits for it");
  impl_->stop();
}
std::uint16_t App::port() const {
  return impl_->port;
}

int App::run() {
  if (options().contract_ts) return std::fputs(typescript_contract().c_str(), stdout) < 0 ? 1 : 0;
  net::Loop loop;
  int signals = 0;
  std::thread stopping;
  std::vector<int> numbers = {SIGINT, SIGTERM};
  if (!options().tls.certificate.empty()) numbers.push_back(SIGHUP);
  const auto on_signal = [&](int number) {
    if (number == SIGHUP) return impl_->reload_tls();
    if (++signals > 1) std::_Exit(130);  // asked twice: at once
    stopping = std::thread([&] { stop(); });
  };
  const net::Signals watch(loop, on_signal, numbers);
  {
    const std::lock_guard lock(impl_->life);
    impl_->on_stopped = [&loop] { loop.stop(); };  // whoever called stop()
  }
  const auto forget_loop = [this] {
    const std::lock_guard lock(impl_->life);
    impl_->on_stopped = nullptr;
  };
  if (const auto started = start(); !started) {
    std::fprintf(stderr, "roost: %s\n", started.error().c_str());
    forget_loop();
    return 1;
  }
  loop.run();
  if (stopping.joinable()) stopping.join();
  forget_loop();
  return 0;
}

// server/stage.h

namespace server {

App StagedApp::make(Options options, Stage& stage, std::unique_ptr<Log> log) {
  return App(std::make_unique<App::Impl>(std::move(options), stage, std::move(log)));
}
const std::vector<std::unique_ptr<SocketMount>>& StagedApp::mounts(const App& app) {
  return app.impl_->mounts;
}
const Site& StagedApp::site(const App& app) {
  return app.impl_->site;
}
const PresenceHooks* StagedApp::find_hooks(const App& app, std::string_view topic) {
  return app.impl_->find_hooks(topic);
}
PresenceLink& StagedApp::presences(const App& app) {
  return *app.impl_->presences;
}
std::vector<Executor::Work> StagedApp::take_hooks(App& app) {
  std::vector<Executor::Work> hooks;
  for (auto& work : std::exchange(app.impl_->on_start, {}))
    hooks.push_back(app.impl_->guarded("on_start", std::move(work)));
  return hooks;
}

}  // namespace server

std::int64_t unix_seconds() {
  return net::system_now_ns() / 1'000'000'000;
}

}  // namespace roost
