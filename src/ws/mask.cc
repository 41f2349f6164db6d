#include "ws/mask.h"

#include <array>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace roost::ws {
namespace {

// The key as it falls on four bytes in a row, the first of which is byte `offset` of the payload.
std::uint32_t key_at(std::uint32_t key, std::uint64_t offset) {
  const auto bits = static_cast<int>(offset % 4 * 8);
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

}  // namespace

void unmask(std::span<char> bytes, std::uint32_t key, std::uint64_t offset) {
  const std::uint32_t narrow = key_at(key, offset);
  const std::uint64_t wide = std::uint64_t{narrow} << 32 | narrow;
  char* at = bytes.data();
  char* const end = at + bytes.size();
#ifdef __SSE2__
  const __m128i widest = _mm_set1_epi64x(static_cast<long long>(wide));
  for (; end - at >= 16; at += 16) {
    const auto block = reinterpret_cast<__m128i*>(at);
    _mm_storeu_si128(block, _mm_xor_si128(_mm_loadu_si128(block), widest));
  }
#endif
  for (std::uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    word ^= wide;
    std::memcpy(at, &word, 8);
  }
  std::array<char, sizeof wide> pattern;
  std::memcpy(pattern.data(), &wide, sizeof wide);
  for (std::size_t i = 0; at != end; ++i, ++at) *at = static_cast<char>(*at ^ pattern[i]);
}

}  // namespace roost::ws
