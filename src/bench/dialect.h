#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace roost::bench {

/// A server's message. Views into the frame; refs as their text without quotes, empty for null.
struct ServerMessage {
  std::string ref;
  std::string topic;         // empty: the dialect does not say
  std::string event;         // a reply is a "phx_reply"
  std::string status;        // of a reply
  std::string_view payload;  // of a reply: the response
  bool binary = false;
};

/// How messages look: Phoenix's, or those of a peer that is measured beside it by the same loads. Stateless.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// Path and query of a URL as the server is asked for them.
  virtual std::string request_path(std::string_view path, std::string_view query) const = 0;
  /// Whether there is more than messages: answer() is asked first, and clients join upon is_greeting(), not at once.
  virtual bool greets() const { return false; }
  /// The text that answers one of the server's, before the client may join or at any time; nullopt: it asks for none.
  virtual std::optional<std::string> answer(std::string_view) const { return std::nullopt; }
  /// Whether this text of the server says that the client may join now.
  virtual bool is_greeting(std::string_view) const { return false; }

  /// Messages to the server. `payload`: JSON text.
  virtual std::string join(std::string_view topic, std::string_view payload) const = 0;
  virtual std::string push(std::string_view ref, std::string_view topic, std::string_view event,
                           std::string_view payload) const = 0;
  /// The same with bytes. Fields have at most 255 bytes. Empty: the dialect has no such thing.
  virtual std::string push_binary(std::string_view /*ref*/, std::string_view /*topic*/, std::string_view /*event*/,
                                  std::string_view /*payload*/) const {
    return {};
  }

  /// What keeps an idle connection alive; empty: nothing has to.
  virtual std::string heartbeat() const { return {}; }

  /// A message of the server, all of it validated. Error: why it is none.
  virtual std::expected<ServerMessage, std::string> decode(bool binary, std::string_view bytes) const = 0;
};

/// The ref of every join, and the join_ref of all that a client sends.
inline constexpr std::string_view kJoinRef = "1";

/// Phoenix Channels, vsn 2.0.0.
const Dialect& phoenix_dialect();
/// Socket.IO 4 over WebSocket: events with acknowledgements, one room for each topic (bench/peers).
const Dialect& socketio_dialect();

}  // namespace roost::bench
