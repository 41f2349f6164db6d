#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <roost/app.hpp>

#include "base/encoding.h"
#include "channel/reply_target.h"
#include "net/signals.h"
#include "net/system.h"
#include "server/app_impl.h"
#include "server/contract.h"
#include "server/options.h"

namespace roost {
namespace {

/// Any thread.
void post_after(Executor& loop, std::chrono::milliseconds delay, Executor::Work work) {
  loop.post([&loop, delay, work = std::move(work)]() mutable { loop.post_after(delay, std::move(work)); });
}

}  // namespace

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
  const unsigned mine = impl_->this_shard();
  post_after(impl_->shards[mine == pubsub::Hub::kNoShard ? 0 : mine]->loop(), delay,
             impl_->guarded("after", std::move(work)));
}

std::expected<void, std::string> App::start() {
  return impl_->start();
}
void App::stop() {
  if (!impl_->stage && impl_->this_shard() != pubsub::Hub::kNoShard)
    throw std::logic_error("stop: not from a handler; it waits for the handlers");
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
  net::raise_open_files();
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
