#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/channel.hpp>

#include "base/encoding.h"
#include "base/executor_testing.h"
#include "base/limits.h"
#include "base/log_testing.h"
#include "channel/host.h"
#include "channel/scripted.h"
#include "channel/session.h"
#include "pubsub/hub.h"
#include "wire/serializer.h"

// A small language for the tests of sockets and channels: one shard without I/O, clients that write frames and read
// frames, and a channel whose handlers a test writes in place.
//
// It is for what the frames themselves say: refs and join_refs, serializers, bytes, what a client sends that is wrong,
// and for what an application cannot see: tables, registries, timers that are gone. What an application does see is
// tested as an application would, with the public kit; see channel/behaviour_testing.h.
namespace roost::channel::testing {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Frames as text (V2). A ref of "null" is null, any other is a string.

inline std::string quoted(std::string_view ref) {
  return ref == "null" ? "null" : "\"" + std::string(ref) + "\"";
}
inline std::string frame(std::string_view join_ref, std::string_view ref, std::string_view topic,
                         std::string_view event, std::string_view payload = "{}") {
  return "[" + quoted(join_ref) + "," + quoted(ref) + "," + quoted(topic) + "," + quoted(event) + "," +
         std::string(payload) + "]";
}
inline std::string reply(std::string_view join_ref, std::string_view ref, std::string_view topic,
                         std::string_view status = "ok", std::string_view response = "{}") {
  return frame(join_ref, ref, topic, "phx_reply",
               "{\"response\":" + std::string(response) + ",\"status\":\"" + std::string(status) + "\"}");
}
inline std::string push(std::string_view join_ref, std::string_view topic, std::string_view event,
                        std::string_view payload = "{}") {
  return frame(join_ref, "null", topic, event, payload);
}
inline std::string broadcast(std::string_view topic, std::string_view event, std::string_view payload = "{}") {
  return frame("null", "null", topic, event, payload);
}
inline std::string closed(std::string_view join_ref, std::string_view topic) {
  return frame(join_ref, join_ref, topic, "phx_close");
}
inline std::string crashed(std::string_view join_ref, std::string_view topic) {
  return frame(join_ref, join_ref, topic, "phx_error", R"({"reason":"channel_crash"})");
}
inline std::string unmatched(std::string_view ref, std::string_view topic) {
  return reply("null", ref, topic, "error", R"({"reason":"unmatched topic"})");
}

/// What went to the transport. Binary frames are kept as "binary " and their bytes in hex.
class FakeOutlet final : public Outlet {
 public:
  void send(const Frame& frame) override {
    EXPECT_EQ(frame.framed(), frame.payload());  // this transport puts nothing in front
    frames.push_back(frame.binary() ? "binary " + hex(frame.payload()) : std::string(frame.payload()));
  }
  void request_close(Close why) override { closes.push_back(why); }

  static std::string hex(std::string_view bytes) {
    std::string text;
    for (const unsigned char byte : bytes) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  }

  std::vector<std::string> frames;
  std::vector<Close> closes;
};

/// The presences of one node as a list; every change is kept as a line.
class FakePresence final : public PresencePort {
 public:
  explicit FakePresence(Executor& executor) : executor_(executor) {}

  Meta stamp(std::string_view meta, std::string_view previous) override {
    const std::string ref = "F" + std::to_string(next_++);
    std::string json = "{\"phx_ref\":\"" + ref + "\"";
    if (!previous.empty()) json += ",\"phx_ref_prev\":\"" + std::string(previous) + "\"";
    meta.remove_prefix(1);
    if (meta != "}") json += ",";
    return {ref, SharedBytes::copy(json + std::string(meta))};
  }
  void track(OwnerId, std::string_view topic, std::string_view key, SharedBytes meta,
             PresenceRefused on_refused) override {
    refused = std::move(on_refused);
    calls.push_back("track " + std::string(topic) + " " + std::string(key) + " " + std::string(meta.view()));
    metas_[std::string(key)] = meta;
  }
  void update(OwnerId, std::string_view topic, std::string_view key, SharedBytes meta) override {
    calls.push_back("update " + std::string(topic) + " " + std::string(key) + " " + std::string(meta.view()));
    metas_[std::string(key)] = meta;
  }
  void untrack(OwnerId, std::string_view topic, std::string_view key) override {
    calls.push_back("untrack " + std::string(topic) + " " + std::string(key));
    metas_.erase(std::string(key));
  }
  void untrack_all(OwnerId, std::string_view topic) override {
    calls.push_back("untrack_all " + std::string(topic));
    metas_.clear();
  }
  void state(std::string_view, std::move_only_function<void(SharedBytes)> then) override {
    std::string text = "{";
    for (const auto& [key, meta] : metas_)
      text += (text == "{" ? "\"" : ",\"") + key + "\":{\"metas\":[" + std::string(meta.view()) + "]}";
    executor_.post([then = std::move(then), text = SharedBytes::copy(text + "}")]() mutable { then(text); });
  }
  void list(std::string_view topic, std::move_only_function<void(SharedBytes)> then) override {
    state(topic, std::move(then));
  }
  void get(std::string_view, std::string_view key, std::move_only_function<void(SharedBytes)> then) override {
    std::string text = "{";
    if (const auto found = metas_.find(std::string(key)); found != metas_.end())
      text += "\"" + found->first + "\":{\"metas\":[" + std::string(found->second.view()) + "]}";
    executor_.post([then = std::move(then), text = SharedBytes::copy(text + "}")]() mutable { then(text); });
  }

