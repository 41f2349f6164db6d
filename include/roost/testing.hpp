#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/app.hpp>

/// A kit for tests of an application's channels, for GoogleTest. Link roost::testing.
///
///     roost::testing::Server server;                      // an App without a network
///     set_up(server.app());                               // what main does with its App
///     auto ann = server.connect("/socket", {.params = {{"user_id", "ann"}}});
///     auto room = ann.join("room:lobby");
///     const auto ref = room.push("new_msg", {{"body", "hi"}});
///     room.expect_reply(ref, "ok");
///     room.expect_broadcast("new_msg", {{"from", "ann"}, {"body", "hi"}});
///     room.expect_nothing();
///
/// Everything runs on the test's thread: what a call leads to has happened when it returns, blocking work and agents
/// among it. Time stands still until advance(…) moves it, so no test sleeps. Messages go through the serializer that
/// phoenix.js uses. An expectation takes the first message that fits, wherever it stands; one that finds none is a test
/// failure at its line, which lists what did arrive and what the log says.
namespace roost::testing {

/// What a payload has to be: a value that it equals, or anything(), including(…), matching(…).
class PayloadMatcher {
 public:
  /// Why a payload does not fit; empty: it fits.
  using Check = std::function<std::string(const Payload&)>;

  /// The empty object.
  PayloadMatcher() : PayloadMatcher(Payload()) {}
  /// Equal, as JSON is: order of members and spelling of numbers do not count. Or the same bytes.
  PayloadMatcher(Payload payload);
  PayloadMatcher(std::initializer_list<Braces> json) : PayloadMatcher(Payload(json)) {}
  template <typename T>
  requires(std::is_convertible_v<const T&, Payload> && !std::is_base_of_v<PayloadMatcher, T> &&
           !std::is_same_v<T, Payload>) PayloadMatcher(const T& value)
      : PayloadMatcher(Payload(value)) {}
  PayloadMatcher(std::string text, Check check) : text_(std::move(text)), check_(std::move(check)) {}

  std::string mismatch(const Payload& payload) const { return check_(payload); }
  /// For failures: what it wants.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  Check check_;
};

/// Any payload.
PayloadMatcher anything();
/// Objects may have more members than `part` names, also those inside; all else is equal.
PayloadMatcher including(Payload part);
inline PayloadMatcher including(std::initializer_list<Braces> json) {
  return including(Payload(json));
}
/// Payloads that are a T for which `fits` is true: `matching<Message>([](const Message& m) { return m.id > 3; })`.
template <typename T, typename Fits>
PayloadMatcher matching(Fits fits) {
  auto check = [fits = std::move(fits)](const Payload& payload) -> std::string {
    if constexpr (std::is_same_v<T, Payload>) {
      return fits(payload) ? "" : "it does not match";
    } else {
      const auto value = payload.as<T>();
      if (!value) return "at \"" + value.error().path + "\": not " + value.error().expected;
      return fits(*value) ? "" : "it does not match";
    }
  };
  return PayloadMatcher("matching<" + std::string(roost::detail::type_name<T>()) + ">(…)", std::move(check));
}

/// What a client got.
struct Message {
  enum class Kind {
    reply,      // to one of its messages
    push,       // to it alone
    broadcast,  // to all of the topic
    close,      // its channel has ended in order: phx_close
    error,      // its channel has crashed: phx_error
  };
  Kind kind;
  std::string topic{};
  std::string event{};
  std::string join_ref{};  // empty: null
  std::string ref{};       // of a reply; empty: null
  std::string status{};    // of a reply
  Payload payload{};       // of a reply: the response

  /// `reply to "2": ok {"id":7}`, for a reader.
  std::string text() const;
};

class Connection;

/// The client's side of one channel. Copies are the same channel.
class ClientChannel {
 public:
  ClientChannel(std::shared_ptr<Connection> connection, std::string topic, std::string join_ref)
      : connection_(std::move(connection)), topic_(std::move(topic)), join_ref_(std::move(join_ref)) {}

  const std::string& topic() const { return topic_; }

  /// Sends a message; gives the ref that its reply will have.
  std::string push(std::string_view event, const Payload& payload = {});
  /// Sends a message and expects an "ok"; gives the response.
  Payload call(std::string_view event, const Payload& payload = {},
               std::source_location at = std::source_location::current());

  // What follows gives the payload that was found, or an empty object when there was none.

  Payload expect_reply(std::string_view ref, std::string_view status = "ok",
                       const PayloadMatcher& response = anything(),
                       std::source_location at = std::source_location::current());
  /// Something for this client alone, by Channel::push.
  Payload expect_push(std::string_view event, const PayloadMatcher& payload = anything(),
                      std::source_location at = std::source_location::current());
  /// Something for all of the topic, by any broadcast, that no intercept took.
  Payload expect_broadcast(std::string_view event, const PayloadMatcher& payload = anything(),
                           std::source_location at = std::source_location::current());
  /// After Client::start_join.
  Payload expect_joined(const PayloadMatcher& response = anything(),
                        std::source_location at = std::source_location::current());
  Payload expect_refused(const PayloadMatcher& response = anything(),
                         std::source_location at = std::source_location::current());
  /// The channel has ended in order, by stop("shutdown") or the like: phx_close. The client stays away.
  void expect_closed(std::source_location at = std::source_location::current());
  /// It has crashed: phx_error. A real client would join again.
  void expect_crashed(std::source_location at = std::source_location::current());
  /// Nothing is left for this channel.
  void expect_nothing(std::source_location at = std::source_location::current());
  /// Takes all that is left, in its order.
  std::vector<Message> received();
  /// The same as lines, where the order is what counts: `push "tick" {"n":1}`, `reply to "7": ok {}`, `broadcast "news"
  /// {}`, `close (phx_close)`, `crash (phx_error)`.
  std::vector<std::string> heard();

