#include "bench/meter.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace roost::bench {
namespace {

double seconds_between(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::uint64_t own_cpu_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

std::expected<Meter, Error> Meter::create(const Settings& settings) {
  Meter meter;
  meter.server_pid_ = settings.server_pid;
  if (settings.server_pid == 0) return meter;
  auto server = ServerCpu::of(settings.server_pid);
  if (!server) return std::unexpected(server.error());
  meter.server_ = std::move(*server);
  meter.private_memory_ = private_memory_bytes(settings.server_pid);
  return meter;
}

void Meter::start(Counts counts) {
  first_ = counts;
  memory_ = server_ ? reset_peak_memory(server_pid_) : 0;
  server_ns_ = sampled_ns_ = server_now();
  sampled_units_ = counts.units;
  started_ = sampled_ = Clock::now();
}

void Meter::sample(std::uint64_t units, Result& result) {
  const TimePoint now = Clock::now();
  if (now - sampled_ < kSampleInterval) return;
  const double seconds = seconds_between(std::exchange(sampled_, now), now);
  const std::uint64_t server_ns = server_now();
  const std::uint64_t done = units - std::exchange(sampled_units_, units);
  const std::uint64_t spent = server_ns - std::exchange(sampled_ns_, server_ns);
  result.samples.push_back({seconds_between(started_, now), static_cast<double>(done) / seconds,
                            static_cast<double>(spent) * 1e-9 / seconds});
}

void Meter::finish(Counts counts, Result& result) const {
  result.seconds = seconds_between(started_, Clock::now());
  result.units = counts.units - first_.units;
  const double each = 1e-3 / static_cast<double>(std::max<std::uint64_t>(result.units, 1));
  result.client_cpu_us = static_cast<double>(counts.client_ns - first_.client_ns) * each;
  if (!server_) return;
  const double spent = static_cast<double>(server_now() - server_ns_);
  result.server_cpu_us = spent * each;
  result.server_cpu_s = spent * 1e-9;
  result.cpu_source = server_->source();
  if (memory_ > 0)
    result.server_peak_growth_bytes =
        static_cast<double>(peak_memory_bytes(server_pid_)) - static_cast<double>(memory_);
}

void Meter::add_memory(std::size_t connections, Result& result) const {
  if (!server_) return;
  const double now = static_cast<double>(private_memory_bytes(server_pid_));
  result.server_bytes_a_connection = (now - static_cast<double>(private_memory_)) / static_cast<double>(connections);
}

}  // namespace roost::bench
