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

/// Bytes that one byte of a text may take in a JSON string: \u001F.
inline constexpr std::size_t kJsonEscapeMax = 6;

/// The bytes that append_json_string() adds.
std::size_t json_string_bytes(std::string_view text);

/// Writes what append_json_string() adds to `out`, which has room for json_string_bytes(text); returns its end.
char* write_json_string(char* out, std::string_view text);

/// Appends the text that a JSON string stands for; `body` is what lies between its quotes, validated before.
void append_unescaped(std::string& out, std::string_view body);

/// The value of the four hexadecimal digits at `digits`, or -1.
int hex4(const char* digits);

#ifdef __SSE2__
/// Which of sixteen bytes a JSON string cannot hold as they are, one bit each.
inline unsigned special_bytes(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}
/// The same of 64 bytes.
inline std::uint64_t special_bytes_of_64(const char* at) {
  return special_bytes(at) | std::uint64_t{special_bytes(at + 16)} << 16 | std::uint64_t{special_bytes(at + 32)} << 32 |
         std::uint64_t{special_bytes(at + 48)} << 48;
}
#endif

/// The first byte from `at` on that a JSON string cannot hold as it is (a quote, a backslash, a control character), or
/// `end`. `begin`: where the memory begins that may be read, `at` or before it.
const char* skip_plain_bytes(const char* begin, const char* at, const char* end);

/// The same. What a protocol says is mostly shorter than sixteen bytes, and found here.
inline const char* skip_plain(const char* begin, const char* at, const char* end) {
#ifdef __SSE2__
  if (end - at >= 16)
    if (const unsigned found = special_bytes(at); found != 0) return at + std::countr_zero(found);
#endif
  return skip_plain_bytes(begin, at, end);
}

}  // namespace roost::wire
