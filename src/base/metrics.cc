#include "base/metrics.h"

#include <optional>

namespace roost {
namespace {

struct Family {
  std::string_view name;
  std::string_view help;
  bool gauge = false;
};
struct Series {
  Count count;
  std::string_view labels;          // `reason="origin"`, or nothing
  std::optional<Count> minus = {};  // a gauge: what came less what went
};

// One family after the other, each with its series.
void write(std::string& out, std::span<const Metrics* const> shards, const Family& family,
           std::initializer_list<Series> series) {
  const auto sum = [shards](Count count) {
    std::uint64_t total = 0;
    for (const Metrics* shard : shards) total += shard->read(count);
    return total;
  };
  out.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n");
  out.append("# TYPE ").append(family.name).append(family.gauge ? " gauge\n" : " counter\n");
  for (const Series& one : series) {
    std::uint64_t value = sum(one.count);
    if (one.minus) {
      // The two are read one after the other: what went meanwhile must not make it less than nothing.
      const std::uint64_t gone = sum(*one.minus);
      value = value > gone ? value - gone : 0;
    }
    out.append(family.name);
    if (!one.labels.empty()) out.append("{").append(one.labels).append("}");
    out.append(" ").append(std::to_string(value)).append("\n");
  }
}

}  // namespace

std::string encode_metrics(std::span<const Metrics* const> shards) {
  using enum Count;
  std::string out;
  write(out, shards, {"roost_connections", "TCP connections now.", true},
        {{connections_opened, "", connections_closed}});
  write(out, shards, {"roost_connections_opened_total", "TCP connections accepted."}, {{connections_opened, ""}});
  write(out, shards, {"roost_http_requests_total", "HTTP requests, upgrades and polls among them."}, {{requests, ""}});
  write(out, shards, {"roost_sockets", "Sockets now, by transport.", true},
        {{sockets_websocket_opened, "transport=\"websocket\"", sockets_websocket_closed},
         {sockets_longpoll_opened, "transport=\"longpoll\"", sockets_longpoll_closed}});
  write(out, shards, {"roost_sockets_opened_total", "Sockets that connect let in, by transport."},
        {{sockets_websocket_opened, "transport=\"websocket\""}, {sockets_longpoll_opened, "transport=\"longpoll\""}});
  write(out, shards, {"roost_channels_joined_total", "Joins answered with ok."}, {{channels_joined, ""}});
  write(out, shards, {"roost_channel_ends_total", "Channels that ended, by cause."},
        {{ends_left, "cause=\"left\""},
         {ends_stopped, "cause=\"stopped\""},
         {ends_crashed, "cause=\"crashed\""},
         {ends_closed, "cause=\"closed\""},
         {ends_disconnected, "cause=\"disconnected\""},
         {ends_inactive, "cause=\"inactive\""},
         {ends_drained, "cause=\"drained\""},
         {ends_duplicate, "cause=\"duplicate\""}});
  write(out, shards, {"roost_messages_in_total", "Messages of clients."}, {{messages_in, ""}});
  write(out, shards, {"roost_broadcasts_total", "Broadcasts published on this node."}, {{broadcasts, ""}});
  write(out, shards,
        {"roost_compressions_total", "Messages compressed; a broadcast once for all that agreed on the same form."},
        {{compressions, ""}});
  write(out, shards, {"roost_stale_messages_total", "Messages dropped because their join_ref was stale."},
        {{stale_messages, ""}});
  write(out, shards, {"roost_unmatched_topics_total", "Messages for topics that were not joined or do not exist."},
        {{unmatched_topics, ""}});
  write(out, shards, {"roost_undecodable_messages_total", "Messages that ended their connection with 1011."},
        {{undecodable_messages, ""}});
  write(out, shards, {"roost_longpoll_relayed_total", "Polls and posts for sessions of other nodes."},
        {{longpoll_relayed, ""}});
  write(out, shards,
        {"roost_longpoll_uncertain_total", "Long polls ended: whether the client had its last messages was lost."},
        {{longpoll_uncertain, ""}});
  write(out, shards, {"roost_joins_refused_total", "Joins that were not answered with ok, by cause."},
        {{joins_refused, "cause=\"refused\""}, {joins_crashed, "cause=\"crashed\""}});
  write(out, shards, {"roost_connects_refused_total", "Clients that were not let in, by reason."},
        {{refused_origin, "reason=\"origin\""},
         {refused_version, "reason=\"version\""},
         {refused_connect, "reason=\"connect\""},
         {refused_protocol, "reason=\"protocol\""},
         {refused_handshake, "reason=\"handshake\""}});
  write(out, shards, {"roost_limit_hits_total", "What a limit refused or ended, by limit."},
        {{limit_channels, "limit=\"channels\""},
         {limit_joins, "limit=\"joins\""},
         {limit_messages, "limit=\"messages\""},
         {limit_inbox, "limit=\"inbox\""},
         {limit_join_queue, "limit=\"join_queue\""},
         {limit_outbox, "limit=\"outbox\""},
         {limit_longpoll_buffer, "limit=\"longpoll_buffer\""},
         {limit_longpoll_sessions, "limit=\"longpoll_sessions\""},
         {limit_longpoll_relay, "limit=\"longpoll_relay\""},
         {limit_request, "limit=\"request\""},
         {limit_crowded, "limit=\"crowded\""},
         {limit_mailbox, "limit=\"mailbox\""},
         {limit_agent_work, "limit=\"agent_work\""},
         {limit_blocking_work, "limit=\"blocking_work\""},
         {limit_presence_bytes, "limit=\"presence_bytes\""},
         {limit_presence_own_keys, "limit=\"presence_own_keys\""},
         {limit_presence_calls, "limit=\"presence_calls\""},
         {limit_presence_keys, "limit=\"presence_keys\""},
         {limit_presence_metas, "limit=\"presence_metas\""}});
  write(out, shards, {"roost_presence_fetches_failed_total", "Presences told without the fields of fetch, by reason."},
        {{presence_fetch_crashed, "reason=\"fetch_crashed\""}, {presence_fetch_timeout, "reason=\"fetch_timeout\""}});
  write(out, shards, {"roost_mailbox_bytes", "Broadcasts and other work that wait for the shards.", true},
        {{mailbox_bytes, ""}});
  return out;
}

}  // namespace roost
