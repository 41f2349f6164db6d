#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "base/time.h"
#include "bench/result.h"
#include "bench/server_cpu.h"
#include "bench/settings.h"

namespace roost::bench {

/// Measures a stretch of a run: time, and what server and client spent of it.
class Meter {
 public:
  /// Error: the server's time was asked for and cannot be read.
  static std::expected<Meter, Error> create(const Settings& settings);

  /// Counts at a moment. `client_ns`: CPU time of all processes of the generator.
  struct Counts {
    std::uint64_t units = 0;
    std::uint64_t client_ns = 0;
  };

  /// The stretch begins.
  void start(Counts counts);
  /// Notes how far it is, for the plots; more often than kSampleInterval does nothing.
  void sample(std::uint64_t units, Result& result);
  /// It ends; what it found goes into `result`.
  void finish(Counts counts, Result& result) const;
  /// How much the server's private memory grew since create(), for each of the connections.
  void add_memory(std::size_t connections, Result& result) const;

  static constexpr std::chrono::milliseconds kSampleInterval{100};

 private:
  Meter() = default;
  std::uint64_t server_now() const { return server_ ? server_->nanoseconds() : 0; }

  std::optional<ServerCpu> server_;
  pid_t server_pid_ = 0;
  TimePoint started_{};
  Counts first_;
  std::uint64_t server_ns_ = 0;
  std::uint64_t private_memory_ = 0;  // when nobody was connected
  std::uint64_t memory_ = 0;          // all of it, when the stretch began
  TimePoint sampled_{};
  std::uint64_t sampled_units_ = 0;
  std::uint64_t sampled_ns_ = 0;
};

/// CPU time of this process: exact, unlike getrusage's shares of user and system.
std::uint64_t own_cpu_nanoseconds();

}  // namespace roost::bench
