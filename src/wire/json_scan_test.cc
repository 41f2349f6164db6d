#include "wire/json_scan.h"

#include <string>

#include <gtest/gtest.h>

namespace roost::wire {
namespace {

std::optional<JsonError> failure(std::string_view text, Utf8 utf8 = Utf8::check) {
  const auto value = scan_json(text, utf8);
  return value ? std::nullopt : std::optional(value.error());
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(JsonScan, TakesEveryKindOfValue) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "12",
                           "-1.5",
                           "0.25",
                           "1e2",
                           "1E+2",
                           "1.5e-300",
                           "\"\"",
                           "\"a\"",
                           "[]",
                           "{}",
                           "[1]",
                           "[[],{},\"x\",null]",
                           R"({"a":1,"b":{"c":[true]},"a":2})",
                           R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
                           "\"\x7f\u2028é€😀\"",
                           "[ 1 ,\t2 ]",
                           "{ \"a\" :\r\n[ ] }"})
    EXPECT_EQ(failure(text), std::nullopt) << text;
}

TEST(JsonScan, RefusesWhatIsNotRfc8259) {
  for (const char* text : {"",
                           " ",
                           "garbage",
                           "nul",
                           "nulls",
                           "True",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "+1",
                           "01",
                           "-01",
                           "-",
                           "1.",
                           ".5",
                           "1.e2",
                           "1e",
                           "1e+",
                           "0x1",
                           "1 2",
                           "--1",
                           "\"",
                           "\"a",
                           "'a'",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\U0041\"",
                           "\"a\nb\"",
                           "\"\x01\"",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1}",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{1:2}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{\"a\":1]",
                           "{\"a\":1 \"b\":2}",
                           "[]]",
                           "{}{}",
                           "[] x",
                           "// c\n1",
                           "/**/1",
                           "\xef\xbb\xbf[]",
                           "\v1",
                           "\xc2\xa0"
                           "1"})
    EXPECT_EQ(failure(text), JsonError::syntax) << text;
}

TEST(JsonScan, ANulIsNoEnd) {
  using namespace std::string_view_literals;
  for (const auto text : {"\0"sv, "1\0"sv, "[\0]"sv, "[1\0"sv, "\"\0\""sv, "{\"a\"\0:1}"sv})
    EXPECT_EQ(failure(text), JsonError::syntax);
}

TEST(JsonScan, RefusesHalfACharacter) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\udfff\ud800")", R"("\ud800x")", R"("\ud800\n")",
                           R"("\ud800\u0041")", R"("\ud800\ud800")", R"({"\ud800":1})"})
    EXPECT_EQ(failure(text), JsonError::lone_surrogate) << text;
}

TEST(JsonScan, LooksAtUtf8WhenAsked) {
  for (const char* text : {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
    EXPECT_EQ(failure(text, Utf8::check), JsonError::utf8);
    EXPECT_EQ(failure(text, Utf8::trusted), std::nullopt);
  }
}

TEST(JsonScan, RefusesNumbersBeyondADouble) {
  const std::string digits(400, '9');
  for (const auto& text :
       {std::string("1e999"), std::string("-1e309"), std::string("1.8e308"), std::string("1.7976931348623159e308"),
        std::string("1e99999999999999999999"), digits + ".0", digits + "e0", "0." + digits + "e310"})
    EXPECT_EQ(failure(text), JsonError::number_range) << text;
}

TEST(JsonScan, TakesIntegersOfAnyLengthAndFloatsTooNearToZero) {
  const std::string digits(400, '9');
  for (const auto& text :
       {digits, "-" + digits, std::string("1.7976931348623157e308"), std::string("1e308"), std::string("4.9e-324"),
        std::string("1e-999"), std::string("1e-99999999999999999999"), std::string("0e999"),
        std::string("0.0e99999999999"), "0." + std::string(400, '0') + "1e400", digits + "e-400"})
    EXPECT_EQ(failure(text), std::nullopt) << text;
}

TEST(JsonScan, CountsLevels) {
  EXPECT_EQ(failure(nested(kJsonDepthMax, "[", "]")), std::nullopt);
  EXPECT_EQ(failure(nested(kJsonDepthMax + 1, "[", "]")), JsonError::too_deep);
  EXPECT_EQ(failure(std::string(1'000'000, '[')), JsonError::too_deep);
  EXPECT_EQ(failure(nested(kJsonDepthMax / 2, "[{\"a\":", "}]")), JsonError::syntax);  // the innermost value is missing
  EXPECT_EQ(failure(nested(kJsonDepthMax / 2 - 1, "[{\"a\":", "}]").insert((kJsonDepthMax / 2 - 1) * 6, "[{}]")),
            std::nullopt);
}

TEST(JsonScan, NeedsEveryByteOfAText) {
  const std::string text =
      R"({"a":[1.5e+3,-0,true,false,null],"\u00e9\ud83d\ude00":{"long enough for a word":"é\n"},"":[[],{}]})";
  ASSERT_EQ(failure(text), std::nullopt);
  for (std::size_t size = 0; size < text.size(); ++size) {
    // On the heap and of that very size, so that a read behind the end is seen.
    const std::string cut(text, 0, size);
    EXPECT_NE(failure(cut), std::nullopt) << cut;
  }
}

TEST(JsonReader, GivesTheTextOfElementsAsItCame) {
  JsonReader reader("\n[ \"a\\n\" , 1.50,{ \"x\" : [ ] } ] ", Utf8::check);
  ASSERT_TRUE(reader.take('['));
  const auto text = reader.value();
  EXPECT_EQ(text->text, R"("a\n")");
  EXPECT_EQ(text->string_body(), R"(a\n)");
  EXPECT_TRUE(text->escaped);
  ASSERT_TRUE(reader.take(','));
  EXPECT_EQ(reader.value()->text, "1.50");
  EXPECT_FALSE(reader.at_end());
  EXPECT_FALSE(reader.take(']'));
  ASSERT_TRUE(reader.take(','));
  EXPECT_EQ(reader.value()->text, "{ \"x\" : [ ] }");
  ASSERT_TRUE(reader.take(']'));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.error(), std::nullopt);
}

TEST(JsonReader, TakesNothingMoreAfterAFailure) {
  JsonReader reader("x1", Utf8::check);
  EXPECT_EQ(reader.value(), std::nullopt);
  EXPECT_EQ(reader.string(), std::nullopt);
  EXPECT_FALSE(reader.take('1'));
  EXPECT_FALSE(reader.at_end());
  EXPECT_EQ(reader.error(), JsonError::syntax);
}

TEST(JsonReader, TakesOnlyStringsAsKeys) {
  EXPECT_EQ(JsonReader("1", Utf8::check).string(), std::nullopt);
  EXPECT_EQ(JsonReader(" \"k\"", Utf8::check).string()->text, "\"k\"");
}

}  // namespace
}  // namespace roost::wire
