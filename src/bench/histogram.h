#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace roost::bench {

/// Counts durations in buckets whose width grows with the value: any of 64 bits, off by less than 1 %.
///
/// A plain array, so that processes may share one. Adding costs a few instructions, merging is a sum.
class Histogram {
 public:
  void add(std::uint64_t value, std::uint64_t times = 1) {
    counts_[bucket(value)] += times;
    count_ += times;
    sum_ += value * times;
    if (value > max_) max_ = value;
  }
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }
  /// The smallest value such that `fraction` (0-1) of what was added is not above it, at most max(); 0 if nothing was.
  std::uint64_t quantile(double fraction) const;
  /// How much of what was added lies in buckets that begin at or below `value`.
  std::uint64_t count_up_to(std::uint64_t value) const;

  /// Values below kLinear have a bucket each; above, every doubling is cut into kLinear / 2 of them.
  static constexpr std::size_t kLinear = 256;
  static constexpr std::size_t kLinearBits = 8;
  static constexpr std::size_t kBuckets = kLinear + (64 - kLinearBits) * (kLinear / 2);

  static constexpr std::size_t bucket(std::uint64_t value) {
    if (value < kLinear) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kLinearBits;
    return shift * (kLinear / 2) + static_cast<std::size_t>(value >> shift);
  }
  /// The largest value that falls into a bucket.
  static constexpr std::uint64_t upper_bound(std::size_t bucket) {
    if (bucket < kLinear) return bucket;
    const std::size_t shift = bucket / (kLinear / 2) - 1;
    const std::uint64_t first = bucket - shift * (kLinear / 2);
    return ((first + 1) << shift) - 1;
  }

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace roost::bench
