#include "tracker/pace.h"

#include <algorithm>

namespace roost::tracker {
namespace {

constexpr Duration kSecond = std::chrono::seconds(1);

}  // namespace

void Pace::forget_old(TimePoint now) {
  std::erase_if(sent_, [now](TimePoint at) { return now - at >= kSecond; });
}

// n frames in one second are n - 1 waits of at least 1, 2, … n - 1 steps: with max * (max + 1) / 2 steps to a second
// there are no more than max of them.
TimePoint Pace::next(TimePoint now, unsigned max) {
  forget_old(now);
  if (max == 0 || sent_.empty()) return now;
  const Duration step = 2 * kSecond / (max * (max + 1)) + Duration(1);  // 1: not rounded down
  return sent_.back() + std::min<Duration>(step * sent_.size(), kSecond);
}

void Pace::sent(TimePoint now) {
  forget_old(now);
  sent_.push_back(now);
}

bool Pace::quiet(TimePoint now) {
  forget_old(now);
  return sent_.empty();
}

}  // namespace roost::tracker
