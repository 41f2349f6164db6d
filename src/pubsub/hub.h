#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "pubsub/adapter.h"
#include "pubsub/interest.h"
#include "pubsub/message.h"
#include "pubsub/table.h"

namespace roost::pubsub {

/// The topics of all shards of a process, and the way to other nodes.
///
/// Set up once (add_shard, set_adapter), then publish() from any thread. Order: one publishing thread's messages reach
/// each subscriber in the order in which they were published.
class Hub {
 public:
  Interest& interest() { return interest_; }

  /// The shards in order 0, 1, …; `table` belongs to `executor`'s thread.
  void add_shard(Executor& executor, Table& table) { shards_.push_back({.executor = &executor, .table = &table}); }
  /// Where messages for other nodes go; nullptr: there are no others.
  void set_adapter(Adapter* adapter) { adapter_ = adapter; }

  /// How much may wait for one shard. Before the first publish.
  void set_mailbox_bytes_max(std::size_t bytes) { mailbox_bytes_max_ = bytes; }

  /// Publishes on every node. Never waits, never loses anything unheard: what would wait beyond the limit is dropped,
  /// and the topic's subscribers on that shard hear Subscriber::missed() in its place. `shard`: that of the calling
  /// thread, whose subscribers have it when this returns; kNoShard for any other thread. Other shards get it through
  /// their mailbox, and only if they may have subscribers.
  void publish(const Message& message, unsigned shard);
  /// Publishes on this node alone.
  void publish_local(const Message& message, unsigned shard);

  /// Whether each shard that may have subscribers of `topic` has room: who can wait should not publish before. Any
  /// thread.
  bool has_room(std::string_view topic) const;
  /// Whether the calling thread's shard published to a crowded one since it asked last: whoever made it do so should
  /// be heard again only when nothing is crowded.
  bool take_pressed(unsigned shard) { return std::exchange(shards_[shard].pressed, false); }
  bool crowded() const;
  /// Broadcasts that were dropped because too much waited, once for each shard. Any thread.
  std::uint64_t missed() const;
  /// What waits for all shards. Any thread.
  std::size_t waiting_bytes() const;

  static constexpr unsigned kNoShard = ~0u;
  static constexpr std::size_t kMailboxBytesMax = 64'000'000;

 private:
  /// Slots of topics whose broadcasts were dropped, from any thread until its shard looks.
  struct Misses {
    std::array<std::atomic<std::uint64_t>, Interest::kSlots / 64> slots{};
    std::atomic<std::uint64_t> count = 0;
    std::atomic<bool> posted = false;
  };
  struct Shard {
    Executor* executor;
    Table* table;
    std::unique_ptr<Misses> misses = std::make_unique<Misses>();
    bool pressed = false;  // its thread only
  };
  std::size_t crowded_bytes() const { return mailbox_bytes_max_ / 4; }  // from here on producers are slowed
  void miss(const Shard& shard, std::string_view topic);

  std::size_t mailbox_bytes_max_ = kMailboxBytesMax;
  Interest interest_;
  std::vector<Shard> shards_;
  Adapter* adapter_ = nullptr;
};

}  // namespace roost::pubsub
