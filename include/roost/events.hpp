#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <roost/refs.hpp>
#include <roost/reply.hpp>
#include <roost/typescript.hpp>

namespace roost {

/// The methods of one channel class, by what they handle. Made once for each `.channel<C>(…)`.
struct EventTable {
  using Join = std::function<JoinReply(Channel&, std::string_view topic, const Payload& params)>;
  using Handler = std::function<Reply(Channel&, std::string_view event, const Payload&)>;

  /// Handlers by event: a list, for a channel has few, whose look-up reads eight bytes of each event's name.
  class Handlers {
   public:
    /// The one of that event; a new one, if there was none.
    Handler& operator[](std::string_view event);
    /// nullptr: there is none. Valid until an event is added.
    const Handler* find(std::string_view event) const;
    bool contains(std::string_view event) const { return find(event) != nullptr; }
    bool empty() const { return tags_.empty(); }

   private:
    struct Named {
      std::string event;
      Handler handler;
    };
    std::vector<std::uint64_t> tags_;
    std::vector<Named> named_;
  };

  std::string_view channel;  // the name of the class, for the log
  Join join;
  Handlers handlers;
  Handlers intercepts;
  Handler otherwise;
  detail::InfoTable infos;
  TopicTypes types;
};

namespace detail {

template <typename...>
inline constexpr bool kNever = false;

template <typename T>
struct IsTask : std::false_type {};
template <typename T>
struct IsTask<Task<T>> : std::true_type {
  using Result = T;
};

/// Class, result and arguments of a method.
template <typename Handler>
struct Method {
  static constexpr bool is_method = false;
};
template <typename C, typename R, typename... A>
struct Method<R (C::*)(A...)> {
  static constexpr bool is_method = true;
  static constexpr std::size_t count = sizeof...(A);
  using Class = C;
  using Result = R;
  template <std::size_t N>
  using Argument = std::tuple_element_t<N, std::tuple<A...>>;
};
template <typename C, typename R, typename... A>
struct Method<R (C::*)(A...) const> : Method<R (C::*)(A...)> {};
template <typename C, typename R, typename... A>
struct Method<R (C::*)(A...) noexcept> : Method<R (C::*)(A...)> {};
template <typename C, typename R, typename... A>
struct Method<R (C::*)(A...) const noexcept> : Method<R (C::*)(A...)> {};

template <typename T>
inline constexpr bool is_text =
    std::is_same_v<std::remove_cvref_t<T>, std::string> || std::is_same_v<std::remove_cvref_t<T>, std::string_view>;
/// Gone after the first co_await.
template <typename T>
inline constexpr bool is_fleeting = std::is_reference_v<T> || std::is_same_v<T, std::string_view>;
/// What a payload can become.
template <typename T>
inline constexpr bool is_payload = std::is_same_v<std::remove_cvref_t<T>, Payload> || JsonType<std::remove_cvref_t<T>>;

/// Whether a method that returns R answers with an A (Reply or JoinReply), perhaps later.
template <typename R, typename A>
constexpr bool answers_with() {
  if constexpr (IsTask<R>::value)
    return answers_with<typename IsTask<R>::Result, A>();
  else
    return std::is_convertible_v<R, A> || (std::is_void_v<R> && std::is_same_v<A, Reply>);
}

template <typename A, typename T>
Task<A> answer_later(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
    co_return A(noreply);
  } else {
    T result = co_await std::move(task);
    co_return A(std::move(result));
  }
}

/// What `call` returns as an A.
template <typename A, typename Call>
A answer(Call&& call) {
  using R = std::invoke_result_t<Call>;
  if constexpr (std::is_void_v<R>) {
    std::forward<Call>(call)();
    return A(noreply);
  } else if constexpr (IsTask<R>::value && !std::is_same_v<R, Task<A>>) {
    return A(answer_later<A>(std::forward<Call>(call)()));
  } else {
    return A(std::forward<Call>(call)());
  }
}

/// Calls `take` with the payload as an Argument; or the answer is where it does not fit.
template <typename Argument, typename A, typename Take>
A with_payload(const Payload& payload, Take&& take) {
  using T = std::remove_cvref_t<Argument>;
  if constexpr (std::is_same_v<T, Payload>) {
    return answer<A>([&]() -> decltype(auto) { return take(payload); });
  } else {
    auto value = payload.as<T>();
    if (!value) return A(std::move(value.error()));
    return answer<A>([&]() -> decltype(auto) { return take(std::move(*value)); });
  }
}

/// What all methods have to be; false after a static_assert, so that it is the only error.
template <typename C, typename Handler, typename A>
constexpr bool fits_channel() {
  using M = Method<Handler>;
  if constexpr (!M::is_method) {
    static_assert(kNever<C, Handler>, "Roost: name a method of the channel, such as &Room::new_msg");
    return false;
  } else if constexpr (!std::is_base_of_v<typename M::Class, C>) {
    static_assert(kNever<C, Handler>, "Roost: this method belongs to another channel class");
    return false;
  } else if constexpr (!answers_with<typename M::Result, A>()) {
    static_assert(kNever<C, Handler>,
                  "Roost: a handler returns void, roost::Reply or roost::Task<roost::Reply>; join returns "
                  "roost::JoinReply or roost::Task<roost::JoinReply>");
    return false;
  } else {
    return true;
  }
}

/// The same for a method whose last argument is the payload. `Name`: whether an event or topic comes before it.
template <typename C, typename Handler, typename A, std::size_t At>
constexpr bool fits_payload() {
  using M = Method<Handler>;
  if constexpr (M::count == At) {
    return true;
  } else if constexpr (M::count != At + 1) {
    static_assert(kNever<C, Handler>, "Roost: a handler takes the payload, or nothing");
    return false;
  } else {
    using Argument = typename M::template Argument<At>;
    if constexpr (!is_payload<Argument>) {
      static_assert(kNever<C, Argument>,
                    "Roost: a payload is a roost::Payload or a type that JSON can hold; describe a struct with "
                    "BOOST_DESCRIBE_STRUCT(Type, (), (members))");
      return false;
    } else if constexpr (std::is_lvalue_reference_v<Argument> && !std::is_const_v<std::remove_reference_t<Argument>>) {
      static_assert(kNever<C, Handler>, "Roost: take the payload by value or as const&");
      return false;
    } else if constexpr (IsTask<typename M::Result>::value && is_fleeting<Argument>) {
      static_assert(kNever<C, Handler>,
                    "Roost: a coroutine takes its arguments by value: a reference is gone after the first co_await");
      return false;
    } else {
      return true;
    }
  }
}

/// The same for one that takes a topic or an event first.
template <typename C, typename Handler, typename A>
constexpr bool fits_name_and_payload() {
  using M = Method<Handler>;
  using Name = typename M::template Argument<0>;
  if constexpr (IsTask<typename M::Result>::value && is_fleeting<Name>) {
    static_assert(kNever<C, Handler>, "Roost: a coroutine takes std::string: a view is gone after the first co_await");
    return false;
  } else {
    return fits_payload<C, Handler, A, 1>();
  }
}

template <typename C, typename A, typename Handler>
A call_with_payload(C& self, Handler handler, const Payload& payload) {
  using M = Method<Handler>;
  if constexpr (M::count == 0)
    return answer<A>([&]() -> decltype(auto) { return (self.*handler)(); });
  else
    return with_payload<typename M::template Argument<0>, A>(
        payload, [&](auto&& value) -> decltype(auto) { return (self.*handler)(std::forward<decltype(value)>(value)); });
}

template <typename C, typename A, typename Handler>
A call_with_name(C& self, Handler handler, std::string_view name, const Payload& payload) {
  using M = Method<Handler>;
  using Name = std::remove_cvref_t<typename M::template Argument<0>>;
  if constexpr (M::count == 1)
    return answer<A>([&]() -> decltype(auto) { return (self.*handler)(Name(name)); });
  else
    return with_payload<typename M::template Argument<1>, A>(payload, [&](auto&& value) -> decltype(auto) {
      return (self.*handler)(Name(name), std::forward<decltype(value)>(value));
    });
}

/// The type of a method's payload, its argument number `At`, when it has one that is no Payload.
template <typename Handler, std::size_t At>
TopicTypes::Type payload_type() {
  if constexpr (Method<Handler>::count > At)
    return type_of<typename Method<Handler>::template Argument<At>>();
  else
    return nullptr;
}
/// The same for a join, where a topic may come first.
template <typename Handler>
TopicTypes::Type params_type() {
  if constexpr (Method<Handler>::count > 0) {
    if constexpr (is_text<typename Method<Handler>::template Argument<0>>) return payload_type<Handler, 1>();
  }
  return payload_type<Handler, 0>();
}

template <typename C, typename Handler>
EventTable::Join make_join(Handler handler) {
  using M = Method<Handler>;
  if constexpr (fits_channel<C, Handler, JoinReply>()) {
    if constexpr (M::count > 0) {
      if constexpr (is_text<typename M::template Argument<0>>) {
        if constexpr (fits_name_and_payload<C, Handler, JoinReply>())
          return [handler](Channel& channel, std::string_view topic, const Payload& params) {
            return call_with_name<C, JoinReply>(static_cast<C&>(channel), handler, topic, params);
          };
      } else if constexpr (fits_payload<C, Handler, JoinReply, 0>()) {
        return [handler](Channel& channel, std::string_view, const Payload& params) {
          return call_with_payload<C, JoinReply>(static_cast<C&>(channel), handler, params);
        };
      }
    } else {
      return [handler](Channel& channel, std::string_view, const Payload& params) {
        return call_with_payload<C, JoinReply>(static_cast<C&>(channel), handler, params);
      };
    }
  }
  return nullptr;
}

}  // namespace detail

