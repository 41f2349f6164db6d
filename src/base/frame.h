#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <roost/bytes.hpp>

namespace roost {

/// Writes what a transport puts before a message, so that it ends right before `payload`, and returns its size.
/// At most kFrameHeadMax bytes before `payload` may be written. ws::write_head is one; nullptr: nothing is put before.
using FrameHead = std::size_t (*)(char* payload, std::size_t payload_bytes, bool binary);
inline constexpr std::size_t kFrameHeadMax = 10;  // 2 + 8 bytes of length: RFC 6455 §5.2, unmasked

/// One encoded message that lies in memory of the caller's, with the head in front of it: for one client, who sends it
/// copies it.
struct FrameView {
  std::string_view framed;  // head and message
  std::size_t head_bytes = 0;
  bool binary = false;
};

/// One encoded message for clients, with the WebSocket header in front of it: made once, shared by all who get it.
class Frame {
 public:
  Frame() = default;

  /// A message of `payload_bytes` bytes that `fill(char* out)` writes, with its head. One allocation.
  template <typename Fill>
  static Frame make(std::size_t payload_bytes, bool binary, FrameHead head, Fill&& fill) {
    Frame frame;
    frame.binary_ = binary;
    frame.bytes_ = SharedBytes::make(kFrameHeadMax + payload_bytes, [&](char* out) {
      std::forward<Fill>(fill)(out + kFrameHeadMax);
      const std::size_t head_bytes = head ? head(out + kFrameHeadMax, payload_bytes, binary) : 0;
      frame.begin_ = static_cast<std::uint8_t>(kFrameHeadMax - head_bytes);
    });
    return frame;
  }

  /// The same message in memory of its own.
  static Frame copy(const FrameView& view) {
    Frame frame;
    frame.binary_ = view.binary;
    frame.begin_ = static_cast<std::uint8_t>(kFrameHeadMax - view.head_bytes);
    frame.bytes_ = SharedBytes::make(frame.begin_ + view.framed.size(), [&](char* out) {
      if (!view.framed.empty()) std::memcpy(out + frame.begin_, view.framed.data(), view.framed.size());
    });
    return frame;
  }

  /// Head and message, as a WebSocket sends them.
  std::string_view framed() const { return bytes_.view().substr(begin_); }
  /// The message alone, as a long poll delivers it.
  std::string_view payload() const { return bytes_.view().substr(kFrameHeadMax); }
  bool binary() const { return binary_; }
  bool empty() const { return bytes_.empty(); }
  /// The bytes of both, and where in them the head begins.
  const SharedBytes& bytes() const { return bytes_; }
  std::size_t begin() const { return begin_; }

 private:
  SharedBytes bytes_;
  std::uint8_t begin_ = 0;
  bool binary_ = false;
};

}  // namespace roost
