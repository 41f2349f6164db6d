#pragma once

// The client's side of the protocol, for tests and fuzzing.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/decoder.h"
#include "ws/frame.h"
#include "ws/mask.h"

namespace roost::ws::client {

struct FrameForm {
  bool fin = true;
  bool rsv1 = false;
  std::string_view key{"\x37\xfa\x21\x3d", 4};  // RFC 6455 §5.7
};

/// A masked frame.
inline std::string frame(Opcode opcode, std::string_view payload, FrameForm form = {}) {
  std::string head(kFrameHeadMax, '\0');
  head = head.substr(kFrameHeadMax - write_head(head.data() + kFrameHeadMax, payload.size(), false));
  head[0] = static_cast<char>((form.fin ? 0x80 : 0) | (form.rsv1 ? 0x40 : 0) | static_cast<int>(opcode));
  head[1] = static_cast<char>(head[1] | 0x80);
  std::uint32_t key;
  std::memcpy(&key, form.key.data(), 4);
  std::string masked(payload);
  unmask(masked, key);
  return head.append(form.key) + masked;
}

/// A close frame with a code.
inline std::string close(std::uint16_t code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return frame(Opcode::close, payload.append(reason));
}

/// What came of some bytes: "text:Hello", "close(1000):bye", "error(1002)".
using Log = std::vector<std::string>;

inline std::string describe(const Event& event) {
  static constexpr const char* kNames[] = {"text", "binary", "ping", "pong", "close"};
  std::string text = kNames[static_cast<int>(event.kind)];
  if (event.kind == Event::Kind::close) text += "(" + std::to_string(event.close_code) + ")";
  return text.append(":").append(event.payload);
}

/// Gives `bytes` to the decoder in one piece, in a buffer of just that size, and logs what comes of it.
inline void feed(Decoder& decoder, std::string_view bytes, Log& log) {
  std::vector<char> buffer(bytes.begin(), bytes.end());
  std::span<char> input(buffer);
  while (true) {
    const auto outcome = decoder.next(input);
    if (!outcome) {
      log.push_back("error(" + std::to_string(outcome.error().close_code) + ")");
      return;
    }
    if (!*outcome) return;
    log.push_back(describe(**outcome));
  }
}

}  // namespace roost::ws::client
