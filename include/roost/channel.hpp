#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <roost/presence.hpp>
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

/// Answers one message later, from any thread, any number of times, also when the channel is gone (PROTOCOL R8).
class ReplyRef {
 public:
  struct Target;
  ReplyRef() = default;
  explicit ReplyRef(std::shared_ptr<const Target> target) : target_(std::move(target)) {}
  /// Ignored if the connection is gone.
  void reply(Response response) const;

 private:
  std::shared_ptr<const Target> target_;
};

/// A broadcast of another topic that this channel subscribed to. Views last for the call.
struct Broadcast {
  std::string_view topic;
  std::string_view event;
  const Payload& payload;
};

/// The handlers of one channel class, by event. Made once for each `.channel<C>(…)`.
struct EventTable {
  using Handler = std::function<Reply(Channel&, std::string_view event, const Payload&)>;
  using OutHandler = std::function<void(Channel&, std::string_view event, const Payload&)>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using Map = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  Map<Handler> handlers;
  Map<OutHandler> intercepts;
  Handler otherwise;
};

namespace detail {

template <typename T>
struct IsTask : std::false_type {};
template <typename T>
struct IsTask<Task<T>> : std::true_type {};

template <typename Handler>
struct HandlerTraits;
template <typename C, typename R, typename... A>
struct HandlerTraits<R (C::*)(A...)> {
  using Class = C;
  using Result = R;
  using Arguments = std::tuple<A...>;
};
template <typename C, typename R, typename... A>
struct HandlerTraits<R (C::*)(A...) const> : HandlerTraits<R (C::*)(A...)> {};

/// The argument of a handler, from the payload.
template <typename Argument>
std::expected<std::remove_cvref_t<Argument>, FieldError> argument(const Payload& payload) {
  return payload.as<std::remove_cvref_t<Argument>>();
}

template <typename C, typename Handler, typename... Argument>
Reply call(C& channel, Handler handler, Argument&&... arguments) {
  using Result = std::invoke_result_t<Handler, C&, Argument...>;
  if constexpr (std::is_void_v<Result>) {
    (channel.*handler)(std::forward<Argument>(arguments)...);
    return noreply;
  } else if constexpr (std::is_same_v<Result, Task<void>>) {
    return Reply([](Task<void> task) -> Task<Reply> {
      co_await std::move(task);
      co_return noreply;
    }((channel.*handler)(std::forward<Argument>(arguments)...)));
  } else {
    return Reply((channel.*handler)(std::forward<Argument>(arguments)...));
  }
}

}  // namespace detail

/// Where a channel class says which method handles which event.
///
/// A handler is `R C::name(A)` or `R C::name()`. R: void, or whatever makes a Reply, or Task<Reply> or Task<void>. A: a
/// JsonType, which the payload is parsed into and checked against before the handler is called; or Payload, as it came.
/// A handler that is a coroutine takes its argument by value.
template <typename C>
class Events {
 public:
  explicit Events(EventTable& table) : table_(table) {}

  template <typename Handler>
  Events& event(std::string name, Handler handler) {
    using Traits = detail::HandlerTraits<Handler>;
    using Arguments = typename Traits::Arguments;
    static_assert(std::is_base_of_v<typename Traits::Class, C>, "this handler belongs to another channel class");
    static_assert(std::tuple_size_v<Arguments> <= 1, "an event handler takes the payload, or nothing");
    check_coroutine<Traits>();
    table_.handlers[std::move(name)] = [handler](Channel& channel, std::string_view, const Payload& payload) -> Reply {
      C& self = static_cast<C&>(channel);
      if constexpr (std::tuple_size_v<Arguments> == 0) {
        return detail::call(self, handler);
      } else {
        using Argument = std::tuple_element_t<0, Arguments>;
        if constexpr (std::is_same_v<std::remove_cvref_t<Argument>, Payload>) {
          return detail::call(self, handler, payload);
        } else {
          static_assert(JsonType<std::remove_cvref_t<Argument>>,
                        "a handler takes a Payload or a type that JSON can hold: describe your struct with "
                        "BOOST_DESCRIBE_STRUCT");
          auto argument = payload.as<std::remove_cvref_t<Argument>>();
          if (!argument) return Reply(std::move(argument.error()));
          return detail::call(self, handler, std::move(*argument));
        }
      }
    };
    return *this;
  }

  /// Every event that has no handler: `R C::name(std::string_view event, const Payload&)`. Without it such an event
  /// ends the channel with phx_error, as in Phoenix (PROTOCOL R9).
  template <typename Handler>
  Events& otherwise(Handler handler) {
    table_.otherwise = [handler](Channel& channel, std::string_view event, const Payload& payload) -> Reply {
      return detail::call(static_cast<C&>(channel), handler, event, payload);
    };
    return *this;
  }

