#include "presence/delta.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace roost::presence {

void join(Part& part, const Part& other) {
  for (const auto& [first, last] : other.seen.runs()) {
    auto value = part.values.lower_bound(first);
    while (value != part.values.end() && value->first <= last) {
      value = other.values.contains(value->first) ? std::next(value) : part.values.erase(value);
    }
  }
  for (const auto& value : other.values)
    if (!part.seen.contains(value.first)) part.values.insert(value);
  part.seen.insert(other.seen);
}

bool contiguous(const Delta& a, const Delta& b) {
  return covers(a.end, b.start) && covers(b.end, a.start);
}

void merge(Delta& delta, const Delta& other) {
  lower_to(delta.start, other.start);
  raise_to(delta.end, other.end);
  for (const auto& [replica, part] : other.parts) join(delta.parts[replica], part);
}

std::size_t dots_of(const Delta& delta) {
  std::size_t dots = 0;
  for (const auto& [replica, part] : delta.parts)
    dots += std::min(part.seen.size(), std::numeric_limits<std::size_t>::max() - dots);
  return dots;
}

std::size_t size_of(const Delta& delta) {
  std::size_t values = 0;
  for (const auto& [replica, part] : delta.parts) values += part.values.size();
  return values + std::min(dots_of(delta), std::numeric_limits<std::size_t>::max() - values);
}

Delta restrict_to(const Delta& delta, const Clock& known) {
  Delta result{restrict_to(delta.start, known), restrict_to(delta.end, known), {}};
  for (const auto& part : delta.parts)
    if (known.contains(part.first)) result.parts.insert(part);
  return result;
}

void forget(Delta& delta, const ReplicaId& replica) {
  delta.start.erase(replica);
  delta.end.erase(replica);
  delta.parts.erase(replica);
}

}  // namespace roost::presence
