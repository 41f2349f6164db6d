#include "broker/reassembler.h"

#include <gtest/gtest.h>

namespace roost::broker {
namespace {

Fragment piece(std::uint64_t sender, std::uint64_t number, std::uint64_t total, std::uint64_t offset,
               std::string_view bytes) {
  return {sender, number, total, offset, bytes};
}

TEST(Reassembler, GivesTheWholeWithTheLastPiece) {
  Reassembler reassembler;
  EXPECT_EQ(reassembler.take(piece(1, 1, 6, 0, "ab")), std::nullopt);
  EXPECT_EQ(reassembler.take(piece(1, 1, 6, 2, "cd")), std::nullopt);
  EXPECT_EQ(reassembler.take(piece(1, 1, 6, 4, "ef")), "abcdef");
  EXPECT_EQ(reassembler.waiting_bytes(), 0u);
}

TEST(Reassembler, SendersDoNotMix) {
  Reassembler reassembler;
  reassembler.take(piece(1, 1, 4, 0, "ab"));
  reassembler.take(piece(2, 1, 4, 0, "xy"));
  EXPECT_EQ(reassembler.take(piece(1, 1, 4, 2, "cd")), "abcd");
  EXPECT_EQ(reassembler.take(piece(2, 1, 4, 2, "z!")), "xyz!");
}

TEST(Reassembler, SendersWithoutEndAreNotKept) {
  Reassembler reassembler;
  for (std::uint64_t sender = 0; sender < 3 * Reassembler::kSendersMax; ++sender)
    reassembler.take(piece(sender, 1, 4, 0, "a"));
  EXPECT_EQ(reassembler.waiting_bytes(), Reassembler::kSendersMax);
}

TEST(Reassembler, AFrameThatMissesAPieceIsDropped) {
  for (const auto& wrong : {piece(1, 1, 6, 4, "ef"), piece(1, 2, 6, 2, "cd"), piece(1, 1, 6, 1, "bc")}) {
    Reassembler reassembler;
    reassembler.take(piece(1, 1, 6, 0, "ab"));
    EXPECT_EQ(reassembler.take(wrong), std::nullopt);
    EXPECT_EQ(reassembler.take(piece(1, 1, 6, 2, "cdef")), std::nullopt);
    EXPECT_EQ(reassembler.waiting_bytes(), 0u);
  }
}

TEST(Reassembler, ANewFrameEndsTheOneThatNeverCameToItsEnd) {
  Reassembler reassembler;
  reassembler.take(piece(1, 1, 6, 0, "ab"));
  reassembler.take(piece(1, 2, 4, 0, "AB"));
  EXPECT_EQ(reassembler.waiting_bytes(), 2u);
  EXPECT_EQ(reassembler.take(piece(1, 2, 4, 2, "CD")), "ABCD");
}

TEST(Reassembler, APieceWithoutABeginningIsNothing) {
  Reassembler reassembler;
  EXPECT_EQ(reassembler.take(piece(1, 1, 4, 2, "cd")), std::nullopt);
  EXPECT_EQ(reassembler.waiting_bytes(), 0u);
}

TEST(Reassembler, ALongerFrameThanAllowedIsDropped) {
  Reassembler reassembler(4);
  EXPECT_EQ(reassembler.take(piece(1, 1, 5, 0, "ab")), std::nullopt);
  EXPECT_EQ(reassembler.waiting_bytes(), 0u);
  reassembler.take(piece(1, 2, 4, 0, "ab"));
  EXPECT_EQ(reassembler.take(piece(1, 2, 1000, 2, "cd")), std::nullopt) << "whatever it says later";
  EXPECT_EQ(reassembler.waiting_bytes(), 0u);
}

TEST(Reassembler, SendersThatDiedMakeRoomForOthers) {
  Reassembler reassembler(100, 10);
  reassembler.take(piece(1, 1, 100, 0, "12345678"));
  reassembler.take(piece(2, 1, 4, 0, "abc"));
  EXPECT_EQ(reassembler.waiting_bytes(), 3u);
  EXPECT_EQ(reassembler.take(piece(2, 1, 4, 3, "d")), "abcd");
}

TEST(Reassembler, ASenderThatLeftIsForgotten) {
  Reassembler reassembler;
  reassembler.take(piece(1, 1, 4, 0, "ab"));
  reassembler.forget(1);
  reassembler.forget(2);
  EXPECT_EQ(reassembler.waiting_bytes(), 0u);
}

}  // namespace
}  // namespace roost::broker
