#include "wire/json_scan.h"

#include <array>
#include <random>
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

TEST(JsonScan, FindsWhatAStringCannotHoldWhereverItIs) {
  const auto lengths = {0,  1,   13,  14,  15,  29,  30,  45,  61,  62,  63, 64,
                        77, 126, 127, 128, 190, 509, 510, 511, 512, 525, 600};
  for (const int length : lengths) {
    const std::string plain = '"' + std::string(static_cast<std::size_t>(length), 'a') + '"';
    ASSERT_EQ(failure(plain), std::nullopt) << length;
    for (std::size_t at = 1; at + 1 < plain.size(); ++at) {
      std::string text = plain;
      text[at] = '\x1f';
      ASSERT_EQ(failure(text), JsonError::syntax) << length << " control at " << at;
      text[at] = '"';
      ASSERT_EQ(failure(text), JsonError::syntax) << length << " quote at " << at;
      text[at] = '\\';
      text[at + 1] = 'n';
      if (at + 2 < plain.size()) {
        ASSERT_EQ(failure(text), std::nullopt) << length << " escape at " << at;
      }
      const std::string list = "[\"\"," + plain + ",\"\"]";
      JsonReader reader(list, Utf8::check);
      std::array<JsonValue, 3> parts;
      ASSERT_TRUE(reader.array(parts) && reader.at_end());
      ASSERT_EQ(parts[1].text, plain);
    }
  }
}

/// RFC 8259 as one would write it down, byte by byte; numbers of any size, UTF-8 unseen.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : rest_(text) {}
  bool whole() { return value() && rest_.empty(); }

 private:
  bool next(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool one_of(std::string_view set) { return !rest_.empty() && set.contains(rest_.front()) && next(rest_.front()); }
  bool word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool space() {
    while (one_of(" \t\r\n")) continue;
    return true;
  }
  bool digits() {
    if (!one_of("0123456789")) return false;
    while (one_of("0123456789")) continue;
    return true;
  }
  bool number() {
    next('-');
    return (next('0') || digits()) && (!next('.') || digits()) && (!one_of("eE") || (one_of("+-"), digits()));
  }
  int unit() {
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const auto digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(rest_.empty() ? 'x' : rest_.front());
      if (digit == std::string_view::npos) return -1;
      value = value * 16 + static_cast<int>(digit % 16);
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool escape() {
    if (one_of("\"\\/bfnrt")) return true;
    const int high = next('u') ? unit() : -1;
    if (high < 0xd800 || high > 0xdfff) return high >= 0;
    const int low = high < 0xdc00 && word("\\u") ? unit() : -1;
    return low >= 0xdc00 && low <= 0xdfff;
  }
  bool string() {
    if (!next('"')) return false;
    while (!next('"')) {
      if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < ' ') return false;
      if (next('\\') ? !escape() : !next(rest_.front())) return false;
    }
    return true;
  }
  bool list(char close, bool keys) {
    if (space(), next(close)) return true;
    do {
      if (keys && !(space(), string() && space() && next(':'))) return false;
      if (!value()) return false;
    } while (next(','));
    return next(close);
  }
  bool bare() {
    if (next('[')) return list(']', false);
    if (next('{')) return list('}', true);
    if (rest_.starts_with('"')) return string();
    return word("true") || word("false") || word("null") || number();
  }
  bool value() { return space() && bare() && space(); }

  std::string_view rest_;
};

/// What JSON is made of, in any order, and now and then in a good one.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"[",
                                                 "]",
                                                 "{",
                                                 "}",
                                                 ",",
                                                 ":",
                                                 " ",
                                                 "\n",
                                                 "\"",
                                                 "\"",
                                                 "\\",
                                                 "\\\"",
                                                 "\\u00e9",
                                                 "\\ud83d\\ude00",
                                                 "\\ud83d",
                                                 "\t",
                                                 "a",
                                                 "room:lobby",
                                                 "sixteen bytes or",
                                                 "0",
                                                 "-",
                                                 "17",
                                                 ".5",
                                                 "e+3",
                                                 "true",
                                                 "false",
                                                 "null",
                                                 "\xc3\xa9",
                                                 "\"\"",
                                                 "\"k\":"};
  static constexpr std::string_view kWhole[] = {
      R"(["3","12","room:0","echo",{"n":17,"body":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}])",
      R"([null, 1.5e3, "a\"b", [[], {}, [true, false]], {"\u00e9": {"k": "long enough for two blocks of bytes"}}])"};
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::string text;
  if (below(2) == 0) text = kWhole[below(std::size(kWhole))];
  for (std::size_t changes = below(8); changes > 0; --changes) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t gone = below(3) == 0 ? below(20) : 0;
    text.replace(at, gone, kPieces[below(std::size(kPieces))]);
  }
  return text;
}

TEST(JsonScan, AgreesWithTheGrammarOnAnyText) {
  std::mt19937 random(8259);
  int valid = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random_text(random);
    const auto refused = failure(text, Utf8::trusted);
    if (refused == JsonError::number_range) continue;
    const bool taken = !refused;
    ASSERT_EQ(taken, Grammar(text).whole()) << text;
    valid += taken;
  }
  EXPECT_GT(valid, 1'000);
}

TEST(JsonReader, TakesAnArrayApart) {
  std::array<JsonValue, 2> two;
  JsonReader reader(" [ \"a\", [1] , 2,{}] ", Utf8::check);
  EXPECT_TRUE(reader.array(two) && reader.at_end());
  EXPECT_EQ(two[0].text, "\"a\"");
  EXPECT_EQ(two[1].text, "[1]");
  for (const char* text : {"[1]", "[1 2]", "[1,2", "[1,2,", "[1,2}", "{}", "[]", "", "1"})
    EXPECT_FALSE(JsonReader(text, Utf8::check).array(two)) << text;
  EXPECT_TRUE(JsonReader("[1]", Utf8::check).array(std::span(two).first(1)));
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
