#include "wire/ref.h"

#include <gtest/gtest.h>

namespace roost::wire {
namespace {

Ref ref_of(std::string_view json) {
  return Ref::from_json(scan_json(json, Utf8::check).value()).value();
}

static_assert(sizeof(Ref) <= 32);

TEST(Ref, IsNullAtFirst) {
  EXPECT_TRUE(Ref().is_null());
  EXPECT_EQ(Ref().text(), "null");
  EXPECT_EQ(Ref(), ref_of("null"));
}

TEST(Ref, KeepsTheTypeItCameWith) {
  for (const char* json : {"1", "\"1\"", "1.5", "true", "false", "null", "\"\"", "[1.5,true]", R"({"o":1})",
                           "123456789012345678901234567890"})
    EXPECT_EQ(ref_of(json).text(), json);
}

TEST(Ref, IsComparedStrictly) {
  EXPECT_NE(ref_of("8"), ref_of("\"8\""));
  EXPECT_NE(ref_of("1"), ref_of("1.0"));
  EXPECT_NE(ref_of("null"), ref_of("\"null\""));
  EXPECT_NE(ref_of("\"\""), ref_of("null"));
  EXPECT_NE(ref_of("[1]"), ref_of("[\"1\"]"));
  EXPECT_NE(ref_of("-0.0"), ref_of("0.0"));
}

TEST(Ref, HasOneSpellingForOneValue) {
  EXPECT_EQ(ref_of("\"a\""), ref_of(R"("\u0061")"));
  EXPECT_EQ(ref_of(R"("\/\u0022\u001f\u000A")").text(), R"("/\"\u001F\n")");
  EXPECT_EQ(ref_of("-0"), ref_of("0"));
  EXPECT_EQ(ref_of(" [ 1 , { \"a b\" : \"\\u0061 \\\"\" } ] ").text(), R"([1,{"a b":"a \""}])");
}

TEST(Ref, OfABinaryFrameIsAString) {
  EXPECT_EQ(Ref::from_binary("12"), ref_of("\"12\""));
  EXPECT_EQ(Ref::from_binary("").text(), "\"\"");
  EXPECT_FALSE(Ref::from_binary("").is_null());
  EXPECT_EQ(Ref::from_binary("q\"\n").text(), R"("q\"\n")");
}

TEST(Ref, IsWrittenToABinaryFrameAsItsText) {
  EXPECT_EQ(ref_of("\"12\"").string_bytes(), "12");
  EXPECT_EQ(ref_of(R"("q\"\u00e9")").string_bytes(), "q\"é");
  EXPECT_EQ(ref_of("12").string_bytes(), "12");
  EXPECT_EQ(ref_of("1.5").string_bytes(), "1.5");
  EXPECT_EQ(ref_of("null").string_bytes(), "");
  EXPECT_EQ(ref_of("true").string_bytes(), "true");
  EXPECT_EQ(ref_of("[1]").string_bytes(), std::nullopt);
  EXPECT_EQ(ref_of("{}").string_bytes(), std::nullopt);
}

TEST(Ref, NullAndFalseLetAChannelTakeTheRefOfItsJoin) {
  EXPECT_TRUE(ref_of("null").is_falsy());
  EXPECT_TRUE(ref_of("false").is_falsy());
  EXPECT_FALSE(ref_of("0").is_falsy());
  EXPECT_FALSE(ref_of("\"\"").is_falsy());
}

TEST(Ref, HasALimit) {
  const std::string longest = "\"" + std::string(kRefBytesMax - 2, '8') + "\"";
  EXPECT_EQ(ref_of(longest).text(), longest);
  const std::string longer = "\"" + std::string(kRefBytesMax - 1, '8') + "\"";
  EXPECT_EQ(Ref::from_json({.text = longer}), std::nullopt);
}

}  // namespace
}  // namespace roost::wire
