#include "server/cluster.h"

#include <latch>
#include <thread>
#include <utility>

#include <unistd.h>

#include "broker/nats_adapter.h"
#include "transport/longpoll_relay.h"

namespace roost::server {

void LongPollParcels::send(std::string_view parcel) {
  adapter_.send(kLongPollService, parcel);
}
void LongPollParcels::send_to(std::string_view node, std::string_view parcel) {
  adapter_.send_to(node, kLongPollService, parcel);
}

std::expected<std::unique_ptr<Cluster>, Error> Cluster::create(const ClusterOptions& options, pubsub::Hub& hub,
                                                               Log& log) {
  auto adapter = broker::NatsAdapter::create({.node = options.node,
                                              .urls = options.nats,
                                              .credentials_file = options.nats_credentials,
                                              .tls = options.nats_tls,
                                              .ca_file = options.nats_ca,
                                              .certificate_file = options.nats_certificate,
                                              .key_file = options.nats_key,
                                              .prefix = options.nats_prefix},
                                             log);
  if (!adapter) return std::unexpected(adapter.error());
  return std::make_unique<Cluster>(std::move(*adapter), hub);
}

void Cluster::stop() {
  std::latch said(static_cast<std::ptrdiff_t>(homes_.size()));
  for (unsigned partition = 0; partition < homes_.size(); ++partition)
    homes_[partition]->executor().post([home = homes_[partition], partition, &said] {
      home->goodbye(partition);
      said.count_down();
    });
  said.wait();
  if (!longpoll_shards_.empty()) longpolls_.send(transport::longpoll_goodbye(longpoll_server_));
  adapter_->stop();
}

void Cluster::meet() {
  constexpr std::chrono::milliseconds kLook{10};
  const auto until = Clock::now() + kMeetMax;
  while (health() != Health::ok && Clock::now() < until) std::this_thread::sleep_for(kLook);
  if (health() != Health::ok) return;
  std::this_thread::sleep_for(kHearMin);
  while (!is_whole() && Clock::now() < until) std::this_thread::sleep_for(kLook);
}

bool Cluster::is_whole() {
  std::latch said(static_cast<std::ptrdiff_t>(homes_.size()));
  std::atomic<bool> whole = true;
  for (unsigned partition = 0; partition < homes_.size(); ++partition)
    homes_[partition]->executor().post([home = homes_[partition], partition, &said, &whole] {
      if (!home->is_whole(partition)) whole = false;
      said.count_down();
    });
  said.wait();
  return whole;
}

void Cluster::receive(const pubsub::Parcel& parcel) {
  if (parcel.service == kPresenceService) receive_presence(parcel);
  if (parcel.service == kLongPollService) receive_longpoll(parcel);
}

// A parcel of presence is one byte, the partition, and a tracker's message.
void Cluster::receive_presence(const pubsub::Parcel& parcel) {
  if (parcel.bytes.empty()) return;
  const auto partition = static_cast<unsigned char>(parcel.bytes.front());
  if (partition >= homes_.size()) return;
  PresenceHome* home = homes_[partition];
  home->executor().post(
      [home, partition, bytes = SharedBytes::copy(parcel.bytes.substr(1))] { home->handle(partition, bytes.view()); });
}

void Cluster::receive_longpoll(const pubsub::Parcel& parcel) {
  const auto number = transport::parcel::shard_of(parcel.bytes);
  if (!number) return;
  const SharedBytes bytes = SharedBytes::copy(parcel.bytes);
  for (std::uint32_t shard = 0; shard < longpoll_shards_.size(); ++shard)
    if (shard == *number || *number == transport::parcel::kEveryShard)
      longpoll_shards_[shard].executor->post_sized(
          [relay = longpoll_shards_[shard].relay, from = std::string(parcel.from), bytes] {
            relay->handle(from, bytes.view());
          },
          bytes.size());
}

void Cluster::connected(bool yes) {
  if (!yes) return;
  for (unsigned partition = 0; partition < homes_.size(); ++partition)
    homes_[partition]->executor().post([home = homes_[partition], partition] { home->reconnected(partition); });
}

std::string_view Cluster::why_degraded() const {
  const pubsub::AdapterStats stats = adapter_->stats();
  if (!stats.trouble.empty() || stats.connected) return stats.trouble;
  return "broker_unreachable";  // as far as is known yet
}

std::string Cluster::metrics() const {
  const pubsub::AdapterStats stats = adapter_->stats();
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
    text.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
    text.append(type).append("\n").append(name).append(" ").append(std::to_string(value)).append("\n");
  };
  add("roost_broker_connected", "gauge", "Whether the way to the other nodes is there.", stats.connected);
  add("roost_cluster_nodes", "gauge", "Other nodes that were heard of lately.", stats.nodes);
  add("roost_broker_sent_messages_total", "counter", "Messages to other nodes.", stats.sent_messages);
  add("roost_broker_sent_bytes_total", "counter", "Their bytes.", stats.sent_bytes);
  add("roost_broker_received_messages_total", "counter", "Messages of other nodes.", stats.received_messages);
  add("roost_broker_received_bytes_total", "counter", "Their bytes.", stats.received_bytes);
  add("roost_broker_disconnects_total", "counter", "Times that the broker was lost.", stats.disconnects);
  add("roost_broker_dropped_total", "counter", "Messages that were not sent.", stats.dropped_messages);
  add("roost_broker_denied_total", "counter", "Messages and subscriptions that the broker did not permit.",
      stats.denied_messages);
  add("roost_broker_refused_total", "counter", "Messages of other versions, or broken.", stats.refused_messages);
  if (const std::string_view why = why_degraded(); !why.empty())
    text.append(
            "# HELP roost_degraded Why this node is degraded; not there while it is not.\n# TYPE roost_degraded "
            "gauge\n")
        .append("roost_degraded{code=\"")
        .append(why)
        .append("\"} 1\n");
  return text;
}

std::string default_node_name(std::uint16_t port) {
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return "roost@" + std::string(host) + ":" + (port ? std::to_string(port) : "pid" + std::to_string(getpid()));
}

}  // namespace roost::server
