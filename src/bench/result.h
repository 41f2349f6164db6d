#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/deliveries.h"
#include "bench/histogram.h"

namespace roost::bench {

/// A moment of a run.
struct Sample {
  double at;  // seconds since the measured time began
  double units_a_second;
  double server_cores;  // CPU seconds of the server a second
};

/// Something that one load finds and others do not.
struct Figure {
  std::string name;  // for people; in JSON with "_" for blanks
  double value = 0;
  std::string unit;  // "s"; empty: a count
};

/// What a run found.
struct Result {
  std::string scenario;
  std::string url;
  std::vector<std::pair<std::string, std::string>> settings;  // name and value, for people

  std::string unit;         // what was counted: "delivery"
  std::string unit_plural;  // "deliveries"
  std::uint64_t units = 0;  // in the measured time
  double seconds = 0;       // the measured time
  bool open_loop = false;   // messages were sent when they were due, not when others had come back

  std::optional<double> server_cpu_us;  // for each unit
  double server_cpu_s = 0;              // in all, if that is known
  std::string cpu_source;
  double client_cpu_us = 0;                                            // for each unit
  std::optional<double> server_bytes_a_connection;                     // growth of its private memory
  std::optional<double> server_peak_growth_bytes;                      // of all its memory, while it was measured
  std::unique_ptr<Histogram> latency = std::make_unique<Histogram>();  // nanoseconds

  std::vector<Figure> figures;
  std::vector<Sample> samples;

  Faults faults;
  std::uint64_t lost_connections = 0;
  std::string trouble;  // why the run ended early, or the first connection; empty: neither

  bool good() const { return faults.none() && lost_connections == 0 && trouble.empty() && units > 0; }
};

/// "1,234", "0.250 s", "12.500".
std::string text(const Figure& figure);
/// A table for a terminal, with a line break at its end.
std::string to_table(const Result& result);
/// One JSON object on one line.
std::string to_json(const Result& result);

}  // namespace roost::bench
