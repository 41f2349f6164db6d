#pragma once

#include "pubsub/message.h"

namespace roost::pubsub {

/// Carries messages to the other nodes. Source: Phoenix.PubSub.Adapter, pubsub/adapter.ex (PROTOCOL P7).
class Adapter {
 public:
  virtual ~Adapter() = default;
  /// To every other node, not to this one. Any thread; keeps the order of each calling thread.
  virtual void broadcast(const Message& message) = 0;
};

}  // namespace roost::pubsub
