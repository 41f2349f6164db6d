#include "channel/router.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <roost/app.hpp>

#include "channel/registry.h"

namespace roost::channel {
namespace {

// PROTOCOL §5.2, step 1.

TEST(TopicPatterns, FitExactlyOrByPrefix) {
  EXPECT_TRUE(topic_fits("room:a", "room:a"));
  EXPECT_FALSE(topic_fits("room:a", "room:ab"));
  EXPECT_TRUE(topic_fits("room:*", "room:"));
  EXPECT_TRUE(topic_fits("room:*", "room:a:b"));
  EXPECT_FALSE(topic_fits("room:*", "room"));
  EXPECT_TRUE(topic_fits("foo*", "food"));
  EXPECT_TRUE(topic_fits("*", ""));
  EXPECT_TRUE(topic_fits("", ""));
}

TEST(TopicPatterns, MayHaveAStarAtTheirEndAlone) {
  EXPECT_TRUE(valid_pattern("room:*"));
  EXPECT_TRUE(valid_pattern("room"));
  EXPECT_FALSE(valid_pattern("ro*om"));
  EXPECT_FALSE(valid_pattern("room:**"));
  struct Any : Channel {
    JoinReply join() { return ok(); }
  };
  SocketMount mount("/socket");
  EXPECT_THROW(mount.channel<Any>("*:room"), std::invalid_argument);
}

TEST(TopicPatterns, AreTriedInOrder) {
  struct Route {
    std::string pattern;
  };
  const std::vector<Route> routes = {{"room:vip"}, {"room:*"}, {"*"}};
  EXPECT_EQ(find_route(routes, "room:vip"), &routes[0]);
  EXPECT_EQ(find_route(routes, "room:x"), &routes[1]);
  EXPECT_EQ(find_route(routes, "x"), &routes[2]);
  EXPECT_EQ(find_route(std::vector<Route>{{"a"}}, "b"), nullptr);
}

TEST(SocketMounts, PresenceFetchNeedsAChannelBeforeIt) {
  SocketMount mount("/socket");
  EXPECT_THROW(mount.presence_fetch(PresenceFetch()), std::logic_error);
}

TEST(SocketRegistry, FindsASocketUntilItIsGone) {
  Registry registry(3);
  Session& one = *reinterpret_cast<Session*>(16);  // only its address counts
  Session& two = *reinterpret_cast<Session*>(32);
  const SocketId first = registry.add(one);
  EXPECT_EQ(first.shard, 3u);
  EXPECT_EQ(registry.find(first), &one);
  registry.remove(first);
  EXPECT_EQ(registry.find(first), nullptr);
  const SocketId second = registry.add(two);
  EXPECT_EQ(second.slot, first.slot);  // the place is used again, the name is not
  EXPECT_EQ(registry.find(first), nullptr);
  EXPECT_EQ(registry.find(second), &two);
  EXPECT_EQ(registry.find({3, 99, 1}), nullptr);
  EXPECT_EQ(registry.size(), 1u);
}

}  // namespace
}  // namespace roost::channel
