#pragma once

#include <vector>

#include "base/time.h"

namespace roost::tracker {

/// When the next diff of a topic may leave: at once when it was quiet, and the later the more there were.
///
/// After n frames within the last second the next one waits n * 2 s / (max * (max + 1)) behind the last, but no longer
/// than a second. So any second has `max` frames at most, the largest that was given for it, and a storm settles at
/// fewer: at 7 of 10.
class Pace {
 public:
  /// The earliest time for the next frame; it may be past. `max`: frames in a second, for now; 0: no frame waits.
  TimePoint next(TimePoint now, unsigned max);
  void sent(TimePoint now);
  /// Whether there was no frame within the last second, so that this may be forgotten.
  bool quiet(TimePoint now);

 private:
  void forget_old(TimePoint now);

  std::vector<TimePoint> sent_;  // within the last second, oldest first
};

}  // namespace roost::tracker
