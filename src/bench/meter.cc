#include "bench/meter.h"

#include <algorithm>
#include <ctime>

namespace roost::bench {
namespace {

/// CPU time of this process: exact, unlike getrusage's shares of user and system.
std::uint64_t client_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::expected<Meter, Error> Meter::create(const Settings& settings) {
  Meter meter;
  if (settings.server_pid == 0) return meter;
  auto server = ServerCpu::of(settings.server_pid);
  if (!server) return std::unexpected(server.error());
  meter.server_ = std::move(*server);
  return meter;
}

void Meter::start(std::uint64_t units) {
  units_ = units;
  client_ns_ = client_nanoseconds();
  if (server_) server_ns_ = server_->nanoseconds();
  started_ = Clock::now();
}

void Meter::finish(std::uint64_t units, Result& result) const {
  result.seconds = std::chrono::duration<double>(elapsed()).count();
  result.units = units - units_;
  const double each = 1e-3 / static_cast<double>(std::max<std::uint64_t>(result.units, 1));
  result.client_cpu_us = static_cast<double>(client_nanoseconds() - client_ns_) * each;
  if (!server_) return;
  result.server_cpu_us = static_cast<double>(server_->nanoseconds() - server_ns_) * each;
  result.cpu_source = server_->source();
}

}  // namespace roost::bench
