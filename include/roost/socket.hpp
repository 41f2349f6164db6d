#pragma once

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include <roost/payload.hpp>

namespace roost {

/// A client that wants to connect, as its request said. Names of headers are in lower case.
struct ConnectInfo {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Query and path parameters, `vsn` among them: strings, and nested objects and arrays for `a[b]=1` and `a[]=1`
  /// (PROTOCOL U4).
  boost::json::object params{};
  /// What the client put into its authToken, when the mount has auth_token (PROTOCOL A4, L14).
  std::optional<std::string> auth_token{};
  std::string transport{};  // "websocket" or "longpoll"
  std::string address{};    // "127.0.0.1": the peer's, or the client's by the word of Options::trusted_proxies
  std::uint16_t port = 0;   // 0: such a proxy did not say
  std::string user_agent{};
  Headers x_headers{};              // those that start with x-
  Headers sec_websocket_headers{};  // those that start with sec-websocket-, after a token was taken out
  Headers trace_context_headers{};  // traceparent, tracestate
  struct Uri {
    std::string scheme, host;  // these and the port by the word of a trusted proxy, too
    std::uint16_t port = 0;
    std::string path, query;  // query: the raw text
  } uri{};

  /// A parameter that is a string; `fallback` if it is missing or something else.
  std::string param(std::string_view name, std::string_view fallback = "") const;
};

/// Lets a client in. `state` is whatever your channels want to know of it; they read it with `user<T>()`, where T is
/// its very type.
struct Accept {
  std::shared_ptr<const std::any> state;
  /// Topic on which the event `disconnect` ends all connections of this id; nullopt: none (PROTOCOL S1).
  std::optional<std::string> id;
};
template <typename State>
Accept accept(State state, std::optional<std::string> id = std::nullopt) {
  using Text = std::conditional_t<std::is_same_v<State, const char*> || std::is_same_v<State, std::string_view>,
                                  std::string, State>;  // it is kept: a view is kept as what it shows
  return {std::make_shared<const std::any>(Text(std::move(state))), std::move(id)};
}
inline Accept accept() {
  return {};
}

/// What user<T>() throws when connect gave accept(…) something else: `user<Person>: connect gave accept(…) a
/// std::string`. Uncaught, that is the channel's end, and the log says it.
class WrongUserType : public std::bad_any_cast {
 public:
  WrongUserType(const std::type_info& asked, const std::type_info& given);
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;
};

/// Keeps a client out: HTTP 403, or what the mount's error handler makes of `reason`. Without a reason always 403.
struct Reject {
  std::optional<std::string> reason;
};
inline Reject reject() {
  return {};
}
inline Reject reject(std::string reason) {
  return {std::move(reason)};
}

using ConnectResult = std::variant<Accept, Reject>;
/// Decides whether a client may connect. Runs on the connection's shard; must not block. A throw answers HTTP 500.
using Connect = std::function<ConnectResult(const ConnectInfo&)>;

/// Names a socket from any thread; the socket may be gone by then.
struct SocketId {
  std::uint32_t shard = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  friend bool operator==(const SocketId&, const SocketId&) = default;
};

/// One client's logical link, as its channels see it.
class Socket {
 public:
  Socket(std::shared_ptr<const std::any> state, std::optional<std::string> id, SocketId handle)
      : state_(std::move(state)), handle_(handle) {
    if (id) id_ = std::make_unique<const std::optional<std::string>>(std::move(id));
  }

  /// What `connect` gave accept(…). Throws WrongUserType if that was another type, or nothing.
  template <typename State>
  const State& state() const {
    static_assert(std::is_same_v<State, std::remove_cvref_t<State>>,
                  "Roost: user<T>() names the type alone, and gives a const reference to it");
    if (const State* state = std::any_cast<State>(state_.get())) return *state;
    throw WrongUserType(typeid(State), state_ ? state_->type() : typeid(void));
  }
  const std::optional<std::string>& id() const {
    static const std::optional<std::string> none;
    return id_ ? *id_ : none;
  }
  SocketId handle() const { return handle_; }

 private:
  std::shared_ptr<const std::any> state_;
  std::unique_ptr<const std::optional<std::string>> id_;  // null: none, as many sockets have
  SocketId handle_;
};

}  // namespace roost
