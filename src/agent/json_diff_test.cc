#include "agent/json_diff.h"

#include <random>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace roost::agent {
namespace {

namespace json = boost::json;

std::string diff(std::string_view before, std::string_view after) {
  return json::serialize(json_diff(json::parse(before), json::parse(after)));
}

/// As a client applies it (RFC 6902 §4), as far as json_diff goes.
void apply(json::value& document, const json::object& op) {
  const json::string_view path = op.at("path").as_string();
  if (path.empty()) {
    document = op.at("value");
    return;
  }
  const auto slash = path.rfind('/');
  json::value& parent = document.at_pointer(path.substr(0, slash));
  const std::string token(path.substr(slash + 1));
  const auto& kind = op.at("op").as_string();
  if (json::array* list = parent.if_array()) {
    const auto at = std::stoul(token);
    if (kind == "remove") list->erase(list->begin() + static_cast<std::ptrdiff_t>(at));
    if (kind == "replace") list->at(at) = op.at("value");
    if (kind == "add") list->insert(list->begin() + static_cast<std::ptrdiff_t>(at), op.at("value"));
    return;
  }
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) name += token[i] == '~' ? (token[++i] == '1' ? '/' : '~') : token[i];
  json::object& object = parent.as_object();
  if (kind == "remove")
    ASSERT_EQ(object.erase(name), 1u) << path;
  else
    object[name] = op.at("value");
}

TEST(JsonDiff, OfEqualValuesIsEmpty) {
  EXPECT_EQ(diff("{}", "{}"), "[]");
  EXPECT_EQ(diff(R"({"a":[1,{"b":null}]})", R"({"a":[1,{"b":null}]})"), "[]");
}

TEST(JsonDiff, NamesTheFieldsThatDiffer) {
  EXPECT_EQ(diff(R"({"a":1,"b":{"c":2,"d":3}})", R"({"a":1,"b":{"c":4,"d":3}})"),
            R"([{"op":"replace","path":"/b/c","value":4}])");
  EXPECT_EQ(diff(R"({"gone":1})", R"({"new":[]})"),
            R"([{"op":"remove","path":"/gone"},{"op":"add","path":"/new","value":[]}])");
  EXPECT_EQ(diff(R"({"a/b":1,"c~d":1,"":1})", R"({"a/b":2,"c~d":2,"":2})"),
            R"([{"op":"replace","path":"/a~1b","value":2},{"op":"replace","path":"/c~0d","value":2},)"
            R"({"op":"replace","path":"/","value":2}])");
}

TEST(JsonDiff, OfOtherKindsIsAReplacement) {
  EXPECT_EQ(diff("1", "[]"), R"([{"op":"replace","path":"","value":[]}])");
  EXPECT_EQ(diff(R"({"a":{}})", R"({"a":[]})"), R"([{"op":"replace","path":"/a","value":[]}])");
  EXPECT_EQ(diff(R"({"a":null})", R"({"a":false})"), R"([{"op":"replace","path":"/a","value":false}])");
}

TEST(JsonDiff, OfAListIsShortWhereSomethingCameOrWent) {
  EXPECT_EQ(diff("[1,2,3]", "[1,2,3,4]"), R"([{"op":"add","path":"/3","value":4}])");
  EXPECT_EQ(diff("[1,2,3]", "[0,1,2,3]"), R"([{"op":"add","path":"/0","value":0}])");
  EXPECT_EQ(diff("[1,2,3]", "[1,3]"), R"([{"op":"remove","path":"/1"}])");
  EXPECT_EQ(diff("[1,1,1]", "[1]"), R"([{"op":"remove","path":"/2"},{"op":"remove","path":"/1"}])");
  EXPECT_EQ(diff(R"([{"n":1},{"n":2}])", R"([{"n":1},{"n":3}])"), R"([{"op":"replace","path":"/1/n","value":3}])");
}

TEST(JsonDiff, NeverNamesWhatJavaScriptTakesForSomethingElse) {
  EXPECT_EQ(diff(R"({"a":{"__proto__":1}})", R"({"a":{"__proto__":2}})"),
            R"([{"op":"replace","path":"/a","value":{"__proto__":2}}])");
  EXPECT_EQ(diff(R"({"__proto__x":1})", R"({"__proto__x":1})"), "[]");
}

json::value random_value(std::mt19937& random, int depth) {
  const auto upto = [&random](unsigned max) { return random() % max; };
  const std::array<const char*, 6> names = {"a", "b", "a/b", "~", "", "__proto__"};
  const unsigned kind = upto(depth > 0 ? 7 : 4);
  if (kind == 0) return nullptr;
  if (kind == 1) return upto(2) == 0;
  if (kind == 2) return upto(3);
  if (kind == 3) return json::string(names[upto(3)]);
  if (kind == 4) {
    json::array list;
    for (unsigned i = upto(5); i > 0; --i) list.push_back(random_value(random, depth - 1));
    return list;
  }
  json::object object;
  for (unsigned i = upto(5); i > 0; --i) object[names[upto(6)]] = random_value(random, depth - 1);
  return object;
}

TEST(JsonDiff, MakesOneOfAnyTwoOfTheOther) {
  std::mt19937 random(42);
  for (int round = 0; round < 5'000; ++round) {
    const json::value before = random_value(random, 4), after = random_value(random, 4);
    json::value patched = before;
    for (const json::value& op : json_diff(before, after)) apply(patched, op.as_object());
    ASSERT_EQ(patched, after) << "from " << before << " in round " << round;
  }
}

}  // namespace
}  // namespace roost::agent
