#include "token/hchacha20.h"

#include <array>
#include <bit>
#include <cstdint>

#include "base/assert.h"

namespace roost::token {
namespace {

using State = std::array<std::uint32_t, 16>;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

// RFC 8439 §2.1
void quarter_round(State& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
}

}  // namespace

std::string hchacha20(std::string_view key, std::string_view nonce) {
  ROOST_ASSERT(key.size() == 32 && nonce.size() == 16);
  State state{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};  // "expand 32-byte k"
  for (std::size_t i = 0; i < 8; ++i) state[4 + i] = little_endian(key.substr(4 * i));
  for (std::size_t i = 0; i < 4; ++i) state[12 + i] = little_endian(nonce.substr(4 * i));
  for (int round = 0; round < 20; round += 2) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(state, i, 4 + i, 8 + i, 12 + i);
    for (std::size_t i = 0; i < 4; ++i) quarter_round(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  std::string subkey;
  for (const std::size_t word : {0, 1, 2, 3, 12, 13, 14, 15})
    for (int shift = 0; shift < 32; shift += 8) subkey += static_cast<char>(state[word] >> shift & 0xff);
  return subkey;
}

}  // namespace roost::token
