#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/frame.h"

namespace roost::ws {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Close, ping and pong: at most 125 bytes, never fragmented, allowed between the fragments of a message.
constexpr bool is_control(Opcode opcode) {
  return opcode >= Opcode::close;
}

inline constexpr std::size_t kFrameHeaderMax = 14;      // 2 + 8 bytes of length + 4 of mask: RFC 6455 §5.2
inline constexpr std::size_t kControlPayloadMax = 125;  // RFC 6455 §5.5
inline constexpr std::size_t kCloseReasonMax = 123;     // what the code leaves of it

/// What stands before the payload of a client's frame.
struct FrameHeader {
  Opcode opcode = Opcode::continuation;
  bool fin = false;
  bool compressed = false;          // RSV1, RFC 7692 §6
  std::uint8_t header_bytes = 0;    // where the payload begins
  std::uint32_t mask = 0;           // as its bytes lie in the frame: for unmask()
  std::uint64_t payload_bytes = 0;  // announced, not yet arrived: trust no allocation to it

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Decodes the frame header at the front of `bytes`, as sent by a client (RFC 6455 §5.2).
///
/// `rsv1_allowed`: permessage-deflate was negotiated. A length may be written longer than needed, as Phoenix allows.
/// nullopt: the header is not complete yet; call again with more. Looks at 14 bytes at most.
/// Error 1002, as soon as the byte that is wrong is there: reserved bit or opcode, RSV1 on a control or continuation
/// frame, unmasked frame, control frame that is fragmented or longer than 125 bytes, length of 64 bits.
auto decode_frame_header(std::span<const char> bytes, bool rsv1_allowed = false)
    -> std::expected<std::optional<FrameHeader>, ProtocolError>;

/// Writes the header of an unmasked, unfragmented data frame so that it ends right before `payload`; returns its size.
/// A roost::FrameHead: at most kFrameHeadMax bytes before `payload` are written.
std::size_t write_head(char* payload, std::size_t payload_bytes, bool binary);

/// The same for a payload that permessage-deflate compressed: with RSV1.
std::size_t write_head_compressed(char* payload, std::size_t payload_bytes, bool binary);

/// A whole close frame. nullopt: without a code, and then without a reason. A reason of more than 123 bytes is cut
/// before the character that doesn't fit.
std::string encode_close(std::optional<std::uint16_t> code, std::string_view reason = {});

/// A whole ping frame. `payload`: at most 125 bytes.
std::string encode_ping(std::string_view payload);

/// A whole pong frame; answers a ping with the ping's own payload (PROTOCOL W4). `payload`: at most 125 bytes.
std::string encode_pong(std::string_view payload);

/// The code to answer a client's close frame with: 1000 for a legal or absent code, else 1002 (PROTOCOL W5).
/// Legal: 1000-1003, 1007-1011, and all above 2999.
std::uint16_t close_answer(std::optional<std::uint16_t> client_code);

}  // namespace roost::ws
