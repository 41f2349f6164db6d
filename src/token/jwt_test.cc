#include <cstdio>
#include <fstream>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <roost/jwt.hpp>

#include "token/jwt_testing.h"

namespace roost {
namespace {

using namespace std::chrono_literals;
using namespace token::testing;
using Time = std::chrono::system_clock::time_point;

constexpr Time kRfcTime{std::chrono::seconds(1'300'819'000)};  // before `exp` of the RFC's tokens
constexpr Time kNow{std::chrono::seconds(1'700'000'000)};
const std::string kSecret = "a secret that has thirty-two bytes or more";

JwtVerifier with_secret(JwtOptions options = {.leeway = 0s}) {
  return JwtVerifier(JwtKeys::from_secret(kSecret).value(), std::move(options));
}

/// "ok", or the error's name.
std::string_view outcome(const JwtVerifier& verifier, std::string_view token, Time now = kNow) {
  const auto claims = verifier.verify(token, now);
  return claims ? "ok" : to_string(claims.error());
}

std::string_view claims_outcome(std::string_view claims, JwtOptions options = {.leeway = 0s}, Time now = kNow) {
  return outcome(with_secret(std::move(options)), hmac_token(kSecret, claims), now);
}

TEST(Jwt, VerifiesTheTokensOfRfc7515) {
  const JwtVerifier secret(JwtKeys::from_secret(*base64_decode(kRfcSecret, Base64::url)).value(), {});
  const JwtVerifier set(JwtKeys::from_jwks(kRfcKeySet).value(), {});
  for (const auto& claims :
       {secret.verify(kRfcHs256, kRfcTime), set.verify(kRfcRs256, kRfcTime), set.verify(kRfcEs256, kRfcTime)}) {
    ASSERT_TRUE(claims) << to_string(claims.error());
    EXPECT_EQ(claims->at("iss"), "joe");
    EXPECT_EQ(claims->at("http://example.com/is_root"), true);
  }
  EXPECT_EQ(outcome(secret, kRfcHs256), "expired");
}

// RFC 7519 §6.1
TEST(Jwt, UnsecuredTokensAreRefused) {
  const std::string_view unsecured =
      "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ.";
  EXPECT_EQ(outcome(JwtVerifier(JwtKeys::from_jwks(kRfcKeySet).value(), {}), unsecured, kRfcTime),
            "unsupported_algorithm");
  for (const char* name : {"none", "None", "NONE", "HS384", "RS512", "PS256", "ES384", "ES256K", "hs256", ""})
    EXPECT_EQ(
        outcome(with_secret(), hmac_token(kSecret, R"({"exp":1700000001})", R"({"alg":")" + std::string(name) + "\"}")),
        "unsupported_algorithm")
        << name;
}

TEST(Jwt, EveryAlgorithmWithAKeyOfItsOwn) {
  for (const Signer& signer : {Signer::rsa(), Signer::ec(), Signer::ed25519()}) {
    const JwtVerifier verifier(JwtKeys::from_pem(signer.pem()).value(), {});
    EXPECT_EQ(outcome(verifier, signer.token(R"({"exp":1700000001})")), "ok");
    EXPECT_EQ(outcome(verifier, signer.token(R"({"exp":1700000001})", R"(,"kid":"any")")), "ok");
  }
  const Signer ed = Signer::ed25519();
  EXPECT_EQ(outcome(JwtVerifier(JwtKeys::from_pem(ed.pem()).value(), {}),
                    ed.token_with_header(R"({"alg":"Ed25519"})", R"({"exp":1700000001})")),
            "ok");
}

TEST(Jwt, ThePublicKeyIsNoSecret) {
  const std::string claims = R"({"exp":1700000001})";
  for (const Signer& signer : {Signer::rsa(), Signer::ec(), Signer::ed25519()}) {
    const JwtVerifier verifier(JwtKeys::from_pem(signer.pem()).value(), {});
    EXPECT_EQ(outcome(verifier, hmac_token(signer.pem(), claims)), "wrong_algorithm");
    EXPECT_EQ(outcome(verifier, hmac_token("", claims)), "wrong_algorithm");
  }
  const Signer rsa = Signer::rsa();
  EXPECT_EQ(outcome(with_secret(), rsa.token(claims)), "wrong_algorithm");
  EXPECT_EQ(outcome(JwtVerifier(JwtKeys::from_pem(rsa.pem()).value(), {}), Signer::rsa().token(claims)),
            "bad_signature");
}

TEST(Jwt, KidChoosesTheKey) {
  const JwtVerifier set(JwtKeys::from_jwks(kRfcKeySet).value(), {});
  const auto with_header = [](std::string_view header) {
    const std::string token(kRfcEs256);
    return base64url_encode(header) + token.substr(token.find('.'));
  };
  EXPECT_EQ(outcome(set, with_header(R"({"alg":"ES256","kid":"ec"})"), kRfcTime), "bad_signature");
  EXPECT_EQ(outcome(set, with_header(R"({"alg":"ES256","kid":"rsa"})"), kRfcTime), "wrong_algorithm");
  EXPECT_EQ(outcome(set, with_header(R"({"alg":"ES256","kid":"other"})"), kRfcTime), "unknown_key");
  EXPECT_EQ(outcome(set, with_header(R"({"alg":"ES256","kid":1})"), kRfcTime), "malformed");
  EXPECT_EQ(outcome(set, with_header(R"({"alg":"HS256"})"), kRfcTime), "wrong_algorithm");
}

TEST(Jwt, OfTwoKeysForOneAlgorithmTheTokenMustNameOne) {
  const std::string other(43, 'A');
  const auto set = R"({"keys":[{"kid":"1","kty":"oct","k":")" + base64url_encode(kSecret) +
                   R"("},{"kid":"2","kty":"oct","k":")" + other + "\"}]}";
  const JwtVerifier verifier(JwtKeys::from_jwks(set).value(), {});
  const auto token = [](const char* header) { return hmac_token(kSecret, R"({"exp":1700000001})", header); };
  EXPECT_EQ(outcome(verifier, token(R"({"alg":"HS256","kid":"1"})")), "ok");
  EXPECT_EQ(outcome(verifier, token(R"({"alg":"HS256","kid":"2"})")), "bad_signature");
  EXPECT_EQ(outcome(verifier, token(R"({"alg":"HS256"})")), "unknown_key");
}

TEST(Jwt, CriticalHeadersAreRefused) {
  for (const char* crit : {R"(["exp"])", "[]", "null"})
    EXPECT_EQ(outcome(with_secret(), hmac_token(kSecret, R"({"exp":1700000001})",
                                                R"({"alg":"HS256","crit":)" + std::string(crit) + "}")),
              "unsupported_header");
}

TEST(Jwt, ExpiryIsTheFirstMomentTooLate) {
  EXPECT_EQ(claims_outcome(R"({"exp":1700000001})"), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1700000000})"), "expired");
  EXPECT_EQ(claims_outcome(R"({"exp":1700000000.5})"), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1699999941})", {.leeway = 60s}), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1699999940})", {.leeway = 60s}), "expired");
  EXPECT_EQ(claims_outcome("{}"), "invalid_claim");
  EXPECT_EQ(claims_outcome("{}", {.require_expiry = false}), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1})", {.require_expiry = false}), "expired");
}

