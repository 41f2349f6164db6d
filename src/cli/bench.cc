#include "cli/bench.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/result.h"
#include "bench/scenarios.h"
#include "bench/server_cpu.h"
#include "bench/settings.h"

namespace roost::cli {
namespace {

using bench::Result;
using bench::Settings;
using Scenario = std::expected<Result, Error> (*)(const Settings&);

struct BenchOptions {
  Settings settings;
  double duration = 3, warmup = 0.5, hold = 0, patience = 10;
  std::optional<unsigned> core, server_core;
  bool json = false;
};

/// As many descriptors as there may be: for root as many as the system knows at all.
void allow_many_descriptors() {
  constexpr rlim_t kWanted = 1'048'576;  // fs.nr_open's usual value
  rlimit limit{kWanted, kWanted};
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int fail(const std::string& why) {
  std::fprintf(stderr, "roost bench: %s\n", why.c_str());
  return 2;
}

int run(BenchOptions& options, Scenario scenario) {
  Settings& settings = options.settings;
  auto target = bench::parse_target(settings.url);
  if (!target) return fail(target.error().message);
  settings.target = std::move(*target);
  settings.duration = std::chrono::duration<double>(options.duration);
  settings.warmup = std::chrono::duration<double>(options.warmup);
  settings.hold = std::chrono::duration<double>(options.hold);
  settings.patience = std::chrono::duration<double>(options.patience);
  allow_many_descriptors();
  if (options.core && !bench::pin_to_core(::getpid(), *options.core)) return fail("--core: the system refused");
  if (options.server_core && settings.server_pid != 0 && !bench::pin_to_core(settings.server_pid, *options.server_core))
    return fail("--server-core: the system refused");

  const auto result = scenario(settings);
  if (!result) return fail(result.error().message);
  const std::string text = options.json ? to_json(*result) + "\n" : to_table(*result);
  std::fputs(text.c_str(), stdout);
  return result->good() ? 0 : 1;
}

void add_common(CLI::App& command, BenchOptions& options) {
  Settings& settings = options.settings;
  command.add_option("url", settings.url, "ws://HOST:PORT/PATH of the socket, such as ws://127.0.0.1:4000/socket")
      ->required();
  command.add_option("-c,--connections", settings.connections, "clients")->check(CLI::PositiveNumber);
  command.add_option("--concurrency", settings.concurrency, "connections that are set up at a time")
      ->check(CLI::PositiveNumber);
  command.add_option("--topic", settings.topic, "the topic that they join");
  command.add_option("--join-payload", settings.join_payload, "the payload of phx_join, JSON");
  command.add_flag("--compress", settings.compress, "offer permessage-deflate");
  command.add_option("--patience", options.patience, "seconds without progress after which a run has failed");
  command.add_option("--pid", settings.server_pid, "the server's process: measures its CPU time and memory");
  command.add_option("--core", options.core, "run on this core");
  command.add_option("--server-core", options.server_core, "run the server (--pid) on this core");
  command.add_flag("--json", options.json, "print JSON");
}

void add_messages(CLI::App& command, BenchOptions& options) {
  Settings& settings = options.settings;
  command.add_option("-b,--bytes", settings.bytes, "size of a payload");
  command.add_option("-w,--window", settings.window, "messages in flight")->check(CLI::PositiveNumber);
  command.add_option("-r,--rate", settings.rate, "messages a second, whatever comes back; 0: by window");
  command.add_option("-d,--duration", options.duration, "seconds that are measured");
  command.add_option("--warmup", options.warmup, "seconds before that");
  command.add_flag("--binary", settings.binary, "binary payloads");
}

CLI::App* add_scenario(CLI::App& bench, int& status, std::shared_ptr<BenchOptions> options, const char* name,
                       const char* about, Scenario scenario) {
  CLI::App* command = bench.add_subcommand(name, about);
  command->option_defaults()->always_capture_default();
  add_common(*command, *options);
  command->callback([&status, options = std::move(options), scenario] { status = run(*options, scenario); });
  return command;
}

}  // namespace

void add_bench(CLI::App& cli, int& status) {
  CLI::App* bench = cli.add_subcommand("bench", "Puts load on any server that speaks the Phoenix protocol.");
  bench->require_subcommand(1);
  auto options = std::make_shared<BenchOptions>();

  auto* fanout = add_scenario(*bench, status, options, "fanout", "One publishes, all get it.", bench::run_fanout);
  add_messages(*fanout, *options);
  fanout->add_option("--publish-event", options->settings.publish_event, "the event that is pushed");
  fanout->add_option("--message-event", options->settings.message_event, "the event that it becomes");

  auto* echo = add_scenario(*bench, status, options, "echo", "Each gets replies to what it sends.", bench::run_echo);
  add_messages(*echo, *options);
  echo->add_option("--echo-event", options->settings.echo_event, "the event whose reply holds its payload");

  auto* connect = add_scenario(*bench, status, options, "connect", "Connects and joins.", bench::run_connect);
  connect->add_option("--hold", options->hold, "seconds that the connections stay");
}

}  // namespace roost::cli
