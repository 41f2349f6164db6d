#include "token/message_encryptor.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "token/hchacha20.h"
#include "token/token_testing.h"

namespace roost::token {
namespace {

using testing::hex;
using testing::unhex;

// draft-irtf-cfrg-xchacha-03 §2.2.1
TEST(HChaCha20, KnowsTheVectorOfTheDraft) {
  const auto key = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(hex(hchacha20(key, unhex("000000090000004a0000000031415927"))),
            "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
}

// PROTOCOL §12.5
const std::string kKey = unhex("d65d1cb02615ca84932062335fdbcf3065ecc077494e62890a1f31732be59d3d");
const std::string kIv = unhex("92294518a4542e29ed485bd9638458b3aa5b4afd175e150b");
const std::string kMessage = unhex("83 68036d00000007757365723a34326e06000068e5cf8b016200015180");
constexpr std::string_view kText =
    "XCP.kilFGKRULintSFvZY4RYs6pbSv0XXhULdfrllTQlBCDw3RJZvYZqV41q3fWiqc3c24p-KW1X4P1Y097_ONxDxhTDvI5a";

TEST(HChaCha20, KnowsTheSubkeyOfPhoenix) {
  EXPECT_EQ(hex(hchacha20(kKey, kIv.substr(0, 16))),
            "bd5ead36a0e88e77014399f78c6f566f3e46064840b156035e82d4d3ea3ef49b");
}

// draft-irtf-cfrg-xchacha-03 §A.3.1; its output order is ciphertext, tag.
TEST(MessageEncryptor, KnowsTheAeadVectorOfTheDraft) {
  const auto key = unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const auto iv = unhex("404142434445464748494a4b4c4d4e4f5051525354555657");
  const auto associated = unhex("50515253c0c1c2c3c4c5c6c7");
  const std::string text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
      "it.";
  const auto tag = unhex("c0875924c1c7987947deafd8780acf49");
  const auto ciphertext = unhex(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
      "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
      "b52e");
  EXPECT_EQ(encrypt_message(text, key, iv, associated), "XCP." + base64url_encode(iv + tag + ciphertext));
}

TEST(MessageEncryptor, EncryptsAsPlugDoes) {
  EXPECT_EQ(encrypt_message(kMessage, kKey, kIv), kText);
  EXPECT_EQ(decrypt_message(kText, kKey, ""), kMessage);
}

TEST(MessageEncryptor, TheEmptyMessageIsOneToo) {
  EXPECT_EQ(decrypt_message(encrypt_message("", kKey, kIv), kKey, ""), "");
}

TEST(MessageEncryptor, EveryBitCounts) {
  for (std::size_t i = 0; i < kText.size() * 8; ++i) {
    std::string text(kText);
    text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << i % 8));
    EXPECT_EQ(decrypt_message(text, kKey, ""), std::nullopt) << text;
  }
}

TEST(MessageEncryptor, EveryByteCounts) {
  for (std::size_t size = 0; size < kText.size(); ++size)
    EXPECT_EQ(decrypt_message(kText.substr(0, size), kKey, ""), std::nullopt) << size;
}

TEST(MessageEncryptor, KeyAndAssociatedDataMustBeTheSame) {
  EXPECT_EQ(decrypt_message(kText, std::string(32, 'k'), ""), std::nullopt);
  EXPECT_EQ(decrypt_message(kText, kKey.substr(0, 16), ""), std::nullopt);
  EXPECT_EQ(decrypt_message(kText, kKey, "", "other"), std::nullopt);
}

// plug_crypto/test/plug/crypto/message_encryptor_test.exs, "it decodes messages from earlier versions"
constexpr std::string_view kLegacy =
    "QTEyOEdDTQ.L85cCXPvSqswNJoxmP5QTopFY83qCPj9czxkwct8b0HDHdC8Qwruhkq3SWw.mmqfbc2dfaMMi6Xi.n1qvYhAUYI0r7-QB6Vw."
    "0jV2tT3U-AQMAQSch2rNsw";
const std::string kRight = "abcdefghabcdefghabcdefghabcdefgh";
const std::string kWrong = "12345678123456781234567812345678";

TEST(MessageEncryptor, ReadsTheFormOfPlugCrypto1) {
  EXPECT_EQ(decrypt_message(kLegacy, kRight, kRight, "right aad"),
            std::string("\0heł", 5) + std::string("łoworld\0", 9));
  EXPECT_EQ(decrypt_message(kLegacy, kRight, kRight, "wrong aad"), std::nullopt);
  EXPECT_EQ(decrypt_message(kLegacy, kWrong, kRight, "right aad"), std::nullopt);
  EXPECT_EQ(decrypt_message(kLegacy, kRight, kWrong, "right aad"), std::nullopt);
}

TEST(MessageEncryptor, EveryBitAndByteOfTheOldFormCounts) {
  for (std::size_t i = 0; i < kLegacy.size() * 8; ++i) {
    std::string text(kLegacy);
    text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << i % 8));
    EXPECT_EQ(decrypt_message(text, kRight, kRight, "right aad"), std::nullopt) << text;
  }
  for (std::size_t size = 0; size < kLegacy.size(); ++size)
    EXPECT_EQ(decrypt_message(kLegacy.substr(0, size), kRight, kRight, "right aad"), std::nullopt) << size;
  EXPECT_EQ(decrypt_message(std::string(kLegacy) + ".AAAA", kRight, kRight, "right aad"), std::nullopt);
  EXPECT_EQ(decrypt_message(std::string(kLegacy) + ".", kRight, kRight, "right aad"), std::nullopt);
}

TEST(MessageEncryptor, RefusesOtherForms) {
  for (const char* text : {"", "XCP", "XCP.", "XCP.AAAA", "QTEyOEdDTQ.", "QTEyOEdDTQ....", "QTEyOEdDTQ....."})
    EXPECT_EQ(decrypt_message(text, kKey, ""), std::nullopt) << text;
}

}  // namespace
}  // namespace roost::token
