// roost/payload.hpp and roost/json.hpp: what a message carries, and how it becomes a type.
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/payload.hpp>

namespace roost {
namespace {

// Payload

TEST(Payload, IsAnEmptyObjectByDefault) {
  EXPECT_EQ(Payload().view(), "{}");
  EXPECT_TRUE(Payload().is_object());
  EXPECT_FALSE(Payload().is_binary());
}

TEST(Payload, ReadsBracesAsJson) {
  EXPECT_EQ(Payload({{"reason", "no"}, {"code", 7}}).view(), R"({"reason":"no","code":7})");
  EXPECT_EQ(Payload("text").view(), R"("text")");
  EXPECT_EQ(Payload(std::vector<int>{1, 2}).view(), "[1,2]");
  EXPECT_EQ(Payload(true).view(), "true");
}

TEST(Payload, BracesTakeWhateverJsonCanHold) {
  const std::vector<std::string> names = {"ann", "bob"};
  const std::map<std::string, int> scores = {{"ann", 3}};
  const boost::json::value json = {1, 2};
  const Payload payload = {{"names", names},
                           {"scores", scores},
                           {"best", std::optional<int>()},
                           {"json", json},
                           {"text", std::string_view("x")},
                           {"none", nullptr},
                           {"deep", {{"a", {1, "b", 2.5}}}}};
  EXPECT_EQ(payload.view(), R"({"names":["ann","bob"],"scores":{"ann":3},"best":null,"json":[1,2],"text":"x",)"
                            R"("none":null,"deep":{"a":[1,"b",2.5E0]}})");
}

TEST(Payload, BracesAreAnObjectIfEveryPartIsAMember) {
  EXPECT_EQ(Payload({{"a", {}}}).view(), R"({"a":{}})");
  EXPECT_EQ(Payload({{"a", "b"}, {"c", "d"}}).view(), R"({"a":"b","c":"d"})");
  EXPECT_EQ(Payload({{"a", "b"}, {"c"}}).view(), R"([["a","b"],["c"]])");
  EXPECT_EQ(Payload({{"a", "b"}, 7}).view(), R"([["a","b"],7])");
  EXPECT_EQ(Payload({{1, 2}, {3, 4}}).view(), "[[1,2],[3,4]]");
  EXPECT_EQ(Payload({{"list", {"a", "b"}}}).view(), R"({"list":["a","b"]})");
  EXPECT_EQ(Payload({{"a", 1}, {"a", 2}}).view(), R"({"a":1})");
}

TEST(Payload, BorrowedViewsTheBytesButItsCopyOwnsThem) {
  std::string buffer = R"({"a":1})";
  const Payload::Borrowed borrowed(buffer, false);
  EXPECT_EQ(borrowed.payload.view().data(), buffer.data());
  const Payload copy = borrowed.payload;
  Payload assigned;
  assigned = borrowed.payload;
  buffer.assign(buffer.size(), 'x');
  EXPECT_EQ(copy.view(), R"({"a":1})");
  EXPECT_EQ(assigned.view(), R"({"a":1})");
}

TEST(Payload, CopiesOfOneThatOwnsShareItsBytes) {
  const Payload one = Payload::bytes("data");
  const Payload two = one;
  EXPECT_EQ(one.view().data(), two.view().data());
  EXPECT_TRUE(two.is_binary());
}

TEST(Payload, SharedCopiesOnlyWhatIsBorrowed) {
  const Payload own = Payload::bytes("data");
  EXPECT_EQ(own.shared().data(), own.view().data());
  const std::string buffer = "data";
  const Payload::Borrowed borrowed(buffer, true);
  EXPECT_NE(borrowed.payload.shared().data(), buffer.data());
  EXPECT_EQ(borrowed.payload.shared().view(), "data");
  EXPECT_EQ(Payload().shared().view(), "{}");
}

TEST(Payload, MovedFromIsAnEmptyObject) {
  Payload one = Payload::json_text("[1]");
  const Payload two = std::move(one);
  EXPECT_EQ(two.view(), "[1]");
  EXPECT_EQ(one.view(), "{}");  // NOLINT: that is what is tested
}

TEST(Payload, EmptyBytesAreBytes) {
  const Payload none = Payload::bytes("");
  const Payload copy = none;
  EXPECT_TRUE(copy.is_binary());
  EXPECT_EQ(copy.view(), "");
  const Payload::Borrowed borrowed(std::string_view(), true);
  EXPECT_EQ(Payload(borrowed.payload).view(), "");
}

TEST(Payload, TextIsCheckedAndKeptAsItIs) {
  EXPECT_EQ(Payload::json_text(R"( {"a" : 1.0} )").view(), R"({"a" : 1.0})");
  for (const char* wrong : {"", "{", "{} {}", "nul", "\"\xff\"", "01", "[1,]"})
    EXPECT_THROW((void)Payload::json_text(wrong), std::invalid_argument) << wrong;
}

TEST(Payload, KnowsAnObjectByItsFirstCharacter) {
  EXPECT_FALSE(Payload::json_text("[{}]").is_object());
  EXPECT_FALSE(Payload::bytes("{}").is_object());
  const Payload::Borrowed spaced(" \n{}", false);
  EXPECT_TRUE(spaced.payload.is_object());
}

TEST(Payload, BytesAreNoJson) {
  EXPECT_TRUE(Payload::bytes("1").json().is_null());
  EXPECT_EQ(Payload::bytes("1").as<int>(), std::unexpected(FieldError{"", "JSON, not bytes"}));
}

TEST(Payload, DeepTextIsParsed) {
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  EXPECT_TRUE(Payload::json_text(deep).json().is_array());
}

// Types

enum class Color { red, green };
BOOST_DESCRIBE_ENUM(Color, red, green)

struct Inner {
  std::uint8_t byte = 0;
  Color color = Color::red;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (byte, color))

struct Outer {
  std::string name;
  std::vector<Inner> list;
  std::map<std::string, Inner> by_name;
  std::optional<double> weight;
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, list, by_name, weight, on))

struct Derived : Inner {
  int more = 0;
};
BOOST_DESCRIBE_STRUCT(Derived, (Inner), (more))

struct Odd {
  int a_b = 0;
};
BOOST_DESCRIBE_STRUCT(Odd, (), (a_b))

template <typename T>
std::expected<T, FieldError> read(std::string_view text) {
  return from_json<T>(boost::json::parse(text));
}
template <typename T>
FieldError misfit(std::string_view text) {
  const auto result = read<T>(text);
  return result ? FieldError{"it fits", ""} : result.error();
}

TEST(JsonTypes, IntegersMustBeInRange) {
  EXPECT_EQ(read<std::uint8_t>("255"), 255);
  EXPECT_EQ(misfit<std::uint8_t>("256"), (FieldError{"", "integer from 0 to 255"}));
  EXPECT_EQ(misfit<std::uint8_t>("-1"), (FieldError{"", "integer from 0 to 255"}));
  EXPECT_EQ(read<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read<std::uint64_t>("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(misfit<std::int64_t>("9223372036854775808").expected,
            "integer from -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(misfit<std::int64_t>("1e300").path, "");
}

TEST(JsonTypes, IntegersMustBeWhole) {
  EXPECT_EQ(read<int>("3.0"), 3);
  EXPECT_EQ(read<int>("-2e2"), -200);
  EXPECT_EQ(misfit<int>("3.5"), (FieldError{"", "integer from -2147483648 to 2147483647"}));
  EXPECT_EQ(misfit<int>("\"3\"").path, "");
  EXPECT_EQ(misfit<int>("true").path, "");
  EXPECT_EQ(misfit<int>("null").path, "");
}

TEST(JsonTypes, BooleansNumbersAndStringsAreNotMixedUp) {
  EXPECT_EQ(read<bool>("true"), true);
  EXPECT_EQ(misfit<bool>("1"), (FieldError{"", "boolean"}));
  EXPECT_EQ(read<double>("1"), 1.0);
  EXPECT_EQ(misfit<double>("\"1\""), (FieldError{"", "number"}));
  EXPECT_EQ(read<std::string>("\"\""), "");
  EXPECT_EQ(misfit<std::string>("1"), (FieldError{"", "string"}));
}

TEST(JsonTypes, EnumsAreNames) {
  EXPECT_EQ(read<Color>("\"green\""), Color::green);
  EXPECT_EQ(misfit<Color>("\"blue\""), (FieldError{"", "one of red, green"}));
  EXPECT_EQ(misfit<Color>("1"), (FieldError{"", "one of red, green"}));
  EXPECT_EQ(to_json(Color::green), "green");
}

TEST(JsonTypes, BytesAreBase64) {
  EXPECT_EQ(read<Bytes>(R"("AP8=")")->data, std::string("\x00\xff", 2));
  EXPECT_EQ(misfit<Bytes>(R"("AP8")"), (FieldError{"", "bytes, or a string of base64"}));
  EXPECT_EQ(misfit<std::vector<Bytes>>(R"(["",7])"), (FieldError{"/1", "bytes, or a string of base64"}));
  EXPECT_EQ(to_json(Bytes{std::string("\x00\xff", 2)}), "AP8=");
}

TEST(Payload, OfBytesIsBinary) {
  const Payload payload = Bytes{"ab"};
  EXPECT_TRUE(payload.is_binary());
  EXPECT_EQ(payload.view(), "ab");
  EXPECT_EQ(payload.as<Bytes>(), Bytes{"ab"});
  EXPECT_EQ(payload.as<std::string>().error(), (FieldError{"", "JSON, not bytes"}));
  EXPECT_EQ(Payload::json_text(R"("YWI=")").as<Bytes>(), Bytes{"ab"});
}

TEST(Payload, F17_OfMembersWithOneNameTheFirstCounts) {
  const Payload payload = Payload::json_text(R"({"byte":1,"color":"red","byte":2,"color":7})");
  EXPECT_EQ(payload.as<Inner>()->byte, 1);
  EXPECT_EQ(payload.view(), R"({"byte":1,"color":"red","byte":2,"color":7})");  // what is passed on is as it came
}

TEST(JsonTypes, MapsMayBeUnordered) {
  const auto map = read<std::unordered_map<std::string, int>>(R"({"a":1,"b":2})");
  EXPECT_EQ(map->at("b"), 2);
  EXPECT_EQ(to_json(std::unordered_map<std::string, int>{{"a", 1}}), boost::json::parse(R"({"a":1})"));
}

TEST(JsonTypes, OptionalsMayBeAbsentOrNull) {
  EXPECT_EQ(read<std::optional<int>>("null").value(), std::nullopt);
  EXPECT_EQ(read<std::optional<int>>("1").value(), 1);
  EXPECT_EQ(misfit<std::optional<int>>("\"1\"").path, "");
  EXPECT_EQ(to_json(std::optional<int>()), nullptr);
}

TEST(JsonTypes, StructsNeedTheirFieldsAndIgnoreOthers) {
  const auto inner = read<Inner>(R"({"byte":1,"color":"green","else":[]})");
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->byte, 1);
  EXPECT_EQ(inner->color, Color::green);
  EXPECT_EQ(misfit<Inner>(R"({"byte":1})"), (FieldError{"/color", "one of red, green"}));
  EXPECT_EQ(misfit<Inner>("[]"), (FieldError{"", "object"}));
}

TEST(JsonTypes, InheritedFieldsCount) {
  EXPECT_EQ(read<Derived>(R"({"byte":7,"color":"red","more":1})")->byte, 7);
  EXPECT_EQ(misfit<Derived>(R"({"color":"red","more":1})").path, "/byte");
}

TEST(JsonTypes, ErrorsNameTheNestedPath) {
  const std::string good = R"("name":"n","on":true)";
  EXPECT_EQ(misfit<Outer>("{" + good + R"(,"list":[{"byte":1,"color":"red"},{"byte":999}],"by_name":{}})"),
            (FieldError{"/list/1/byte", "integer from 0 to 255"}));
  EXPECT_EQ(misfit<Outer>("{" + good + R"(,"list":[],"by_name":{"a/b~c":{"byte":1,"color":2}}})"),
            (FieldError{"/by_name/a~1b~0c/color", "one of red, green"}));
  EXPECT_EQ(misfit<Outer>("{" + good + R"(,"list":{},"by_name":{}})"), (FieldError{"/list", "array"}));
  EXPECT_EQ(misfit<Outer>("{" + good + R"(,"list":[],"by_name":[]})"), (FieldError{"/by_name", "object"}));
  EXPECT_EQ(misfit<Outer>("{" + good + R"(,"list":[],"by_name":{},"weight":"x"})"), (FieldError{"/weight", "number"}));
}

TEST(JsonTypes, ValuesSurviveTheWayThereAndBack) {
  const Outer outer{"n", {{1, Color::green}, {2, Color::red}}, {{"k", {3, Color::red}}}, 1.5, true};
  const auto json = to_json(outer);
  const auto again = from_json<Outer>(json);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), json);
  EXPECT_FALSE(to_json(Outer{}).get_object().contains("weight"));  // an empty optional is left out
}

TEST(JsonTypes, RawJsonIsTakenAsItIs) {
  EXPECT_EQ(read<boost::json::value>("[1]"), boost::json::parse("[1]"));
  EXPECT_EQ(misfit<boost::json::object>("[]"), (FieldError{"", "object"}));
  EXPECT_EQ(misfit<boost::json::array>("{}"), (FieldError{"", "array"}));
}

TEST(JsonTypes, MembersAreFoundByTheirName) {
  EXPECT_EQ(read<Odd>(R"({"a_b":1})")->a_b, 1);
  EXPECT_EQ(detail::path_segment("a/b~c"), "/a~1b~0c");
  EXPECT_EQ(detail::path_segment(""), "/");
}

static_assert(JsonType<Outer> && JsonType<std::map<std::string, std::vector<std::optional<Inner>>>>);
static_assert(!JsonType<void*> && !JsonType<std::map<int, int>>);

}  // namespace
}  // namespace roost
