#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <roost/events.hpp>
#include <roost/presence.hpp>
#include <roost/refs.hpp>
#include <roost/reply.hpp>
#include <roost/socket.hpp>

namespace roost {

class Channel;
namespace channel {
class Process;
}

/// Why a channel ended. Source: Phoenix.Channel.Server, reasons of terminate/2; PROTOCOL §5.6.
enum class EndReason {
  left,          // the client left
  stopped,       // a handler returned stop(…); `text` has its reason
  crashed,       // a handler threw
  closed,        // the connection ended
  disconnected,  // the socket id was disconnected
  inactive,      // a long-poll session was not polled
  drained,       // the server is going down
};
struct End {
  EndReason reason;
  std::string text;  // "left", "normal", "shutdown", the reason of stop(…), "error", "closed", "disconnected",
                     // "inactive", "draining"
};

/// A broadcast that Channel::subscribe or App::subscribe asked for. Views last for the call.
struct Broadcast {
  std::string_view topic;
  std::string_view event;
  const Payload& payload;
};

namespace detail {

/// What an after_join or timer function returns as a Reply. It outlives the coroutine that it may be.
using Work = std::move_only_function<Reply()>;
template <typename Function>
Work make_work(Function function) {
  using R = std::invoke_result_t<Function&>;
  static_assert(answers_with<R, Reply>(), "Roost: this function returns void, roost::Task<void>, or stop(…)");
  if constexpr (IsTask<R>::value) {
    return [function = std::make_shared<Function>(std::move(function))] {
      return Reply([](std::shared_ptr<Function> alive) -> Task<Reply> {
        if constexpr (std::is_void_v<typename IsTask<R>::Result>) {
          co_await (*alive)();
          co_return noreply;
        } else {
          typename IsTask<R>::Result result = co_await (*alive)();
          co_return Reply(std::move(result));
        }
      }(function));
    };
  } else {
    return [function = std::move(function)]() mutable { return answer<Reply>(function); };
  }
}

/// What `C::events(…)` is for a class that has none.
struct NoEvents {};

template <typename C>
EventTable make_event_table();

}  // namespace detail

/// Names a timer of a channel, for Channel::cancel.
struct TimerRef {
  std::uint64_t number = 0;  // 0: no timer
};

/// The application's handler for one (socket, topic): made when a client joins, destroyed when it leaves, crashes or
/// closes. Its members are its state; nobody else sees them.
///
/// A class says who may join by a public method `join`, and which methods handle what by a public static method
/// `events`, which may be missing:
///
///     class Room : public roost::Channel {
///      public:
///       static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
///       roost::JoinReply join(std::string_view topic, const roost::Payload& params);
///
/// `join` is called once, first. It takes the topic, and the client's join payload as a Payload or a JsonType; either
/// or both may be left out. It returns ok(), ok(response), refuse(response), or a Task<JoinReply> of one (which takes
/// its arguments by value). Pushes and broadcasts are for after_join: in join they throw. A throw is answered with
/// status "error", {"reason":"join crashed"}, and logged. A join that waits hears its topic from before it starts, and
/// those broadcasts follow the reply: what it read meanwhile and what it hears overlap, and nothing falls between
/// (PROTOCOL R6).
///
/// All methods are called on the socket's shard, one at a time, in the order of the client's messages; while a
/// coroutine of this channel waits, its later messages wait too, and nothing else does (PROTOCOL R12). The coroutine of
/// `join` is another matter: while it waits, everything of its client does, in both directions and for as long as it
/// takes (R3). A channel that ends meanwhile destroys the coroutine, with its locals, where it waits. Handlers must not
/// block: for that there is `co_await app.blocking(…)`. A throw ends this channel alone: the client gets phx_error and
/// joins again; the log says where. Source: Phoenix.Channel, phoenix/lib/phoenix/channel.ex.
class Channel {
 public:
  Channel();
  virtual ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// A broadcast on a topic that `subscribe` named. Returns noreply, stop(…) or a Task, which copies what it needs
  /// before its first co_await.
  virtual Reply on_broadcast(const Broadcast& broadcast);

  /// The topic's home refused a `key` that this channel has tracked: too_many_keys or too_many_metas. It is not tracked
  /// any more, and may be tried later. The log and the metrics say it as well.
  virtual void presence_refused(std::string_view key, PresenceError why);

  /// The channel is about to go; its subscriptions are gone. What it pushes reaches the client after a leave or stop,
  /// and before the phx_error of a crash (PROTOCOL E2). Not called when the client joined the topic again.
  virtual void terminate(const End& end);

