#include <stdexcept>

#include <gtest/gtest.h>

#include <roost/token.hpp>

#include "token/token_testing.h"

namespace roost {
namespace {

using token::testing::kSecretKeyBase;

const TermMap kSession({{"_csrf_token", "abc"}, {"user_id", 7}});
const SessionCookie kSigned(kSecretKeyBase, {.signing_salt = "session sign"});
const SessionCookie kEncrypted(kSecretKeyBase, {.signing_salt = "session sign", .encryption_salt = "session enc"});
// Made with plug_crypto.
constexpr std::string_view kSignedText =
    "SFMyNTY.g3QAAAACbQAAAAtfY3NyZl90b2tlbm0AAAADYWJjbQAAAAd1c2VyX2lkYQc.RJjOs1NXu-3-rIA3vwKh6sqEiWJQSf4BZknUgmZ4I1c";
constexpr std::string_view kEncryptedText =
    "XCP.Sw4Ud0C_kD_5eqfgA5O-tbfFNOcAUG2O__9qUko6lDi7wtpsD8S93vSrL53chqDYZqsQpp-T6CqAPbyHnmutm3D1phRK1l0R_Jy_"
    "jKS9azP4WL6-";

void expect_session(const std::expected<TermMap, TokenError>& session) {
  ASSERT_TRUE(session);
  EXPECT_EQ(Term(*session), Term(kSession));
}

TEST(SessionCookie, ReadsWhatPlugWrote) {
  expect_session(kSigned.read(kSignedText));
  expect_session(kEncrypted.read(kEncryptedText));
}

TEST(SessionCookie, WritesWhatPlugReads) {
  EXPECT_EQ(kSigned.write(kSession), kSignedText);
  expect_session(kEncrypted.read(kEncrypted.write(kSession)));
}

TEST(SessionCookie, RefusesWhatWasChangedOrIsMissing) {
  const auto error = [](const SessionCookie& cookie, std::optional<std::string_view> text) {
    return to_string(cookie.read(text).error());
  };
  EXPECT_EQ(error(kSigned, std::nullopt), "missing");
  EXPECT_EQ(error(kSigned, ""), "invalid");
  EXPECT_EQ(error(kSigned, kEncryptedText), "invalid");
  EXPECT_EQ(error(kEncrypted, kSignedText), "invalid");
  EXPECT_EQ(error(kSigned, kSignedText.substr(1)), "invalid");
  EXPECT_EQ(error(kSigned, std::string(4'097, 'a')), "invalid");
}

TEST(SessionCookie, RefusesOptionsThatPlugRefuses) {
  EXPECT_THROW(SessionCookie(std::string(63, 'x'), {.signing_salt = "s"}), std::invalid_argument);
  EXPECT_THROW(SessionCookie(kSecretKeyBase, {.signing_salt = ""}), std::invalid_argument);
  EXPECT_THROW(SessionCookie(kSecretKeyBase, {.signing_salt = "s", .encryption_salt = "e", .key_length = 31}),
               std::invalid_argument);
  EXPECT_THROW(kSigned.write(TermMap({{"a", std::string(4'000, 'a')}})), std::invalid_argument);
}

}  // namespace
}  // namespace roost