TEST(Jwt, NotBeforeAndIssuedAtLieNotInTheFuture) {
  for (const std::string name : {"nbf", "iat"}) {
    const auto at = [&name](const char* time) { return R"({"exp":1800000000,")" + name + "\":" + time + "}"; };
    EXPECT_EQ(claims_outcome(at("1700000000")), "ok");
    EXPECT_EQ(claims_outcome(at("1700000000.5")), "not_yet_valid");
    EXPECT_EQ(claims_outcome(at("1700000060"), {.leeway = 60s}), "ok");
    EXPECT_EQ(claims_outcome(at("1700000061"), {.leeway = 60s}), "not_yet_valid");
  }
}

TEST(Jwt, ClaimsOfTheWrongTypeAreInvalid) {
  for (const char* claims :
       {R"({"exp":"1700000001"})", R"({"exp":null})", R"({"exp":true})", R"({"exp":1800000000,"nbf":"0"})",
        R"({"exp":1800000000,"iat":{}})", R"({"exp":1800000000,"iss":1})", R"({"exp":1800000000,"aud":1})",
        R"({"exp":1800000000,"aud":["us",1]})"})
    EXPECT_EQ(claims_outcome(claims, {.audiences = {"us"}, .leeway = 0s}), "invalid_claim") << claims;
}

TEST(Jwt, IssuerMustBeTheConfiguredOne) {
  const JwtOptions joe{.issuer = "https://joe"};
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"iss":"https://joe"})", joe), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"iss":"https://joe/"})", joe), "wrong_issuer");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000})", joe), "wrong_issuer");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"iss":"anybody"})"), "ok");
}

