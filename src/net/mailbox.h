#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "base/executor.h"

namespace roost::net {

/// Work from many threads for one reader, taken in batches: one lock for each post, one for each batch.
///
/// The reader says when it is about to sleep, so that only a post that finds it asleep has to wake it.
class Mailbox {
 public:
  using Work = Executor::Work;

  /// Any thread. True: the reader sleeps, and it is for this caller to wake it.
  /// `bytes`: what the work holds beside itself.
  [[nodiscard]] bool post(Work work, std::size_t bytes = 0);

  /// What waits in memory, about: the bytes of the posts and kWorkBytes for each. Any thread.
  std::size_t waiting_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  static constexpr std::size_t kWorkBytes = 128;  // the work, its captures, the allocator's share

  /// One load, which sees every post that happened before it.
  bool empty() const { return !filled_.load(std::memory_order_seq_cst); }
  /// Appends what waits, in the order of the posts. Reader only.
  void take(std::vector<Work>& out);

  /// Reader only. False: something waits, stay awake. True: posts will ask for a wake-up until stay_awake().
  bool prepare_sleep();
  void stay_awake() { sleeping_.store(false, std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::vector<Work> waiting_;           // mutex_
  std::atomic<std::size_t> bytes_ = 0;  // of waiting_; written under mutex_
  // A post sets filled_ and then reads sleeping_; the reader sets sleeping_ and then reads filled_. In sequentially
  // consistent order one of them sees the other.
  std::atomic<bool> filled_ = false;
  std::atomic<bool> sleeping_ = false;
};

}  // namespace roost::net
