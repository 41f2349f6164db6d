#include "transport/longpoll_token.h"

#include <gtest/gtest.h>

namespace roost::transport {
namespace {

constexpr LongPollTokens::Secret kSecret = {'a', 'b', 'c'};
const LongPollId kId{3, 0x0102030405060708, 0xfffefdfcfbfaf9f8, 1'700'000'000'000, 77};

TEST(LongPollToken, ReadsWhatItSigned) {
  const LongPollTokens tokens(kSecret, 77);
  EXPECT_EQ(tokens.verify(tokens.sign(kId), kId.started_ms + 5, 1000), kId);
}

TEST(LongPollToken, IsSafeInAUrl) {
  const std::string token = LongPollTokens(kSecret, 77).sign(kId);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(LongPollToken, EveryChangedCharacterMakesItForeign) {
  const LongPollTokens tokens(kSecret, 77);
  const std::string token = tokens.sign(kId);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tokens.verify(changed, kId.started_ms, 1000), std::nullopt) << i;
  }
  for (const char* text : {"", "x", "SFMyNTY.g2gD.abc"})
    EXPECT_EQ(tokens.verify(text, kId.started_ms, 1000), std::nullopt);
}

TEST(LongPollToken, OfAnotherSecretIsForeign) {
  EXPECT_EQ(LongPollTokens({'x'}, 77).verify(LongPollTokens(kSecret, 77).sign(kId), kId.started_ms, 1000),
            std::nullopt);
}

TEST(LongPollToken, OfAnotherServerIsForeignAndSaysWhose) {
  const std::string token = LongPollTokens(kSecret, 77).sign(kId);
  EXPECT_EQ(LongPollTokens(kSecret, 78).verify(token, kId.started_ms, 1000), std::nullopt);
  EXPECT_EQ(server_of(token), 77u);
  for (std::size_t size = 0; size < token.size(); ++size) EXPECT_EQ(server_of(token.substr(0, size)), std::nullopt);
}

TEST(LongPollToken, GrowsOld) {  // PROTOCOL L3
  const LongPollTokens tokens(kSecret, 77);
  EXPECT_TRUE(tokens.verify(tokens.sign(kId), kId.started_ms + 1000, 1000));
  EXPECT_FALSE(tokens.verify(tokens.sign(kId), kId.started_ms + 1001, 1000));
}

}  // namespace
}  // namespace roost::transport