  /// Leaves, and expects the answer and the phx_close.
  void leave(std::source_location at = std::source_location::current());

 private:
  bool is_mine(const Message& message) const;
  Payload expect(std::string what, const PayloadMatcher& payload, const std::function<bool(const Message&)>& is_it,
                 const std::source_location& at) const;

  std::shared_ptr<Connection> connection_;
  std::string topic_;
  std::string join_ref_;
};

/// One client's connection. Copies are the same connection; it ends with the Server, or when it is closed.
class Client {
 public:
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  /// Joins a topic, and expects an "ok". Phoenix calls it subscribe_and_join.
  ClientChannel join(std::string_view topic, const Payload& params = {},
                     std::source_location at = std::source_location::current());
  /// Sends the join alone: for one that will be refused, or that waits. See ClientChannel::expect_joined.
  ClientChannel start_join(std::string_view topic, const Payload& params = {});
  /// Joins a topic, and expects that it is refused; gives the response.
  Payload expect_refused(std::string_view topic, const Payload& params = {},
                         const PayloadMatcher& response = anything(),
                         std::source_location at = std::source_location::current());
  /// Sends a heartbeat, and expects its answer.
  void heartbeat(std::source_location at = std::source_location::current());

  /// For a RawSocket: sends a message; expects one, in their order.
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void expect_text(std::string_view text, std::source_location at = std::source_location::current());
  void expect_binary(std::string_view bytes, std::source_location at = std::source_location::current());

  /// The client goes: its channels end with EndReason::closed.
  void close();
  bool is_open() const;
  /// The server has closed the connection with that code: 1001 for App::disconnect, 1012 for a drain (PROTOCOL §4.6).
  void expect_closed(int code, std::source_location at = std::source_location::current());
  /// Nothing is left for any channel of this client, and it is connected.
  void expect_nothing(std::source_location at = std::source_location::current());

 private:
  void expect_raw(bool binary, std::string_view bytes, const std::source_location& at);

  std::shared_ptr<Connection> connection_;
};

/// A request to one of the application's own routes; sockets and files are not asked.
struct Request {
  std::string method = "GET";
  std::string target = "/";  // may have a query: "/api/rooms?page=2"
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// A request that was sent. Copies are the same one.
class HttpCall {
 public:
  struct State;
  explicit HttpCall(std::shared_ptr<State> state) : state_(std::move(state)) {}
  /// Whether its answer is there; not, while a coroutine waits for a time that has not come.
  bool answered() const;
  /// The answer; with status 0, and a failure, if there is none yet.
  HttpResponse answer(std::source_location at = std::source_location::current()) const;
  /// The client goes: a coroutine that waits is destroyed.
  void close();

 private:
  std::shared_ptr<State> state_;
};

/// Hears what is broadcast on a topic, without a client.
class Listener {
 public:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  Payload expect_broadcast(std::string_view event, const PayloadMatcher& payload = anything(),
                           std::source_location at = std::source_location::current());
  void expect_nothing(std::source_location at = std::source_location::current());

 private:
  std::shared_ptr<Impl> impl_;
};

/// An App whose clients are those of the test: no ports, no threads, no clock. Not for several threads, but what the
/// application does on threads of its own (broadcast, ChannelRef::post …) may be done; the next call here notices it.
class Server {
 public:
  explicit Server(Options options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Set it up before the first client connects. start, run and stop are not for it.
  App& app();

  /// Connects to the mount at `path`; the failure of a client that is kept out names the reason. `info`: what the
  /// application's connect function gets; variables of the path are added to its params.
  Client connect(std::string_view path = "/socket", ConnectInfo info = {},
                 std::source_location at = std::source_location::current());
  /// Expects that the application keeps this client out; gives the reason that it said, or "".
  std::string expect_rejected(std::string_view path, ConnectInfo info = {},
                              std::source_location at = std::source_location::current());
  /// Sends a request to a route, and gives the answer at once: with status 0, and a failure, if there is none yet. See
  /// send for a route that waits.
  HttpResponse request(Request request, std::source_location at = std::source_location::current());
  HttpResponse get(std::string target, std::source_location at = std::source_location::current());
  /// With a JSON body, or bytes as application/octet-stream.
  HttpResponse post(std::string target, const Payload& body = {},
                    std::source_location at = std::source_location::current());
  /// Sends a request alone; see HttpCall.
  HttpCall send(Request request);
  /// Hears `topic` from now on.
  Listener subscribe(std::string topic);

  /// Lets time pass: timers and sleeps run when they are due, each with all that it leads to.
  void advance(std::chrono::nanoseconds duration);
  /// Does what waits. Every other call here does so, too; this is for what other threads have left.
  void run();

  /// From now on, agents and app.blocking refuse work as if too much of it waited: a Task that wants some gets a
  /// WorkRefused. `false`: they take it again.
  void refuse_work(bool refuse = true);

  /// The lines of the log from warnings upwards, as `error channel crashed in=handler topic=room:a event=x error=…`.
  std::vector<std::string> log() const;
  /// Expects a line of the log that contains `text`.
  void expect_logged(std::string_view text, std::source_location at = std::source_location::current());

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace roost::testing