  std::vector<std::string> calls;
  PresenceRefused refused;  // of the last track

 private:
  Executor& executor_;
  std::map<std::string, SharedBytes> metas_;
  int next_ = 1;
};

/// One client's side of a Session.
class Client {
 public:
  Client(Host& host, const Session::Kind& kind, const wire::Serializer& serializer, Executor& executor, Accept accept)
      : executor_(static_cast<roost::testing::FakeExecutor&>(executor)),
        session_(std::make_unique<Session>(host, kind, serializer, nullptr, outlet_, std::move(accept))) {}

  /// A message arrives. False: the connection must end, it could not be decoded.
  bool sends(std::string_view text) { return session_->receive(false, text, wire::Utf8::check); }
  bool sends_binary(std::string_view bytes) { return session_->receive(true, bytes, wire::Utf8::check); }
  /// … and what it leads to has happened.
  void says(std::string_view text) {
    EXPECT_TRUE(sends(text)) << text;
    executor_.run_until_idle();
  }
  /// Joins `topic` with join_ref = ref, and forgets the reply.
  void joins(std::string_view topic, std::string_view join_ref = "1", std::string_view params = "{}") {
    says(frame(join_ref, join_ref, topic, "phx_join", params));
    const auto got = received();
    ASSERT_FALSE(got.empty());
    EXPECT_THAT(got.front(), HasSubstr(R"("status":"ok")"));
  }
  /// The frames since the last call.
  std::vector<std::string> received() {
    executor_.run_until_idle();
    return std::exchange(outlet_.frames, {});
  }
  std::vector<Outlet::Close> closes() { return std::exchange(outlet_.closes, {}); }
  void ends(EndReason reason = EndReason::closed) { session_->end(reason); }
  /// The connection is gone.
  void vanishes() { session_.reset(); }
  Session& session() { return *session_; }

 private:
  roost::testing::FakeExecutor& executor_;
  FakeOutlet outlet_;
  std::unique_ptr<Session> session_;
};

/// One shard with a mount whose topics "room:*" follow `script`.
class Shard {
 public:
  Shard() {
    limits.inbox_items_max = limits.join_queue_items_max = 20;  // small, so that tests reach them
    limits.inbox_bytes_max = limits.join_queue_bytes_max = 20'000;
    hub.add_shard(*executor, table);
    mount.channel<Scripted>("room:*", std::ref(script));
  }
  ~Shard() {
    link->registry = nullptr;
    executor->run_until_idle();
  }

  std::unique_ptr<Client> client(const wire::Serializer& serializer = wire::v2_json(), Accept accept = {}) {
    const auto& kind = kinds.emplace_back(mount.routes_, limits);
    return std::make_unique<Client>(host, kind, serializer, *executor, std::move(accept));
  }
  std::unique_ptr<Client> client_named(std::string id) {
    return client(wire::v2_json(), Accept{nullptr, std::move(id)});
  }
  /// A client that has joined "room:a" with join_ref 1.
  std::unique_ptr<Client> member(std::string_view join_ref = "1") {
    auto one = client();
    one->joins("room:a", join_ref);
    return one;
  }
  void on(std::string event, Script::Handler handler) { script.handlers[std::move(event)] = std::move(handler); }
  void broadcasts(std::string_view topic, std::string_view event, std::string_view payload = "{}") {
    hub.publish({topic, event, payload}, 0);
    executor->run_until_idle();
  }
  void advance(std::chrono::milliseconds duration) { executor->advance(duration); }
  void run() { executor->run_until_idle(); }

  // The script outlives the channels that follow it.
  Script script;
  std::shared_ptr<roost::testing::FakeExecutor> executor = std::make_shared<roost::testing::FakeExecutor>();
  roost::testing::CollectingLog log;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, *executor};
  FakePresence presence{*executor};
  Registry registry{0};
  std::shared_ptr<ShardLink> link = std::make_shared<ShardLink>(executor, &registry);
  SocketMount mount{"/socket"};
  SocketLimits& limits = mount.limits_;
  std::deque<Session::Kind> kinds{};  // one for each client: tests change the limits
  Metrics metrics;
  Host host{*executor, hub, table, presence, log, metrics, 0, registry, link};
};

/// The base of the suites: a shard, and short names.
class ChannelTest : public ::testing::Test {
 protected:
  Shard shard;
  Script& script = shard.script;
};

}  // namespace roost::channel::testing
