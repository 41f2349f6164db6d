#include "transport/compression.h"

#include <cstring>

#include "ws/frame.h"

namespace roost::transport {
namespace {

// Shorter messages grow, or win less than their header.
constexpr std::size_t kCompressBytesMin = 64;

Frame make_compressed(std::string_view deflated, bool binary) {
  return Frame::make(deflated.size(), binary, &ws::write_head_compressed,
                     [deflated](char* out) { std::memcpy(out, deflated.data(), deflated.size()); });
}

Frame compress_alone(const Frame& frame, std::uint8_t window_bits) {
  if (frame.payload().size() < kCompressBytesMin) return frame;
  const std::string deflated = ws::deflate_message(frame.payload(), window_bits);
  return deflated.size() < frame.payload().size() ? make_compressed(deflated, frame.binary()) : frame;
}

}  // namespace

const Frame& compressed(const Frame& frame, std::uint8_t window_bits) {
  // The plain frame is kept too, so that its address can't be given to another one meanwhile.
  thread_local Frame plain, result;
  thread_local std::uint8_t bits = 0;
  if (plain.empty() || plain.bytes().data() != frame.bytes().data() || bits != window_bits) {
    result = compress_alone(frame, window_bits);
    plain = frame;
    bits = window_bits;
  }
  return result;
}

// What went through the context must be sent, also when it grew.
Frame compressed(const Frame& frame, ws::Deflater& context) {
  return make_compressed(context.deflate(frame.payload()), frame.binary());
}

}  // namespace roost::transport
