#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace roost::bench {

/// Counts what each of many clients gets of one kind of message.
class Tally {
 public:
  explicit Tally(std::size_t clients) : seconds_(clients) {}

  /// Forgets all; seconds are counted from here.
  void start(TimePoint now) {
    *this = Tally(seconds_.size());
    start_ = now;
  }

  void add(std::size_t client, std::size_t bytes, TimePoint now) {
    ++messages_;
    bytes_ += bytes;
    const auto second = std::chrono::floor<std::chrono::seconds>(now - start_).count();
    Second& last = seconds_[client];
    if (last.number != second) last = {second, 0};
    busiest_second_ = std::max(busiest_second_, ++last.messages);
  }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }
  /// The most that any client got between two ticks of a clock that ticks each second.
  std::uint32_t busiest_second() const { return busiest_second_; }

  double messages_a_client() const { return static_cast<double>(messages_) / static_cast<double>(seconds_.size()); }
  double bytes_a_client() const { return static_cast<double>(bytes_) / static_cast<double>(seconds_.size()); }

 private:
  struct Second {
    std::int64_t number = -1;
    std::uint32_t messages = 0;
  };

  std::vector<Second> seconds_;  // by client: the last one in which something came
  TimePoint start_{};
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint32_t busiest_second_ = 0;
};

}  // namespace roost::bench
