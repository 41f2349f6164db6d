#include "base/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace roost {
namespace {

TEST(Utf8, TakesTheBordersOfEveryLength) {
  for (const char* text :
       {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "plain ASCII, longer than a word \xc3\xa9"})
    EXPECT_TRUE(valid_utf8(text)) << text;
}

TEST(Utf8, RefusesOverlongSurrogatesAndWhatIsBeyondUnicode) {
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe2\x82", "\xf0\x9f\x98", "12345678\xc2("})
    EXPECT_FALSE(valid_utf8(text)) << text;
}

TEST(Utf8, AgreesWithItselfAtEverySplit) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and a long ASCII tail";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed(std::string_view(text).substr(0, cut)) &&
                validator.feed(std::string_view(text).substr(cut)));
    EXPECT_TRUE(validator.complete());
  }
}

TEST(Utf8, NoticesTheFirstByteThatCannotBe) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed("\xf4"));
  EXPECT_FALSE(validator.complete());
  EXPECT_FALSE(validator.feed("\x90"));
}

}  // namespace
}  // namespace roost