TEST(Jwt, AudienceMustNameUs) {
  const JwtOptions us{.audiences = {"us", "us too"}};
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"aud":"us"})", us), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"aud":["them","us too"]})", us), "ok");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"aud":["them"]})", us), "wrong_audience");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"aud":[]})", us), "wrong_audience");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000})", us), "wrong_audience");
  EXPECT_EQ(claims_outcome(R"({"exp":1800000000,"aud":"them"})"), "wrong_audience");
}

TEST(Jwt, EveryFlippedBitAndEveryTruncationIsRefused) {
  const JwtVerifier secret(JwtKeys::from_secret(*base64_decode(kRfcSecret, Base64::url)).value(), {});
  const JwtVerifier set(JwtKeys::from_jwks(kRfcKeySet).value(), {});
  const std::pair<const JwtVerifier*, std::string_view> tokens[] = {{&secret, kRfcHs256}, {&set, kRfcEs256}};
  for (const auto& [verifier, valid] : tokens) {
    for (std::size_t i = 0; i < valid.size() * 8; ++i) {
      std::string token(valid);
      token[i / 8] = static_cast<char>(token[i / 8] ^ (1 << i % 8));
      EXPECT_NE(outcome(*verifier, token, kRfcTime), "ok") << token;
    }
    for (std::size_t size = 0; size < valid.size(); ++size)
      EXPECT_NE(outcome(*verifier, valid.substr(0, size), kRfcTime), "ok") << size;
  }
}

TEST(Jwt, OtherTextsAreMalformed) {
  const auto good = hmac_token(kSecret, R"({"exp":1700000001})");
  EXPECT_EQ(outcome(with_secret(), good), "ok");
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b.c"), good + ".",
        "." + good, good + "=", good + "\n", hmac_token(kSecret, R"({"exp":1700000001})", R"({"alg":"HS256"}x)"),
        hmac_token(kSecret, R"({"exp":1700000001})", "[]"), hmac_token(kSecret, R"({"exp":1700000001})", "{}"),
        hmac_token(kSecret, R"({"exp":1700000001})", R"({"alg":1})"), hmac_token(kSecret, "[]"),
        hmac_token(kSecret, ""), hmac_token(kSecret, "{"), hmac_token(kSecret, "{\"exp\":1700000001,\"a\":\"\xff\"}"),
        hmac_token(kSecret, std::string(10'000, '['))})
    EXPECT_EQ(outcome(with_secret(), token), "malformed") << token.substr(0, 100);
}

TEST(Jwt, NoClaimIsReadBeforeTheSignature) {
  EXPECT_EQ(outcome(with_secret(), hmac_token("another secret", "not JSON")), "bad_signature");
  EXPECT_EQ(outcome(with_secret(), hmac_token("another secret", R"({"exp":1})")), "bad_signature");
}

TEST(Jwt, LargeTokensAreNotLookedAt) {
  const auto large = hmac_token(kSecret, R"({"exp":1700000001,"a":")" + std::string(12'500, 'a') + "\"}");
  EXPECT_GT(large.size(), 16'384u);
  EXPECT_EQ(outcome(with_secret(), large), "too_large");
}

TEST(Jwt, ShortSecretsAreRefused) {
  EXPECT_EQ(JwtKeys::from_secret(std::string(31, 'x')).error(), "a secret for HS256 has at least 32 bytes");
}

TEST(Jwt, KeySetsComeFromFiles) {
  const std::string path = ::testing::TempDir() + "/roost_jwks.json";
  std::ofstream(path) << kRfcKeySet;
  EXPECT_EQ(JwtKeys::from_jwks_file(path)->size(), 3u);
  std::ofstream(path) << "{}";
  EXPECT_EQ(JwtKeys::from_jwks_file(path).error(), path + ": the key set has no array \"keys\"");
  std::ofstream(path) << std::string(1'048'577, ' ');
  EXPECT_EQ(JwtKeys::from_jwks_file(path).error(), path + ": the key set has more than 1 MiB");
  std::remove(path.c_str());
  EXPECT_EQ(JwtKeys::from_jwks_file(path).error(), "cannot read " + path);
  EXPECT_FALSE(JwtKeys::from_jwks_file(::testing::TempDir()));
}

TEST(Jwt, ThreadsShareAVerifier) {
  const JwtVerifier set(JwtKeys::from_jwks(kRfcKeySet).value(), {});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&set] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(set.verify(kRfcRs256, kRfcTime));
        EXPECT_TRUE(set.verify(kRfcEs256, kRfcTime));
      }
    });
}

}  // namespace
}  // namespace roost
