#include "broker/peers.h"

#include <gtest/gtest.h>

namespace roost::broker {
namespace {

using Heard = Peers::Heard;
using namespace std::chrono_literals;

class PeersTest : public ::testing::Test {
 protected:
  Heard hear(std::string_view node, std::uint64_t incarnation, bool leaving = false) {
    return peers.handle(encode(Hello{node, incarnation, leaving}).view(), now).heard;
  }
  void pass(Duration time) { peers.tick(now += time); }

  Peers peers{"me", 1};
  TimePoint now{1h};
};

TEST_F(PeersTest, ANodeIsMetOnce) {
  EXPECT_EQ(hear("you", 2), Heard::met);
  EXPECT_EQ(hear("you", 2), Heard::nothing);
  EXPECT_EQ(peers.size(), 1u);
}

TEST_F(PeersTest, ARestartedNodeIsMetAnew) {
  hear("you", 2);
  EXPECT_EQ(hear("you", 3), Heard::met);
  EXPECT_EQ(peers.size(), 1u);
}

TEST_F(PeersTest, ANodeThatLeavesIsForgottenUnlessItIsBackAlready) {
  hear("you", 2);
  EXPECT_EQ(hear("you", 2, true), Heard::left);
  EXPECT_EQ(hear("you", 2, true), Heard::nothing);
  hear("you", 3);
  EXPECT_EQ(hear("you", 2, true), Heard::nothing);
  EXPECT_EQ(peers.size(), 1u);
}

TEST_F(PeersTest, ASilentNodeIsForgotten) {
  hear("you", 2);
  pass(Peers::kSilenceMax);
  EXPECT_EQ(peers.size(), 1u);
  pass(1s);
  EXPECT_EQ(peers.size(), 0u);
  EXPECT_EQ(hear("you", 2), Heard::met);
}

TEST_F(PeersTest, ItsOwnHelloIsNothing) {
  EXPECT_EQ(hear("me", 1), Heard::nothing);
  EXPECT_EQ(peers.handle("broken", now).heard, Heard::nothing);
}

TEST_F(PeersTest, AnotherProcessOfItsOwnNameIsNewsOnce) {
  EXPECT_EQ(hear("me", 9), Heard::own_name);
  EXPECT_EQ(hear("me", 9), Heard::nothing);
  EXPECT_EQ(hear("me", 10), Heard::own_name);
  EXPECT_EQ(peers.size(), 0u);
}

TEST_F(PeersTest, ItsNameIsTakenUntilTheOtherProcessLeavesOrIsSilent) {
  EXPECT_FALSE(peers.name_taken());
  hear("me", 9);
  EXPECT_TRUE(peers.name_taken());
  EXPECT_EQ(hear("me", 9, true), Heard::nothing);
  EXPECT_FALSE(peers.name_taken());
  hear("me", 10);
  pass(Peers::kSilenceMax);
  EXPECT_TRUE(peers.name_taken());
  pass(1s);
  EXPECT_FALSE(peers.name_taken());
}

TEST_F(PeersTest, ANodeOfAnotherVersionIsNewsOnceAndAfterASilence) {
  const auto result = peers.handle("\x07\4\3new...", now);
  EXPECT_EQ(result.heard, Heard::other_version);
  EXPECT_EQ(result.node, "new");
  EXPECT_EQ(result.version, 7u);
  EXPECT_EQ(peers.handle("\x07\4\3new...", now).heard, Heard::nothing);
  pass(Peers::kSilenceMax + 1s);
  EXPECT_EQ(peers.handle("\x07\4\3new...", now).heard, Heard::other_version);
  EXPECT_EQ(peers.size(), 0u);
}

TEST_F(PeersTest, NamesWithoutEndAreNotKept) {
  for (std::size_t i = 0; i < 2 * Peers::kPeersMax; ++i) hear("node" + std::to_string(i), i + 2);
  EXPECT_EQ(peers.size(), Peers::kPeersMax);
}

}  // namespace
}  // namespace roost::broker
