#include "tracker/options.h"

#include <algorithm>

#include "base/limits.h"
#include "tracker/message.h"

namespace roost::tracker {

std::expected<void, Error> check(const Options& options) {
  const auto fail = [](const char* why) { return std::unexpected(Error{why}); };
  if (options.node.empty() || options.node.size() > limits::kNodeNameBytesMax)
    return fail("node: must be 1 to 255 bytes");
  if (options.broadcast_period <= Duration::zero()) return fail("broadcast_period: must be positive");
  if (options.down_period < 2 * (options.max_silent_periods + 1) * options.broadcast_period)
    return fail("down_period: must be at least twice (max_silent_periods + 1) * broadcast_period");
  if (options.permdown_period <= options.down_period) return fail("permdown_period: must be more than down_period");
  if (options.clock_sample_periods == 0) return fail("clock_sample_periods: must be positive");
  if (options.delta_period.value_or(Duration(1)) <= Duration::zero()) return fail("delta_period: must be positive");
  if (options.repair_period.value_or(Duration(1)) <= Duration::zero()) return fail("repair_period: must be positive");
  if (!std::ranges::is_sorted(options.max_delta_sizes)) return fail("max_delta_sizes: must ascend");
  return {};
}

}  // namespace roost::tracker
