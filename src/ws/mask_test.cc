#include "ws/mask.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace roost::ws {
namespace {

constexpr char kKey[] = "\x37\xfa\x21\x3d";  // RFC 6455 §5.7

std::uint32_t key() {
  std::uint32_t key;
  std::memcpy(&key, kKey, 4);
  return key;
}

std::string masked_slowly(std::string text, std::size_t offset = 0) {
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ kKey[(offset + i) % 4]);
  return text;
}

TEST(Mask, KnowsTheHelloOfRfc6455) {
  std::string text = "\x7f\x9f\x4d\x51\x58";
  unmask(text, key());
  EXPECT_EQ(text, "Hello");
}

TEST(Mask, IsTheSameAtEveryAlignmentSizeAndOffset) {
  std::string text(139, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (std::size_t begin = 0; begin < 9; ++begin)
    for (std::size_t size = 0; begin + size <= text.size(); ++size)
      for (std::size_t offset = 0; offset < 9; ++offset) {
        std::string bytes = text;
        unmask(std::span(bytes).subspan(begin, size), key(), offset);
        const std::string expected =
            text.substr(0, begin) + masked_slowly(text.substr(begin, size), offset) + text.substr(begin + size);
        ASSERT_EQ(bytes, expected) << begin << ' ' << size << ' ' << offset;
      }
}

TEST(Mask, TellsWhetherAllIsAscii) {
  for (std::size_t size = 0; size <= 130; ++size) {
    std::string text(size, '\x7f');
    std::string bytes = masked_slowly(text, 1);
    EXPECT_TRUE(unmask(bytes, key(), 1)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      bytes = masked_slowly(text, 1);
      EXPECT_FALSE(unmask(bytes, key(), 1)) << size << ' ' << at;
      text[at] = '\0';
    }
  }
}

TEST(Mask, CountsItsOffsetBeyond32Bits) {
  std::string text = "Hello";
  unmask(text, key(), (1ull << 40) + 3);
  EXPECT_EQ(text, masked_slowly("Hello", 3));
}

}  // namespace
}  // namespace roost::ws
