#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace roost::wire {

/// Appends `text` as a JSON string, quotes included. `text` must be UTF-8.
///
/// Escaped are only the quote, the backslash and the control characters: \b \f \n \r \t by their letters, the others as
/// \u001F, upper case, as Phoenix's encoder does. Everything else, U+2028 too, stays as it is (RFC 8259 §7).
void append_json_string(std::string& out, std::string_view text);

/// The bytes that append_json_string() adds.
std::size_t json_string_bytes(std::string_view text);

/// Writes what append_json_string() adds to `out`, which has room for json_string_bytes(text); returns its end.
char* write_json_string(char* out, std::string_view text);

/// Appends the text that a JSON string stands for; `body` is what lies between its quotes, validated before.
void append_unescaped(std::string& out, std::string_view body);

/// The value of the four hexadecimal digits at `digits`, or -1.
int hex4(const char* digits);

/// The first byte that a JSON string cannot hold as it is (a quote, a backslash, a control character), or `end`.
inline const char* skip_plain(const char* at, const char* end) {
#ifdef __SSE2__
  // Sixteen bytes at a time: four times as fast on long strings as the words below, which do the rest.
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const int found = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
    if (found != 0) return at + std::countr_zero(static_cast<unsigned>(found));
  }
#endif
  // Eight bytes at a time. In each of the three marks a false positive can only lie above a true one (the subtraction
  // borrows upwards), so the lowest mark is exact, which is the first byte when the load is little endian.
  constexpr std::uint64_t kOnes = 0x0101010101010101ull;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  for (std::uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    const std::uint64_t quote = word ^ ('"' * kOnes);
    const std::uint64_t backslash = word ^ ('\\' * kOnes);
    const std::uint64_t marks =
        (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | ((word - ' ' * kOnes) & ~word)) & kHighs;
    if (marks != 0) return at + std::countr_zero(marks) / 8;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= ' ') ++at;
  return at;
}

}  // namespace roost::wire
