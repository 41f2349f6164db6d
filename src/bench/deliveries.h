#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/numbered.h"

namespace roost::bench {

/// What went wrong with deliveries; all zero when nothing did.
struct Faults {
  std::uint64_t missing = 0;       // never came
  std::uint64_t duplicates = 0;    // came more than once
  std::uint64_t out_of_order = 0;  // came after one with a higher number
  std::uint64_t garbled = 0;       // not what was sent

  bool none() const { return (missing | duplicates | out_of_order | garbled) == 0; }
  Faults& operator+=(const Faults& other);
  std::string text() const;  // "3 missing, 1 duplicate"; "none"
};

/// Checks that each subscriber gets the numbers kFirstNumber, kFirstNumber + 1 … once and in order.
class Deliveries {
 public:
  explicit Deliveries(std::size_t subscribers) : next_(subscribers, kFirstNumber) {}

  /// The number that this subscriber should get next.
  std::uint64_t expected(std::size_t subscriber) const { return next_[subscriber]; }
  /// It did get that.
  void as_expected(std::size_t subscriber) {
    ++next_[subscriber];
    ++count_;
  }
  /// It got `number`, whatever was expected.
  void saw(std::size_t subscriber, std::uint64_t number);
  /// It got something that has no number.
  void garbled() { ++faults_.garbled; }

  /// Deliveries so far that were neither duplicates nor garbled.
  std::uint64_t count() const { return count_; }
  /// The faults if nothing more comes and all numbers below `end` were sent.
  Faults faults(std::uint64_t end) const;

 private:
  std::vector<std::uint64_t> next_;
  std::unordered_map<std::size_t, std::vector<std::uint64_t>> skipped_;  // by subscriber: numbers still to come
  std::uint64_t count_ = 0;
  Faults faults_;
};

}  // namespace roost::bench