/// Where a channel class says which method handles what.
///
///     static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
///
/// A handler returns void, roost::Reply (or what makes one: ok(…), stop(…), noreply), or a Task of these. It takes the
/// payload: a JsonType, which is parsed and checked before the handler is called; a Payload, as it came; or nothing. A
/// handler that is a coroutine takes its arguments by value.
template <typename C>
class Events {
 public:
  explicit Events(EventTable& table) : table_(table) {}

  /// The client's message `name`: `Reply C::method(Payload or JsonType)`.
  template <typename Handler>
  Events& event(std::string name, Handler handler) {
    if constexpr (detail::fits_channel<C, Handler, Reply>())
      if constexpr (detail::fits_payload<C, Handler, Reply, 0>()) {
        last_push_ = &table_.types.pushes[name];
        last_push_->payload = detail::payload_type<Handler, 0>();
        table_.handlers[name] = [handler](Channel& channel, std::string_view, const Payload& payload) {
          return detail::call_with_payload<C, Reply>(static_cast<C&>(channel), handler, payload);
        };
      }
    return *this;
  }

  // What follows says of which types the rest is, for pages that are compiled against it (App::typescript_contract).

  /// The response of ok(…) to the event that was named last.
  template <JsonType T>
  Events& replies() {
    if (!last_push_) throw std::logic_error("replies: name the event first");
    last_push_->reply = detail::type_of<T>();
    return *this;
  }
  /// The response of ok(…) to a join.
  template <JsonType T>
  Events& join_replies() {
    table_.types.reply = detail::type_of<T>();
    return *this;
  }
  /// The payload of an event that the channel, or somebody else on its topic, pushes or broadcasts.
  template <JsonType T>
  Events& sends(std::string name) {
    table_.types.events[std::move(name)] = detail::type_of<T>();
    return *this;
  }
  /// The metas of the topic's presences.
  template <JsonType T>
  Events& tracks() {
    table_.types.presence = detail::type_of<T>();
    return *this;
  }

