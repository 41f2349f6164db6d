#pragma once

#include <vector>

#include "base/time.h"

namespace roost::tracker {

/// When the next diff of a topic may leave: at once when it was quiet, and the later the more there were.
///
/// After n frames within the last second the next one waits n * 2 s / (max * (max + 1)) behind the last. So any second
/// has `frames_per_second_max` frames at most, whatever happens, and a storm settles at fewer: at 7 of 10.
class Pace {
 public:
  /// `frames_per_second_max`: 0: no frame ever waits.
  explicit Pace(unsigned frames_per_second_max) : max_(frames_per_second_max) {}

  /// The earliest time for the next frame; it may be past.
  TimePoint next(TimePoint now);
  void sent(TimePoint now);
  /// Whether there was no frame within the last second, so that this may be forgotten.
  bool quiet(TimePoint now);

 private:
  void forget_old(TimePoint now);

  const unsigned max_;
  std::vector<TimePoint> sent_;  // within the last second, oldest first; at most max_
};

}  // namespace roost::tracker
