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
        subscribers_(std::make_unique<std::array<std::atomic<std::uint32_t>, kSlots>>()),
        ours_(std::make_unique<std::array<std::atomic<std::uint32_t>, kOursSlots>>()) {}

  static std::size_t slot(std::string_view topic) { return stable_hash(topic) % kSlots; }
  /// Bit n: shard n.
  std::uint64_t shards(std::string_view topic) const { return (*slots_)[slot(topic)].load(std::memory_order_acquire); }

  /// How many subscriptions the topic has on all shards, or more: those of topics that share its slot are among them.
  std::uint32_t subscribers(std::string_view topic) const {
    return (*subscribers_)[slot(topic)].load(std::memory_order_relaxed);
  }
  void add_subscriber(std::string_view topic) { (*subscribers_)[slot(topic)].fetch_add(1, std::memory_order_relaxed); }
  void remove_subscriber(std::string_view topic) {
    (*subscribers_)[slot(topic)].fetch_sub(1, std::memory_order_relaxed);
  }

  /// Whether the topic may have subscribers of ours, see Ours.
  bool ours(std::string_view topic) const { return ours_of(topic).load(std::memory_order_acquire) != 0; }
  void add_ours(std::string_view topic) { ours_of(topic).fetch_add(1, std::memory_order_acq_rel); }
  void remove_ours(std::string_view topic) { ours_of(topic).fetch_sub(1, std::memory_order_acq_rel); }

  void add(std::size_t slot, unsigned shard) { (*slots_)[slot].fetch_or(1ull << shard, std::memory_order_acq_rel); }
  void remove(std::size_t slot, unsigned shard) {
    (*slots_)[slot].fetch_and(~(1ull << shard), std::memory_order_acq_rel);
  }

 private:
  static constexpr std::size_t kOursSlots = 1 << 12;  // 16 KiB: a shared one costs an encoding for nobody
  std::atomic<std::uint32_t>& ours_of(std::string_view topic) const { return (*ours_)[slot(topic) % kOursSlots]; }

  std::unique_ptr<std::array<std::atomic<std::uint64_t>, kSlots>> slots_;
  std::unique_ptr<std::array<std::atomic<std::uint32_t>, kSlots>> subscribers_;  // 256 KiB
  std::unique_ptr<std::array<std::atomic<std::uint32_t>, kOursSlots>> ours_;
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
