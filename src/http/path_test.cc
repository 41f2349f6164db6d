#include "http/path.h"

#include <gmock/gmock.h>

namespace roost::http {
namespace {

using Variables = PathPattern::Variables;

std::optional<Variables> match(std::string_view pattern, std::string_view path) {
  return PathPattern::parse(pattern).value().match(path);
}

TEST(PathPattern, PlainSegmentsMatchExactly) {
  EXPECT_EQ(match("/socket/websocket", "/socket/websocket"), Variables());
  for (const char* path :
       {"/socket", "/socket/", "/socket/websocket/more", "/SOCKET/websocket", "/socket/websocke", "/", "", "*"})
    EXPECT_EQ(match("/socket/websocket", path), std::nullopt) << path;
}

TEST(PathPattern, EmptySegmentsDoNotMatter) {
  for (const char* path : {"/socket/websocket/", "//socket//websocket", "socket/websocket", "///socket/websocket///"})
    EXPECT_EQ(match("/socket/websocket", path), Variables()) << path;
  EXPECT_EQ(match("//socket//:a//", "/socket/1"), (Variables{{"a", "1"}}));
  EXPECT_EQ(match("/", "//"), Variables());
  EXPECT_EQ(match("/", "/a"), std::nullopt);
}

TEST(PathPattern, VariablesTakeOneSegmentAsItIs) {
  EXPECT_EQ(match("/tenant/:tenant/socket/ws/:shard", "/tenant/a%20b/socket/ws/%C3%A9"),
            (Variables{{"tenant", "a%20b"}, {"shard", "%C3%A9"}}));
  EXPECT_EQ(match("/tenant/:tenant/socket", "/tenant//socket"), std::nullopt);
  EXPECT_EQ(match("/:a/:b", "/:a/:b"), (Variables{{"a", ":a"}, {"b", ":b"}}));
}

TEST(PathPattern, NamesWithUnderscoreAreNotGivenOut) {
  EXPECT_EQ(match("/:_a/:b", "/1/2"), (Variables{{"b", "2"}}));
}

TEST(PathPattern, AVariableNeedsAName) {
  const auto pattern = PathPattern::parse("/a/:");
  ASSERT_FALSE(pattern);
  EXPECT_THAT(pattern.error().message, testing::HasSubstr("\"/a/:\""));
}

}  // namespace
}  // namespace roost::http
