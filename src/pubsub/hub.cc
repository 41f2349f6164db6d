#include "pubsub/hub.h"

#include <bit>

namespace roost::pubsub {

void Hub::publish(const Message& message, unsigned shard) {
  if (adapter_) adapter_->broadcast(message);
  publish_local(message, shard);
}

void Hub::publish_local(const Message& message, unsigned shard) {
  std::uint64_t others = interest_.shards(message.topic);
  if (shard != kNoShard) {
    if (others >> shard & 1) shards_[shard].table->dispatch(message);
    others &= ~(1ull << shard);
  }
  if (others == 0) return;
  const auto owned = std::make_shared<const OwnedMessage>(message);
  for (; others != 0; others &= others - 1) {
    const Shard& to = shards_[static_cast<std::size_t>(std::countr_zero(others))];
    to.executor->post([owned, table = to.table] { table->dispatch(owned->view()); });
  }
}

}  // namespace roost::pubsub
