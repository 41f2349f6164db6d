#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <roost/token.hpp>

#include "token/token_testing.h"

namespace roost {
namespace {

using namespace std::chrono_literals;
using token::testing::kSalt;
using token::testing::kSecretKeyBase;
using token::testing::kSignedAt;

const Token kToken(kSecretKeyBase);
const SignOptions kThen{.signed_at = kSignedAt};
const VerifyOptions kThenToo{.now = kSignedAt};

struct Vector {
  Term data;
  std::string text;
};

// PROTOCOL §12.4, made with plug_crypto.
const Vector kVectors[] = {
    {"user:42", "SFMyNTY.g2gDbQAAAAd1c2VyOjQybgYAAGjlz4sBYgABUYA.3_cewmUBxBB_gUyl4xQV3mnxrX1oomSfZRKfnaigefI"},
    {1, "SFMyNTY.g2gDYQFuBgAAaOXPiwFiAAFRgA.diBgyKSmNpVMWDnPJFIm6gU1GNeFN7vZbnSzVobkIDQ"},
    {42, "SFMyNTY.g2gDYSpuBgAAaOXPiwFiAAFRgA.fI5VF_mTMPnN2Pf0PhUwJnoV9fNTL4GoYPvo9qlIx8E"},
    {256, "SFMyNTY.g2gDYgAAAQBuBgAAaOXPiwFiAAFRgA.agNUnwEmc6MEsbRpZSlRW8MTCa0vQvf1oSWbImaWKuw"},
    {-1, "SFMyNTY.g2gDYv____9uBgAAaOXPiwFiAAFRgA.LR2K0UsOEjhFiLvHh_DJDo3coEvICdBOQpU0ZLXnsaA"},
    {std::int64_t{2'147'483'648},
     "SFMyNTY.g2gDbgQAAAAAgG4GAABo5c-LAWIAAVGA.-uNaoffF61AozZjfmEqTBh8OQ_p2jlcPdhl4h95-QMo"},
    {"José", "SFMyNTY.g2gDbQAAAAVKb3PDqW4GAABo5c-LAWIAAVGA.CblW6Rwyr89EYCwKvxIoiyIu_XcSTcA34TlBppDA3pc"},
    {Term::map({{"id", 42}, {"name", "bob"}}),
     "SFMyNTY.g2gDdAAAAAJtAAAAAmlkYSptAAAABG5hbWVtAAAAA2JvYm4GAABo5c-LAWIAAVGA.Tws2iF3f7BP8d69LFNt7k8oBYVRlUhhqAHOzqc7a"
     "40k"},
    {1.5, "SFMyNTY.g2gDRj_4AAAAAAAAbgYAAGjlz4sBYgABUYA.45jctQEcXJUIijbYM_U54H6rwkAmiubEOCnZNt_G0tA"},
    {Term::list({1, 2}), "SFMyNTY.g2gDawACAQJuBgAAaOXPiwFiAAFRgA.mxIQsQeZ76e0MUFackSICLCWWYWwseYni7Ov9Li5XAA"},
};

// The same from OTP 25, whose atoms we read but do not write (PROTOCOL K4).
const Vector kOldAtoms[] = {
    {Term::map({{Atom{"user_id"}, 1}}),
     "SFMyNTY.g2gDdAAAAAFkAAd1c2VyX2lkYQFuBgAAaOXPiwFiAAFRgA.MuX1AN9VvHKp9TPO30eUEoG4PXVHzdXFlsQKwdG_1Dw"},
    {nullptr, "SFMyNTY.g2gDZAADbmlsbgYAAGjlz4sBYgABUYA.ipavZYUE0RemtR9_qBoRJufJukRUWeq8hettF3WffT8"},
    {Term::tuple({Atom{"ok"}, -1.5, Term::List(), Term::list({1, "a"}), Term::list({'a', 'b', 'c'}), TermMap(), Tuple(),
                  Term::integer(false, {"\0\0\0\0\0\0\0\0\1", 9}), std::numeric_limits<std::int64_t>::min(),
                  Term::integer(true, {"\1\0\0\0\0\0\0\x80", 8}), true}),
     "SFMyNTY.g2gDaAtkAAJva0a_-AAAAAAAAGpsAAAAAmEBbQAAAAFhamsAA2FiY3QAAAAAaABuCQAAAAAAAAAAAAFuCAEAAAAAAAAAgG4IAQEAAAAA"
     "AACAZAAEdHJ1ZW4GAABo5c-LAWIAAVGA.mkrwuVlx3-Ww7qOWk4o0Uogb-54Yw8UqhCEwXyo23uk"},
};

const std::string& kText = kVectors[0].text;

std::string mac_of(const std::string& text) {
  return text.substr(text.rfind('.') + 1);
}

TEST(Token, SignsByteForByteAsPhoenix) {
  for (const Vector& vector : kVectors) EXPECT_EQ(kToken.sign(kSalt, vector.data, kThen), vector.text);
}

TEST(Token, VerifiesWhatPhoenixSigned) {
  for (const Vector& vector : kVectors) EXPECT_EQ(kToken.verify(kSalt, vector.text, kThenToo), vector.data);
  for (const Vector& vector : kOldAtoms) EXPECT_EQ(kToken.verify(kSalt, vector.text, kThenToo), vector.data);
}

TEST(Token, VerifiesItsOwnOfEveryKind) {
  for (const Vector& vector : kOldAtoms)
    EXPECT_EQ(kToken.verify(kSalt, kToken.sign(kSalt, vector.data, kThen), kThenToo), vector.data);
}

TEST(Token, KeyOptionsChangeTheKeyAlone) {
  const auto signed_with = [](SignOptions options) {
    options.signed_at = kSignedAt;
    return kToken.sign(kSalt, "user:42", options);
  };
  EXPECT_EQ(mac_of(signed_with({.key_digest = KeyDigest::sha512})), "ciKdYYsuPyWNuuUUlmObcqXF6UAIQUpMPg7BpI5fs9A");
  EXPECT_EQ(mac_of(signed_with({.key_iterations = 1})), "GDc_hnrF7x1ibgoUpxIHicldLOhX6nXZYFD_sDd9DSE");
  EXPECT_EQ(mac_of(signed_with({.key_length = 64})), "jNaq7JGWlBo_9sqfJRJiGhzsymnDSStk_9nFEa6s464");
  const auto text = signed_with({.key_digest = KeyDigest::sha512});
  EXPECT_EQ(kToken.verify(kSalt, text, {.key_digest = KeyDigest::sha512, .now = kSignedAt}), Term("user:42"));
  EXPECT_EQ(kToken.verify(kSalt, text, kThenToo), std::unexpected(TokenError::invalid));
}

TEST(Token, ReadsTheFormsOfOlderVersionsAndCompressedOnes) {
  for (const char* text : {"SFMyNTY.g2gCbQAAAAd1c2VyOjQybgYAAGjlz4sB.ID5rEEjyaspdw4F1Dta5s_2h9zysrdy52T4qmw1LN2U",
                           "SFMyNTY.g3QAAAACZAAEZGF0YW0AAAAHdXNlcjo0MmQABnNpZ25lZG4GAABo5c-LAQ.xwSjhVJCVqBtDTiAqm5UMD-"
                           "5Pjj7b12go3gpvQOX0GQ"})
    EXPECT_EQ(kToken.verify(kSalt, text, kThenToo), Term("user:42")) << text;
  const char* compressed =
      "SFMyNTY.g1AAAADdeJzLYM5lYGA4kThMQB4bA0PG0_PdjEkMjIENAGk6Ubk.NTvVeWd8MqEhuPtYRhZDAC18kuBFNTF9s7nqOxjHp3Q";
  const Term data(std::string(200, 'a'));
  EXPECT_EQ(kToken.verify(kSalt, compressed, kThenToo), data);
  const auto ours = kToken.sign(kSalt, data, {.signed_at = kSignedAt, .compressed = true});
  EXPECT_LT(ours.size(), 120u);
  EXPECT_EQ(kToken.verify(kSalt, ours, kThenToo), data);
}

TEST(Token, ExpiresByItsOwnAgeUnlessTheVerifierSaysOtherwise) {
  const auto verify = [](std::string_view text, std::chrono::milliseconds later, std::optional<TokenAge> max_age) {
    const auto data = kToken.verify(kSalt, text, {.max_age = max_age, .now = kSignedAt + later});
    return data ? "ok" : to_string(data.error());
  };
  EXPECT_EQ(verify(kText, 24h, {}), "ok");
  EXPECT_EQ(verify(kText, 24h + 1ms, {}), "expired");
  EXPECT_EQ(verify(kText, 24h + 1ms, 25h), "ok");
  EXPECT_EQ(verify(kText, 10s, 9s), "expired");
  EXPECT_EQ(verify(kText, 1000h, kTokenForever), "ok");
  EXPECT_EQ(verify(kText, 0s, 0s), "expired");
  EXPECT_EQ(verify(kText, -1ms, {}), "invalid");
  const auto short_lived = "SFMyNTY.g2gDbQAAAAF4bgYAAGjlz4sBRj_4AAAAAAAA.woJCOJLj0lJoYZ--k4D2hT4EiIjJSIt6Id7VLAHj4wk";
  EXPECT_EQ(kToken.sign(kSalt, "x", {.signed_at = kSignedAt, .max_age = 1.5s}), short_lived);
  EXPECT_EQ(verify(short_lived, 1'500ms, {}), "ok");
  EXPECT_EQ(verify(short_lived, 1'501ms, {}), "expired");
  // max_age :infinity, from OTP 25
  const auto forever =
      "SFMyNTY.g2gDbQAAAAd1c2VyOjQybgYAAGjlz4sBZAAIaW5maW5pdHk.-tbBZG-qQ9FHFrwpTSzgkHIjA7IUytM3JLm-le-bnCE";
  EXPECT_EQ(verify(forever, 1'000'000h, {}), "ok");
  EXPECT_EQ(verify(forever, 10s, 9s), "expired");
  EXPECT_EQ(verify(kToken.sign(kSalt, 1, {.signed_at = kSignedAt, .max_age = kTokenForever}), 1'000'000h, {}), "ok");
}

TEST(Token, LeewayTakesATokenFromAClockAhead) {
  EXPECT_EQ(kToken.verify(kSalt, kText, {.leeway = 5s, .now = kSignedAt - 5s}), Term("user:42"));
  EXPECT_EQ(kToken.verify(kSalt, kText, {.leeway = 5s, .now = kSignedAt - 6s}), std::unexpected(TokenError::invalid));
}

TEST(Token, ByDefaultTimeIsTheSystemClock) {
  EXPECT_EQ(kToken.verify(kSalt, kToken.sign(kSalt, 7)), Term(7));
  EXPECT_EQ(kToken.verify(kSalt, kText), std::unexpected(TokenError::expired));
  EXPECT_EQ(kToken.decrypt(kSalt, kToken.encrypt(kSalt, 7)), Term(7));
}

TEST(Token, NoTokenIsMissingAndAnEmptyOneInvalid) {
  EXPECT_EQ(kToken.verify(kSalt, std::nullopt), std::unexpected(TokenError::missing));
  EXPECT_EQ(kToken.decrypt(kSalt, std::optional<std::string>()), std::unexpected(TokenError::missing));
  EXPECT_EQ(kToken.verify(kSalt, ""), std::unexpected(TokenError::invalid));
  EXPECT_EQ(kToken.decrypt(kSalt, ""), std::unexpected(TokenError::invalid));
}

TEST(Token, AnotherSaltOrSecretIsInvalid) {
  EXPECT_EQ(kToken.verify("other salt", kText, kThenToo), std::unexpected(TokenError::invalid));
  EXPECT_EQ(Token(std::string(64, 'x')).verify(kSalt, kText, kThenToo), std::unexpected(TokenError::invalid));
  EXPECT_EQ(kToken.decrypt(kSalt, kText, kThenToo), std::unexpected(TokenError::invalid));
}

TEST(Token, EveryTruncationAndEveryFlippedBitIsInvalid) {
  for (const Vector& vector : kVectors) {
    for (std::size_t size = 0; size < vector.text.size(); ++size)
      EXPECT_EQ(kToken.verify(kSalt, vector.text.substr(0, size), kThenToo), std::unexpected(TokenError::invalid));
    for (std::size_t i = 0; i < vector.text.size() * 8; ++i) {
      std::string text = vector.text;
      text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << i % 8));
      EXPECT_EQ(kToken.verify(kSalt, text, kThenToo), std::unexpected(TokenError::invalid)) << text;
    }
  }
}

// PROTOCOL §12.5
constexpr std::string_view kEncrypted =
    "XCP.kilFGKRULintSFvZY4RYs6pbSv0XXhULdfrllTQlBCDw3RJZvYZqV41q3fWiqc3c24p-KW1X4P1Y097_ONxDxhTDvI5a";

TEST(Token, DecryptsWhatPhoenixEncrypted) {
  EXPECT_EQ(kToken.decrypt("user secret", kEncrypted, kThenToo), Term("user:42"));
  EXPECT_EQ(kToken.decrypt("user secret", kEncrypted), std::unexpected(TokenError::expired));
  // of plug_crypto 1: cek 07…, iv 09…, iv of the wrapped key 08…
  EXPECT_EQ(kToken.decrypt("user secret",
                           "QTEyOEdDTQ.jpsA0KxKham4-ae9vAXCYjXP4G4Wmo5vswdcQhiwgfAICAgICAgICAgICAg.CQkJCQkJCQkJCQkJ."
                           "IcZpPFnVzKx_Ej1y83uGHj8lcUB49sljPBzX2g4.LFcvDoRMalqqO5cLARZ4YA",
                           kThenToo),
            Term("user:42"));
}

TEST(Token, EncryptsToAnotherTextEachTime) {
  const auto one = kToken.encrypt("user secret", "user:42", kThen),
             two = kToken.encrypt("user secret", "user:42", kThen);
  EXPECT_NE(one, two);
  EXPECT_EQ(one.size(), kEncrypted.size());
  EXPECT_EQ(kToken.decrypt("user secret", one, kThenToo), Term("user:42"));
  EXPECT_EQ(kToken.decrypt("other secret", one, kThenToo), std::unexpected(TokenError::invalid));
}

TEST(Token, RefusesShortSecretsAndOptionsOutOfRange) {
  EXPECT_THROW(Token(std::string(19, 'x')), std::invalid_argument);
  EXPECT_NO_THROW(Token(std::string(20, 'x')));
  EXPECT_THROW(kToken.sign(kSalt, 1, {.key_iterations = 0}), std::invalid_argument);
  EXPECT_THROW((void)kToken.verify(kSalt, "", {.key_length = 0}), std::invalid_argument);
  EXPECT_THROW(kToken.encrypt(kSalt, 1, {.key_length = 16}), std::invalid_argument);
  EXPECT_THROW((void)kToken.decrypt(kSalt, "", {.key_length = 31}), std::invalid_argument);
  EXPECT_THROW(kToken.sign(kSalt, 1, {.max_age = TokenAge(std::numeric_limits<double>::quiet_NaN())}),
               std::invalid_argument);
  EXPECT_EQ(kToken.decrypt("user secret", kEncrypted, {.key_length = 16, .now = kSignedAt}),
            std::unexpected(TokenError::invalid));
}

TEST(Token, SignsNothingThatItWouldNotVerify) {
  EXPECT_NO_THROW(kToken.sign(kSalt, std::string(40'000, 'a')));
  EXPECT_THROW(kToken.sign(kSalt, std::string(60'000, 'a')), std::invalid_argument);
  EXPECT_THROW(kToken.encrypt(kSalt, std::string(60'000, 'a')), std::invalid_argument);
  EXPECT_THROW(kToken.sign(kSalt, Term::List(16'384, 1)), std::invalid_argument);
  const Term large(std::string(200'000, 'a'));
  EXPECT_EQ(kToken.verify(kSalt, kToken.sign(kSalt, large, {.compressed = true})), large);
  EXPECT_EQ(kToken.verify(kSalt, std::string(65'537, 'a')), std::unexpected(TokenError::invalid));
}

TEST(Token, ThreadsShareOneTokenAndItsKeys) {
  const Token shared(kSecretKeyBase);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([shared, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string salt = "salt " + std::to_string((i + t) % 8);
        EXPECT_EQ(shared.verify(salt, shared.sign(salt, i, kThen), kThenToo), Term(i));
        EXPECT_EQ(shared.decrypt(salt, shared.encrypt(salt, i, kThen), kThenToo), Term(i));
      }
    });
}

}  // namespace
}  // namespace roost
