#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "channel/host.h"
#include "channel/registry.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/tls.h"
#include "pubsub/hub.h"
#include "server/presence_home.h"
#include "server/router.h"
#include "server/subscriptions.h"
#include "transport/client.h"
#include "transport/http_protocol.h"
#include "transport/longpoll.h"
#include "transport/longpoll_relay.h"

namespace roost::server {

/// One thread and all that it owns: loop, listener, connections, sockets, channels, its part of the topics, its homes
/// of presences. Built and taken down by the server; in between it runs on its own thread.
class Shard {
 public:
  Shard(unsigned number, pubsub::Hub& hub, Log& log, const Options& options, const FindHooks& find_hooks);
  ~Shard();

  /// Builds what needs the other shards. `homes`: by presence partition. `link`: null when this node is alone.
  std::expected<void, Error> prepare(const Site& site, std::vector<PresenceHome*> homes, std::string_view node,
                                     const transport::LongPollTokens& tokens,
                                     transport::FindLongPollShard find_longpolls, transport::LongPollLink* link,
                                     const HttpLimits& limits);
  /// Error: "listen on …". The port that it got.
  std::expected<std::uint16_t, Error> listen(const net::Listener::Options& options);
  /// Connections that come from now on speak TLS as that context says; null: none. From the server's thread.
  void use_tls(std::shared_ptr<const net::TlsContext> tls);
  /// Runs its loop in a thread of its own. Clients wait until accept().
  void start();
  void accept();

  /// From any thread: closes every connection with 1012, batch after batch, then accepts no more; `done` is called on
  /// this shard's thread when the last one has gone, or when the patience is over.
  void drain(const DrainOptions& options, std::move_only_function<void()> done);
  /// Ends the thread and waits for it.
  void join();

  unsigned number() const { return number_; }
  net::Loop& loop() { return *loop_; }
  PresenceHome& home() { return *home_; }
  pubsub::Table& table() { return table_; }
  Subscriptions& subscriptions() { return subscriptions_; }
  /// Once prepared.
  transport::LongPollShard longpolls() { return {loop_.get(), longpolls_.get(), longpoll_relay_.get()}; }
  const Metrics& metrics() const { return metrics_; }

 private:
  void run();
  void drain_longpolls();
  void drain_batch();
  void wait_for_end();

  const unsigned number_;
  pubsub::Hub& hub_;
  Log& log_;
  std::shared_ptr<net::Loop> loop_;
  Metrics metrics_;
  channel::Registry registry_;
  std::shared_ptr<channel::ShardLink> link_;
  pubsub::Table table_;
  Subscriptions subscriptions_;
  std::unique_ptr<PresenceHome> home_;
  std::unique_ptr<PresenceRouter> presence_;
  const PresenceOptions presences_;
  std::unique_ptr<channel::Host> host_;
  std::unique_ptr<transport::LongPolls> longpolls_;
  std::unique_ptr<transport::LongPollRelay> longpoll_relay_;  // none: this node is alone
  std::unique_ptr<transport::LongPollService> longpoll_service_;
  std::unique_ptr<Router> router_;
  transport::HttpOptions http_;
  transport::Clients clients_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unique_ptr<net::Listener> listener_;
  // While it drains.
  struct Drain {
    DrainOptions options;
    TimePoint until;
    std::vector<std::weak_ptr<transport::Client>> clients;  // that were there when it began
    std::size_t next = 0;
    std::move_only_function<void()> done;
    Timer timer;
  };
  std::unique_ptr<Drain> drain_;
  std::thread thread_;
};

}  // namespace roost::server
