#include "testing/text.h"

#include <array>
#include <stdexcept>

#include <boost/json.hpp>

#include "wire/serializer.h"

namespace roost::testing {
namespace {

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

/// `"7"` as 7, null as nothing. The refs here are all of the kit's own making.
std::string plain(const wire::Ref& ref) {
  return ref.string_bytes().value_or("");
}

// Server to client (PROTOCOL §2.3): the sizes of the fields, the fields, the payload.
Message decode_binary(std::string_view bytes) {
  enum Kind { push, reply, broadcast };
  const auto kind = static_cast<Kind>(bytes.at(0));
  const std::size_t count = kind == push ? 3 : kind == reply ? 4 : 2;
  std::array<std::string, 4> field;
  std::size_t at = 1 + count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = static_cast<unsigned char>(bytes.at(1 + i));
    field[i] = bytes.substr(at, size);
    at += size;
  }
  Payload payload = Payload::bytes(bytes.substr(at));
  if (kind == push) return {Message::Kind::push, field[1], field[2], field[0], "", "", std::move(payload)};
  if (kind == broadcast) return {Message::Kind::broadcast, field[0], field[1], "", "", "", std::move(payload)};
  return {Message::Kind::reply, field[2], "phx_reply", field[0], field[1], field[3], std::move(payload)};
}

Message decode_text(std::string_view text) {
  wire::Scratch scratch;
  const auto frame = wire::v2_json().decode(false, text, wire::Utf8::check, scratch);
  if (!frame) throw std::logic_error("the server sent what is no message: " + std::string(text));
  Message message{.kind = Message::Kind::push,
                  .topic = std::string(frame->topic),
                  .event = std::string(frame->event),
                  .join_ref = plain(frame->join_ref),
                  .ref = plain(frame->ref),
                  .payload = Payload::trusted(SharedBytes::copy(frame->payload.bytes), false)};
  if (message.event == "phx_reply") {
    const auto answer = message.payload.json().as_object();
    message.kind = Message::Kind::reply;
    message.status = answer.at("status").as_string();
    message.payload = Payload(answer.at("response"));
  } else if (frame->join_ref.is_null() && frame->ref.is_null()) {
    message.kind = Message::Kind::broadcast;
  } else if (!frame->ref.is_null()) {
    message.kind = message.event == "phx_close" ? Message::Kind::close : Message::Kind::error;
  }
  return message;
}

}  // namespace

std::string describe(const Payload& payload) {
  if (!payload.is_binary()) return std::string(payload.view());
  std::string text = "bytes";
  for (const unsigned char byte : payload.view())
    text.append(" ").append(1, "0123456789abcdef"[byte >> 4]).append(1, "0123456789abcdef"[byte & 15]);
  return text;
}

std::string Message::text() const {
  switch (kind) {
    case Kind::reply:
      return "reply to \"" + ref + "\": " + status + " " + describe(payload);
    case Kind::push:
      return "push \"" + event + "\" " + describe(payload);
    case Kind::broadcast:
      return "broadcast \"" + event + "\" " + describe(payload);
    case Kind::close:
      return "close (phx_close)";
    case Kind::error:
      return "crash (phx_error)";
  }
  return "";
}

Message decode_message(bool binary, std::string_view bytes) {
  return binary ? decode_binary(bytes) : decode_text(bytes);
}

std::string encode_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                           std::string_view event, const Payload& payload) {
  if (!payload.is_binary())
    return "[" + (join_ref.empty() ? "null" : quoted(join_ref)) + "," + quoted(ref) + "," + quoted(topic) + "," +
           quoted(event) + "," + std::string(payload.view()) + "]";
  std::string bytes(1, '\0');
  for (const std::string_view field : {join_ref, ref, topic, event}) {
    if (field.size() > 255) throw std::invalid_argument("fields of a binary message have at most 255 bytes");
    bytes += static_cast<char>(field.size());
  }
  for (const std::string_view field : {join_ref, ref, topic, event}) bytes += field;
  return bytes.append(payload.view());
}

}  // namespace roost::testing
