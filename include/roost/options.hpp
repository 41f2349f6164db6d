#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include <roost/cluster.hpp>
#include <roost/limits.hpp>

namespace roost {

/// How a server that stops sends its clients away (PROTOCOL §5.8): in batches, so that not all of them come back at
/// once.
struct DrainOptions {
  std::size_t batch_size = 10'000;  // connections, idle ones among them; of each shard one at least
  std::chrono::milliseconds batch_interval{2'000};
  std::chrono::milliseconds patience{30'000};  // for all of it; then what is left is cut off
  bool refuse_new = false;                     // upgrades and new long polls get 503 meanwhile
};

/// TLS (1.2 and 1.3) for all that connects: both files or none, PEM. SIGHUP has `App::run` read them anew, for those
/// who connect from then on.
struct TlsOptions {
  std::string certificate = {};  // the server's own first, then those that lead to the root
  std::string key = {};          // without a password
};

/// What flags, environment, a file and defaults decide; see App::from_args.
struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4000;              // 0: any free port; see App::port
  unsigned shards = 0;                    // threads; 0: one for each core, at most kShardsMax
  std::string db = {};                    // SQLite file for persistent agents; empty: nothing is kept
  std::string log_level = "info";         // trace, debug, info, warn, error, off
  std::string public_host = "localhost";  // the host that check_origin(true) compares with
  /// Proxies whose X-Forwarded-* or Forwarded headers tell address, scheme and host of a client, "10.0.0.7" or
  /// "10.0.0.0/8"; none: every request speaks for itself. See docs/guide/behind-a-proxy.md.
  std::vector<std::string> trusted_proxies = {};
  TlsOptions tls = {};
  HttpLimits http = {};
  DrainOptions drain = {};
  MailboxLimits mailbox = {};
  PresenceOptions presence = {};
  ClusterOptions cluster = {};  // its flags are --nats, --node and --nats-…
  bool contract_ts = false;     // --contract-ts: run() prints App::typescript_contract and ends
  /// The table [app] of the file, which is the application's own: `roost::from_json<Mine>(app.options().app)`.
  boost::json::object app = {};
};
inline constexpr unsigned kShardsMax =
    64;  // one bit each in the word that says which shards have subscribers of a topic

/// Options from the environment (ROOST_PORT …) over `file` (TOML; empty: none) over `defaults`: for programs that have
/// a command line of their own. The error is everything that is wrong, a line each.
std::expected<Options, std::vector<std::string>> read_options(const std::string& file, Options defaults = {});

}  // namespace roost
