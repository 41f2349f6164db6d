#include <algorithm>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include "testing/listener.h"
#include "testing/server_impl.h"

namespace roost::testing {
namespace {

/// Keeps warnings and errors as lines. Any thread.
class LineLog final : public Log {
 public:
  explicit LineLog(std::shared_ptr<LogLines> lines) : lines_(std::move(lines)) {}
  bool enabled(LogLevel level) const override { return level >= LogLevel::warn; }
  void write(LogLevel level, std::string_view what, Fields fields) override {
    if (!enabled(level)) return;
    CollectingLog line;
    line.write(level, what, fields);
    lines_->add(std::move(line.lines.front()));
  }

 private:
  const std::shared_ptr<LogLines> lines_;
};

// A test's time stands still: what is gathered would wait for ever.
PresenceOptions not_gathered(PresenceOptions options) {
  options.diff_frames_per_second = 0;
  return options;
}

}  // namespace

// Agents

bool InlineAgents::post(Work work) {
  if (refuses) return false;
  executor_->post([log = log_, work = std::move(work)]() mutable {
    try {
      work();
    } catch (const std::exception& error) {
      log->write(LogLevel::error, "agents", {{"why", std::string("agents: work threw: ") + error.what()}});
    } catch (...) {
      log->write(LogLevel::error, "agents", {{"why", "agents: work threw"}});
    }
  });
  return true;
}

std::optional<std::string> InlineAgents::load(const std::string& name) {
  const auto found = saved_.find(name);
  return found == saved_.end() ? std::nullopt : std::optional(found->second);
}

// The shard

Server::Impl::Impl(Options options)
    : log_(std::make_shared<LineLog>(log_lines_)),
      agents_(std::make_shared<InlineAgents>(executor_, log_)),
      app_(server::StagedApp::make(std::move(options), *this, std::make_unique<LineLog>(log_lines_))),
      subscriptions_(table_, executor_, *log_, metrics_, app_.options().mailbox.bytes_max),
      link_(std::make_shared<channel::ShardLink>(executor_, &registry_)),
      find_hooks_([this](std::string_view topic) { return server::StagedApp::find_hooks(app_, topic); }) {
  hub_.add_shard(*executor_, table_);
}

Server::Impl::~Impl() {
  for (const auto& connection : connections_) connection->detach();
  connections_.clear();
  for (const auto& call : calls_) call->end();
  for (const auto& listener : listeners_) listener->end();
  link_->registry = nullptr;
  server::StagedApp::presences(app_).close();
  subscriptions_.end();
  executor_->run_until_idle();
}

void Server::Impl::start() {
  if (std::exchange(started_, true)) return;
  for (const auto& mount : server::StagedApp::mounts(app_)) {
    auto ready = transport::Mount::prepare(*mount, app_.options());
    if (!ready) throw std::logic_error(ready.error().message);
    auto pattern = http::PathPattern::parse(mount->path);
    if (!pattern) throw std::logic_error(pattern.error().message);
    mounts_.emplace_back(std::move(*pattern), std::move(*ready));
  }
  std::vector<const transport::Mount*> mounts;
  for (const auto& [pattern, mount] : mounts_) mounts.push_back(mount.get());
  auto routes = server::RouteTable::prepare(server::StagedApp::site(app_).routes, mounts);
  if (!routes) throw std::logic_error(routes.error().message);
  routes_ = std::move(*routes);
  const PresenceOptions presences = not_gathered(app_.options().presence);
  home_ = std::make_unique<server::PresenceHome>(*executor_, hub_, 0, find_hooks_, *log_, metrics_, presences);
  home_->add_partition(0, {.node = "test", .vsn = 1, .single_node = true});
  presence_ = std::make_unique<server::PresenceRouter>(*executor_, std::vector{home_.get()}, "test", 0);
  host_.reset(new channel::Host{*executor_, hub_, table_, *presence_, *log_, metrics_, 0, registry_, link_});
  host_->presences = presences;
  server::StagedApp::presences(app_).open({home_.get()});
  for (auto& hook : server::StagedApp::take_hooks(app_)) executor_->post(std::move(hook));
  executor_->run_until_idle();
}

const transport::Mount* Server::Impl::find_mount(std::string_view path, ConnectInfo& info) const {
  for (const auto& [pattern, mount] : mounts_)
    if (const auto variables = pattern.match(path)) {
      for (const auto& [name, value] : *variables) info.params[name] = value;
      return mount.get();
    }
  return nullptr;
}

std::shared_ptr<Connection> Server::Impl::connect(std::string_view path, ConnectInfo info, std::string& refusal) {
  start();
  if (info.transport.empty()) info.transport = "websocket";
  if (info.address.empty()) info.address = "127.0.0.1";
  const transport::Mount* mount = find_mount(path, info);
  if (!mount) throw std::logic_error("there is no app.socket(\"" + std::string(path) + "\")");
  const NoWaiting as_on_a_shard("a shard's thread");
  Accept accept;
  if (mount->definition->connect_) {
    auto result = mount->definition->connect_(info);
    if (const auto* rejected = std::get_if<Reject>(&result)) {
      refusal = rejected->reason.value_or("");
      return nullptr;
    }
    accept = std::move(std::get<Accept>(result));
  }
  auto connection = std::make_shared<Connection>(*this);
  connections_.push_back(connection);
  connection->open(*mount, *host_, std::move(accept));
  executor_->run_until_idle();
  return connection;
}

std::shared_ptr<Listener::Impl> Server::Impl::subscribe(std::string topic) {
  start();
  listeners_.push_back(
      std::make_shared<Listener::Impl>(table_, *executor_, log_lines_, std::move(topic), host_->make_id()));
  return listeners_.back();
}

std::shared_ptr<HttpCall::State> Server::Impl::send(Request request) {
  start();
  calls_.push_back(std::make_shared<HttpCall::State>(*executor_));
  const NoWaiting as_on_a_shard("a shard's thread");
  calls_.back()->start(routes_, {*executor_, *log_, metrics_}, std::move(request), app_.options().http.body_bytes_max);
  executor_->run_until_idle();
  return calls_.back();
}

bool Server::Impl::post_blocking(Executor::Work job) {
  if (agents_->refuses) return false;
  executor_->post(std::move(job));
  return true;
}

// The kit's face

Server::Server(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Server::~Server() = default;

App& Server::app() {
  return impl_->app();
}

Client Server::connect(std::string_view path, ConnectInfo info, std::source_location at) {
  std::string refusal;
  auto connection = impl_->connect(path, std::move(info), refusal);
  if (!connection) {
    ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line()))
        << "expected to connect, but it was rejected" << (refusal.empty() ? "" : ": " + refusal);
    connection = std::make_shared<Connection>(*impl_);  // a closed one
  }
  return Client(std::move(connection));
}

