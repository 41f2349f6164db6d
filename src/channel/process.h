#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <roost/app.hpp>
#include <roost/channel.hpp>

#include "base/executor.h"
#include "channel/host.h"
#include "channel/invoke.h"
#include "pubsub/table.h"
#include "wire/message.h"
#include "wire/ref.h"

namespace roost::channel {

class Session;

/// One joined topic of one socket: calls the application's Channel, one message at a time.
///
/// Life: join() → answered by Session::join_finished → messages → end(). While a coroutine of the channel waits,
/// `busy`, messages gather in the inbox (PROTOCOL R12). What comes back later (timers, posted work, coroutines) holds a
/// weak_ptr.
class Process final : public pubsub::Subscriber, public std::enable_shared_from_this<Process> {
 public:
  /// `reply_ref`: the channel's own join_ref, the join's ref if the client gave none (PROTOCOL R1).
  Process(Session& session, const SocketMount::Route& route, std::string_view topic, wire::Ref reply_ref);
  ~Process();

  /// Calls the application's join. Session::join_finished follows, at once or when its coroutine is done.
  void join(const Payload& params);
  /// The join was answered with ok: runs what waited for it.
  void joined();

  /// A message of the client. Views last for the call.
  void handle(const wire::Ref& ref, std::string_view event, const wire::Body& payload);
  /// phx_leave.
  void leave(const wire::Ref& ref);

  /// Lets go of everything: subscriptions, presences, timers, the coroutine. Nothing of the application is called any
  /// more but terminate.
  void detach();
  /// Calls the application's terminate; what it pushes goes out.
  void terminate(const End& end);

  void deliver(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void missed() override;
  bool deliver_batch(const pubsub::Message& message, pubsub::FrameCache& frames, pubsub::Turn& turn) override;
  const Frame& encode(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void leave_batch(Batch& batch) override;
  /// Another channel of its socket joins: what is broadcast from now on is held, also that of an open batch.
  void leave_turn() { subscription_.leave_turn(); }

  /// From a ChannelRef: a message for on.info, of a type with that name; or something to push.
  void post(roost::detail::Delivery delivery, std::string_view type);
  void post_push(std::string event, Payload payload);

  // What the application calls; see roost/channel.hpp.
  const std::string& topic() const { return topic_; }
  const wire::Ref& own_join_ref() const { return reply_ref_; }
  const Socket& socket() const;
  void push(std::string_view event, const Payload& payload);
  void broadcast(std::string_view event, const Payload& payload, bool from_self);
  void broadcast_on(std::string_view topic, std::string_view event, const Payload& payload);
  void after_join(roost::detail::Work work);
  ReplyRef reply_ref() const;
  ChannelRef self();
  TimerRef add_timer(std::chrono::milliseconds delay, std::optional<std::chrono::milliseconds> interval,
                     roost::detail::Work work);
  void cancel(TimerRef timer);
  void subscribe(std::string topic);
  void unsubscribe(std::string_view topic);
  std::expected<std::string, PresenceError> track(std::string_view key, const Payload& meta);
  std::expected<std::string, PresenceError> update(std::string_view key, const Payload& meta);
  std::expected<std::string, PresenceError> update(
      std::string_view key, const std::function<boost::json::object(boost::json::object)>& change);
  void untrack(std::string_view key);
  void push_presence_state();
  void send_state(std::string_view event, const SharedBytes& state);
  /// Before a read of presences that the application awaits. Throws WorkRefused: it calls too often.
  void count_presence_call();
  Session& session() { return session_; }
  Host& host();

 private:
  struct Item;
  struct Relay;
  struct Clock;
  struct Extras;  // what few channels need, and most only while they join: process_extras.h
  struct TrackedMeta {
    SharedBytes json;
    std::uint64_t number;  // of its track
  };
  struct Tracked;  // by key: process_extras.h

  Extras& extras();
  void drop_spare_extras();
  TrackedMeta* find_tracked(std::string_view key);  // nullptr: it is not tracked
  CallSite site(std::string_view what, std::string_view event = {}) const {
    return {what, topic_, event, route_.events->channel};
  }
  void require_joined(std::string_view call) const;
  std::optional<PresenceError> check_presence(std::string_view key, const Payload& meta);
  std::unexpected<PresenceError> refuse_presence(PresenceError why);
  void presence_refused(const std::string& key, std::uint64_t number, PresenceError why);
  bool idle() const;
  bool is_ours() const;

  void hold(const Frame& frame);
  void enqueue(Item item);
  void wake();
  void pump();
  void process_next();
  void process(Item& item);
  void call_handler(const wire::Ref& ref, std::string_view event, const Payload& payload);
  Reply find_and_call(std::string_view event, const Payload& payload);
  template <typename Call>
  void call_other(std::string_view what, std::string_view event, Call&& call);
  void arm(std::uint64_t timer);
  void fire(std::uint64_t timer);
  Reply tick(std::uint64_t timer);
  void finish(std::string_view what, std::string_view event, const wire::Ref* ref, Reply&& reply);
  void fail(std::string_view what, std::string_view event, const std::string& why);
  bool respond(std::string_view what, std::string_view event, const wire::Ref* ref, const Response& response);
  void start_task(std::string_view what, std::string_view event, const wire::Ref* ref, Task<Reply> task);
  void task_done();
  void subscribe_own();
  void start_join_task(Task<JoinReply> task);
  void run_join_task();
  void finish_join(JoinReply reply);
  void join_task_done();
  void release();
  void crash();

  // What a delivery looks at lies together, in the first of three cache lines.
  Session& session_;
  const SocketMount::Route& route_;
  bool busy_ = false;  // a coroutine waits
  bool joined_ = false;
  bool detached_ = false;
  bool pumping_ = false;    // pump() is posted
  bool overflown_ = false;  // the inbox was full
  bool missed_ = false;     // broadcasts were lost on the way here
  const std::string topic_;
  const wire::Ref reply_ref_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Extras> extras_;
  std::unique_ptr<Tracked> tracked_;  // its presences, if it ever had one
  pubsub::Subscription subscription_;
  std::uint64_t id_;  // as subscriber and as owner of presences
};

}  // namespace roost::channel
