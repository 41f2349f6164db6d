#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <roost/socket.hpp>

#include "base/executor.h"

namespace roost::channel {

class Session;

/// One shard's sockets by their SocketId, so that other threads may name a socket that may be gone. Shard thread only.
class Registry {
 public:
  explicit Registry(unsigned shard) : shard_(shard) {}

  SocketId add(Session& session) {
    std::uint32_t slot = free_;
    if (slot == kNone) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      free_ = slots_[slot].next_free;
    }
    slots_[slot].session = &session;
    ++count_;
    return {shard_, slot, slots_[slot].generation};
  }
  void remove(SocketId id) {
    Slot& slot = slots_[id.slot];
    ++slot.generation;
    slot.next_free = free_;
    free_ = id.slot;
    --count_;
  }
  /// nullptr: it is gone. A free slot has a generation that no id has yet.
  Session* find(SocketId id) const {
    return id.slot < slots_.size() && slots_[id.slot].generation == id.generation ? slots_[id.slot].session : nullptr;
  }
  std::size_t size() const { return count_; }

 private:
  static constexpr std::uint32_t kNone = ~0u;
  struct Slot {
    union {
      Session* session = nullptr;
      std::uint32_t next_free;
    };
    std::uint64_t generation = 1;
  };
  const unsigned shard_;
  std::vector<Slot> slots_;
  std::uint32_t free_ = kNone;
  std::size_t count_ = 0;
};

/// The way from any thread to one shard's sockets; outlives the shard as long as somebody holds it.
struct ShardLink {
  ShardLink(std::shared_ptr<Executor> e, Registry* r) : executor(std::move(e)), registry(r) {}

  const std::shared_ptr<Executor> executor;
  Registry* registry;                     // shard thread only; null once the shard is gone
  std::atomic<std::thread::id> thread{};  // the shard's, once somebody may have a ReplyRef
};

}  // namespace roost::channel
