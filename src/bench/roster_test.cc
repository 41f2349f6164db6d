#include "bench/roster.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

/// "u0" … "u3".
std::optional<std::size_t> four(std::string_view key) {
  if (key.size() != 2 || key[0] != 'u' || key[1] < '0' || key[1] > '3') return std::nullopt;
  return static_cast<std::size_t>(key[1] - '0');
}

std::string presence(const std::string& key, const std::string& ref) {
  return "\"" + key + R"(":{"metas":[{"online":1,"phx_ref":")" + ref + "\"}]}";
}

class Rosters : public ::testing::Test {
 protected:
  void state(const std::string& entries) {
    const auto read = read_presence_state("{" + entries + "}", four);
    ASSERT_TRUE(read) << read.error();
    roster_.set(*read);
  }
  void diff(const std::string& joins, const std::string& leaves) {
    auto read = read_presence_diff("{\"joins\":{" + joins + "},\"leaves\":{" + leaves + "}}", four);
    ASSERT_TRUE(read) << read.error();
    roster_.apply(std::make_shared<PresenceDiff>(std::move(*read)));
  }
  /// "03": members 0 and 3 are there once.
  std::string there() const {
    std::string all;
    for (std::size_t i = 0; i < 4; ++i)
      if (roster_.once(i)) all += std::to_string(i);
    return all;
  }
  Roster roster_{4};
};

TEST_F(Rosters, FollowStateAndDiffs) {
  state(presence("u0", "a") + "," + presence("u1", "b"));
  EXPECT_EQ(there(), "01");
  diff(presence("u2", "c"), presence("u0", "a"));
  EXPECT_EQ(there(), "12");
}

TEST_F(Rosters, KeepDiffsThatComeBeforeTheState) {
  diff(presence("u2", "c"), "");
  EXPECT_EQ(there(), "");
  EXPECT_FALSE(roster_.has_state());
  state(presence("u0", "a"));
  EXPECT_EQ(there(), "02");
}

TEST_F(Rosters, WhoComesBackWithANewRefStaysWhenTheOldOneLeaves) {
  state(presence("u0", "a"));
  const auto before = roster_.ref(0);
  diff(presence("u0", "b"), presence("u0", "a"));
  EXPECT_EQ(there(), "0");
  EXPECT_NE(roster_.ref(0), before);
}

TEST_F(Rosters, WhoIsThereTwiceIsNotThereOnce) {
  state(presence("u0", "a"));
  diff(presence("u0", "b"), "");
  EXPECT_EQ(there(), "");
  diff("", presence("u0", "a"));
  EXPECT_EQ(there(), "0");
}

TEST_F(Rosters, ForgetAll) {
  state(presence("u0", "a"));
  roster_.forget();
  EXPECT_EQ(there(), "");
  EXPECT_FALSE(roster_.has_state());
}

TEST_F(Rosters, ThatSayTheSameHaveTheSameHash) {
  state(presence("u0", "a") + "," + presence("u1", "b"));
  const auto together = roster_.hash();
  state(presence("u1", "b"));
  EXPECT_NE(roster_.hash(), together);
  diff(presence("u0", "a"), "");
  EXPECT_EQ(roster_.hash(), together);
  diff(presence("u0", "a"), "");
  EXPECT_EQ(roster_.hash(), together);
  diff("", presence("u0", "a"));
  diff(presence("u0", "b"), "");
  EXPECT_NE(roster_.hash(), together);
  roster_.forget();
  EXPECT_EQ(roster_.hash(), 0u);
}

TEST(RosterPayloads, TellTheNumbersOfMetas) {
  const auto read = read_presence_state(R"({"u1":{"metas":[{"n":1000000007,"phx_ref":"a"}]}})", four);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->front().number, 1'000'000'007u);
  EXPECT_EQ(read_presence_state("{" + presence("u1", "a") + "}", four)->front().number, 0u);
}

TEST(RosterPayloads, KeysOfOthersAreSkipped) {
  const auto read = read_presence_state("{" + presence("anon", "a") + "," + presence("u1", "b") + "}", four);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().member, 1u);
}

TEST(RosterPayloads, RefusesWhatHasNotTheirForm) {
  for (const char* text : {"", "[]", R"({"u0":1})", R"({"u0":{"metas":{}}})", R"({"u0":{"metas":[{}]}})"})
    EXPECT_FALSE(read_presence_state(text, four)) << text;
  for (const char* text : {"", "{}", R"({"joins":{}})", R"({"joins":[],"leaves":{}})"})
    EXPECT_FALSE(read_presence_diff(text, four)) << text;
}

}  // namespace
}  // namespace roost::bench
