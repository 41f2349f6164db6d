#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <roost/socket.hpp>

namespace roost {

namespace channel {
class RawSession;
}

/// A protocol of the application's own over the same transports: text and binary messages, without topics.
///
/// One object for each client, made after `connect` let it in, destroyed when the client is gone. Over a WebSocket a
/// message is a message; over long poll it is a line of a POST, and what is sent waits for the next GET. All calls come
/// on the socket's shard and must not block; a throw ends the connection with close code 1011. Source: the behaviour
/// Phoenix.Socket.Transport, phoenix/lib/phoenix/socket/transport.ex.
class RawSocket {
 public:
  RawSocket();
  virtual ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  /// The client is there; from now on messages can be sent.
  virtual void on_open() {}
  /// One message of the client. `bytes` (UTF-8 if not binary) lasts for the call.
  virtual void on_message(std::string_view bytes, bool binary) = 0;
  /// A WebSocket ping, which was answered already, or a pong.
  virtual void on_ping(std::string_view bytes);
  virtual void on_pong(std::string_view bytes);
  /// The client is gone, or was sent away; nothing can be sent any more.
  virtual void on_close() {}

 protected:
  /// Sends a message. `text` must be UTF-8. Dropped when the connection is about to end.
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  /// Sends a WebSocket ping of at most 125 bytes; nothing over long poll.
  void ping(std::string_view bytes = {});
  /// Ends the connection behind what was sent, with a close code (RFC 6455 §7.4). With 1000 a phoenix client stays
  /// away.
  void close(std::uint16_t code = 1000);

  const Socket& socket() const;
  template <typename State>
  const State& user() const {
    return socket().state<State>();
  }

 private:
  friend class channel::RawSession;
  channel::RawSession* session_ = nullptr;  // set for the whole life of the socket, before on_open
};

}  // namespace roost
