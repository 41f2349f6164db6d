#include "transport/compression.h"

#include <cstring>

#include "ws/deflate.h"
#include "ws/frame.h"

namespace roost::transport {
namespace {

// Shorter messages grow, or win less than their header.
constexpr std::size_t kCompressBytesMin = 64;

Frame compress(const Frame& frame) {
  if (frame.payload().size() < kCompressBytesMin) return frame;
  const std::string deflated = ws::deflate_message(frame.payload());
  if (deflated.size() >= frame.payload().size()) return frame;
  return Frame::make(deflated.size(), frame.binary(), &ws::write_head_compressed,
                     [&](char* out) { std::memcpy(out, deflated.data(), deflated.size()); });
}

}  // namespace

const Frame& compressed(const Frame& frame) {
  // The plain frame is kept too, so that its address can't be given to another one meanwhile.
  thread_local Frame plain, result;
  if (plain.empty() || plain.bytes().data() != frame.bytes().data()) {
    result = compress(frame);
    plain = frame;
  }
  return result;
}

}  // namespace roost::transport
