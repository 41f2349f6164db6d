#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "ws/extension.h"

struct z_stream_s;  // zlib's z_stream

namespace roost::ws {

/// Below this size of output no ratio is too high: a small text may well be one repeated character, and with context
/// takeover a message repeats the one before it. 64 KiB is two windows, and harmless to hold.
inline constexpr std::size_t kInflateFloorBytes = 64 * 1024;

/// What a compressed message may become (PROTOCOL W6).
struct InflateLimits {
  std::size_t bytes_max;
  std::size_t ratio_max;  // output to input, once the output exceeds kInflateFloorBytes
};

struct EndInflate {
  void operator()(z_stream_s* stream) const;
};
struct EndDeflate {
  void operator()(z_stream_s* stream) const;
};
using InflateStream = std::unique_ptr<z_stream_s, EndInflate>;
using DeflateStream = std::unique_ptr<z_stream_s, EndDeflate>;

/// Inflates one connection's messages (RFC 7692 §7.2.2).
///
/// Holds nothing until the first message; then, with context takeover, zlib's state of up to 40 KiB for good. Without
/// it the state is one per thread, and the connection holds nothing between messages.
class Inflater {
 public:
  explicit Inflater(const DeflateParams& agreed);

  /// The message whose compressed payload, all fragments together, is `compressed`. Messages in the order of arrival.
  ///
  /// Memory grows with what is produced, and never far beyond the limits.
  /// Error 1009: too big or too highly compressed. 1007: not a DEFLATE stream. After an error the object is done for.
  auto inflate(std::string_view compressed, const InflateLimits& limits) -> std::expected<std::string, ProtocolError>;

  /// Whether state is held for the next message.
  bool holds_context() const { return stream_ != nullptr; }

 private:
  InflateStream stream_;
  std::uint8_t window_bits_;
  bool context_takeover_;
};

/// Compresses one connection's messages, for write_head_compressed (RFC 7692 §7.2.1).
///
/// With context takeover: 256 KiB of zlib's state from the first message on. What deflate() returned must then be sent,
/// once, in this order; and a message that deflate_message() made must not be sent between, unless forget() is called
/// after it: the client's window would hold what this one doesn't know. Always legal, and holding nothing for a
/// connection, is to send only what deflate_message() makes, whatever was agreed.
class Deflater {
 public:
  explicit Deflater(const DeflateParams& agreed);

  /// The compressed payload of the next message.
  std::string deflate(std::string_view message);

  /// The next message refers to nothing before it.
  void forget() { fresh_ = true; }

  /// Whether state is held for the next message.
  bool holds_context() const { return stream_ != nullptr; }

 private:
  DeflateStream stream_;
  std::uint8_t window_bits_;
  bool context_takeover_;
  bool fresh_ = false;
};

/// The compressed payload of a message that stands alone: made once, sent to every client whose agreed
/// server_max_window_bits is at least `window_bits` (9-15). May be longer than `message`: then better send that plain.
/// Each calling thread keeps 256 KiB of zlib's state for it.
std::string deflate_message(std::string_view message, std::uint8_t window_bits = 15);

}  // namespace roost::ws
