#include "token/message_verifier.h"

#include <gtest/gtest.h>

namespace roost::token {
namespace {

constexpr std::string_view kSha256 = "SFMyNTY.aGVsbG8.RhgyiGpn_Hji7Sw1Dc1JxPg7ruewz_L-0J7rYF1qr1E";
constexpr std::string_view kSha384 = "SFMzODQ.aGVsbG8.Tp-6YMuU_hTEhyzi-QlUwEag9w8jwp_yNPnOT43F8B_20VXTEqfNUrh0p8bTe8Jv";

// PROTOCOL §12.4
TEST(MessageVerifier, SignsAsPlugDoes) {
  EXPECT_EQ(sign_message("hello", "key"), kSha256);
  EXPECT_EQ(sign_message("hello", "key", KeyDigest::sha384), kSha384);
}

TEST(MessageVerifier, UsesTheHashThatTheTextNames) {
  for (const std::string& text :
       {std::string(kSha256), std::string(kSha384), sign_message("hello", "key", KeyDigest::sha512)})
    EXPECT_EQ(verify_message(text, "key"), "hello") << text;
  EXPECT_EQ(verify_message(kSha256, "other key"), std::nullopt);
}

TEST(MessageVerifier, TakesCorrectPaddingOfTheMac) {
  EXPECT_EQ(verify_message(std::string(kSha256) + '=', "key"), "hello");
  EXPECT_EQ(verify_message(std::string(kSha256) + "==", "key"), std::nullopt);
}

TEST(MessageVerifier, EveryBitCounts) {
  for (const std::string_view valid : {kSha256, kSha384})
    for (std::size_t i = 0; i < valid.size() * 8; ++i) {
      std::string text(valid);
      text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << i % 8));
      EXPECT_EQ(verify_message(text, "key"), std::nullopt) << text;
    }
}

TEST(MessageVerifier, EveryByteCounts) {
  for (std::size_t size = 0; size < kSha256.size(); ++size)
    EXPECT_EQ(verify_message(kSha256.substr(0, size), "key"), std::nullopt) << size;
}

TEST(MessageVerifier, RefusesOtherForms) {
  for (const char* text : {"", ".", "..", "...", "SFMyNTY", "SFMyNTY.", "SFMyNTY..", "bm9uZQ.aGVsbG8.", "a.b.c",
                           ".aGVsbG8.RhgyiGpn_Hji7Sw1Dc1JxPg7ruewz_L-0J7rYF1qr1E"})
    EXPECT_EQ(verify_message(text, "key"), std::nullopt) << text;
  EXPECT_EQ(verify_message(std::string(kSha256) + ".aGVsbG8", "key"), std::nullopt);
  EXPECT_EQ(verify_message('.' + std::string(kSha256), "key"), std::nullopt);
}

}  // namespace
}  // namespace roost::token
