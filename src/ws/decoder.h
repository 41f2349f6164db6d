#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "ws/deflate.h"
#include "ws/extension.h"
#include "ws/frame.h"

namespace roost::ws {

/// The limits of a mount (PROTOCOL W6).
struct DecoderOptions {
  std::size_t frame_bytes_max = 10'000'000;   // header and payload of one frame: what websock_adapter 0.6.0 sets
  std::size_t message_bytes_max = 8'000'000;  // a message of fragments, or an inflated one: Bandit's default
  std::size_t inflate_ratio_max = 25;         // output to input of a compressed message: Bandit's default
};

/// Something that a client sent.
struct Event {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close };
  Kind kind;
  std::string_view payload;      // of a close: the reason
  std::uint16_t close_code = 0;  // close only; 0 when absent
};

/// Makes events of the bytes of one client (RFC 6455 §5, RFC 7692).
///
/// A message that came unfragmented and whole is unmasked where it lies and never copied. Of anything else the bytes
/// that arrived gather here until it is whole; what a header announces costs nothing. Between messages the object owns
/// no memory but the inflater's (deflate.h).
class Decoder {
 public:
  /// `options` must outlive the decoder. `deflate`: what negotiate_deflate agreed on; nullopt: no compression.
  explicit Decoder(const DecoderOptions& options, std::optional<DeflateParams> deflate = std::nullopt);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  /// Takes bytes from the front of `input`, and moves it on, until one event is complete.
  ///
  /// nullopt: all of `input` is taken, and more is needed. Call until then: memory of the last event goes with the next
  /// call. Bytes of `input` are overwritten. Text is UTF-8. A close has a legal code, or none; after it, and after an
  /// error, whatever comes is ignored.
  /// The event's payload lives until the next call, or until the memory under `input` is used again.
  /// Errors: the close code to answer with and to end the connection. 1002: a frame that may not be, a bad close frame.
  /// 1007: text or close reason that is not UTF-8, noticed at its first wrong byte (when compressed: with the whole
  /// message); a compressed message that isn't. 1009: over a limit, decided by the header alone where it can be.
  auto next(std::span<char>& input) -> std::expected<std::optional<Event>, ProtocolError>;

  /// Whether nothing is half received: neither header, frame nor message.
  bool idle() const { return partial_ == nullptr; }

 private:
  struct Partial;
  using Outcome = std::expected<std::optional<Event>, ProtocolError>;

  Outcome advance(std::span<char>& input);
  std::expected<std::optional<FrameHeader>, ProtocolError> take_header(std::span<char>& input);
  bool within_limit(const FrameHeader& header) const;
  std::expected<void, ProtocolError> check(const FrameHeader& header) const;
  Outcome whole_frame(const FrameHeader& header, std::string_view payload);
  Outcome piece_of_frame(std::span<char>& input);
  Outcome append(const FrameHeader& header, std::string_view piece, bool frame_complete);
  Outcome finish_message();
  Outcome inflated(bool text, std::string_view payload);
  bool message_open() const;
  Partial& partial();
  void release_partial_if_idle();

  const DecoderOptions* options_;
  std::unique_ptr<Partial> partial_;  // only while something is half received, or its event is in use
  std::unique_ptr<Inflater> inflater_;
  bool finished_ = false;  // closed or failed
};

}  // namespace roost::ws
