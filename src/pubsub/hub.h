#pragma once

#include <cstdint>
#include <memory>
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
  void add_shard(Executor& executor, Table& table) { shards_.push_back({&executor, &table}); }
  /// Where messages for other nodes go; nullptr: there are no others.
  void set_adapter(Adapter* adapter) { adapter_ = adapter; }

  /// Publishes on every node. `shard`: that of the calling thread, whose subscribers have it when this returns;
  /// kNoShard for any other thread. Other shards get it through their mailbox, and only if they may have subscribers.
  void publish(const Message& message, unsigned shard);
  /// Publishes on this node alone.
  void publish_local(const Message& message, unsigned shard);

  static constexpr unsigned kNoShard = ~0u;

 private:
  struct Shard {
    Executor* executor;
    Table* table;
  };
  Interest interest_;
  std::vector<Shard> shards_;
  Adapter* adapter_ = nullptr;
};

}  // namespace roost::pubsub