  /// The state of the topic's Document, which the channel answers its joins with.
  template <JsonType T>
  Events& shares() {
    table_.types.state = detail::type_of<T>();
    return *this;
  }

  /// Every event that has no handler: `Reply C::method(std::string_view event, Payload or JsonType)`. Without it such
  /// an event ends the channel with phx_error, as in Phoenix (PROTOCOL R9).
  template <typename Handler>
  Events& otherwise(Handler handler) {
    if constexpr (detail::fits_channel<C, Handler, Reply>()) {
      if constexpr (!takes_name<Handler>())
        static_assert(detail::kNever<C, Handler>, "Roost: otherwise takes the event's name first, then the payload");
      else if constexpr (detail::fits_name_and_payload<C, Handler, Reply>())
        table_.otherwise = [handler](Channel& channel, std::string_view event, const Payload& payload) {
          return detail::call_with_name<C, Reply>(static_cast<C&>(channel), handler, event, payload);
        };
    }
    return *this;
  }

  /// Broadcasts of `name` on the channel's topic go to this method instead of the client: `void C::method(Payload or
  /// JsonType)`. It pushes what the client shall see, if anything (PROTOCOL B4). Runs after the current handler.
  template <typename Handler>
  Events& intercept(std::string name, Handler handler) {
    if constexpr (detail::fits_channel<C, Handler, Reply>())
      if constexpr (detail::fits_payload<C, Handler, Reply, 0>())
        table_.intercepts[name] = [handler](Channel& channel, std::string_view, const Payload& payload) {
          return detail::call_with_payload<C, Reply>(static_cast<C&>(channel), handler, payload);
        };
    return *this;
  }

  /// What somebody gives to ChannelRef::post: `void C::method(Message)`, one method for each type of message. It may
  /// return stop(…). Source: handle_info of Phoenix.Channel.
  template <typename Handler>
  Events& info(Handler handler) {
    using M = detail::Method<Handler>;
    if constexpr (detail::fits_channel<C, Handler, Reply>()) {
      if constexpr (M::count != 1) {
        static_assert(detail::kNever<C, Handler>, "Roost: an info handler takes the message that was posted");
      } else {
        using Argument = typename M::template Argument<0>;
        using Message = std::remove_cvref_t<Argument>;
        static_assert(!detail::IsTask<typename M::Result>::value || !detail::is_fleeting<Argument>,
                      "Roost: a coroutine takes its arguments by value: a reference is gone after the first co_await");
        table_.infos.template add<Message>([handler](Channel& channel, Message&& message) {
          C& self = static_cast<C&>(channel);
          return detail::answer<Reply>([&]() -> decltype(auto) { return (self.*handler)(std::move(message)); });
        });
      }
    }
    return *this;
  }

 private:
  template <typename Handler>
  static constexpr bool takes_name() {
    using M = detail::Method<Handler>;
    if constexpr (M::count != 2)
      return false;
    else
      return detail::is_text<typename M::template Argument<0>>;
  }

  EventTable& table_;
  TopicTypes::Push* last_push_ = nullptr;
};

}  // namespace roost