std::string Server::expect_rejected(std::string_view path, ConnectInfo info, std::source_location at) {
  std::string refusal;
  if (impl_->connect(path, std::move(info), refusal))
    ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line())) << "expected to be rejected, but it connected";
  return refusal;
}

HttpCall Server::send(Request request) {
  return HttpCall(impl_->send(std::move(request)));
}

HttpResponse Server::request(Request request, std::source_location at) {
  return send(std::move(request)).answer(at);
}

HttpResponse Server::get(std::string target, std::source_location at) {
  return request({.target = std::move(target)}, at);
}

HttpResponse Server::post(std::string target, const Payload& body, std::source_location at) {
  const char* type = body.is_binary() ? "application/octet-stream" : "application/json";
  return request({"POST", std::move(target), {{"content-type", type}}, std::string(body.view())}, at);
}

Listener Server::subscribe(std::string topic) {
  return Listener(impl_->subscribe(std::move(topic)));
}

void Server::advance(std::chrono::nanoseconds duration) {
  impl_->start();
  impl_->loop().advance(duration);
}

void Server::run() {
  impl_->start();
  impl_->loop().run_until_idle();
}

void Server::refuse_work(bool refuse) {
  impl_->refuse_work(refuse);
}

std::vector<std::string> Server::log() const {
  return impl_->log().all();
}

void Server::expect_logged(std::string_view text, std::source_location at) {
  run();
  const auto lines = impl_->log().all();
  if (std::ranges::any_of(lines, [text](const std::string& line) { return line.contains(text); })) return;
  auto failure = ::testing::Message() << "expected a line of the log with \"" << text << "\"; it has";
  for (const std::string& line : lines) failure << "\n  " << line;
  if (lines.empty()) failure << " none";
  ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line())) << failure;
}

}  // namespace roost::testing
