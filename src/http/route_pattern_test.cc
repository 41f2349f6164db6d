#include "http/route_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roost::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// "id=7 name=ada", or "no" where the path does not fit.
std::string matched(std::string_view pattern, std::string_view path) {
  const auto parsed = RoutePattern::parse(pattern);
  if (!parsed) return parsed.error().message;
  const auto variables = parsed->match(PathSegments(path));
  if (!variables) return "no";
  std::string text;
  for (const auto& [name, value] : *variables) text += (text.empty() ? "" : " ") + std::string(name) + "=" + value;
  return text;
}

std::string error(std::string_view pattern) {
  const auto parsed = RoutePattern::parse(pattern);
  return parsed ? "none" : parsed.error().message;
}

std::strong_ordering order(std::string_view a, std::string_view b) {
  return RoutePattern::parse(a)->order(*RoutePattern::parse(b));
}

TEST(RoutePattern, AVariableTakesOneWholeSegment) {
  EXPECT_EQ(matched("/api/rooms/{id}", "/api/rooms/7"), "id=7");
  EXPECT_EQ(matched("/{a}/x/{b}", "/1/x/2"), "a=1 b=2");
  EXPECT_EQ(matched("/api/rooms/{id}", "/api/rooms"), "no");
  EXPECT_EQ(matched("/api/rooms/{id}", "/api/rooms/"), "no");
  EXPECT_EQ(matched("/api/rooms/{id}", "/api/rooms/7/8"), "no");
  EXPECT_EQ(matched("/api/rooms/{id}", "/api/Rooms/7"), "no");
}

TEST(RoutePattern, SegmentsAreComparedAndGivenDecoded) {
  EXPECT_EQ(matched("/caf\u00e9/{id}", "/caf%C3%A9/a%20b%2fc"), "id=a b/c");
  EXPECT_EQ(matched("/rooms/{id}", "/r%6Foms/%2e%2e"), "id=..");
}

TEST(RoutePattern, EmptySegmentsDoNotCount) {
  EXPECT_EQ(matched("/", "/"), "");
  EXPECT_EQ(matched("/", "//"), "");
  EXPECT_EQ(matched("/a/{b}", "//a//b/"), "b=b");
  EXPECT_EQ(matched("//a/{b}/", "/a/b"), "b=b");
}

TEST(RoutePattern, WhatIsNotReadableFitsAVariableAndSaysSo) {
  for (const char* path : {"/a/%", "/a/%4", "/a/%zz", "/a/%ff", "/a/%c3"}) {
    EXPECT_FALSE(PathSegments(path).readable) << path;
    EXPECT_NE(matched("/a/{b}", path), "no") << path;
    EXPECT_EQ(matched("/a/b", path), "no") << path;
  }
  EXPECT_TRUE(PathSegments("/a/%41").readable);
}

TEST(RoutePattern, WhatIsWrongIsSaid) {
  EXPECT_EQ(error("rooms"), "a path begins with /");
  EXPECT_EQ(error(""), "a path begins with /");
  EXPECT_EQ(error("/rooms/:id"), "a variable is written {id} here");
  EXPECT_THAT(error("/rooms/{}"), HasSubstr("a variable's name"));
  EXPECT_THAT(error("/rooms/{7}"), HasSubstr("a variable's name"));
  EXPECT_THAT(error("/rooms/{id"), HasSubstr("a whole segment"));
  EXPECT_THAT(error("/rooms/x{id}"), HasSubstr("a whole segment"));
  EXPECT_THAT(error("/a%20b"), HasSubstr("decoded"));
  EXPECT_THAT(error("/a?b"), HasSubstr("decoded"));
  EXPECT_THAT(error("/{a}/{a}"), HasSubstr("{a} is there twice"));
}

TEST(RoutePattern, TextComesBeforeAVariableFromTheLeft) {
  EXPECT_TRUE(order("/rooms/new", "/rooms/{id}") < 0);
  EXPECT_TRUE(order("/a/{b}", "/{a}/b") < 0);
  EXPECT_TRUE(order("/{a}", "/{b}") == 0);
  EXPECT_TRUE(order("/a/{b}", "/a/{c}/") == 0);
  EXPECT_TRUE(order("/a", "/b") != 0);
}

TEST(RoutePattern, AnExampleFitsItself) {
  for (const char* pattern : {"/", "/a", "/a/{b}", "/{a}/b/{c}"}) {
    const auto parsed = RoutePattern::parse(pattern);
    EXPECT_TRUE(parsed->match(PathSegments(parsed->example()))) << pattern;
  }
}

}  // namespace
}  // namespace roost::http
