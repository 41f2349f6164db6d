#include "wire/json_value.h"

#include <limits>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "wire/json_scan.h"

namespace roost::wire {
namespace {

std::string read(std::string_view text) {
  const auto value = parse_json(text);
  return value ? boost::json::serialize(*value) : "none";
}

TEST(JsonValues, AreWhatTheTextSays) {
  EXPECT_EQ(read(R"( {"a":[1,-2,true,false,null,"x",{"b":{}},[]]} )"),
            R"({"a":[1,-2,true,false,null,"x",{"b":{}},[]]})");
  EXPECT_EQ(read("7"), "7");
  EXPECT_EQ(read(R"("\u00e9\n\"")"), "\"\u00e9\\n\\\"\"");
}

TEST(JsonValues, F17_OfMembersWithOneNameTheFirstCounts) {
  EXPECT_EQ(read(R"({"a":1,"b":2,"a":3,"a":[]})"), R"({"a":1,"b":2})");
  EXPECT_EQ(read(R"([{"x":{"a":1,"a":2}},{"a":3}])"), R"([{"x":{"a":1}},{"a":3}])");
  EXPECT_EQ(read(R"({"a":1,"\u0061":2})"), R"({"a":1})");
  EXPECT_EQ(read(R"({"":1,"":2})"), R"({"":1})");
}

TEST(JsonValues, F17_IntegersOf64BitsAreExact) {
  EXPECT_EQ(read("[9223372036854775807,-9223372036854775808,18446744073709551615]"),
            "[9223372036854775807,-9223372036854775808,18446744073709551615]");
  EXPECT_TRUE(parse_json("18446744073709551616")->is_double());
}

TEST(JsonValues, OtherNumbersAreTheNearestDouble) {
  EXPECT_EQ(parse_json("0.1")->as_double(), 0.1);
  EXPECT_EQ(parse_json("179769313486231570e291")->as_double(), std::numeric_limits<double>::max());
  EXPECT_EQ(parse_json("9007199254740993.0")->as_double(), 9007199254740992.0);
  EXPECT_EQ(parse_json("2.2250738585072011e-308")->as_double(), 2.2250738585072011e-308);
  EXPECT_EQ(parse_json("1e-999")->as_double(), 0.0);
  EXPECT_FALSE(parse_json(std::string(400, '9')));
}

TEST(JsonValues, LongStringsAndKeysStayWhole) {
  const std::string text(100'000, 'x');
  const auto value = parse_json("{\"" + text + "\":\"" + text + "\\n\"}");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at(text).as_string(), text + "\n");
}

TEST(JsonValues, OfWhatIsNoJsonAreNone) {
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "1 2", "nul", "\"", "{1:2}", "1e999", "-"})
    EXPECT_EQ(read(text), "none") << text;
}

TEST(JsonValues, EveryCutIsNoneOrAValue) {
  const std::string text = R"({"a":[1.5e3,"\u00e9",{"b":null}],"a":12})";
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(parse_json(text.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(read(text), R"({"a":[1.5E3,"é",{"b":null}]})");
}

TEST(JsonValues, AreAsDeepAsTheScannerTakes) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(scan_json(nested(kJsonDepthMax), Utf8::check));
  EXPECT_TRUE(parse_json(nested(kJsonDepthMax)));
  EXPECT_FALSE(parse_json(nested(kJsonDepthMax + 1)));
}

}  // namespace
}  // namespace roost::wire
