#include "bench/frames.h"

#include <cstring>

#include "wire/json_scan.h"
#include "wire/json_string.h"
#include "wire/serializer.h"
#include "ws/mask.h"

namespace roost::bench {
namespace {

constexpr std::string_view kMask = "\x37\xfa\x21\x3d";  // RFC 6455 §5.7

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

/// `{"response":R,"status":S}` in any order.
bool take_reply(std::string_view payload, ServerMessage& message) {
  wire::JsonReader reader(payload, wire::Utf8::trusted);
  bool response = false, status = false;
  if (!reader.take('{')) return false;
  do {
    const auto key = reader.string();
    if (!key || !reader.take(':')) return false;
    const auto value = reader.value();
    if (!value) return false;
    if (key->string_body() == "response") {
      message.payload = value->text;
      response = true;
    } else if (key->string_body() == "status" && value->is_string()) {
      message.status = value->string_body();
      status = true;
    }
  } while (reader.take(','));
  return response && status;
}

std::expected<ServerMessage, std::string> decode_text(std::string_view bytes) {
  wire::Scratch scratch;
  const auto decoded = wire::v2_json().decode(false, bytes, wire::Utf8::check, scratch);
  if (!decoded) return std::unexpected(decoded.error().text());
  ServerMessage message;
  message.ref = decoded->ref.string_bytes().value_or("");
  message.topic = decoded->topic;
  message.event = decoded->event;
  message.payload = decoded->payload.bytes;
  if (message.event == "phx_reply" && !take_reply(decoded->payload.bytes, message))
    return std::unexpected("a reply without response and status");
  return message;
}

/// push: join_ref topic event; reply: join_ref ref topic status; broadcast: topic event (wire/v2_binary.h).
std::expected<ServerMessage, std::string> decode_binary(std::string_view bytes) {
  const int kind = bytes.empty() ? -1 : bytes.front();
  if (kind < 0 || kind > 2) return std::unexpected("a binary frame of no known kind");
  const std::size_t fields = kind == 0 ? 3 : kind == 1 ? 4 : 2;
  if (bytes.size() < 1 + fields) return std::unexpected("a binary frame that is too short");
  std::string_view parts[4];
  std::string_view rest = bytes.substr(1 + fields);
  for (std::size_t i = 0; i < fields; ++i) {
    const auto size = static_cast<unsigned char>(bytes[1 + i]);
    if (size > rest.size()) return std::unexpected("a binary frame that is too short");
    parts[i] = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  ServerMessage message;
  message.binary = true;
  message.payload = rest;
  message.topic = parts[kind == 0 ? 1 : kind == 1 ? 2 : 0];
  message.event = kind == 0 ? parts[2] : kind == 1 ? "phx_reply" : parts[1];
  if (kind == 1) {
    message.ref = parts[1];
    message.status = parts[3];
  }
  return message;
}

}  // namespace

std::expected<std::optional<ServerHead>, const char*> decode_server_head(std::string_view bytes,
                                                                         bool compressed_allowed) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  ServerHead head;
  head.opcode = static_cast<ws::Opcode>(first & 0x0f);
  head.fin = (first & 0x80) != 0;
  head.compressed = (first & 0x40) != 0;
  const bool known = head.opcode <= ws::Opcode::binary || (is_control(head.opcode) && head.opcode <= ws::Opcode::pong);
  if ((first & 0x30) != 0 || !known) return std::unexpected("a reserved bit or opcode");
  if (head.compressed && (!compressed_allowed || is_control(head.opcode))) return std::unexpected("RSV1 unasked for");
  if ((second & 0x80) != 0) return std::unexpected("a masked frame");

  const std::size_t length = second & 0x7f;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (is_control(head.opcode) && (extended != 0 || !head.fin)) return std::unexpected("a long or cut control frame");
  head.head_bytes = 2 + extended;
  if (bytes.size() < head.head_bytes) return std::nullopt;
  head.payload_bytes = extended == 0 ? length : big_endian(bytes.substr(2, extended));
  return head;
}

void append_frame(std::string& out, ws::Opcode opcode, std::string_view payload) {
  char room[kFrameHeadMax];
  const std::size_t size = ws::write_head(room + kFrameHeadMax, payload.size(), false);
  char* head = room + kFrameHeadMax - size;
  head[0] = static_cast<char>(0x80 | static_cast<int>(opcode));
  head[1] = static_cast<char>(head[1] | 0x80);
  out.append(head, size).append(kMask);
  const std::size_t begin = out.size();
  out.append(payload);
  std::uint32_t key;
  std::memcpy(&key, kMask.data(), sizeof key);
  ws::unmask(std::span(out).subspan(begin), key);
}

std::string text_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                         std::string_view event, std::string_view payload) {
  std::string text = "[";
  for (const std::string_view field : {join_ref, ref, topic, event}) {
    if (field.empty())
      text += "null";
    else
      wire::append_json_string(text, field);
    text += ',';
  }
  return text.append(payload).append("]");
}

std::string binary_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                           std::string_view event, std::string_view payload) {
  std::string bytes(1, '\0');
  for (const std::string_view field : {join_ref, ref, topic, event}) bytes.push_back(static_cast<char>(field.size()));
  return bytes.append(join_ref).append(ref).append(topic).append(event).append(payload);
}

std::expected<ServerMessage, std::string> decode_message(bool binary, std::string_view bytes) {
  return binary ? decode_binary(bytes) : decode_text(bytes);
}

}  // namespace roost::bench
