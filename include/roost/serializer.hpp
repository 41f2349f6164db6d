#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <roost/payload.hpp>

namespace roost {

/// A client's message, as a Serializer read it.
///
/// What a client chose is checked behind decode, so that nothing it made up reaches others: refs and a JSON payload
/// must be valid JSON, topic and event UTF-8. What is not ends the connection like an error of decode.
struct ClientMessage {
  /// JSON text of any value: `"7"`, `7`, `null`. Answers carry it in one spelling (no blanks, no needless escapes).
  std::string join_ref = "null";  // of the phx_join that made the channel
  std::string ref = "null";       // of this message; its answer carries it
  std::string topic{};
  std::string event{};  // "phx_join", "phx_leave", "heartbeat" on the topic "phoenix", or the application's own
  /// JSON text or bytes. `Payload::trusted(SharedBytes::copy(text), false)` leaves the check to what comes behind;
  /// Payload::json_text would make it twice.
  Payload payload{};
};

/// A message for one client, or for all subscribers of a topic. Views last for the call.
struct ServerMessage {
  enum class Kind {
    reply,      // to the message with `ref`
    push,       // to one client, unasked
    broadcast,  // to all subscribers of `topic`; encoded once for all of them
    close,      // the channel has ended in order (phx_close)
    error,      // the channel has ended otherwise, and may be joined anew (phx_error)
  };
  Kind kind;
  std::string_view join_ref;  // JSON text; of a broadcast: null
  std::string_view ref;       // JSON text; of a push and a broadcast: null; of an end: the join_ref
  std::string_view topic;     // UTF-8
  std::string_view event;     // UTF-8; of a reply: "phx_reply"
  std::string_view status;    // of a reply: "ok", "error", or the application's own; else empty
  const Payload& payload;     // of a reply: the response; copy it to keep it
};

/// One message as bytes for the transport.
struct EncodedMessage {
  std::string bytes{};
  /// The kind of WebSocket message. A text message must be UTF-8. Long polls carry text alone.
  bool binary = false;
};

/// A format of your own for the messages of the protocol, for clients that ask for its version:
///
///     app.socket("/socket").serializer("~> 3.0.0", std::make_shared<MessagePack>());
///
/// Only the format changes; joins, replies, heartbeats and ends stay as they are. One object serves every client of the
/// mount, on every shard at once: both methods must be safe to call from several threads, and must not block. A throw
/// is taken as an error with its text.
class Serializer {
 public:
  virtual ~Serializer() = default;

  /// For logs and for the warning about a vsn that nobody offers. Lasts as long as this object.
  virtual std::string_view name() const = 0;

  /// The message in `bytes`, one whole message of the transport. `binary`: its kind; text is UTF-8. Over long poll a
  /// line that begins with '[' is text, as is a body that is not application/x-ndjson; every other line is binary, in
  /// base64.
  ///
  /// Error: what is wrong, for the log. The connection ends with close code 1011 (PROTOCOL X1), the client comes back.
  virtual std::expected<ClientMessage, std::string> decode(std::string_view bytes, bool binary) const = 0;

  /// Error: why this message has no bytes, for the log. It is not sent, and: a reply or push crashes the channel that
  /// tried (a reply of no channel, such as that of a heartbeat, is missing); a broadcast leaves out the subscribers
  /// with this serializer; the end of a channel ends the connection with 1011, since the client would wait for ever.
  virtual std::expected<EncodedMessage, std::string> encode(const ServerMessage& message) const = 0;
};

}  // namespace roost
