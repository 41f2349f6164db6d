#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include <roost/bytes.hpp>
#include <roost/channel.hpp>
#include <roost/limits.hpp>
#include <roost/presence.hpp>
#include <roost/socket.hpp>

#include "base/batch.h"
#include "base/executor.h"
#include "base/frame.h"
#include "base/log.h"
#include "base/metrics.h"
#include "channel/departed.h"
#include "channel/registry.h"
#include "channel/state_frames.h"
#include "pubsub/hub.h"
#include "pubsub/table.h"
#include "wire/message.h"

namespace roost::channel {

class Process;

/// Names the owner of presences: one channel, for its lifetime, on this node.
using OwnerId = std::uint64_t;

/// Called when the topic's home refuses what was tracked: too_many_keys or too_many_metas.
using PresenceRefused = std::move_only_function<void(PresenceError)>;

/// The presences of the node, as channels need them. Calls are in order for each topic: what was tracked before is in a
/// list that is asked for after. Shard thread only; answers come on the same shard.
class PresencePort {
 public:
  virtual ~PresencePort() = default;

  /// What a meta becomes: a new phx_ref, and the JSON text with it in front. `previous`: the phx_ref that it replaces,
  /// or "".
  struct Meta {
    std::string phx_ref;
    SharedBytes json;
  };
  virtual Meta stamp(std::string_view meta_object, std::string_view previous) = 0;

  virtual void track(OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta,
                     PresenceRefused refused) = 0;
  virtual void update(OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta) = 0;
  virtual void untrack(OwnerId owner, std::string_view topic, std::string_view key) = 0;
  virtual void untrack_all(OwnerId owner, std::string_view topic) = 0;

  /// The JSON text of presence_state for a client that hears the topic's diffs, in its place among them; shared by all
  /// who ask while nothing changes.
  virtual void state(std::string_view topic, std::move_only_function<void(SharedBytes)> then) = 0;
  /// The same for a client of ours: the event that it gets, and its payload.
  using OurState = std::move_only_function<void(std::string_view event, SharedBytes)>;
  virtual void our_state(std::string_view topic, OurState then) {
    state(topic, [then = std::move(then)](SharedBytes state) mutable { then("presence_state", std::move(state)); });
  }
  /// The same as it is now, whole or of one key, for the application.
  virtual void list(std::string_view topic, std::move_only_function<void(SharedBytes)> then) = 0;
  virtual void get(std::string_view topic, std::string_view key, std::move_only_function<void(SharedBytes)> then) = 0;
};

/// How often a client whose messages went to a crowded shard is looked at again: several hundred KB of them are handled
/// in that time.
inline constexpr std::chrono::milliseconds kHoldBack{5};

/// The message that a channel's handler looks at right now.
struct Handled {
  const Process* process = nullptr;
  const wire::Ref* ref = nullptr;
};

/// One shard's services, for the sockets and channels on it.
struct Host {
  Executor& executor;
  pubsub::Hub& hub;
  pubsub::Table& table;
  PresencePort& presence;
  Log& log;
  Metrics& metrics;
  unsigned shard;
  Registry& registry;
  std::shared_ptr<ShardLink> link;
  wire::Scratch scratch{};  // of the message that is being handled
  Handled handled{};
  Departed departed{};
  bool draining = false;      // who wants to connect is told to come back later
  std::uint64_t next_id = 1;  // for this shard's subscribers and owners
  StateFrames state_frames{};
  PresenceOptions presences{};

  /// Unique in the process: the shard is in the upper bits.
  std::uint64_t make_id() { return (static_cast<std::uint64_t>(shard) + 1) << 48 | next_id++; }
};

/// Where a socket's frames go: its transport. Shard thread only.
class Outlet {
 public:
  /// Puts a frame at the end of the connection's queue; it leaves at the end of the loop's turn at the latest.
  virtual void send(const Frame& frame) = 0;
  /// The same for one that lies in memory of the caller's.
  virtual void send_short(const FrameView& frame) { send(Frame::copy(frame)); }
  /// Whether send_batch does something: other connections take frames only.
  virtual bool takes_batches() const { return false; }
  /// Puts a batch there, from its last frame on (base/batch.h).
  virtual void send_batch(Batch& /*batch*/) {}
  virtual void leave_batch(Batch& /*batch*/) {}
  /// Asks for the end of the connection. It comes after the current call, from the loop, with Session::end.
  enum class Close { disconnected, drained, too_slow, overrun, undecodable };
  virtual void request_close(Close why) = 0;
  /// The same with a close code of the application's own, where the transport has such a thing.
  virtual void request_close_with(std::uint16_t /*code*/) { request_close(Close::undecodable); }
  /// A WebSocket ping; nothing over other transports.
  virtual void send_ping(std::string_view) {}
  /// A join that made the connection's other messages wait was answered (PROTOCOL R3).
  virtual void join_answered() {}

 protected:
  ~Outlet() = default;
};

/// What a transport carries: the Channels protocol (Session), or one of the application's own (RawSession). Shard
/// thread only.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// The connection is there. Once, first.
  virtual void open() {}
  /// One message of the client. False: it cannot be decoded, and the connection must end with 1011 (PROTOCOL X1).
  /// `checked`: whether the text is known to be UTF-8.
  virtual bool receive(bool binary, std::string_view bytes, wire::Utf8 checked) = 0;
  /// A WebSocket ping, which was answered already, or a pong.
  virtual void control(bool /*ping*/, std::string_view /*bytes*/) {}
  /// The connection is over. Nothing is sent any more. Once.
  virtual void end(EndReason reason) = 0;
  /// Whether a join is under way, so that every other message waits (PROTOCOL R3).
  virtual bool joining() const { return false; }
};

}  // namespace roost::channel
