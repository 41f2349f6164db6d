#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <roost/testing.hpp>

#include "base/executor_testing.h"
#include "base/log_testing.h"
#include "base/waiting.h"
#include "channel/session.h"
#include "server/presence_home.h"
#include "server/routes.h"
#include "server/stage.h"
#include "testing/connection.h"
#include "testing/http_call.h"
#include "testing/log_lines.h"

namespace roost::testing {

/// The agents of a test: their functions run on the test's thread, what is saved is kept in memory.
class InlineAgents final : public AgentRunner {
 public:
  InlineAgents(std::shared_ptr<Executor> executor, std::shared_ptr<Log> log)
      : executor_(std::move(executor)), log_(std::move(log)) {}
  bool post(Work work) override;
  std::optional<std::string> load(const std::string& name) override;
  void save(const std::string& name, std::function<std::string()> state) override { saved_[name] = state(); }
  void after_save(Work work) override { work(); }

  bool refuses = false;  // work, as when too much waits

 private:
  // Shared: a handle of the test's own may outlive the server.
  const std::shared_ptr<Executor> executor_;
  const std::shared_ptr<Log> log_;
  std::map<std::string, std::string> saved_;
};

/// One shard without I/O, on which an App runs.
class Server::Impl final : public server::Stage {
 public:
  explicit Impl(Options options);
  ~Impl();

  /// Makes ready what the application has set up; once, before the first client.
  void start();
  std::shared_ptr<Connection> connect(std::string_view path, ConnectInfo info, std::string& refusal);
  std::shared_ptr<HttpCall::State> send(Request request);
  std::shared_ptr<Listener::Impl> subscribe(std::string topic);

  // server::Stage
  Executor& executor() override { return *executor_; }
  pubsub::Hub& hub() override { return hub_; }
  bool is_here() const override { return std::this_thread::get_id() == thread_; }
  std::shared_ptr<AgentRunner> agents() override { return agents_; }
  bool post_blocking(Executor::Work job) override;
  const Metrics& metrics() const override { return metrics_; }
  server::Subscriptions& subscriptions() override { return subscriptions_; }

  App& app() { return app_; }
  void refuse_work(bool refuse) { agents_->refuses = refuse; }
  FakeExecutor& loop() { return *executor_; }
  const LogLines& log() const { return *log_lines_; }

 private:
  const transport::Mount* find_mount(std::string_view path, ConnectInfo& info) const;

  const std::thread::id thread_ = std::this_thread::get_id();
  const std::shared_ptr<LogLines> log_lines_ = std::make_shared<LogLines>();
  const std::shared_ptr<FakeExecutor> executor_ = std::make_shared<FakeExecutor>();
  const std::shared_ptr<Log> log_;
  const std::shared_ptr<InlineAgents> agents_;
  Metrics metrics_;
  pubsub::Hub hub_;
  App app_;
  pubsub::Table table_{hub_.interest(), 0, *executor_};
  server::Subscriptions subscriptions_;
  channel::Registry registry_{0};
  const std::shared_ptr<channel::ShardLink> link_;
  const server::FindHooks find_hooks_;
  std::unique_ptr<server::PresenceHome> home_;
  std::unique_ptr<server::PresenceRouter> presence_;
  std::unique_ptr<channel::Host> host_;
  std::vector<std::pair<http::PathPattern, std::unique_ptr<const transport::Mount>>> mounts_;
  server::RouteTable routes_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<HttpCall::State>> calls_;
  std::vector<std::shared_ptr<Listener::Impl>> listeners_;
  bool started_ = false;
  const StandstillHelp help_{[this] { executor_->run_until_idle(); }};  // for who waits on this thread
};

}  // namespace roost::testing
