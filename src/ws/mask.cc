#include "ws/mask.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/word.h"

namespace roost::ws {
namespace {

// Sixteen bytes, for which compilers take one register where the machine has such.
using Block = std::uint64_t __attribute__((vector_size(16)));

// The key as it falls on four bytes in a row, the first of which is byte `offset` of the payload.
std::uint32_t key_at(std::uint32_t key, std::uint64_t offset) {
  const auto bits = static_cast<int>(offset % 4 * 8);
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

std::uint64_t twice(std::uint32_t key) {
  return std::uint64_t{key} << 32 | key;
}

bool ascii(std::uint64_t bytes) {
  return (bytes & 0x8080808080808080ull) == 0;
}
bool ascii(Block bytes) {
  return ascii(bytes[0] | bytes[1]);
}

// Word by word, a Word at least. The last one, which `last_key` falls on, may lie over the one before it, so it is
// loaded before that is stored.
template <typename Word>
bool unmask_words(std::span<char> bytes, Word key, Word last_key) {
  char* const last_at = bytes.data() + bytes.size() - sizeof(Word);
  const Word last = load_word<Word>(last_at) ^ last_key;
  Word seen = last;
  for (char* at = bytes.data(); at < last_at; at += sizeof(Word)) {
    const Word word = load_word<Word>(at) ^ key;
    std::memcpy(at, &word, sizeof word);
    seen |= word;
  }
  std::memcpy(last_at, &last, sizeof last);
  return ascii(seen);
}

}  // namespace

bool unmask(std::span<char> bytes, std::uint32_t key, std::uint64_t offset) {
  const std::uint32_t first = key_at(key, offset);
  const std::uint32_t last = key_at(key, offset + bytes.size());  // words are four bytes, or some times that
  if (bytes.size() >= sizeof(Block))
    return unmask_words(bytes, Block{twice(first), twice(first)}, Block{twice(last), twice(last)});
  if (bytes.size() >= sizeof(std::uint64_t)) return unmask_words(bytes, twice(first), twice(last));
  if (bytes.size() >= sizeof(std::uint32_t)) return unmask_words(bytes, first, last);
  const auto pattern = std::bit_cast<std::array<char, sizeof first>>(first);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ pattern[i]);
    seen |= static_cast<unsigned char>(bytes[i]);
  }
  return ascii(seen);
}

}  // namespace roost::ws
