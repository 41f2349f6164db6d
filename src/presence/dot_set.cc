#include "presence/dot_set.h"

#include <algorithm>
#include <iterator>

namespace roost::presence {

void DotSet::insert(Counter first, Counter last) {
  auto next = runs_.upper_bound(first);
  auto run = next;
  if (next != runs_.begin() && std::prev(next)->second + 1 >= first) {
    run = std::prev(next);  // it touches the new one: let it grow
    if (run->second >= last) return;
    size_ += last - run->second;
    run->second = last;
  } else {
    run = runs_.emplace_hint(next, first, last);
    size_ += last - first + 1;
  }
  while (next != runs_.end() && next->first <= run->second + 1) {
    if (next->first <= run->second) size_ -= std::min(run->second, next->second) - next->first + 1;  // counted twice
    run->second = std::max(run->second, next->second);
    next = runs_.erase(next);
  }
}

void DotSet::insert(const DotSet& other) {
  for (const auto& [first, last] : other.runs_) insert(first, last);
}

bool DotSet::contains(Counter dot) const {
  const auto next = runs_.upper_bound(dot);
  return next != runs_.begin() && std::prev(next)->second >= dot;
}

Counter DotSet::contiguous() const {
  return !runs_.empty() && runs_.begin()->first == 1 ? runs_.begin()->second : 0;
}

}  // namespace roost::presence
