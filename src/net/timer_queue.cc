#include "net/timer_queue.h"

#include <utility>

namespace roost::net {

TimerQueue::TimerId TimerQueue::add(TimePoint at, Work work) {
  const TimerId id{at, ++last_number_};
  timers_.emplace(id, std::move(work));
  return id;
}

void TimerQueue::cancel(TimerId timer) {
  // Taken out first: what the work owns may cancel other timers when it is destroyed.
  const auto taken = timers_.extract(timer);
}

std::optional<TimePoint> TimerQueue::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.at;
}

void TimerQueue::run_due(TimePoint now) {
  const std::uint64_t last = last_number_;
  while (!timers_.empty() && timers_.begin()->first.at <= now && timers_.begin()->first.number <= last) {
    auto taken = timers_.extract(timers_.begin());
    taken.mapped()();
  }
}

void TimerQueue::clear() {
  while (!timers_.empty()) timers_.extract(timers_.begin());
}

}  // namespace roost::net
