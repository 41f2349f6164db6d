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

  /// The stretch begins. `units`: how many were counted before.
  void start(std::uint64_t units);
  /// It ends; what it found goes into `result`.
  void finish(std::uint64_t units, Result& result) const;

  Duration elapsed() const { return Clock::now() - started_; }

 private:
  Meter() = default;

  std::optional<ServerCpu> server_;
  TimePoint started_{};
  std::uint64_t units_ = 0;
  std::uint64_t server_ns_ = 0;
  std::uint64_t client_ns_ = 0;
};

}  // namespace roost::bench
