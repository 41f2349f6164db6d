#include "pubsub/hub.h"

#include <algorithm>
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
    const std::size_t waiting = to.executor->waiting_bytes();
    if (waiting >= crowded_bytes()) {
      if (shard != kNoShard) shards_[shard].pressed = true;
      if (waiting >= mailbox_bytes_max_) {
        miss(to, message.topic);
        continue;
      }
    }
    to.executor->post_sized([owned, table = to.table] { table->dispatch(owned->view()); }, owned->bytes());
  }
}

// The subscribers are told by the slot of their topic, so that what is kept of a flood has a fixed size. Those of
// another topic in it are told in vain.
void Hub::miss(const Shard& shard, std::string_view topic) {
  Misses& misses = *shard.misses;
  const std::size_t slot = Interest::slot(topic);
  misses.count.fetch_add(1, std::memory_order_relaxed);
  misses.slots[slot / 64].fetch_or(1ull << slot % 64);
  if (misses.posted.exchange(true)) return;
  shard.executor->post([table = shard.table, &misses] {
    misses.posted.store(false);  // first: what is missed from here on is posted anew
    std::vector<std::uint64_t> slots(misses.slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = misses.slots[i].exchange(0);
    table->missed(slots);
  });
}

bool Hub::has_room(std::string_view topic) const {
  for (std::uint64_t to = interest_.shards(topic); to != 0; to &= to - 1)
    if (shards_[static_cast<std::size_t>(std::countr_zero(to))].executor->waiting_bytes() >= crowded_bytes())
      return false;
  return true;
}

bool Hub::crowded() const {
  return std::ranges::any_of(shards_,
                             [this](const Shard& shard) { return shard.executor->waiting_bytes() >= crowded_bytes(); });
}

std::uint64_t Hub::missed() const {
  std::uint64_t all = 0;
  for (const Shard& shard : shards_) all += shard.misses->count.load(std::memory_order_relaxed);
  return all;
}

std::size_t Hub::waiting_bytes() const {
  std::size_t all = 0;
  for (const Shard& shard : shards_) all += shard.executor->waiting_bytes();
  return all;
}

}  // namespace roost::pubsub
