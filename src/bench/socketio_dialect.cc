#include <algorithm>

#include "bench/dialect.h"
#include "wire/json_scan.h"
#include "wire/json_string.h"

// Socket.IO's packets, each behind a 4 (message) of Engine.IO:
//
//   server  0{…}            the transport is open         client  40                   connect to the namespace /
//   server  40{…}           connected                     client  42REF["event",…]     an event; with REF it wants an
//   answer server  43REF[…]        the answer                    server  42["event",…] server  2               ping
//   client  3                    pong
namespace roost::bench {
namespace {

std::string_view take_digits(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

/// `[payload]` or `["event",payload]`.
std::expected<ServerMessage, std::string> decode_array(std::string_view text, bool has_event) {
  wire::JsonReader reader(text, wire::Utf8::check);
  ServerMessage message;
  if (!reader.take('[')) return std::unexpected("a packet that is no array");
  if (has_event) {
    const auto event = reader.string();
    if (!event) return std::unexpected("an event without a name");
    message.event = event->string_body();
  }
  if (!has_event || reader.take(','))
    if (const auto payload = reader.value()) message.payload = payload->text;
  if (reader.error() || !reader.take(']') || !reader.at_end()) return std::unexpected("a packet that is broken");
  return message;
}

class SocketIo final : public Dialect {
 public:
  std::string request_path(std::string_view path, std::string_view query) const override {
    std::string whole(path.empty() || path == "/" ? "/socket.io/" : path);
    whole += "?EIO=4&transport=websocket";
    return query.empty() ? whole : whole.append("&").append(query);
  }

  bool greets() const override { return true; }
  std::optional<std::string> answer(std::string_view text) const override {
    if (text == "2") return "3";
    if (text.starts_with('0')) return "40";
    return std::nullopt;
  }
  bool is_greeting(std::string_view text) const override { return text.starts_with("40"); }

  std::string join(std::string_view topic, std::string_view payload) const override {
    return push(kJoinRef, topic, "phx_join", payload);
  }
  std::string push(std::string_view ref, std::string_view topic, std::string_view event,
                   std::string_view payload) const override {
    std::string text = "42" + std::string(ref) + "[";
    wire::append_json_string(text, event);
    text += ',';
    wire::append_json_string(text, topic);
    return text.append(",").append(payload).append("]");
  }

  std::expected<ServerMessage, std::string> decode(bool binary, std::string_view bytes) const override {
    const bool reply = bytes.starts_with("43");
    if (binary || !(reply || bytes.starts_with("42"))) return std::unexpected("a packet of no known kind");
    bytes.remove_prefix(2);
    const std::string_view ref = take_digits(bytes);
    auto message = decode_array(bytes, !reply);
    if (!message || !reply) return message;
    message->ref = ref;
    message->event = "phx_reply";
    message->status = "ok";
    return message;
  }
};

}  // namespace

const Dialect& socketio_dialect() {
  static const SocketIo socketio;
  return socketio;
}

}  // namespace roost::bench
