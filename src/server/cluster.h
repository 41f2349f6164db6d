#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <roost/cluster.hpp>

#include "base/error.h"
#include "base/log.h"
#include "pubsub/adapter.h"
#include "pubsub/hub.h"
#include "server/presence_home.h"
#include "transport/longpoll.h"
#include "transport/longpoll_parcel.h"

namespace roost::server {

/// What long polls of other nodes are called among the adapter's services.
inline constexpr std::string_view kLongPollService = "longpoll";

/// Long polls' way to other nodes.
class LongPollParcels final : public transport::LongPollLink {
 public:
  explicit LongPollParcels(pubsub::Adapter& adapter) : adapter_(adapter) {}
  void send(std::string_view parcel) override;
  void send_to(std::string_view node, std::string_view parcel) override;

 private:
  pubsub::Adapter& adapter_;
};

/// This node's place in its cluster: hands what the adapter hears to the parts that it is for.
class Cluster final : public pubsub::AdapterSink {
 public:
  /// Error: the option that can't work. `port`: for the name of a node that was given none.
  static std::expected<std::unique_ptr<Cluster>, Error> create(const ClusterOptions& options, pubsub::Hub& hub,
                                                               Log& log);
  Cluster(std::unique_ptr<pubsub::Adapter> adapter, pubsub::Hub& hub)
      : adapter_(std::move(adapter)), longpolls_(*adapter_), hub_(hub) {}

  pubsub::Adapter& adapter() { return *adapter_; }
  /// Before start(). `homes`: by presence partition.
  void set_homes(std::vector<PresenceHome*> homes) { homes_ = std::move(homes); }
  transport::LongPollLink& longpolls() { return longpolls_; }
  /// Before start(). `shards`: all of this node, by number. `server`: that of their tokens.
  void set_longpolls(std::vector<transport::LongPollShard> shards, std::uint64_t server) {
    longpoll_shards_ = std::move(shards);
    longpoll_server_ = server;
  }
  void start() { adapter_->start(*this); }
  /// Waits until this node knows who is there on the others, or kMeetMax: a client that comes back to a node that has
  /// just started must not be told that all others are gone. The homes' loops run.
  void meet();
  /// The homes tell the other nodes that this one goes, and wait until they have; then the adapter ends. The homes'
  /// loops still run.
  void stop();

  Health health() const { return why_degraded().empty() ? Health::ok : Health::degraded; }
  /// A code of docs/guide/clustering.md; "" when all is well.
  std::string_view why_degraded() const;
  /// In Prometheus' text format.
  std::string metrics() const;

  void deliver(const pubsub::Message& message) override { hub_.publish_local(message, pubsub::Hub::kNoShard); }
  void receive(const pubsub::Parcel& parcel) override;
  void connected(bool yes) override;

  static constexpr std::chrono::milliseconds kHearMin{300};  // who is there has said so by then
  static constexpr std::chrono::milliseconds kMeetMax{3000};

 private:
  bool is_whole();
  void receive_presence(const pubsub::Parcel& parcel);
  void receive_longpoll(const pubsub::Parcel& parcel);

  const std::unique_ptr<pubsub::Adapter> adapter_;
  LongPollParcels longpolls_;
  pubsub::Hub& hub_;
  std::vector<PresenceHome*> homes_;
  std::vector<transport::LongPollShard> longpoll_shards_;
  std::uint64_t longpoll_server_ = 0;
};

/// What a node is called that was given no name: the same after a restart, and not the same for two on one machine.
std::string default_node_name(std::uint16_t port);

}  // namespace roost::server
