#include "base/utf8.h"

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace roost {
namespace {

// What must follow, after RFC 3629 §4: the number of continuation bytes, and the range of the first of them where it
// is narrower than 80..BF.
enum State : std::uint8_t { accept, one, two, three, after_e0, after_ed, after_f0, after_f4, reject };

/// The end of the ASCII bytes in front: exact to a few bytes, never too far. Nearly all text is nothing but ASCII.
const char* skip_ascii(const char* at, const char* end) {
#ifdef __SSE2__
  const auto ascii = [](const char* bytes) {
    return _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes))) == 0;
  };
  if (end - at >= 16) {
    for (; end - at >= 16; at += 16)
      if (!ascii(at)) return at;
    return ascii(end - 16) ? end : at;
  }
#endif
  for (std::uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if (word & 0x8080808080808080ull) break;
  }
  return at;
}

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
      at = skip_ascii(at, end);
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
