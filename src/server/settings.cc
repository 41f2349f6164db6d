#include "server/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <utility>

#include "http/forwarded.h"

namespace roost::server {
namespace {

using std::chrono::milliseconds;
using Texts = std::span<const std::string>;
using Kind = Setting::Kind;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// Readers of one value: "" or what is wrong with it.

template <typename T>
std::string read_integer(std::string_view text, T& to, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < min || number > max)
    return in_quotes(text) + " is not a whole number in " + std::to_string(min) + ".." + std::to_string(max);
  to = static_cast<T>(number);
  return "";
}

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};

std::string read_duration(std::string_view text, milliseconds& to) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(parsed.ptr, static_cast<std::size_t>(text.data() + text.size() - parsed.ptr));
  const auto known = std::ranges::find(kUnits, unit, [](const auto& each) { return each.first; });
  constexpr std::int64_t kLongest = std::int64_t{366} * 24 * 3'600'000;  // a year: more is a mistake
  if (parsed.ec != std::errc() || number < 0 || known == kUnits.end() || number > kLongest / known->second)
    return in_quotes(text) + " is not a duration such as 500ms, 30s, 5m or 1h";
  to = milliseconds(number * known->second);
  return "";
}

std::string read_bool(std::string_view text, bool& to) {
  to = text == "true";
  return to || text == "false" ? "" : in_quotes(text) + " is neither true nor false";
}

std::string show_duration(milliseconds duration) {
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit)
    if (duration.count() % unit->second == 0 && duration.count() != 0)
      return std::to_string(duration.count() / unit->second) + std::string(unit->first);
  return "0s";
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& each : list) text += (text.empty() ? "" : ",") + each;
  return text;
}

/// Makes the table: `at` gives the place of the value within the options.
class Table {
 public:
  template <typename At>
  void text(std::string key, std::string flag, std::string help, At at) {
    add(
        std::move(key), std::move(flag), std::move(help), "", Kind::value,
        [at](Options& options, Texts texts) {
          at(options) = texts.back();
          return std::string();
        },
        [at](const Options& options) { return at(options); });
  }
  template <typename At>
  void integer(std::string key, std::string flag, std::string help, std::uint64_t min, std::uint64_t max, At at) {
    add(
        std::move(key), std::move(flag), std::move(help), std::to_string(min) + ".." + std::to_string(max), Kind::value,
        [at, min, max](Options& options, Texts texts) { return read_integer(texts.back(), at(options), min, max); },
        [at](const Options& options) { return std::to_string(at(options)); });
  }
  template <typename At>
  void duration(std::string key, std::string flag, std::string help, At at) {
    add(
        std::move(key), std::move(flag), std::move(help), "500ms, 30s, 5m, 1h", Kind::value,
        [at](Options& options, Texts texts) { return read_duration(texts.back(), at(options)); },
        [at](const Options& options) { return show_duration(at(options)); });
  }
  template <typename At>
  void on(std::string key, std::string flag, std::string help, At at) {
    add(
        std::move(key), std::move(flag), std::move(help), "true, false", Kind::on,
        [at](Options& options, Texts texts) { return read_bool(texts.back(), at(options)); },
        [at](const Options& options) { return std::string(at(options) ? "true" : ""); });
  }
  /// `check`: what is wrong with one element, or "".
  template <typename At>
  void list(std::string key, std::string flag, std::string help, std::string allowed, At at,
            std::string (*check)(const std::string&)) {
    add(
        std::move(key), std::move(flag), std::move(help), std::move(allowed), Kind::list,
        [at, check](Options& options, Texts texts) {
          for (const std::string& each : texts)
            if (auto wrong = check(each); !wrong.empty()) return wrong;
          at(options) = std::vector(texts.begin(), texts.end());
          return std::string();
        },
        [at](const Options& options) { return joined(at(options)); });
  }
  void add(std::string key, std::string flag, std::string help, std::string allowed, Kind kind,
           std::function<std::string(Options&, Texts)> set, std::function<std::string(const Options&)> show) {
    all.push_back(
        {std::move(key), std::move(flag), std::move(help), std::move(allowed), kind, std::move(set), std::move(show)});
  }

  std::vector<Setting> all;
};

std::string check_proxy(const std::string& text) {
  const auto parsed = http::TrustedProxies::parse({text});
  return parsed ? "" : parsed.error().message;
}

