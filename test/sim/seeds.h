#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace roost::sim {

/// Which seeds a simulation runs: ROOST_SEED=42 that one alone, else ROOST_SIM_RUNS many, from ROOST_SIM_FIRST (1) on.
inline std::vector<std::uint64_t> seeds(std::uint64_t default_runs) {
  const auto number = [](const char* name, std::uint64_t otherwise) -> std::uint64_t {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
  };
  if (const std::uint64_t one = number("ROOST_SEED", 0)) return {one};
  std::vector<std::uint64_t> seeds(number("ROOST_SIM_RUNS", default_runs));
  std::uint64_t next = number("ROOST_SIM_FIRST", 1);
  for (auto& seed : seeds) seed = next++;
  return seeds;
}

}  // namespace roost::sim
