#include "net/mailbox.h"

#include <iterator>
#include <utility>

namespace roost::net {

bool Mailbox::post(Work work, std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
    bytes_.store(waiting_bytes() + kWorkBytes + bytes, std::memory_order_relaxed);
    filled_.store(true, std::memory_order_seq_cst);
  }
  return sleeping_.load(std::memory_order_seq_cst) && sleeping_.exchange(false);
}

void Mailbox::take(std::vector<Work>& out) {
  const std::lock_guard lock(mutex_);
  bytes_.store(0, std::memory_order_relaxed);
  filled_.store(false, std::memory_order_relaxed);
  if (out.empty()) return out.swap(waiting_);
  out.insert(out.end(), std::move_iterator(waiting_.begin()), std::move_iterator(waiting_.end()));
  waiting_.clear();
}

bool Mailbox::prepare_sleep() {
  sleeping_.store(true, std::memory_order_seq_cst);
  if (empty()) return true;
  stay_awake();
  return false;
}

}  // namespace roost::net
