#include "http/query.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace roost::http {
namespace {

namespace json = boost::json;

/// Compares as JSON values, so that the order of keys does not matter.
void expect_decodes(std::string_view query, std::string_view expected) {
  const auto decoded = decode_query(query);
  ASSERT_TRUE(decoded) << query;
  EXPECT_EQ(json::value(*decoded), json::parse({expected.data(), expected.size()}))
      << query << " -> " << json::serialize(*decoded);
}

int status_of(std::string_view query) {
  const auto decoded = decode_query(query);
  return decoded ? 200 : decoded.error().status;
}

TEST(Query, PlainPairs) {
  expect_decodes("", "{}");
  expect_decodes("foo=bar&baz=bat", R"({"foo":"bar","baz":"bat"})");
  expect_decodes("a=1&a=2", R"({"a":"2"})");
  expect_decodes("x", R"({"x":""})");
  expect_decodes("x=", R"({"x":""})");
  expect_decodes("=", R"({"":""})");
  expect_decodes("=value", R"({"":"value"})");
  expect_decodes("a=b=c", R"({"a":"b=c"})");
  expect_decodes("&x=1&&y=2&", R"({"x":"1","y":"2"})");
  expect_decodes("vsn=1.0.0&vsn=2.0.0", R"({"vsn":"2.0.0"})");
}

TEST(Query, EscapesAndPluses) {
  expect_decodes("my+weird+field=q1%212%22%27w%245%267%2Fz8%29%3F", R"({"my weird field":"q1!2\"'w$5&7/z8)?"})");
  expect_decodes("b=x%20y+z&c=%C3%A9%e2%82%ac", R"({"b":"x y z","c":"é€"})");
  expect_decodes("a=%zz&b=%&c=%4&d=%g1&e=%1g&f=100%25",
                 R"({"a":"%zz","b":"%","c":"%4","d":"%g1","e":"%1g","f":"100%"})");
  expect_decodes("a=%%41", R"({"a":"%A"})");
  expect_decodes("a%5Bb%5D=1", R"({"a":{"b":"1"}})");
  expect_decodes("a%26b=1%26c", R"({"a&b":"1&c"})");
  expect_decodes("a=%00", R"({"a":"\u0000"})");
}

TEST(Query, Objects) {
  expect_decodes("users[name]=hello&users[age]=17&users[address][street]=foo",
                 R"({"users":{"name":"hello","age":"17","address":{"street":"foo"}}})");
  expect_decodes("x[y][z]=1&x[y][z]=2", R"({"x":{"y":{"z":"2"}}})");
  expect_decodes("e[0]=x&e[1]=y", R"({"e":{"0":"x","1":"y"}})");
}

TEST(Query, Arrays) {
  expect_decodes("foo[]", R"({"foo":[""]})");
  expect_decodes("foo[]=bar&foo[]=baz&bat[]=1&bat[]=2", R"({"foo":["bar","baz"],"bat":["1","2"]})");
  expect_decodes("x[y][z][]=1&x[y][z][]=2", R"({"x":{"y":{"z":["1","2"]}}})");
  expect_decodes("x[y][][z]=1", R"({"x":{"y":[{"z":"1"}]}})");
  expect_decodes("x[y][][z][]=1", R"({"x":{"y":[{"z":["1"]}]}})");
  expect_decodes("x[][][]=1", R"({"x":[[["1"]]]})");
  expect_decodes("a[][b]=1&a[][b]=2&a[][c]=3", R"({"a":[{"b":"2","c":"3"}]})");
}

// "last always wins on bad queries", plug/test/plug/conn/query_test.exs, and what follows from decode_each/2.
TEST(Query, ConflictsAreDecidedAsPlugDecides) {
  expect_decodes("x[]=1&x[y]=1", R"({"x":{"y":"1"}})");
  expect_decodes("x[y]=1&x[]=1", R"({"x":["1"]})");
  expect_decodes("x[y][][w]=2&x[y]=1", R"({"x":{"y":"1"}})");
  expect_decodes("x[y][0][w]=2&x[y]=1", R"({"x":{"y":"1"}})");
  expect_decodes("x=1&x[y]=1", R"({"x":{"y":"1"}})");
  expect_decodes("x[y]=1&x=1", R"({"x":"1"})");
  expect_decodes("x[y]=1&x=1&x[z]=2", R"({"x":"1"})");
  expect_decodes("x[]=1&x[y]=2&x[]=3", R"({"x":["1","3"]})");
  expect_decodes("x[a]=1&x[]=2&x[b]=3", R"({"x":{"a":"1","b":"3"}})");
}

TEST(Query, BracketsThatAreNoPath) {
  expect_decodes("[a]=1", R"({"[a]":"1"})");
  expect_decodes("a]=1", R"({"a]":"1"})");
  expect_decodes("a[=1", R"({"a[":"1"})");
  expect_decodes("a[b=1", R"({"a[b":"1"})");
  expect_decodes("a[b]c=1", R"({"a[b]c":"1"})");
  expect_decodes("a[b]c]=1", R"({"a":{"b]c":"1"}})");
  expect_decodes("a[b]d[c]=1", R"({"a":{"b]d[c":"1"}})");
  expect_decodes("a[[b]=1", R"({"a":{"[b":"1"}})");
  expect_decodes("a[]]=1", R"({"a":{"]":"1"}})");
  expect_decodes("]=1", R"({"]":"1"})");
}

TEST(Query, TextThatIsNotUtf8IsABadRequest) {
  for (const char* query :
       {"a=%ff%fe", "%ff=1", "a=\xff", "a[%c3]=1", "a=%ed%a0%80", "_utf8=%R2%9P%93", "a=%f4%90%80%80"})
    EXPECT_EQ(status_of(query), 400) << query;
}

TEST(Query, Limits) {
  EXPECT_EQ(status_of("a=" + std::string(kQueryBytesMax - 2, 'x')), 200);
  EXPECT_EQ(status_of("a=" + std::string(kQueryBytesMax - 1, 'x')), 414);
  std::string pairs;
  for (std::size_t i = 0; i < kQueryPairsMax; ++i) pairs += "&a";
  EXPECT_EQ(status_of(pairs), 200);
  EXPECT_EQ(status_of(pairs + "&a"), 400);
  std::string deep = "a";
  for (std::size_t i = 1; i < kQueryDepthMax; ++i) deep += "[b]";
  EXPECT_EQ(status_of(deep + "=1"), 200);
  EXPECT_EQ(status_of(deep + "[]=1"), 400);
  std::string deepest = "a";
  for (int i = 0; i < 300'000; ++i) deepest += "[]";
  EXPECT_EQ(status_of(deepest), 400);
}

}  // namespace
}  // namespace roost::http
