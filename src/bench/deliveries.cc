#include "bench/deliveries.h"

#include <algorithm>

namespace roost::bench {
namespace {

constexpr std::size_t kSkippedMax = 100'000;  // numbers remembered for one subscriber; beyond, only counted

}  // namespace

Faults& Faults::operator+=(const Faults& other) {
  missing += other.missing;
  duplicates += other.duplicates;
  out_of_order += other.out_of_order;
  garbled += other.garbled;
  return *this;
}

std::string Faults::text() const {
  std::string text;
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count != 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(missing, "missing");
  add(duplicates, "more than once");
  add(out_of_order, "out of order");
  add(garbled, "garbled");
  return text.empty() ? "none" : text;
}

void Deliveries::saw(std::size_t subscriber, std::uint64_t number) {
  std::uint64_t& next = next_[subscriber];
  if (number == next) return as_expected(subscriber);
  auto& skipped = skipped_[subscriber];
  if (number > next) {
    for (std::uint64_t gone = next; gone < number && skipped.size() < kSkippedMax; ++gone) skipped.push_back(gone);
    faults_.missing += number - next;
    next = number;
    return as_expected(subscriber);
  }
  const auto late = std::ranges::find(skipped, number);
  if (late == skipped.end()) {
    ++faults_.duplicates;
    return;
  }
  skipped.erase(late);
  --faults_.missing;
  ++faults_.out_of_order;
  ++count_;
}

Faults Deliveries::faults(std::uint64_t end) const {
  Faults faults = faults_;
  for (const std::uint64_t next : next_)
    if (next < end) faults.missing += end - next;
  return faults;
}

}  // namespace roost::bench
