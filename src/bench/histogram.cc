#include "bench/histogram.h"

#include <algorithm>
#include <cmath>

namespace roost::bench {

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::quantile(double fraction) const {
  const double exact = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  std::uint64_t wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(exact));
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] >= wanted) return std::min(upper_bound(i), max_);
    wanted -= counts_[i];
  }
  return max_;
}

std::uint64_t Histogram::count_up_to(std::uint64_t value) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bucket(value); ++i) total += counts_[i];
  return total;
}

}  // namespace roost::bench
