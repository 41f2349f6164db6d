#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/channel.hpp>

#include "base/batch.h"
#include "base/executor_testing.h"
#include "base/log.h"
#include "channel/session.h"
#include "wire/serializer.h"
#include "ws/frame.h"

// One shard without sockets: real sessions, channels and topics; what would be sent is counted.
namespace roost::micro {

/// The least that a channel can do: `pub` broadcasts its payload as `msg`.
class Room final : public Channel {
 public:
  static void events(Events<Room>& on) {
    on.event("pub", &Room::pub);
    on.event("echo", &Room::echo);
  }
  JoinReply join() { return ok(); }
  void pub(const Payload& payload) { broadcast("msg", payload); }
  Reply echo(const Payload& payload) { return ok(payload); }
};

class SilentLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, Fields) override {}
};

class NoPresence final : public channel::PresencePort {
 public:
  Meta stamp(std::string_view, std::string_view) override { return {}; }
  void track(channel::OwnerId, std::string_view, std::string_view, SharedBytes, channel::PresenceRefused) override {}
  void update(channel::OwnerId, std::string_view, std::string_view, SharedBytes) override {}
  void untrack(channel::OwnerId, std::string_view, std::string_view) override {}
  void untrack_all(channel::OwnerId, std::string_view) override {}
  void state(std::string_view, std::move_only_function<void(SharedBytes)> then) override { then({}); }
  void list(std::string_view, std::move_only_function<void(SharedBytes)> then) override { then({}); }
  void get(std::string_view, std::string_view, std::move_only_function<void(SharedBytes)> then) override { then({}); }
};

class Member;

class InProcess {
 public:
  InProcess() {
    hub.add_shard(*executor, table);
    mount.channel<Room>("room:*");
    mount.limits_.joins = mount.limits_.messages = {};  // no limit: one client joins 100 topics in no time
    mount.limits_.channels_max = 1'000'000;
  }
  ~InProcess() {
    link->registry = nullptr;
    executor->run_until_idle();
  }

  /// Ends the turn of the loop; then everybody "sends" what he got, as connections do.
  void end_turn();

  std::vector<Member*> to_flush;
  std::shared_ptr<testing::FakeExecutor> executor = std::make_shared<testing::FakeExecutor>();
  SilentLog log;
  NoPresence presence;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, *executor};
  channel::Registry registry{0};
  std::shared_ptr<channel::ShardLink> link = std::make_shared<channel::ShardLink>(executor, &registry);
  SocketMount mount{"/socket"};
  channel::Session::Kind kind{mount.routes_, mount.limits_};
  Metrics metrics;
  channel::Host host{*executor, hub, table, presence, log, metrics, 0, registry, link};
};

/// One client. Of what it gets, frames and bytes are counted; it takes batches, as a WebSocket does.
class Member final : channel::Outlet {
 public:
  explicit Member(InProcess& shard)
      : shard_(shard), session_(shard.host, shard.kind, wire::v2_json(), &ws::write_head, *this, Accept{}) {}
  ~Member() { session_.end(EndReason::closed); }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  bool says(std::string_view text) { return session_.receive(false, text, wire::Utf8::trusted); }
  bool joins(std::string_view topic) {
    const std::uint64_t before = frames_;
    const bool decoded = says(R"(["1","1",")" + std::string(topic) + R"(","phx_join",{}])");
    return decoded && frames_ == before + 1;
  }
  /// Frames that came alone, not in a batch.
  std::uint64_t frames() const { return frames_; }
  /// Bytes of all that came.
  std::uint64_t bytes() const { return bytes_; }
  void flush() {
    bytes_ += batch_->view(from_).size();
    batch_ = nullptr;
  }

 private:
  void send(const Frame& frame) override {
    ++frames_;
    bytes_ += frame.framed().size();
  }
  bool takes_batches() const override { return true; }
  void send_batch(Batch& batch) override {
    if (batch_)
      flush();  // of another topic: it may have grown since, but not in these benchmarks
    else
      shard_.to_flush.push_back(this);
    batch_ = &batch;
    from_ = batch.last();
  }
  void leave_batch(Batch&) override {}
  void request_close(Close) override {}

  InProcess& shard_;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
  boost::intrusive_ptr<Batch> batch_;
  std::size_t from_ = 0;
  channel::Session session_;
};

inline void InProcess::end_turn() {
  executor->run_until_idle();
  for (Member* member : to_flush) member->flush();
  to_flush.clear();
}

inline std::string push(std::string_view topic, std::string_view event, std::string_view payload) {
  return R"(["1","2",")" + std::string(topic) + R"(",")" + std::string(event) + "\"," + std::string(payload) + "]";
}

/// The bytes of the frame that a broadcast becomes.
inline std::size_t broadcast_bytes(std::string_view topic, std::string_view event, std::string_view payload) {
  return wire::v2_json().encode_broadcast(topic, event, {payload}, &ws::write_head)->framed().size();
}

/// A JSON object of about that size.
inline std::string payload_of(std::size_t bytes) {
  return R"({"n":1000000000,"p":")" + std::string(bytes < 24 ? 0 : bytes - 24, 'x') + R"("})";
}

}  // namespace roost::micro