 protected:
  const std::string& topic() const;
  const Socket& socket() const;
  /// What `connect` gave accept(…). `State` is its very type, else this throws WrongUserType, which names both.
  template <typename State>
  const State& user() const {
    return socket().state<State>();
  }

  /// Sends to this client alone. The payload is an object or bytes, else std::invalid_argument (PROTOCOL F8).
  void push(std::string_view event, const Payload& payload = {});
  /// Sends to every subscriber of the topic on every node, this client too.
  void broadcast(std::string_view event, const Payload& payload = {});
  /// … to all but this client's channel.
  void broadcast_from(std::string_view event, const Payload& payload = {});
  /// Sends to every subscriber of another topic. Also in join and terminate.
  void broadcast_on(std::string_view topic, std::string_view event, const Payload& payload = {});

  /// A handle to answer the message that is being handled. Throws std::logic_error outside of a handler,
  /// and when the client gave no ref to answer with.
  ReplyRef reply_ref() const;
  /// A handle to this channel for other threads: they post messages to it, for the methods of `on.info`.
  ChannelRef self() const;

  // What follows takes a function that returns nothing, stop(…), or a Task of these: a coroutine holds up the channel's
  // later messages as a handler does. It is run on this channel, behind what waits there already, unless the channel
  // has ended; so it may use `this`.

  /// Runs `function` right after the join was answered, before anything else. Call it in `join`; later it throws
  /// std::logic_error.
  template <typename Function>
  void after_join(Function function) {
    add_after_join(detail::make_work(std::move(function)));
  }
  /// Runs `function` once after `delay`.
  template <typename Function>
  TimerRef after(std::chrono::milliseconds delay, Function function) {
    return add_timer(delay, std::nullopt, detail::make_work(std::move(function)));
  }
  /// Runs `function` every `interval` (more than 0, else std::invalid_argument), first after one. A turn that comes
  /// while the one before still waits is left out.
  template <typename Function>
  TimerRef every(std::chrono::milliseconds interval, Function function) {
    return add_timer(interval, interval, detail::make_work(std::move(function)));
  }
  /// The timer's function is not run any more. Also fine for one that is over.
  void cancel(TimerRef timer);

  /// Hears broadcasts of another topic in on_broadcast. Twice subscribed is twice heard (PROTOCOL B5, B8). Its own
  /// topic, which it hears anyway, comes once more to the intercept handlers; an event that has none then ends the
  /// channel, as in Phoenix.
  void subscribe(std::string topic);
  /// Ends all subscriptions to that topic, also to its own.
  void unsubscribe(std::string_view topic);

  /// The presences of this topic; see presence.hpp.
  PresenceHandle presence();
  /// Tracks `key` on this topic with `meta` (an object) until the channel ends. Returns the phx_ref, or
  /// already_tracked, or a limit; see PresenceHandle.
  std::expected<std::string, PresenceError> track(std::string_view key, const Payload& meta);
  /// Pushes `presence_state`, the list of this topic, to this client: call it in after_join, on each join (PROTOCOL
  /// Q16).
  void push_presence_state();

  /// Closes this client's connection with code 1012, as a server that goes down does: the client comes back.
  void drain();

 private:
  template <typename C>
  friend EventTable detail::make_event_table();
  friend class channel::Process;

  static void events(const detail::NoEvents&) {}
  void add_after_join(detail::Work work);
  TimerRef add_timer(std::chrono::milliseconds delay, std::optional<std::chrono::milliseconds> interval,
                     detail::Work work);

  channel::Process* process_ = nullptr;  // set for the whole life of the channel, before join
};

template <typename C>
EventTable detail::make_event_table() {
  EventTable table;
  if constexpr (!std::is_convertible_v<C*, Channel*>) {
    static_assert(kNever<C>, "Roost: a channel class derives publicly from roost::Channel");
  } else if constexpr (!requires { &C::join; }) {
    static_assert(kNever<C>,
                  "Roost: a channel class needs one public method join, which says who may: "
                  "roost::JoinReply join(std::string_view topic, const roost::Payload& params)");
  } else {
    table.channel = type_name<C>();
    table.join = make_join<C>(&C::join);
    table.types.params = params_type<decltype(&C::join)>();
    Events<C> events(table);
    // A class without events inherits Channel's; one that has them is called, so that a mistake there is an error.
    if constexpr (!requires { C::events(NoEvents()); }) C::events(events);
  }
  return table;
}

}  // namespace roost
