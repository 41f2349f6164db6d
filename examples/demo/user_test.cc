#include "demo/user.h"

#include <gtest/gtest.h>

namespace demo {
namespace {

roost::ConnectResult connect_as(std::string_view id, std::string_view name) {
  roost::ConnectInfo info;
  info.params = {{"user_id", id}, {"name", name}};
  return connect(info);
}

bool lets_in(std::string_view id, std::string_view name) {
  return std::holds_alternative<roost::Accept>(connect_as(id, name));
}

TEST(Connect, LetsInWithATrimmedNameAndASocketId) {
  const auto result = connect_as("u_1-A", "  Ann ");
  const auto& accept = std::get<roost::Accept>(result);
  EXPECT_EQ(accept.id, "user:u_1-A");
  EXPECT_EQ(std::any_cast<const User&>(*accept.state).name, "Ann");
}

TEST(Connect, KeepsOutUserIdsThatDoNotFit) {
  EXPECT_FALSE(lets_in("", "Ann"));
  EXPECT_FALSE(lets_in("a b", "Ann"));
  EXPECT_FALSE(lets_in("\u00e9", "Ann"));
  EXPECT_FALSE(lets_in(std::string(kUserIdBytesMax + 1, 'a'), "Ann"));
  EXPECT_TRUE(lets_in(std::string(kUserIdBytesMax, 'a'), "Ann"));
}

TEST(Connect, KeepsOutNamesThatAreEmptyOrTooLong) {
  EXPECT_FALSE(lets_in("u_1", "   "));
  EXPECT_FALSE(lets_in("u_1", std::string(kUserNameLettersMax + 1, 'a')));
  EXPECT_TRUE(lets_in("u_1", std::string(kUserNameLettersMax, 'a')));
}

TEST(Connect, KeepsOutWhoSaysNothing) {
  EXPECT_TRUE(std::holds_alternative<roost::Reject>(connect(roost::ConnectInfo{})));
}

}  // namespace
}  // namespace demo
