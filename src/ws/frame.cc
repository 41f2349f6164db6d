#include "ws/frame.h"

#include <cstring>

#include "base/assert.h"

// RFC 6455 §5.2, one letter a bit:
//
//   FRRROOOO MLLLLLLL [length: 2 bytes when L = 126, 8 when L = 127] [mask: 4 bytes when M] payload
//
// F fin, R reserved (the first one: compressed), O opcode, M masked: always from a client, never from a server.

namespace roost::ws {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kRsv23 = 0x30;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

std::unexpected<ProtocolError> broken(const char* reason) {
  return std::unexpected(ProtocolError{1002, reason});
}

bool known(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::size_t length_bytes(std::uint8_t short_length) {
  if (short_length == kLength16) return 2;
  return short_length == kLength64 ? 8 : 0;
}

std::uint64_t read_big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::expected<FrameHeader, ProtocolError> decode_first(std::uint8_t byte, bool rsv1_allowed) {
  FrameHeader header;
  if (byte & kRsv23 || (byte & kRsv1 && !rsv1_allowed)) return broken("reserved bit set");
  if (!known(byte & 0x0f)) return broken("unknown opcode");
  header.opcode = static_cast<Opcode>(byte & 0x0f);
  header.fin = byte & kFin;
  header.compressed = byte & kRsv1;
  // RFC 7692 §6: the bit belongs to the first frame of a message, and §5: not to control frames.
  if (header.compressed && (is_control(header.opcode) || header.opcode == Opcode::continuation))
    return broken("only a message's first frame can be marked compressed");
  if (is_control(header.opcode) && !header.fin) return broken("fragmented control frame");
  return header;
}

// Writes `size` as the length field of a frame right before `payload`, and `first` before that.
std::size_t write_header(char* payload, std::size_t size, std::uint8_t first) {
  const std::uint8_t short_length = size <= kControlPayloadMax ? static_cast<std::uint8_t>(size)
                                    : size <= 0xffff           ? kLength16
                                                               : kLength64;
  const std::size_t header_bytes = 2 + length_bytes(short_length);
  char* const head = payload - header_bytes;
  for (std::size_t at = header_bytes; at-- > 2; size >>= 8) head[at] = static_cast<char>(size & 0xff);
  head[0] = static_cast<char>(first);
  head[1] = static_cast<char>(short_length);
  return header_bytes;
}

std::uint8_t first_byte(bool binary) {
  return kFin | static_cast<std::uint8_t>(binary ? Opcode::binary : Opcode::text);
}

std::string control_frame(Opcode opcode, std::string_view payload) {
  ROOST_ASSERT(payload.size() <= kControlPayloadMax);
  std::string frame(2, '\0');
  write_header(frame.data() + 2, payload.size(), kFin | static_cast<std::uint8_t>(opcode));
  return frame.append(payload);
}

// The longest front of `text` that is at most `size` bytes and doesn't end inside a character.
std::string_view cut_at_character(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

auto decode_frame_header(std::span<const char> bytes, bool rsv1_allowed)
    -> std::expected<std::optional<FrameHeader>, ProtocolError> {
  if (bytes.empty()) return std::nullopt;
  auto header = decode_first(static_cast<std::uint8_t>(bytes[0]), rsv1_allowed);
  if (!header) return std::unexpected(header.error());

  if (bytes.size() < 2) return std::nullopt;
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if (!(second & kMasked)) return broken("unmasked frame");
  const std::uint8_t short_length = second & 0x7f;
  if (is_control(header->opcode) && short_length > kControlPayloadMax) return broken("control frame too long");

  const std::size_t extended = length_bytes(short_length);
  if (bytes.size() < 2 + extended) return std::nullopt;
  header->payload_bytes = extended ? read_big_endian(bytes.subspan(2, extended)) : short_length;
  if (header->payload_bytes >> 63) return broken("length of 64 bits");

  header->header_bytes = static_cast<std::uint8_t>(2 + extended + 4);
  if (bytes.size() < header->header_bytes) return std::nullopt;
  std::memcpy(&header->mask, bytes.data() + 2 + extended, 4);
  return *header;
}

std::size_t write_head(char* payload, std::size_t payload_bytes, bool binary) {
  return write_header(payload, payload_bytes, first_byte(binary));
}

std::size_t write_head_compressed(char* payload, std::size_t payload_bytes, bool binary) {
  return write_header(payload, payload_bytes, first_byte(binary) | kRsv1);
}

std::string encode_close(std::optional<std::uint16_t> code, std::string_view reason) {
  if (!code) return control_frame(Opcode::close, {});
  std::string payload{static_cast<char>(*code >> 8), static_cast<char>(*code & 0xff)};
  payload += cut_at_character(reason, kCloseReasonMax);
  return control_frame(Opcode::close, payload);
}

std::string encode_ping(std::string_view payload) {
  return control_frame(Opcode::ping, payload);
}

std::string encode_pong(std::string_view payload) {
  return control_frame(Opcode::pong, payload);
}

std::uint16_t close_answer(std::optional<std::uint16_t> client_code) {
  if (!client_code) return 1000;
  const std::uint16_t code = *client_code;
  const bool legal = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || code > 2999;
  return legal ? 1000 : 1002;
}

}  // namespace roost::ws
