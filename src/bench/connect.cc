#include <fmt/format.h>

#include "bench/crowd.h"
#include "bench/meter.h"
#include "bench/scenarios.h"

namespace roost::bench {

std::expected<Result, Error> run_connect(const Settings& settings) {
  auto meter = Meter::create(settings);
  if (!meter) return std::unexpected(meter.error());
  Progress progress("connect");
  Crowd crowd(settings, progress);
  Result result;
  result.scenario = "connect";
  result.url = settings.url;
  result.unit = "connect + join";
  result.settings = {{"connections", fmt::format("{}, {} at a time", settings.connections, settings.concurrency)}};

  const std::uint64_t memory = settings.server_pid ? private_memory_bytes(settings.server_pid) : 0;
  meter->start(0);
  if (auto joined = crowd.join_all(); !joined) return std::unexpected(joined.error());
  meter->finish(crowd.joined(), result);
  result.latency->merge(crowd.join_latency());

  for (const TimePoint begun = Clock::now(); Clock::now() - begun < settings.hold;) {
    crowd.turn(std::chrono::milliseconds(100));
    progress.show("holding", crowd.joined() - crowd.lost(), settings.connections);
  }
  if (settings.server_pid) {
    const auto grown = static_cast<double>(private_memory_bytes(settings.server_pid)) - static_cast<double>(memory);
    result.server_bytes_a_connection = grown / static_cast<double>(settings.connections);
  }
  result.lost_connections = crowd.lost();
  result.trouble = crowd.first_loss();
  return result;
}

}  // namespace roost::bench
