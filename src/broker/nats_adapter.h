#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "pubsub/adapter.h"

namespace roost::broker {

struct NatsOptions {
  std::string node = {};               // 1..255 bytes, unique in the cluster
  std::vector<std::string> urls = {};  // nats://[user:password@]host:port or tls://…; of one NATS cluster
  std::string credentials_file = {};   // a .creds file; empty: none
  bool tls = false;                    // also without a tls:// URL
  std::string ca_file = {};            // who signed the server's certificate; empty: the system's list
  std::string certificate_file = {};   // of this client, with
  std::string key_file = {};           // its key
  std::string prefix = "roost";        // what all subjects begin with; clusters that share a NATS server differ in it
  /// Messages that wait for the broker, in bytes; more are dropped and counted. A shard never waits.
  std::size_t queue_bytes_max = std::size_t{64} << 20;
};

/// The adapter on NATS, by its C client.
///
/// A thread of its own publishes what the others give it, so that a slow server holds up nobody. While the server is
/// away it is tried again, by and by once a second, for ever; messages wait kKeepMax and are dropped then.
class NatsAdapter final : public pubsub::Adapter {
 public:
  /// How old a message may be that was kept while the server was away: the time of a restart, not a surprise.
  static constexpr std::chrono::seconds kKeepMax{5};

  /// Names the option that can't work, or says that this build has no NATS. `log` outlives the adapter.
  static std::expected<std::unique_ptr<NatsAdapter>, Error> create(NatsOptions options, Log& log);
  ~NatsAdapter() override;

  std::string_view node() const override;
  void broadcast(const pubsub::Message& message) override;
  void subscribe(std::string_view topic) override;
  void unsubscribe(std::string_view topic) override;
  void settle(std::move_only_function<void()> then) override;
  void send(std::string_view service, std::string_view bytes) override;
  void send_to(std::string_view node, std::string_view service, std::string_view bytes) override;
  void start(pubsub::AdapterSink& sink) override;
  void stop() override;
  pubsub::AdapterStats stats() const override;

  class Impl;

 private:
  explicit NatsAdapter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roost::broker
