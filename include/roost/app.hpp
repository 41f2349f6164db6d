#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <roost/agent.hpp>
#include <roost/channel.hpp>
#include <roost/document.hpp>
#include <roost/http.hpp>
#include <roost/limits.hpp>
#include <roost/options.hpp>
#include <roost/raw_socket.hpp>
#include <roost/serializer.hpp>
#include <roost/socket.hpp>
#include <roost/subscription.hpp>
#include <roost/task.hpp>
#include <roost/topic_presence.hpp>

namespace roost {

namespace server {
struct StagedApp;
}

/// Who may connect from a browser (PROTOCOL §4.3). A request without an Origin header always may.
struct CheckOrigin {
  enum class Mode { off, host, conn, list } mode = Mode::host;
  std::vector<std::string> origins;  // of list: "https://example.com", "//any-scheme.org", "//*.wild.net"
  static CheckOrigin off() { return {Mode::off, {}}; }
  static CheckOrigin host() { return {Mode::host, {}}; }  // the host of Options::public_host
  /// Scheme, host and port of the request itself, or by the word of a trusted proxy.
  static CheckOrigin conn() { return {Mode::conn, {}}; }
  static CheckOrigin list(std::vector<std::string> origins) { return {Mode::list, std::move(origins)}; }
};

struct WebSocketOptions {
  std::string path = "/websocket";            // may hold :variables
  std::chrono::milliseconds timeout{60'000};  // without a byte from the client: close code 1002 (PROTOCOL W3)
  std::size_t frame_bytes_max = 10'000'000;   // one frame with its header; beyond: 1009 (W6)
  std::size_t message_bytes_max = 8'000'000;  // one message put together from fragments, or inflated
  bool compress = false;                      // permessage-deflate, when the client offers it (PROTOCOL W7)
  /// Whether messages may refer to those before them: smaller, at 256 KiB for each connection. Without it each message
  /// stands alone, and a broadcast is compressed once for all.
  bool compress_context = false;
  std::vector<std::string> subprotocols = {};  // offered names; empty: the header is ignored (A1)
};

struct LongPollOptions {
  std::string path = "/longpoll";
  std::chrono::milliseconds window{10'000};  // how long a GET waits for a message, and a POST for each of its own
  std::chrono::milliseconds pubsub_timeout{2'000};  // how long a dead session is looked for
  std::chrono::seconds token_age_max{1'209'600};    // 14 days
  std::size_t buffer_bytes_max = 8'000'000;         // messages that wait for a poll; beyond: the session ends
  /// Sessions on one shard, some KB each; a new one costs a stranger one request [longpoll_sessions]. Beyond: the
  /// oldest that was never polled makes room; if each was, the new one is refused with 503.
  std::size_t sessions_max = 50'000;
};

/// One place where clients connect. Returned by App::socket; every call returns the same mount.
class SocketMount {
 public:
  struct Route {
    std::string pattern;
    std::shared_ptr<const EventTable> events;
    std::function<std::unique_ptr<Channel>()> make;
    PresenceHooks presence;
  };
  /// Status and body for a client that connect(…) rejected with a reason. Default: 403, empty.
  using ErrorHandler = std::function<HttpResponse(const std::string& reason)>;

  explicit SocketMount(std::string at) : path(std::move(at)) {}

  SocketMount& connect(Connect decide) & {
    connect_ = std::move(decide);
    return *this;
  }
  /// Topics that fit `pattern` ("room:*", or exact) are handled by a C, made with copies of `arguments` (std::ref for
  /// references). Patterns are tried in the order of these calls.
  template <typename C, typename... Arguments>
  SocketMount& channel(std::string pattern, Arguments... arguments) & {
    constexpr bool is_channel = std::is_convertible_v<C*, Channel*>;
    static_assert(!is_channel || std::is_constructible_v<C, std::unwrap_reference_t<Arguments>&...>,
                  "Roost: a channel of this class cannot be made with these arguments");
    auto make = [arguments = std::make_tuple(std::move(arguments)...)]() -> std::unique_ptr<Channel> {
      if constexpr (is_channel && std::is_constructible_v<C, std::unwrap_reference_t<Arguments>&...>)
        return std::apply([](auto&... each) { return std::make_unique<C>(each...); }, arguments);
      else
        return nullptr;
    };
    auto events = std::make_shared<const EventTable>(detail::make_event_table<C>());
    add_route({std::move(pattern), std::move(events), std::move(make), {}});
    return *this;
  }
  /// Clients of this mount speak a protocol of your own instead of channels; see raw_socket.hpp. `arguments` as for
  /// channel.
  template <typename R, typename... Arguments>
  SocketMount& raw(Arguments... arguments) & {
    static_assert(std::is_base_of_v<RawSocket, R>, "a raw socket class derives from roost::RawSocket");
    raw_ = [arguments = std::make_tuple(std::move(arguments)...)] {
      return std::apply([](auto&... each) { return std::make_unique<R>(each...); }, arguments);
    };
    return *this;
  }
  /// Fields next to the metas of the topics of the channel declared last (PROTOCOL Q10).
  /// A coroutine may do it, too: one that returns a Task<boost::json::object>. The last one given counts.
  SocketMount& presence_fetch(PresenceFetch fetch) &;
  SocketMount& presence_fetch(AsyncPresenceFetch fetch) &;
  /// Hears the presences of the topics of the channel declared last. Of several mounts with such a topic, the first
  /// that has a fetch or an observer is asked.
  SocketMount& on_metas(PresenceObserver observer) &;
  /// What clients of ours are told of the topics of the channel declared last. Default: full.
  SocketMount& presence_mode(PresenceMode mode) &;

  SocketMount& websocket(WebSocketOptions options) & {
    websocket_ = std::move(options);
    return *this;
  }
  SocketMount& no_websocket() & {
    websocket_.reset();
    return *this;
  }
  SocketMount& longpoll(LongPollOptions options = {}) & {
    longpoll_ = std::move(options);
    return *this;
  }
  SocketMount& check_origin(CheckOrigin policy) & {
    check_origin_ = std::move(policy);
    return *this;
  }
  SocketMount& auth_token() & {
    auth_token_ = true;
    return *this;
  }
  SocketMount& limits(SocketLimits limits) & {
    limits_ = limits;
    return *this;
  }
  SocketMount& max_channels(std::size_t count) & {
    limits_.channels_max = count;
    return *this;
  }
  /// Offers a format of your own to clients whose vsn fits `requirement`, "~> 3.0.0" or "~> 3.0" as in Elixir; see
  /// serializer.hpp. Tried in the order of these calls, before the protocol's own versions. Throws
  /// std::invalid_argument for what is no such requirement, and for no serializer.
  SocketMount& serializer(std::string requirement, std::shared_ptr<const Serializer> serializer) &;
  SocketMount& only_v1() & {
    only_v1_ = true;
    return *this;
  }
  SocketMount& error_handler(ErrorHandler handler) & {
    error_handler_ = std::move(handler);
    return *this;
  }

  // What the calls above decided; read by the server when it starts.
  std::string path;
  Connect connect_;
  std::vector<Route> routes_;
  std::function<std::unique_ptr<RawSocket>()> raw_;  // instead of routes_
  std::vector<std::pair<std::string, std::shared_ptr<const Serializer>>> serializers_;
  std::optional<WebSocketOptions> websocket_ = WebSocketOptions{};
  std::optional<LongPollOptions> longpoll_;
  CheckOrigin check_origin_;
  bool auth_token_ = false;
  bool only_v1_ = false;
  SocketLimits limits_;
  ErrorHandler error_handler_;

 private:
  void add_route(Route route);  // throws std::invalid_argument for a star that is not at the end
};

/// The server: shards, listeners, mounts, routes, agents. Set it up, then run() it, or start() and stop() it inside a
/// program that has a main loop of its own. Set-up calls come before start; broadcast and its like may be called from
/// any thread after.
class App {
 public:
  explicit App(Options options = {});
  App(App&&) noexcept;
  ~App();

  /// Options from flags (--port, …; --help lists them) over the environment (ROOST_PORT …) over the file that --config
  /// or ROOST_CONFIG names, in TOML, over `defaults`. Everything that is wrong is named on stderr, unknown flags and
  /// keys with what they may have been meant to be, and the program exits with status 2; --help exits with 0.
  static App from_args(int argc, char** argv, Options defaults = {});

  const Options& options() const;
  SocketMount& socket(std::string path);
  /// A route of the application's own: what `handler` may be, how paths are written and which route answers is said in
  /// http.hpp. What is wrong with it, such as another one for the same paths, is said by start().
  template <typename Handler>
  void get(std::string path, Handler handler) {
    route("GET", std::move(path), detail::make_http_handler(std::move(handler)));
  }
  template <typename Handler>
  void post(std::string path, Handler handler, RouteOptions options = {}) {
    route("POST", std::move(path), detail::make_http_handler(std::move(handler)), options);
  }
  template <typename Handler>
  void put(std::string path, Handler handler, RouteOptions options = {}) {
    route("PUT", std::move(path), detail::make_http_handler(std::move(handler)), options);
  }
  template <typename Handler>
  void patch(std::string path, Handler handler, RouteOptions options = {}) {
    route("PATCH", std::move(path), detail::make_http_handler(std::move(handler)), options);
  }
  template <typename Handler>
  void del(std::string path, Handler handler, RouteOptions options = {}) {
    route("DELETE", std::move(path), detail::make_http_handler(std::move(handler)), options);
  }
  /// The same for any method.
  void route(std::string method, std::string path, HttpHandler handler, RouteOptions options = {});
  /// Files below `directory` at `prefix`, index.html for folders, with types and ETags, where neither a
  /// socket nor a route answers. Of two prefixes that fit the longer one is asked.
  void static_files(std::string prefix, std::string directory);
  /// How large and how slow requests may be.
  void http_limits(HttpLimits limits);
  /// How much may wait for a shard.
  void mailbox_limits(MailboxLimits limits);
  /// How diffs of presences are gathered, and how many presences there may be.
  void presence_options(PresenceOptions options);
  /// How clients are sent away by stop().
  void drain_options(DrainOptions options);
  /// What the channels of all mounts say and take, as a TypeScript module for @roost/react: struct by struct, so that a
  /// field that changes its name here breaks the page's build. Its types are those of the handlers, and what `events`
  /// says with sends, replies, join_replies, tracks and shares.
  std::string typescript_contract() const;
  /// What the server counts, in Prometheus' text format; serve it where you like:
  /// `app.get("/metrics", [&](const auto&) { return roost::HttpResponse::text(app.metrics()); })`. Any thread.
  std::string metrics() const;
  /// Whether this node is whole. Any thread.
  Health health() const;
  /// Why it is degraded: a code such as "broker_unreachable", which docs/guide/clustering.md explains; "": it is not.
  std::string why_degraded() const;
  /// The name of this node, once started.
  const std::string& node() const;
  /// Runs once, on the first shard, when the server listens.
  void on_start(std::move_only_function<void()> work);

  /// State that every channel may read and change; see agent.hpp. Persistent if there is an Options::db. Once for each
  /// name (else std::logic_error): give copies of the handle to the channels.
  template <typename State>
  Agent<State> agent(std::string name, State initial = {}) {
    auto runner = agents(name);  // before the name is moved from
    return Agent<State>(std::move(runner), std::move(name), std::move(initial), !options().db.empty());
  }

  /// State that pages see as it is: an agent named as its topic, whose changes go out there; see document.hpp.
  template <JsonType State>
  Document<State> document(std::string topic, State initial = {}) {
    auto publish = publisher(topic);
    return Document<State>(agent<State>(std::move(topic), std::move(initial)), make_epoch(), std::move(publish));
  }

  /// The presences of a topic: to track what is no channel, and to see who is there. `auto tracked =
  /// app.presence("fleet").track("device:7", {{"battery", 80}});`. Any thread, at any time.
  TopicPresence presence(std::string topic);

  /// Runs `fn` on a thread that may block (a file, a database) and gives its result to the Task that awaits; a
  /// WorkRefused if 10,000 wait already. g++ 12: name `fn` first, if it captures more than references and numbers.
  template <typename Fn, typename F = std::decay_t<Fn>, typename R = std::invoke_result_t<F&>>
  Async<R> blocking(Fn&& fn) {
    detail::check_awaited<Fn>();
    return Async<R>([this, fn = F(std::forward<Fn>(fn))](Completion<R> done) mutable {
      auto job = std::make_shared<std::pair<F, Completion<R>>>(std::move(fn), std::move(done));
      if (!post_blocking([job] { job->second.complete_with(job->first); }))
        job->second.fail(std::make_exception_ptr(WorkRefused("blocking_work")));
    });
  }

  /// Publishes on `topic`, from any thread. The payload is an object or bytes, else std::invalid_argument.
  ///
  /// On a thread of your own it waits while a shard that has subscribers is behind; false: for longer than
  /// MailboxLimits::patience, and nobody has it. On a shard's thread it never waits and is always true; past the limit
  /// the channels that missed it are told, and rejoin. See MailboxLimits.
  bool broadcast(std::string_view topic, std::string_view event, const Payload& payload = {});
  /// The same on this node alone.
  bool local_broadcast(std::string_view topic, std::string_view event, const Payload& payload = {});
  /// Hears what is broadcast on `topic`, on this node and on others, until the handle goes. Any thread, at any time;
  /// before the start it is heard from the start on.
  ///
  /// `on_broadcast` runs on one of the shards, always the same, one call at a time, in the order of the broadcasts; it
  /// must not block, may call anything here, and may end its own subscription. A throw goes to the log. What the
  /// calling thread broadcasts from now on is heard; but if it is another App's shard, or the agents' thread, the
  /// subscription begins a moment later. What would wait for it beyond MailboxLimits::bytes_max is dropped [mailbox]:
  /// then `on_missed` is called in its place, if there is one, else the log says so.
  Subscription subscribe(std::string topic, std::function<void(const Broadcast&)> on_broadcast,
                         std::function<void()> on_missed = nullptr);
  /// Ends every connection whose socket id is `id` with close code 1001; the clients come back (PROTOCOL S1).
  void disconnect(std::string_view id);
  /// Runs `work` once after `delay` on a shard, whatever has ended meanwhile. Any thread.
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> work);

  /// Starts, serves until SIGINT or SIGTERM, stops cleanly. The status for main. A second signal ends at once. Lifts
  /// the process's soft limit of open files to its hard one, for each connection is a file; start() does not.
  int run();
  /// Starts listening and returns; what went wrong, if something did ("listen on 127.0.0.1:4000: address in use").
  std::expected<void, std::string> start();
  /// Closes every connection with 1012 so that clients come back, saves the agents, ends the threads; run() returns.
  /// Any thread that it does not wait for: on a shard's thread (a handler, `after`), in blocking work and on the
  /// agents' thread it throws std::logic_error and does nothing; there use a std::thread, or raise SIGTERM if run()
  /// serves. When two threads call it, both return when the server has stopped. Also without a start, and again.
  void stop();
  /// The port it listens on, once started.
  std::uint16_t port() const;

  struct Impl;

 private:
  friend struct server::StagedApp;
  explicit App(std::unique_ptr<Impl> impl);
  std::shared_ptr<AgentRunner> agents(const std::string& name);
  bool post_blocking(std::move_only_function<void()> job);
  std::function<void(const Payload&)> publisher(std::string topic);
  static std::string make_epoch();
  bool publish(bool everywhere, std::string_view topic, std::string_view event, const Payload& payload);
  std::unique_ptr<Impl> impl_;
};

/// Seconds since 1970, for `online_at`.
std::int64_t unix_seconds();

}  // namespace roost
