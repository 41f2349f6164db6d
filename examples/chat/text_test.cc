#include "chat/text.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

TEST(Trim, TakesAwayWhiteSpaceAtBothEndsOnly) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(CountCharacters, CountsCodePointsNotBytes) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("abc"), 3u);
  EXPECT_EQ(count_characters("h\u00e9\u20ac\U0001F600"), 4u);
}

TEST(Slug, JoinsSmallLettersAndDigitsWithOneHyphen) {
  EXPECT_EQ(slug("General"), "general");
  EXPECT_EQ(slug("C++ & Rust, 2024"), "c-rust-2024");
}

TEST(Slug, HasNoHyphenAtItsEnds) {
  EXPECT_EQ(slug("  !Robots? "), "robots");
}

TEST(Slug, KeepsOtherScripts) {
  EXPECT_EQ(slug("Caf\u00e9 \u65e5\u672c"), "caf\u00e9-\u65e5\u672c");
}

TEST(Slug, IsEmptyWithoutLettersAndDigits) {
  EXPECT_EQ(slug(""), "");
  EXPECT_EQ(slug("!?"), "");
}

}  // namespace
}  // namespace chat
