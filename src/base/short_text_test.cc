#include "base/short_text.h"

#include <string>

#include <gtest/gtest.h>

namespace roost {
namespace {

constexpr std::size_t kSizesMax = 40;  // each way of looking at a text, and both sides of each step between them

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + i);
  return text;
}

TEST(ShortText, IsCopiedWholeAndNothingBehindIt) {
  for (std::size_t size = 0; size <= kSizesMax; ++size) {
    const std::string text = text_of(size);
    std::string out(kSizesMax + 1, '.');
    EXPECT_EQ(copy_text(out.data(), text), out.data() + size);
    EXPECT_EQ(out, text + std::string(kSizesMax + 1 - size, '.')) << size;
  }
}

TEST(ShortText, IsTheSameWhenEachByteIs) {
  for (std::size_t size = 0; size <= kSizesMax; ++size) {
    const std::string text = text_of(size);
    EXPECT_TRUE(same_text(text, std::string(text))) << size;
    EXPECT_FALSE(same_text(text, text + '!')) << size;
    EXPECT_FALSE(same_text(text + '!', text)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = '~';
      EXPECT_FALSE(same_text(text, other)) << size << " bytes, but for " << at;
      EXPECT_FALSE(same_text(other, text)) << size << " bytes, but for " << at;
    }
  }
}

TEST(ShortText, MayBeNoneAtAll) {
  EXPECT_TRUE(same_text({}, ""));
  char out = '.';
  EXPECT_EQ(copy_text(&out, {}), &out);
  EXPECT_EQ(out, '.');
}

}  // namespace
}  // namespace roost
