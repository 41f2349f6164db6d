#include "tracker/presence_json.h"

#include <limits>
#include <stdexcept>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/utf8.h"

namespace roost::tracker {
namespace {

using presence::Presence;
using presence::TopicDiff;

Presence item(std::string key, std::string_view meta) {
  return {std::move(key), SharedBytes::copy(meta)};
}

struct Lines : Log {
  std::vector<std::string> lines;
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view what, Fields fields) override {
    lines.emplace_back(what);
    for (const auto& [name, value] : fields) lines.back().append(" ").append(name).append("=").append(value);
  }
};

const std::vector<Presence> kTwoUsers{item("ann", R"({"phx_ref":"1","n":1.0})"), item("ann", R"({"phx_ref":"2"})"),
                                      item("bob", R"({"phx_ref":"3"})")};

TEST(PresenceJson, AStateGroupsMetasByKey) {
  EXPECT_EQ(encode_state({}), "{}");
  EXPECT_EQ(encode_state(kTwoUsers),
            R"({"ann":{"metas":[{"phx_ref":"1","n":1.0},{"phx_ref":"2"}]},"bob":{"metas":[{"phx_ref":"3"}]}})");
}

TEST(PresenceJson, AListInAnyOrderIsGroupedAndKeepsTheOrderOfMetas) {
  const std::vector<Presence> mixed{item("b", "{}"), item("a", R"({"i":1})"), item("b", R"({"i":2})"),
                                    item("a", R"({"i":3})")};
  EXPECT_EQ(encode_state(mixed), R"({"a":{"metas":[{"i":1},{"i":3}]},"b":{"metas":[{},{"i":2}]}})");
}

TEST(PresenceJson, ADiffAlwaysHasBothSides) {
  EXPECT_EQ(encode_diff({"t", {kTwoUsers[2]}, {}}), R"({"joins":{"bob":{"metas":[{"phx_ref":"3"}]}},"leaves":{}})");
  EXPECT_EQ(encode_diff({"t",
                         {item("ann", R"({"phx_ref":"N","phx_ref_prev":"O","status":"away"})")},
                         {item("ann", R"({"phx_ref":"O","status":"online"})")}}),
            R"({"joins":{"ann":{"metas":[{"phx_ref":"N","phx_ref_prev":"O","status":"away"}]}},)"
            R"("leaves":{"ann":{"metas":[{"phx_ref":"O","status":"online"}]}}})");
}

TEST(PresenceJson, ChangesNameOnlyWhatIsThere) {
  EXPECT_EQ(encode_changes({"t", {kTwoUsers[2]}, {}}), R"({"joins":{"bob":{"metas":[{"phx_ref":"3"}]}}})");
  EXPECT_EQ(encode_changes({"t", {}, kTwoUsers}), R"({"leaves":{"ann":["1","2"],"bob":["3"]}})");
  EXPECT_EQ(encode_changes({"t", {}, {item("a\"b", R"({"phx_ref":"1"})")}}), R"({"leaves":{"a\"b":["1"]}})");
}

TEST(PresenceJson, AnUpdateNamesTheMetaThatClientsHave) {
  const TopicDiff gathered{"t",
                           {kTwoUsers[2], item("cyd", R"({"phx_ref":"9","phx_ref_prev":"8","n":1})")},
                           {kTwoUsers[0], item("cyd", R"({"phx_ref":"5","n":0})")},
                           {{1, 1}}};
  EXPECT_EQ(encode_changes(gathered), R"({"updates":{"cyd":{"metas":[{"phx_ref":"9","phx_ref_prev":"5","n":1}]}},)"
                                      R"("joins":{"bob":{"metas":[{"phx_ref":"3"}]}},"leaves":{"ann":["1"]}})");
}

TEST(PresenceJson, WhoLeftAndCameBackWithinAWindowIsNoUpdate) {
  const TopicDiff back{"t", {item("cyd", R"({"phx_ref":"9"})")}, {item("cyd", R"({"phx_ref":"5"})")}, {{0, 0}}};
  EXPECT_EQ(encode_changes(back), R"({"joins":{"cyd":{"metas":[{"phx_ref":"9"}]}},"leaves":{"cyd":["5"]}})");
}

TEST(PresenceJson, ChangesHaveTheFieldsOfFetch) {
  const TopicDiff diff{
      "t", {item("ann", R"({"phx_ref":"2","phx_ref_prev":"1"})"), kTwoUsers[2]}, {kTwoUsers[0]}, {{0, 0}}};
  EXPECT_EQ(encode_changes(diff, {{"ann", R"(,"name":"Ann")"}, {"bob", R"(,"name":"Bob")"}}),
            R"({"updates":{"ann":{"metas":[{"phx_ref":"2","phx_ref_prev":"1"}],"name":"Ann"}},)"
            R"("joins":{"bob":{"metas":[{"phx_ref":"3"}],"name":"Bob"}}})");
}

TEST(PresenceJson, HostileKeysAreOnlyKeys) {
  const std::string long_key(10'000, 'k');
  const std::vector<std::string> keys{
      "",         "__proto__", "constructor", "a\"b\\c/d", std::string("\0\x1f\n\t\b\f\r\x7f", 8),
      "é\u2028😀", "metas",     "</script>",   long_key};
  std::vector<Presence> list;
  for (const auto& key : keys) list.push_back(item(key, "{}"));
  const auto state = boost::json::parse(encode_state(list)).as_object();
  EXPECT_EQ(state.size(), keys.size());
  for (const auto& key : keys) EXPECT_EQ(state.at(key).at("metas").as_array().size(), 1u) << key;
  EXPECT_EQ(encode_state(std::vector{item(std::string("\0\x1f\n\"", 4), "{}")}),
            R"({"\u0000\u001F\n\"":{"metas":[{}]}})");
}