std::string no_check(const std::string&) {
  return "";
}

constexpr std::array<std::string_view, 6> kLogLevels = {"trace", "debug", "info", "warn", "error", "off"};

std::string set_log_level(Options& options, Texts texts) {
  if (std::ranges::find(kLogLevels, texts.back()) == kLogLevels.end())
    return in_quotes(texts.back()) + " is not one of trace, debug, info, warn, error, off";
  options.log_level = texts.back();
  return "";
}

std::string set_host(Options& options, Texts texts) {
  options.host = texts.back();
  return options.host.empty() ? "an address is needed, such as 127.0.0.1" : "";
}

void add_server(Table& table) {
  table.add("host", "--host", "address to listen on", "", Kind::value, set_host,
            [](const Options& o) { return o.host; });
  table.integer(
      "port", "--port", "port to listen on; 0: any free one", 0, 65'535, [](auto& o) -> auto& { return o.port; });
  table.integer(
      "shards", "--shards", "threads that serve; 0: one for each core", 0, kShardsMax,
      [](auto& o) -> auto& { return o.shards; });
  table.text(
      "db", "--db", "SQLite file that keeps the state; without it nothing is kept",
      [](auto& o) -> auto& { return o.db; });
  table.add("log_level", "--log-level", "what to log", "trace, debug, info, warn, error, off", Kind::value,
            set_log_level, [](const Options& o) { return o.log_level; });
  table.text(
      "public_host", "--public-host", "host name of the pages that may connect",
      [](auto& o) -> auto& { return o.public_host; });
  table.list(
      "trusted_proxies", "--trusted-proxy", "proxies whose X-Forwarded-* headers are believed", "10.0.0.7, 10.0.0.0/8",
      [](auto& o) -> auto& { return o.trusted_proxies; }, check_proxy);
}

void add_tls(Table& table) {
  table.text(
      "tls.certificate", "--tls-certificate", "PEM file of the certificate, and of those that lead to the root",
      [](auto& o) -> auto& { return o.tls.certificate; });
  table.text(
      "tls.key", "--tls-key", "PEM file of its key", [](auto& o) -> auto& { return o.tls.key; });
}

void add_limits(Table& table) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // a terabyte: more is a mistake
  table.integer(
      "http.target_bytes_max", "--http-target-bytes-max", "path and query of a request", 1, kMost,
      [](auto& o) -> auto& { return o.http.target_bytes_max; });
  table.integer(
      "http.header_bytes_max", "--http-header-bytes-max", "all header lines of a request", 1, kMost,
      [](auto& o) -> auto& { return o.http.header_bytes_max; });
  table.integer(
      "http.header_count_max", "--http-header-count-max", "header lines of a request", 1, kMost,
      [](auto& o) -> auto& { return o.http.header_count_max; });
  table.integer(
      "http.body_bytes_max", "--http-body-bytes-max", "body of a request", 0, kMost,
      [](auto& o) -> auto& { return o.http.body_bytes_max; });
  table.duration(
      "http.request_timeout", "--http-request-timeout", "until a request is whole, and between two",
      [](auto& o) -> auto& { return o.http.request_timeout; });
  table.integer(
      "drain.batch_size", "--drain-batch-size", "connections that are sent away at a time by a stop", 1, kMost,
      [](auto& o) -> auto& { return o.drain.batch_size; });
  table.duration(
      "drain.batch_interval", "--drain-batch-interval", "time between two batches",
      [](auto& o) -> auto& { return o.drain.batch_interval; });
  table.duration(
      "drain.patience", "--drain-patience", "time for all of it; then the rest is cut off",
      [](auto& o) -> auto& { return o.drain.patience; });
  table.integer(
      "mailbox.bytes_max", "--mailbox-bytes-max", "broadcasts that wait for a shard", 1, kMost,
      [](auto& o) -> auto& { return o.mailbox.bytes_max; });
  table.duration(
      "mailbox.patience", "--mailbox-patience", "how long app.broadcast waits for one that is behind",
      [](auto& o) -> auto& { return o.mailbox.patience; });
  table.integer(
      "presence.diff_frames_per_second", "--presence-diff-frames-per-second",
      "presence_diff frames of a topic for each client; 0: each change at once", 0, 1'000,
      [](auto& o) -> auto& { return o.presence.diff_frames_per_second; });
  table.integer(
      "presence.diff_sends_per_second", "--presence-diff-sends-per-second",
      "the same for all clients of a topic together: in a large room changes are gathered for up to 1 s; 0: no limit",
      0, 1'000'000'000, [](auto& o) -> auto& { return o.presence.diff_sends_per_second; });
  table.duration(
      "presence.fetch_timeout", "--presence-fetch-timeout", "for the application's fields of presences",
      [](auto& o) -> auto& { return o.presence.fetch_timeout; });
  table.integer(
      "presence.fetches_max", "--presence-fetches-max", "topics of one shard that wait for such fields at a time", 1,
      kMost, [](auto& o) -> auto& { return o.presence.fetches_max; });
  table.integer(
      "presence.key_bytes_max", "--presence-key-bytes-max", "a presence's key", 1, kMost,
      [](auto& o) -> auto& { return o.presence.key_bytes_max; });
  table.integer(
      "presence.meta_bytes_max", "--presence-meta-bytes-max", "a presence's meta", 2, kMost,
      [](auto& o) -> auto& { return o.presence.meta_bytes_max; });
  table.integer(
      "presence.keys_per_channel_max", "--presence-keys-per-channel-max", "keys that one channel tracks", 1, kMost,
      [](auto& o) -> auto& { return o.presence.keys_per_channel_max; });
  table.integer(
      "presence.keys_of_app_max", "--presence-keys-of-app-max", "keys that the application itself tracks", 1, kMost,
      [](auto& o) -> auto& { return o.presence.keys_of_app_max; });
  table.integer(
      "presence.keys_per_topic_max", "--presence-keys-per-topic-max", "keys in a topic", 1, kMost,
      [](auto& o) -> auto& { return o.presence.keys_per_topic_max; });
  table.integer(
      "presence.metas_per_key_max", "--presence-metas-per-key-max", "metas of one key", 1, kMost,
      [](auto& o) -> auto& { return o.presence.metas_per_key_max; });
  table.on(
      "drain.refuse_new", "--drain-refuse-new", "new clients get 503 meanwhile",
      [](auto& o) -> auto& { return o.drain.refuse_new; });
}

void add_cluster(Table& table) {
  table.list(
      "cluster.nats", "--nats", "NATS servers of the cluster", "nats://host:4222",
      [](auto& o) -> auto& { return o.cluster.nats; }, no_check);
  table.text(
      "cluster.node", "--node", "this node's name in the cluster; without it roost@HOSTNAME:PORT",
      [](auto& o) -> auto& { return o.cluster.node; });
  table.text(
      "cluster.nats_prefix", "--nats-prefix", "what all NATS subjects begin with",
      [](auto& o) -> auto& { return o.cluster.nats_prefix; });
  table.text(
      "cluster.nats_credentials", "--nats-credentials", "credentials file for NATS",
      [](auto& o) -> auto& { return o.cluster.nats_credentials; });
  table.on(
      "cluster.nats_tls", "--nats-tls", "TLS to NATS", [](auto& o) -> auto& { return o.cluster.nats_tls; });
  table.text(
      "cluster.nats_ca", "--nats-ca", "PEM file of who signed the NATS servers' certificates",
      [](auto& o) -> auto& { return o.cluster.nats_ca; });
  table.text(
      "cluster.nats_certificate", "--nats-certificate", "PEM file of this node's certificate for NATS",
      [](auto& o) -> auto& { return o.cluster.nats_certificate; });
  table.text(
      "cluster.nats_key", "--nats-key", "PEM file of its key", [](auto& o) -> auto& { return o.cluster.nats_key; });
}

std::vector<Setting> make_settings() {
  Table table;
  add_server(table);
  add_tls(table);
  add_limits(table);
  add_cluster(table);
  return std::move(table.all);
}

/// Letters to insert, remove or replace.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string Setting::variable() const {
  std::string name = "ROOST_";
  for (const char c : flag.substr(2)) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

std::string closest(std::string_view name, std::span<const std::string> names) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;  // more than that is another word
  for (const std::string& each : names)
    if (const std::size_t here = distance(name, each); here < least) {
      least = here;
      best = each;
    }
  return best;
}

}  // namespace roost::server
