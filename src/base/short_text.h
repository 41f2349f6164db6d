#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/word.h"

// Texts of a few bytes, of which a protocol is full: refs, topics, names of events. A call of memcpy or memcmp costs
// more than what it does for them.
namespace roost {
namespace detail {

/// Of a text that has one Word at least and two at most: its first one and its last one, which may overlap.
template <typename Word>
void copy_ends(char* out, const char* text, std::size_t size) {
  const Word first = load_word<Word>(text), last = load_word<Word>(text + size - sizeof(Word));
  std::memcpy(out, &first, sizeof first);
  std::memcpy(out + size - sizeof last, &last, sizeof last);
}
template <typename Word>
bool same_ends(const char* a, const char* b, std::size_t size) {
  const std::size_t last = size - sizeof(Word);
  return ((load_word<Word>(a) ^ load_word<Word>(b)) | (load_word<Word>(a + last) ^ load_word<Word>(b + last))) == 0;
}

}  // namespace detail

/// Copies the text to `out`, which it does not overlap; returns the copy's end.
inline char* copy_text(char* out, std::string_view text) {
  const std::size_t size = text.size();
  if (size > 16) {
    std::memcpy(out, text.data(), size);
  } else if (size >= 8) {
    detail::copy_ends<std::uint64_t>(out, text.data(), size);
  } else if (size >= 4) {
    detail::copy_ends<std::uint32_t>(out, text.data(), size);
  } else if (size > 0) {
    out[0] = text.front();
    out[size / 2] = text[size / 2];
    out[size - 1] = text.back();
  }
  return out + size;
}

inline bool same_text(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return detail::same_ends<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return detail::same_ends<std::uint32_t>(a.data(), b.data(), size);
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace roost
