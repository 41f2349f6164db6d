#include "server/options.h"

#include <array>
#include <charconv>
#include <cstdint>

#include <CLI/CLI.hpp>

#include "http/forwarded.h"
#include "server/cluster_options.h"

namespace roost::server {
namespace {

constexpr std::array<std::string_view, 6> kLogLevels = {"trace", "debug", "info", "warn", "error", "off"};

/// A whole number in a range, or the words that say so. CLI11's own words name a type, not the range.
CLI::Validator whole_number(std::int64_t min, std::int64_t max) {
  const std::string range = std::to_string(min) + ".." + std::to_string(max);
  return CLI::Validator(
      [min, max, range](std::string& text) {
        std::int64_t number = 0;
        const char* end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, number);
        const bool fits = parsed.ec == std::errc() && parsed.ptr == end && number >= min && number <= max;
        return fits ? std::string() : "\"" + text + "\" is not a whole number in " + range;
      },
      range);
}

CLI::Validator log_level() {
  return CLI::Validator(
      [](std::string& text) {
        for (const std::string_view level : kLogLevels)
          if (text == level) return std::string();
        return "\"" + text + "\" is not one of trace, debug, info, warn, error, off";
      },
      "trace|debug|info|warn|error|off");
}

CLI::Validator network() {
  return CLI::Validator(
      [](std::string& text) {
        text = CLI::detail::trim_copy(text);  // of a list such as "10.0.0.1, 10.0.0.2"
        const auto parsed = http::TrustedProxies::parse({text});
        return parsed ? std::string() : parsed.error().message;
      },
      "ADDRESS|NETWORK");
}

}  // namespace

std::expected<Options, Exit> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App cli("A Phoenix Channels server made with Roost.");
  cli.set_version_flag("--version", "roost 0.1.0");
  cli.add_option("--host", options.host, "address to listen on")->envname("ROOST_HOST")->capture_default_str();
  cli.add_option("--port", options.port, "port to listen on; 0: any free one")
      ->envname("ROOST_PORT")
      ->check(whole_number(0, 65'535))
      ->type_name("")
      ->capture_default_str();
  cli.add_option("--shards", options.shards, "threads that serve; 0: one for each core")
      ->envname("ROOST_SHARDS")
      ->check(whole_number(0, kShardsMax))
      ->type_name("")
      ->capture_default_str();
  cli.add_option("--db", options.db, "SQLite file that keeps the state; without it nothing is kept")
      ->envname("ROOST_DB");
  cli.add_option("--log-level", options.log_level, "what to log")
      ->envname("ROOST_LOG_LEVEL")
      ->check(log_level())
      ->type_name("")
      ->capture_default_str();
  cli.add_option("--public-host", options.public_host, "host name of the pages that may connect")
      ->envname("ROOST_PUBLIC_HOST")
      ->capture_default_str();
  cli.add_option("--trusted-proxy", options.trusted_proxies,
                 "proxy whose X-Forwarded-* headers are believed; may be given again, or as a,b")
      ->envname("ROOST_TRUSTED_PROXY")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->transform(network())
      ->type_name("");
  add_cluster_options(cli, options.cluster);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    return std::unexpected(Exit{0, done.get_name() == "CallForHelp" ? cli.help() : std::string(done.what()) + "\n"});
  } catch (const CLI::ParseError& error) {
    return std::unexpected(Exit{2, std::string(error.what()) + "\nTry --help.\n"});
  }
  return options;
}

std::string check_options(const Options& options) {
  if (options.shards > kShardsMax)
    return "shards: " + std::to_string(options.shards) + " is not in 0.." + std::to_string(kShardsMax);
  if (options.host.empty()) return "host: an address is needed, such as 127.0.0.1";
  if (const auto proxies = http::TrustedProxies::parse(options.trusted_proxies); !proxies)
    return "trusted_proxies: " + proxies.error().message;
  for (const std::string_view level : kLogLevels)
    if (options.log_level == level) return "";
  return "log_level: \"" + options.log_level + "\" is not one of trace, debug, info, warn, error, off";
}

}  // namespace roost::server