TEST(PresenceJson, AKeyThatIsNotUtf8IsMended) {
  const std::pair<const char*, const char*> cases[] = {{"a\xff"
                                                        "b",
                                                        "a\uFFFDb"},
                                                       {"\xe2\x82", "\uFFFD\uFFFD"},
                                                       {"\xe2\x82"
                                                        "é",
                                                        "\uFFFD\uFFFDé"},
                                                       {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
                                                       {"\xf0\x9f\x98", "\uFFFD\uFFFD\uFFFD"}};
  for (const auto& [key, mended] : cases) {
    const std::string state = encode_state(std::vector{item(key, "{}")});
    EXPECT_TRUE(valid_utf8(state));
    EXPECT_EQ(state, std::string("{\"") + mended + "\":{\"metas\":[{}]}}");
  }
  EXPECT_EQ(encode_state(std::vector{item("\xfe", R"({"i":1})"), item("\xff", R"({"i":2})")}),
            "{\"\uFFFD\":{\"metas\":[{\"i\":1},{\"i\":2}]}}");
}

std::string enriched(const std::vector<Presence>& list, const PresenceFetch& fetch, Log& log) {
  return encode_state(list, fetch_fields("t", list, fetch, log));
}

std::string enriched(const TopicDiff& diff, const PresenceFetch& fetch, Log& log) {
  const auto joined = fetch_fields("t", diff.joins, fetch, log);
  return encode_diff(diff, joined, fetch_fields("t", diff.leaves, fetch, log));
}

TEST(PresenceFetch, AddsFieldsBesideTheMetas) {
  Lines log;
  const auto fetch = [](std::string_view topic, boost::json::object grouped) {
    for (auto& [key, value] : grouped)
      value.as_object()["user"] = {{"name", std::string(key) + "@" + std::string(topic)}};
    return grouped;
  };
  EXPECT_EQ(enriched(std::vector{kTwoUsers[2]}, fetch, log),
            R"({"bob":{"metas":[{"phx_ref":"3"}],"user":{"name":"bob@t"}}})");
  EXPECT_EQ(enriched(TopicDiff{"t", {kTwoUsers[0]}, {kTwoUsers[2]}}, fetch, log),
            R"({"joins":{"ann":{"metas":[{"phx_ref":"1","n":1.0}],"user":{"name":"ann@t"}}},)"
            R"("leaves":{"bob":{"metas":[{"phx_ref":"3"}],"user":{"name":"bob@t"}}}})");
  EXPECT_TRUE(log.lines.empty());
}

TEST(PresenceFetch, CannotLoseKeysOrMetas) {
  Lines log;
  const auto empties = [](std::string_view, boost::json::object) { return boost::json::object{}; };
  EXPECT_EQ(enriched(kTwoUsers, empties, log), encode_state(kTwoUsers));
  const auto vandal = [](std::string_view, boost::json::object grouped) {
    grouped["ann"] = {{"metas", 1}, {"x", 2}};
    grouped["bob"] = nullptr;
    grouped["stranger"] = boost::json::object{{"metas", boost::json::array{}}};
    return grouped;
  };
  EXPECT_EQ(enriched(kTwoUsers, vandal, log),
            R"({"ann":{"metas":[{"phx_ref":"1","n":1.0},{"phx_ref":"2"}],"x":2},"bob":{"metas":[{"phx_ref":"3"}]}})");
}

TEST(PresenceFetch, AThrowIsLoggedAndTheUnfetchedGoesOut) {
  Lines log;
  const auto crash = [](std::string_view, boost::json::object) -> boost::json::object {
    throw std::runtime_error("no database");
  };
  EXPECT_EQ(enriched(kTwoUsers, crash, log), encode_state(kTwoUsers));
  EXPECT_EQ(log.lines, std::vector<std::string>{"presence fetch crashed topic=t error=no database"});
  const auto odd = [](std::string_view, boost::json::object) -> boost::json::object { throw 1; };
  const TopicDiff diff{"t", kTwoUsers, kTwoUsers};
  EXPECT_EQ(enriched(diff, odd, log), encode_diff(diff));
  EXPECT_EQ(log.lines.size(), 3u);
}

TEST(PresenceFetch, FieldsThatJsonCannotHoldAreLoggedAndTheUnfetchedGoesOut) {
  const std::pair<const char*, boost::json::value> cases[] = {
      {"x", std::numeric_limits<double>::quiet_NaN()},
      {"x", boost::json::array{1, std::numeric_limits<double>::infinity()}},
      {"x", "\xff"},
      {"\xff", 1}};
  for (const auto& [name, bad] : cases) {
    Lines log;
    const auto fetch = [&](std::string_view, boost::json::object grouped) {
      for (auto& [key, value] : grouped) value.as_object()[name] = bad;
      return grouped;
    };
    const TopicDiff diff{"t", kTwoUsers, {}};
    EXPECT_EQ(enriched(diff, fetch, log), encode_diff(diff));
    EXPECT_EQ(log.lines.size(), 1u);
  }
}

TEST(PresenceFetch, NoneAddsNothing) {
  Lines log;
  EXPECT_EQ(enriched(kTwoUsers, nullptr, log), encode_state(kTwoUsers));
}

}  // namespace
}  // namespace roost::tracker
