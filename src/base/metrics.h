#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace roost {

/// What a shard counts. The names that operators see are in metrics.cc, in the same order.
enum class Count : unsigned {
  connections_opened,
  connections_closed,
  requests,
  sockets_websocket_opened,
  sockets_websocket_closed,
  sockets_longpoll_opened,
  sockets_longpoll_closed,
  channels_joined,
  ends_left,
  ends_stopped,
  ends_crashed,
  ends_closed,
  ends_disconnected,
  ends_inactive,
  ends_drained,
  ends_duplicate,
  messages_in,
  broadcasts,
  compressions,
  stale_messages,
  unmatched_topics,
  undecodable_messages,
  longpoll_relayed,
  longpoll_uncertain,
  joins_refused,
  joins_crashed,
  refused_origin,
  refused_version,
  refused_connect,
  refused_protocol,
  refused_handshake,
  limit_channels,
  limit_joins,
  limit_messages,
  limit_inbox,
  limit_join_queue,
  limit_outbox,
  limit_longpoll_buffer,
  limit_longpoll_sessions,
  limit_longpoll_relay,
  limit_request,
  limit_crowded,
  limit_mailbox,
  limit_agent_work,
  limit_blocking_work,
  limit_presence_bytes,
  limit_presence_own_keys,
  limit_presence_calls,
  limit_presence_keys,
  limit_presence_metas,
  presence_fetch_crashed,
  presence_fetch_timeout,
  mailbox_bytes,
  kEnd
};

/// One shard's counters. Written by its thread alone, read by any: a count costs a load and a store, no lock.
class Metrics {
 public:
  void add(Count count, std::uint64_t n = 1) {
    auto& value = values_[static_cast<unsigned>(count)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t read(Count count) const {
    return values_[static_cast<unsigned>(count)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<unsigned>(Count::kEnd)> values_{};
};

/// The sums over all shards in Prometheus' text format 0.0.4.
std::string encode_metrics(std::span<const Metrics* const> shards);

}  // namespace roost
