#include "base/utf8.h"

#include <cstring>

namespace roost {
namespace {

// What must follow, after RFC 3629 §4: the number of continuation bytes, and the range of the first of them where it
// is narrower than 80..BF.
enum State : std::uint8_t { accept, one, two, three, after_e0, after_ed, after_f0, after_f4, reject };

State first(unsigned char c) {
  if (c < 0x80) return accept;
  if (c < 0xc2) return reject;
  if (c < 0xe0) return one;
  if (c == 0xe0) return after_e0;
  if (c == 0xed) return after_ed;
  if (c < 0xf0) return two;
  if (c == 0xf0) return after_f0;
  if (c < 0xf4) return three;
  if (c == 0xf4) return after_f4;
  return reject;
}

State next(State state, unsigned char c) {
  const auto in = [c](unsigned char low, unsigned char high) { return c >= low && c <= high; };
  switch (state) {
    case accept:
      return first(c);
    case one:
      return in(0x80, 0xbf) ? accept : reject;
    case two:
      return in(0x80, 0xbf) ? one : reject;
    case three:
      return in(0x80, 0xbf) ? two : reject;
    case after_e0:
      return in(0xa0, 0xbf) ? one : reject;
    case after_ed:
      return in(0x80, 0x9f) ? one : reject;
    case after_f0:
      return in(0x90, 0xbf) ? two : reject;
    case after_f4:
      return in(0x80, 0x8f) ? two : reject;
    case reject:
      break;
  }
  return reject;
}

}  // namespace

bool Utf8Validator::feed(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  auto state = static_cast<State>(state_);
  while (at != end) {
    if (state == accept) {
      // Eight ASCII bytes at a time: nearly all text is ASCII.
      for (std::uint64_t word; end - at >= 8; at += 8) {
        std::memcpy(&word, at, 8);
        if (word & 0x8080808080808080ull) break;
      }
      if (at == end) break;
    }
    state = next(state, static_cast<unsigned char>(*at++));
    if (state == reject) break;
  }
  state_ = state;
  return state != reject;
}

bool valid_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace roost
