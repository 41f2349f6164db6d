#include "ws/decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/utf8.h"
#include "ws/mask.h"

namespace roost::ws {
namespace {

std::unexpected<ProtocolError> fail(std::uint16_t close_code, const char* reason) {
  return std::unexpected(ProtocolError{close_code, reason});
}

std::unexpected<ProtocolError> bad_utf8() {
  return fail(1007, "text is not UTF-8");
}

std::span<char> take(std::span<char>& input, std::uint64_t bytes_max) {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, input.size()));
  const std::span<char> taken = input.first(size);
  input = input.subspan(size);
  return taken;
}

std::string_view view(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

std::expected<std::optional<Event>, ProtocolError> plain_text(std::span<char> payload, std::uint32_t mask) {
  if (!unmask(payload, mask) && !valid_utf8(view(payload))) return bad_utf8();
  return Event{Event::Kind::text, view(payload)};
}

Event message_event(bool text, std::string_view payload) {
  return Event{text ? Event::Kind::text : Event::Kind::binary, payload};
}

std::expected<std::optional<Event>, ProtocolError> close_event(std::string_view payload) {
  if (payload.empty()) return Event{Event::Kind::close, {}};
  if (payload.size() == 1) return fail(1002, "close frame with half a code");
  const auto code =
      static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]));
  if (close_answer(code) != 1000) return fail(1002, "close code that may not be sent");
  if (!valid_utf8(payload.substr(2))) return fail(1007, "close reason is not UTF-8");
  return Event{Event::Kind::close, payload.substr(2), code};
}

std::expected<std::optional<Event>, ProtocolError> control_event(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::close) return close_event(payload);
  return Event{opcode == Opcode::ping ? Event::Kind::ping : Event::Kind::pong, payload};
}

// The header that nearly every frame has: of a text, unfragmented, below 64 KB, and all of it is there. nullopt: any
// other, or none yet. decode_frame_header would say the same.
std::optional<FrameHeader> plain_text_header(std::span<const char> input) {
  constexpr char kFinText = '\x81';
  if (input.size() < 8 || input[0] != kFinText) return std::nullopt;
  const auto second = static_cast<std::uint8_t>(input[1]);
  if (second < 0x80 || second > 0x80 + 126) return std::nullopt;  // not masked; a length of 64 bits
  FrameHeader header{.opcode = Opcode::text, .fin = true, .header_bytes = 6, .payload_bytes = second & 0x7fu};
  if (header.payload_bytes == 126) {
    header.header_bytes = 8;
    header.payload_bytes = static_cast<std::uint8_t>(input[2]) << 8 | static_cast<std::uint8_t>(input[3]);
  }
  if (input.size() < header.header_bytes + header.payload_bytes) return std::nullopt;
  std::memcpy(&header.mask, input.data() + header.header_bytes - 4, 4);
  return header;
}

// A message in one frame.
bool is_whole_message(const FrameHeader& header) {
  return header.fin && header.opcode != Opcode::continuation;
}

}  // namespace

// What is half received. At most one header, one frame and, around that frame when it is a control frame or a
// fragment, one message.
struct Decoder::Partial {
  std::array<char, kFrameHeaderMax> header_bytes;
  std::uint8_t header_size = 0;

  bool in_frame = false;
  FrameHeader frame;
  std::uint64_t frame_taken = 0;  // of its payload

  std::array<char, kControlPayloadMax> control;

  bool in_message = false;
  bool text = false;
  bool compressed = false;
  std::string message;  // what arrived of it; then inflated, when compressed
  Utf8Validator utf8;   // over `message`, unless compressed

  bool idle() const { return header_size == 0 && !in_frame && !in_message; }

  void open_message(const FrameHeader& header) {
    in_message = true;
    text = header.opcode == Opcode::text;
    compressed = header.compressed;
    message.clear();
    utf8.reset();
  }
};

Decoder::Decoder(const DecoderOptions& options, std::optional<DeflateParams> deflate) : options_(&options) {
  if (deflate) inflater_ = std::make_unique<Inflater>(*deflate);
}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

auto Decoder::next(std::span<char>& input) -> Outcome {
  release_partial_if_idle();
  if (finished_) {
    input = input.subspan(input.size());
    return std::nullopt;
  }
  auto outcome = advance(input);
  finished_ = !outcome || (*outcome && (*outcome)->kind == Event::Kind::close);
  if (!outcome) partial_.reset();
  return outcome;
}

auto Decoder::advance(std::span<char>& input) -> Outcome {
  if (!partial_)
    if (const auto header = plain_text_header(input); header && within_limit(*header))
      return plain_text(take(input, header->header_bytes + header->payload_bytes).subspan(header->header_bytes),
                        header->mask);
  while (true) {
    if (!partial_ || !partial_->in_frame) {
      const auto header = take_header(input);
      if (!header) return std::unexpected(header.error());
      if (!*header) return std::nullopt;
      if (const auto checked = check(**header); !checked) return std::unexpected(checked.error());
      if ((*header)->payload_bytes <= input.size()) {
        const auto payload = take(input, (*header)->payload_bytes);
        unmask(payload, (*header)->mask);
        auto outcome = whole_frame(**header, view(payload));
        if (!outcome || *outcome) return outcome;
        continue;
      }
      Partial& state = partial();
      state.in_frame = true;
      state.frame = **header;
      state.frame_taken = 0;
    }
    auto outcome = piece_of_frame(input);
    if (!outcome || *outcome || partial_->in_frame) return outcome;
  }
}

