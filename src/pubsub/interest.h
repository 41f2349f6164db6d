#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace roost::pubsub {

/// Which shards may have subscribers of a topic, readable from every thread without a lock.
///
/// Topics share slots by their hash, so a set bit may be another topic's: then a message is posted in vain, never lost.
class Interest {
 public:
  static constexpr std::size_t kSlots = 1 << 16;  // 512 KiB: with 10,000 topics one in seven slots is shared

  Interest()
      : slots_(std::make_unique<std::array<std::atomic<std::uint64_t>, kSlots>>()),
        subscriptions_(std::make_unique<std::array<std::atomic<std::uint64_t>, kSlots>>()) {}

  static std::size_t slot(std::string_view topic) { return stable_hash(topic) % kSlots; }
  /// Bit n: shard n.
  std::uint64_t shards(std::string_view topic) const { return (*slots_)[slot(topic)].load(std::memory_order_acquire); }

  /// Subscriptions on all shards.
  struct Subscriptions {
    std::uint32_t ours = 0;  // see Ours
    std::uint32_t others = 0;
    std::uint32_t all() const { return ours + others; }
  };
  /// How many the topic has, or more: those of topics that share its slot are among them.
  Subscriptions subscriptions(std::string_view topic) const {
    const std::uint64_t both = (*subscriptions_)[slot(topic)].load(std::memory_order_acquire);
    return {static_cast<std::uint32_t>(both >> 32), static_cast<std::uint32_t>(both)};
  }
  void add_subscription(std::string_view topic, bool ours) {
    (*subscriptions_)[slot(topic)].fetch_add(unit(ours), std::memory_order_acq_rel);
  }
  void remove_subscription(std::string_view topic, bool ours) {
    (*subscriptions_)[slot(topic)].fetch_sub(unit(ours), std::memory_order_acq_rel);
  }

  void add(std::size_t slot, unsigned shard) { (*slots_)[slot].fetch_or(1ull << shard, std::memory_order_acq_rel); }
  void remove(std::size_t slot, unsigned shard) {
    (*slots_)[slot].fetch_and(~(1ull << shard), std::memory_order_acq_rel);
  }

 private:
  static constexpr std::uint64_t unit(bool ours) { return ours ? 1ull << 32 : 1; }

  std::unique_ptr<std::array<std::atomic<std::uint64_t>, kSlots>> slots_;
  std::unique_ptr<std::array<std::atomic<std::uint64_t>, kSlots>> subscriptions_;  // those of ours in the upper half
};

/// One shard's topics by slot, so that it knows when to set and clear its bit. Shard thread only.
class InterestCounts {
 public:
  InterestCounts() : counts_(Interest::kSlots, 0) {}
  /// Whether this was the first topic of the slot.
  bool add(std::size_t slot) { return counts_[slot]++ == 0; }
  /// Whether this was the last one.
  bool remove(std::size_t slot) { return --counts_[slot] == 0; }

 private:
  std::vector<std::uint32_t> counts_;
};

}  // namespace roost::pubsub
