#include "cli/bench.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "bench/report.h"
#include "bench/result.h"
#include "bench/scenarios.h"
#include "bench/server_cpu.h"
#include "bench/settings.h"

namespace roost::cli {
namespace {

using bench::MakeLoad;
using bench::Settings;

/// What the command line fills; one for each load, which have defaults of their own.
struct BenchOptions {
  Settings settings;
  double duration = 3, warmup = 0.5, hold = 0, patience = 10;
  std::optional<double> over;
  std::vector<unsigned> cores, server_cores;
  std::string protocol = "phoenix";
  bool json = false;
  std::string report;
};

int fail(const std::string& why) {
  std::fprintf(stderr, "roost bench: %s\n", why.c_str());
  return 2;
}

/// Empty, or what is wrong.
std::string prepare(BenchOptions& options) {
  Settings& settings = options.settings;
  if (options.protocol == "socketio") settings.dialect = &bench::socketio_dialect();
  auto target = bench::parse_target(settings.url, *settings.dialect);
  if (!target) return target.error().message;
  settings.target = std::move(*target);
  settings.duration = bench::Seconds(options.duration);
  settings.warmup = bench::Seconds(options.warmup);
  settings.hold = bench::Seconds(options.hold);
  settings.patience = bench::Seconds(options.patience);
  if (options.over) settings.over = bench::Seconds(*options.over);
  if (settings.one_process && settings.processes > 1) return "--processes: presences are checked by one";
  if (settings.update_payload.find("{number}") == std::string::npos)
    return "--update-payload: lacks {number}, by which updates are told apart";
  if (settings.topics > settings.connections) return "--topics: more topics than connections";
  if (!options.cores.empty() && !bench::pin_to_cores(::getpid(), options.cores)) return "--cores: the system refused";
  if (!options.server_cores.empty() && settings.server_pid == 0) return "--server-cores: needs --pid";
  if (!options.server_cores.empty() && !bench::pin_to_cores(settings.server_pid, options.server_cores))
    return "--server-cores: the system refused";
  return "";
}

int run(BenchOptions& options, MakeLoad make) {
  if (const std::string wrong = prepare(options); !wrong.empty()) return fail(wrong);
  const auto result = bench::run(options.settings, make);
  if (!result) return fail(result.error().message);
  const std::string text = options.json ? to_json(*result) + "\n" : to_table(*result);
  std::fputs(text.c_str(), stdout);
  if (!options.report.empty()) {
    std::ofstream file(options.report);
    file << bench::to_html(*result);
    if (!file.flush()) return fail("cannot write " + options.report);
  }
  return result->good() ? 0 : 1;
}

void add_common(CLI::App& command, BenchOptions& options) {
  Settings& settings = options.settings;
  command
      .add_option("url", settings.url,
                  "ws://HOST:PORT/PATH of the socket, such as ws://127.0.0.1:4000/socket; or wss://")
      ->required();
  command.add_option("-c,--connections", settings.connections, "clients")->check(CLI::PositiveNumber);
  command.add_option("--concurrency", settings.concurrency, "connections that are set up at a time")
      ->check(CLI::PositiveNumber);
  command.add_option("--topic", settings.topic, "the topic that they join; {topic}: a number below --topics");
  command.add_option("--topics", settings.topics, "how many topics they spread over")->check(CLI::PositiveNumber);
  command.add_option("--join-payload", settings.join_payload, "the payload of phx_join, JSON; may hold {client}");
  command.add_option("--protocol", options.protocol, "phoenix, or for the servers of bench/peers: socketio")
      ->check(CLI::IsMember({"phoenix", "socketio"}));
  command.add_flag("--compress", settings.compress, "offer permessage-deflate");
  command.add_option("--patience", options.patience, "seconds without progress after which a run has failed");
  command.add_option("--processes", settings.processes, "of the load generator; 0: as many as it takes");
  command.add_option("--pid", settings.server_pid, "the server's process: measures its CPU time and memory");
  command.add_option("--cores", options.cores, "run on these cores")->delimiter(',');
  command.add_option("--server-cores", options.server_cores, "run the server (--pid) on these cores")->delimiter(',');
  command.add_flag("--json", options.json, "print JSON");
  command.add_option("--report", options.report, "write a page with plots to this file");
}

void add_time(CLI::App& command, BenchOptions& options, const char* rate) {
  command.add_option("-r,--rate", options.settings.rate, rate);
  command.add_option("-d,--duration", options.duration, "seconds that are measured");
  command.add_option("--warmup", options.warmup, "seconds before that");
}

void add_messages(CLI::App& command, BenchOptions& options) {
  Settings& settings = options.settings;
  add_time(command, options, "messages a second, whatever comes back; 0: by window");
  command.add_option("-b,--bytes", settings.bytes, "size of a payload");
  command.add_option("-w,--window", settings.window, "messages in flight")->check(CLI::PositiveNumber);
  command.add_flag("--binary", settings.binary, "binary payloads");
}

/// The options of all loads; those of its own are for the caller to add.
struct Added {
  CLI::App& command;
  BenchOptions& options;
};
Added add_load(CLI::App& bench, int& status, const char* name, const char* about, MakeLoad make,
               Settings defaults = {}) {
  auto options = std::make_shared<BenchOptions>();
  options->settings = std::move(defaults);
  CLI::App* command = bench.add_subcommand(name, about);
  command->option_defaults()->always_capture_default();
  add_common(*command, *options);
  command->callback([&status, options, make] { status = run(*options, make); });
  return {*command, *options};
}

/// What happens: all come, all update; else they leave and come back.
std::unique_ptr<bench::Load> make_presence(const Settings& settings, bench::Team& team) {
  const bool storm = settings.over || settings.updates_per_second > 0;
  return (storm ? bench::make_presence_storm : bench::make_presence)(settings, team);
}

Settings presence_defaults() {
  Settings settings;
  settings.one_process = true;
  settings.topic = "presence:{topic}";
  settings.join_payload = R"({"key":"u{client}"})";
  return settings;
}

}  // namespace

void add_bench(CLI::App& cli, int& status) {
  CLI::App* bench = cli.add_subcommand("bench", "Puts load on any server that speaks the Phoenix protocol.");
  bench->require_subcommand(1);

  auto fanout = add_load(*bench, status, "fanout", "One publishes, all get it.", bench::make_fanout);
  add_messages(fanout.command, fanout.options);
  fanout.command.add_option("--publish-event", fanout.options.settings.publish_event, "the event that is pushed");
  fanout.command.add_option("--message-event", fanout.options.settings.message_event, "the event that comes of it");

  auto echo = add_load(*bench, status, "echo", "Each gets replies to what it sends.", bench::make_echo);
  add_messages(echo.command, echo.options);
  echo.command.add_option("--echo-event", echo.options.settings.echo_event, "the event whose reply is its payload");

  auto connect = add_load(*bench, status, "connect", "All connect and join.", bench::make_connect);
  connect.command.add_option("--hold", connect.options.hold, "seconds that the connections stay");

  auto churn = add_load(*bench, status, "churn", "They leave, disconnect, and come back.", bench::make_churn);
  add_time(churn.command, churn.options, "cycles a second, however many are under way; 0: --concurrency at a time");

  auto presence = add_load(*bench, status, "presence", "They leave and join; all others see who is there.",
                           make_presence, presence_defaults());
  add_time(presence.command, presence.options, "changes a second; 0: --window at a time");
  presence.command.add_option("-w,--window", presence.options.settings.window, "changes at a time")
      ->check(CLI::PositiveNumber);
  presence.command.add_option("--presence-key", presence.options.settings.presence_key,
                              "the key under which a client is present");
  presence.command
      .add_option("--over", presence.options.over,
                  "measure how all come, evenly over so many seconds, until all agree who is there")
      ->check(CLI::NonNegativeNumber);
  presence.command
      .add_option("--updates-per-second", presence.options.settings.updates_per_second,
                  "of each client's meta: measure these, until all agree")
      ->check(CLI::NonNegativeNumber);
  presence.command.add_option("--update-event", presence.options.settings.update_event,
                              "the event that updates a meta");
  presence.command.add_option("--update-payload", presence.options.settings.update_payload,
                              "its payload, JSON; {number} must be the new meta's \"n\"");
}

}  // namespace roost::cli
