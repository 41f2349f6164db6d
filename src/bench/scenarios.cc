#include "bench/scenarios.h"

namespace roost::bench {

std::expected<Result, Error> run(const Settings& settings, MakeLoad make) {
  auto team = Team::create(settings);
  if (!team) return std::unexpected(team.error());
  return make(settings, *team)->run();
}

}  // namespace roost::bench
