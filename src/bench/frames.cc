#include "bench/frames.h"

#include <cstring>
#include <span>

#include "ws/mask.h"

namespace roost::bench {
namespace {

constexpr std::string_view kMask = "\x37\xfa\x21\x3d";  // RFC 6455 §5.7

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
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

}  // namespace roost::bench
