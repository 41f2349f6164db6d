#include "ws/mask.h"

#include <array>
#include <cstring>

namespace roost::ws {
namespace {

// The key as it falls on eight bytes in a row, the first of which is byte `offset` of the payload.
std::array<char, 8> pattern_at(std::uint32_t key, std::uint64_t offset) {
  std::array<char, 4> bytes;
  std::memcpy(bytes.data(), &key, 4);
  std::array<char, 8> pattern;
  for (std::size_t i = 0; i < 8; ++i) pattern[i] = bytes[(offset + i) % 4];
  return pattern;
}

}  // namespace

void unmask(std::span<char> bytes, std::uint32_t key, std::uint64_t offset) {
  const std::array<char, 8> pattern = pattern_at(key, offset);
  std::uint64_t wide;
  std::memcpy(&wide, pattern.data(), 8);
  char* const at = bytes.data();
  const std::size_t words_end = bytes.size() / 8 * 8;
  // Plain words that neither alias nor need alignment: compilers make vectors of this loop.
  for (std::size_t i = 0; i < words_end; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, at + i, 8);
    word ^= wide;
    std::memcpy(at + i, &word, 8);
  }
  for (std::size_t i = words_end; i < bytes.size(); ++i) at[i] = static_cast<char>(at[i] ^ pattern[i % 8]);
}

}  // namespace roost::ws
