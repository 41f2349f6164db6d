#include "bench/members.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

TEST(BenchMembers, ClientsTakeTurnsAtTopics) {
  Settings settings;
  settings.connections = 8;
  settings.topics = 3;
  const Members members(settings);
  EXPECT_EQ(members.count(0), 3u);
  EXPECT_EQ(members.count(1), 3u);
  EXPECT_EQ(members.count(2), 2u);
  for (std::size_t i = 0; i < settings.connections; ++i) {
    EXPECT_LT(members.member(i), members.count(members.topic(i)));
    EXPECT_EQ(members.client(members.topic(i), members.member(i)), i);
  }
}

TEST(BenchMembers, AreFoundByTheirKey) {
  Settings settings;
  settings.connections = 4;
  settings.topics = 2;
  settings.presence_key = "{topic}/u{client}";
  const Members members(settings);
  const MemberOfKey find = members.finder();
  EXPECT_EQ(find("1/u3"), 1u);
  EXPECT_EQ(find("0/u0"), 0u);
  EXPECT_EQ(find("0/u3"), std::nullopt);
}

}  // namespace
}  // namespace roost::bench