  /// Broadcasts of `name` on the channel's topic go to this method instead of the client: `void C::name(const
  /// Payload&)` or with a JsonType. It pushes what the client shall see, if anything (PROTOCOL B4). Runs after the
  /// current handler.
  template <typename Handler>
  Events& intercept(std::string name, Handler handler) {
    using Arguments = typename detail::HandlerTraits<Handler>::Arguments;
    static_assert(std::tuple_size_v<Arguments> == 1, "an intercept handler takes the payload");
    using Argument = std::remove_cvref_t<std::tuple_element_t<0, Arguments>>;
    table_.intercepts[std::move(name)] = [handler](Channel& channel, std::string_view, const Payload& payload) {
      C& self = static_cast<C&>(channel);
      if constexpr (std::is_same_v<Argument, Payload>) {
        (self.*handler)(payload);
      } else {
        auto argument = payload.as<Argument>();
        if (!argument) throw std::invalid_argument("intercepted payload does not fit at " + argument.error().path);
        (self.*handler)(std::move(*argument));
      }
    };
    return *this;
  }

 private:
  template <typename Traits>
  static constexpr void check_coroutine() {
    if constexpr (detail::IsTask<typename Traits::Result>::value && std::tuple_size_v<typename Traits::Arguments> == 1)
      static_assert(!std::is_reference_v<std::tuple_element_t<0, typename Traits::Arguments>>,
                    "a coroutine takes its argument by value: a reference is gone after the first co_await");
  }
  EventTable& table_;
};

/// The application's handler for one (socket, topic): made when a client joins, destroyed when it leaves, crashes or
/// closes.
///
/// All methods are called on the socket's shard, one at a time, in the order of the client's messages; while a
/// coroutine of this channel waits, its later messages wait too, and nothing else does (PROTOCOL R12). Handlers must
/// not block: for that there is `co_await app.blocking(…)`. A throw ends this channel alone: the client gets phx_error
/// and joins again. Source: Phoenix.Channel, phoenix/lib/phoenix/channel.ex.
class Channel {
 public:
  Channel();
  virtual ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Decides whether this client may join `topic`. Called once, first.
  ///
  /// `params`: the client's join payload, any JSON or bytes. Pushes and broadcasts are for after_join: here they throw.
  /// A throw is answered with status "error", {"reason":"join crashed"}, and logged. A join that waits (a Task) hears
  /// its topic from before it starts, and those broadcasts follow the reply: what it read meanwhile and what it hears
  /// overlap, and nothing falls between (PROTOCOL R6).
  virtual JoinReply join(std::string_view topic, const Payload& params);

  /// A broadcast on a topic that `subscribe` named.
  virtual void on_broadcast(const Broadcast& broadcast);

  /// The channel is about to go; its subscriptions are gone. What it pushes reaches the client after a leave or stop,
  /// and before the phx_error of a crash (PROTOCOL E2). Not called when the client joined the topic again.
  virtual void terminate(const End& end);

 protected:
  const std::string& topic() const;
  const Socket& socket() const;
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

  /// Runs `work` right after the join was answered. Call it in `join`; later it throws std::logic_error.
  void after_join(std::move_only_function<void()> work);
  /// A handle to answer the message that is being handled. Throws std::logic_error outside of a handler.
  ReplyRef reply_ref() const;

  /// Runs `work` once on this channel after `delay`, unless the channel has ended.
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> work);
  /// Hears broadcasts of another topic in on_broadcast. Twice subscribed is twice heard (PROTOCOL B5, B8). Its own
  /// topic, which it hears anyway, comes once more to the intercept handlers; an event that has none then ends the
  /// channel, as in Phoenix.
  void subscribe(std::string topic);
  /// Ends all subscriptions to that topic.
  void unsubscribe(std::string_view topic);

  /// The presences of this topic; see presence.hpp.
  PresenceHandle presence();
  /// Tracks `key` on this topic with `meta` (an object) until the channel ends. Returns the phx_ref, or
  /// already_tracked.
  std::expected<std::string, PresenceError> track(std::string_view key, const Payload& meta);
  /// Pushes `presence_state`, the list of this topic, to this client: call it in after_join, on each join (PROTOCOL
  /// Q16).
  void push_presence_state();

  /// Closes this client's connection with code 1012, as a server that goes down does: the client comes back.
  void drain();

 private:
  friend class channel::Process;
  channel::Process* process_ = nullptr;  // set for the whole life of the channel, before join
};

}  // namespace roost
