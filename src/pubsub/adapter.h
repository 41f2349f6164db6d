#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pubsub/message.h"

namespace roost::pubsub {

/// What one part of a node says to the same part of another: presence, long poll. Never seen by a client, so it has no
/// topic. Views last for the call.
struct Parcel {
  std::string_view from;     // the node that sent it
  std::string_view service;  // which part
  std::string_view bytes;
};

/// Where an adapter puts what it hears. On threads of the adapter's own; what one node sent comes in the order in which
/// it was sent, one after the other.
class AdapterSink {
 public:
  /// A broadcast of another node on a topic that this node subscribed to.
  virtual void deliver(const Message& message) = 0;
  virtual void receive(const Parcel& parcel) = 0;
  /// The way to the other nodes is there, or is gone. Whatever was under way when it went may be lost.
  virtual void connected(bool yes) = 0;

 protected:
  ~AdapterSink() = default;
};

/// What an adapter counted since it was made.
struct AdapterStats {
  bool connected = false;
  std::string_view trouble = {};  // a code: why not, or what doesn't work all the same; "": none is known. Static
  std::uint64_t nodes = 0;        // others that were heard of lately
  std::uint64_t sent_messages = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_messages = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t disconnects = 0;
  std::uint64_t dropped_messages = 0;  // not sent: too much was waiting, or the broker was away for too long
  std::uint64_t denied_messages = 0;   // the broker did not let us say or hear them
  std::uint64_t refused_messages = 0;  // heard and not understood: of another version, or broken
};

/// Carries messages between the nodes of a cluster, at most once each, in the order of each sending thread. Nothing
/// comes back to the node that sent it. Source: Phoenix.PubSub.Adapter, pubsub/adapter.ex (PROTOCOL P7).
///
/// start() first, stop() last; between the two all calls are for any thread and return at once. The suite that each
/// adapter must pass: adapter_suite.h.
class Adapter {
 public:
  virtual ~Adapter() = default;

  /// The name of this node: stable over restarts, unique in the cluster.
  virtual std::string_view node() const = 0;

  /// To every other node that subscribed to the topic. `message.from` stays here (PROTOCOL P4).
  virtual void broadcast(const Message& message) = 0;
  /// From soon on this node receives the broadcasts on `topic`. Calls are counted: as many unsubscribes end it.
  virtual void subscribe(std::string_view topic) = 0;
  virtual void unsubscribe(std::string_view topic) = 0;
  /// Calls `then` when the other nodes' broadcasts on all that was subscribed to before reach this node, or when that
  /// can't be had soon. On a thread of the adapter's own, or here and now; not after stop().
  virtual void settle(std::move_only_function<void()> then) = 0;

  /// To that part of every other node.
  virtual void send(std::string_view service, std::string_view bytes) = 0;
  /// To that part of one node, which may be gone. Not for this node.
  virtual void send_to(std::string_view node, std::string_view service, std::string_view bytes) = 0;

  /// From now on `sink` is called, until stop() returns. Doesn't wait for the connection.
  virtual void start(AdapterSink& sink) = 0;
  /// Sends what still waits, if that is soon done, and ends.
  virtual void stop() = 0;

  virtual AdapterStats stats() const = 0;
};

}  // namespace roost::pubsub
