#pragma once

#include <memory>
#include <string>
#include <utility>

#include <roost/channel.hpp>

#include "channel/registry.h"
#include "wire/ref.h"

namespace roost {

/// Where a late reply goes.
struct ReplyRef::Target {
  Target(std::shared_ptr<channel::ShardLink> l, SocketId s, std::string t, wire::Ref j, wire::Ref r)
      : link(std::move(l)), socket(s), topic(std::move(t)), join_ref(std::move(j)), ref(std::move(r)) {}
  std::shared_ptr<channel::ShardLink> link;
  SocketId socket;
  std::string topic;
  wire::Ref join_ref;
  wire::Ref ref;
};

namespace channel {
class Process;
}

/// Where a message for a channel goes.
struct ChannelRef::Target {
  Target(std::shared_ptr<channel::ShardLink> l, std::weak_ptr<channel::Process> p)
      : link(std::move(l)), process(std::move(p)) {}
  std::shared_ptr<channel::ShardLink> link;
  std::weak_ptr<channel::Process> process;  // locked on the shard's thread alone
};

namespace channel {

/// Throws std::invalid_argument unless every serializer could carry this broadcast: the publisher hears of it, before
/// anybody gets it (PROTOCOL B6, F8, F11).
void check_broadcast(std::string_view topic, std::string_view event, const Payload& payload);
/// The same for a push of another thread.
void check_push(std::string_view event, const Payload& payload);

}  // namespace channel
}  // namespace roost