// The next frame's header, of bytes kept from earlier calls and of `input`. nullopt: `input` is taken and kept.
auto Decoder::take_header(std::span<char>& input) -> std::expected<std::optional<FrameHeader>, ProtocolError> {
  const std::size_t kept = partial_ ? partial_->header_size : 0;
  if (input.empty()) return std::nullopt;
  if (kept == 0) {
    auto header = decode_frame_header(input, inflater_ != nullptr);
    if (!header) return header;
    if (*header) {
      take(input, (*header)->header_bytes);
      return header;
    }
  }
  Partial& state = partial();
  const std::size_t size = std::min(input.size(), kFrameHeaderMax - kept);
  std::copy_n(input.data(), size, state.header_bytes.data() + kept);
  auto header = decode_frame_header(std::span(state.header_bytes).first(kept + size), inflater_ != nullptr);
  if (!header) return header;
  take(input, *header ? (*header)->header_bytes - kept : size);
  state.header_size = *header ? 0 : static_cast<std::uint8_t>(kept + size);
  return header;
}

bool Decoder::within_limit(const FrameHeader& header) const {
  return header.payload_bytes <= options_->frame_bytes_max &&
         header.header_bytes <= options_->frame_bytes_max - header.payload_bytes;
}

// The rules that one header alone cannot break: its place among the others, and the limits.
std::expected<void, ProtocolError> Decoder::check(const FrameHeader& header) const {
  if (!within_limit(header)) return fail(1009, "frame too big");
  if (is_control(header.opcode)) return {};
  if (header.opcode == Opcode::continuation && !message_open()) return fail(1002, "continuation of nothing");
  if (header.opcode != Opcode::continuation && message_open()) return fail(1002, "message inside a message");
  const std::size_t before = message_open() ? partial_->message.size() : 0;
  if (!is_whole_message(header) &&
      (before > options_->message_bytes_max || header.payload_bytes > options_->message_bytes_max - before))
    return fail(1009, "message too big");
  return {};
}

// A frame whose payload lies in the input, unmasked.
auto Decoder::whole_frame(const FrameHeader& header, std::string_view payload) -> Outcome {
  if (is_control(header.opcode)) return control_event(header.opcode, payload);
  if (!is_whole_message(header)) return append(header, payload, true);
  const bool text = header.opcode == Opcode::text;
  if (header.compressed) return inflated(text, payload);
  if (text && !valid_utf8(payload)) return bad_utf8();
  return message_event(text, payload);
}

// Takes what `input` has of the frame in progress.
auto Decoder::piece_of_frame(std::span<char>& input) -> Outcome {
  Partial& state = *partial_;
  const std::uint64_t before = state.frame_taken;
  const std::span<char> piece = take(input, state.frame.payload_bytes - before);
  unmask(piece, state.frame.mask, before);
  state.frame_taken += piece.size();
  state.in_frame = state.frame_taken < state.frame.payload_bytes;
  if (!is_control(state.frame.opcode)) {
    const FrameHeader header = state.frame;
    state.frame.opcode = Opcode::continuation;  // what comes of it after this piece finds the message open
    return append(header, view(piece), !state.in_frame);
  }
  std::copy(piece.begin(), piece.end(), state.control.begin() + static_cast<std::ptrdiff_t>(before));
  if (state.in_frame) return std::nullopt;
  return control_event(state.frame.opcode, view(std::span(state.control).first(state.frame_taken)));
}

// Adds bytes of a data frame to the message in progress; a frame that is no continuation begins it.
auto Decoder::append(const FrameHeader& header, std::string_view piece, bool frame_complete) -> Outcome {
  Partial& state = partial();
  if (header.opcode != Opcode::continuation) state.open_message(header);
  if (state.text && !state.compressed && !state.utf8.feed(piece)) return bad_utf8();
  state.message += piece;
  if (!frame_complete || !header.fin) return std::nullopt;
  return finish_message();
}

auto Decoder::finish_message() -> Outcome {
  Partial& state = *partial_;
  state.in_message = false;
  if (state.compressed) return inflated(state.text, state.message);
  if (state.text && !state.utf8.complete()) return bad_utf8();
  return message_event(state.text, state.message);
}

// The event of a compressed message. `payload` may be that of partial_.
auto Decoder::inflated(bool text, std::string_view payload) -> Outcome {
  auto message = inflater_->inflate(payload, {options_->message_bytes_max, options_->inflate_ratio_max});
  if (!message) return std::unexpected(message.error());
  if (text && !valid_utf8(*message)) return bad_utf8();
  partial().message = std::move(*message);
  return message_event(text, partial_->message);
}

bool Decoder::message_open() const {
  return partial_ && partial_->in_message;
}

auto Decoder::partial() -> Partial& {
  if (!partial_) partial_ = std::make_unique<Partial>();
  return *partial_;
}

void Decoder::release_partial_if_idle() {
  if (partial_ && partial_->idle()) partial_.reset();
}

}  // namespace roost::ws
