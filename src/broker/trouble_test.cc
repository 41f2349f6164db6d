#include "broker/trouble.h"

#include <gtest/gtest.h>

namespace roost::broker {
namespace {

TEST(Trouble, ADenialSaysWhatAndWhere) {  // as nats-server 2.9 sends them
  const auto publish = parse_denial("Permissions Violation for Publish to \"roost.hello\"");
  ASSERT_TRUE(publish);
  EXPECT_TRUE(publish->publish);
  EXPECT_EQ(publish->subject, "roost.hello");
  const auto subscribe = parse_denial("Permissions Violation for Subscription to \"roost.t.cm9vbTox\"");
  ASSERT_TRUE(subscribe);
  EXPECT_FALSE(subscribe->publish);
  EXPECT_EQ(subscribe->subject, "roost.t.cm9vbTox");
}

TEST(Trouble, ADenialThatIsCutShortIsNoneOrHasLessOfItsSubject) {
  const std::string_view whole = "Permissions Violation for Publish to \"roost.hello\"";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = parse_denial(whole.substr(0, size));
    EXPECT_EQ(cut.has_value(), size >= whole.find('"') + 1) << size;
    if (cut) {
      EXPECT_TRUE(std::string_view("roost.hello").starts_with(cut->subject));
    }
  }
  EXPECT_FALSE(parse_denial("Authorization Violation"));
}

TEST(Trouble, AServerIsNamedWithoutItsPassword) {
  EXPECT_EQ(server_of_url("nats://127.0.0.1:4222"), "127.0.0.1:4222");
  EXPECT_EQ(server_of_url("tls://roost:secret@nats-1:4222"), "nats-1:4222");
  EXPECT_EQ(server_of_url("nats://roost:sec@ret@nats-1"), "nats-1");
  EXPECT_EQ(server_of_url("nats-1"), "nats-1");
}

TEST(Trouble, AMessageComesWithoutItsPlaceInTheLibrary) {
  EXPECT_EQ(without_place("(conn.c:1905): Authorization Violation"), "Authorization Violation");
  EXPECT_EQ(without_place("Authorization Violation"), "Authorization Violation");
  EXPECT_EQ(without_place("(what"), "(what");
  EXPECT_EQ(without_place(""), "");
}

}  // namespace
}  // namespace roost::broker
