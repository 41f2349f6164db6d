#include "token/jwk.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "token/jwt_testing.h"

namespace roost::token {
namespace {

std::optional<JwsKey> jwk(std::string_view json) {
  return read_jwk(boost::json::parse(json).get_object());
}

/// A key of the RFCs with other members on top.
std::string rfc_key(std::size_t at, std::string_view more = "{}") {
  auto key = boost::json::parse(testing::kRfcKeySet).at("keys").at(at).get_object();
  const auto members = boost::json::parse(more);
  for (const auto& member : members.get_object()) key[member.key()] = member.value();
  return serialize(key);
}

TEST(Jwk, EachKindIsForOneAlgorithm) {
  const auto keys = read_jwks(testing::kRfcKeySet).value();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].algorithm, JwsAlgorithm::rs256);
  EXPECT_EQ(keys[1].algorithm, JwsAlgorithm::es256);
  EXPECT_EQ(keys[2].algorithm, JwsAlgorithm::eddsa);
  EXPECT_EQ(keys[2].id, "ed");
  const auto secret = jwk(R"({"kty":"oct","k":")" + std::string(testing::kRfcSecret) + "\"}");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->algorithm, JwsAlgorithm::hs256);
  EXPECT_EQ(secret->id, std::nullopt);
}

TEST(Jwk, UseAndAlgMustAllowToVerify) {
  for (const char* more :
       {R"({"use":"sig"})", R"({"alg":"RS256"})", R"({"key_ops":["sign","verify"]})", R"({"x5t":"x"})"})
    EXPECT_TRUE(jwk(rfc_key(0, more))) << more;
  for (const char* more :
       {R"({"use":"enc"})", R"({"use":1})", R"({"alg":"PS256"})", R"({"alg":"HS256"})", R"({"alg":"none"})",
        R"({"alg":null})", R"({"key_ops":["encrypt"]})", R"({"key_ops":"verify"})"})
    EXPECT_FALSE(jwk(rfc_key(0, more))) << more;
}

TEST(Jwk, BrokenKeysAreNone) {
  for (
      const char* json : {
          "{}",
          R"({"kty":"RSA"})",
          R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
          R"({"kty":"RSA","n":"","e":""})",
          R"({"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"})",
          R"({"kty":"EC","crv":"P-384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
          // a point that is not on the curve
          R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",
          R"({"kty":"OKP","crv":"Ed25519","x":"AQAB"})",
          R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
          R"({"kty":"oct","k":"AQAB"})",
          R"({"kty":"oct","k":"not base64 !"})",
          R"({"kty":["RSA"]})",
      })
    EXPECT_FALSE(jwk(json)) << json;
  EXPECT_FALSE(jwk(rfc_key(0, R"({"e":"AQ"})"))) << "an exponent of 1 signs anything";
}

TEST(Jwk, AShortRsaKeyIsRefused) {
  EXPECT_EQ(read_pem(testing::Signer::rsa(1'024).pem()).error(),
            "the key is none of RSA with 2,048 bits or more, EC P-256, Ed25519");
  EXPECT_TRUE(read_pem(testing::Signer::rsa(2'048).pem()));
}

TEST(Jwk, ASetNeedsAKeyForUsAndIgnoresOthers) {
  EXPECT_EQ(read_jwks("[]").error(), "the key set is not a JSON object");
  EXPECT_EQ(read_jwks("{").error(), "the key set is not a JSON object");
  EXPECT_EQ(read_jwks("{}").error(), "the key set has no array \"keys\"");
  EXPECT_EQ(read_jwks(R"({"keys":[]})").error(), "the key set has no key for HS256, RS256, ES256 or EdDSA");
  EXPECT_EQ(read_jwks(R"({"keys":[1,{"kty":"other"},)" + rfc_key(1) + "]}").value().size(), 1u);
}

TEST(Jwk, PemIsAKeyOfAKnownKind) {
  EXPECT_EQ(read_pem(testing::Signer::ec().pem())->algorithm, JwsAlgorithm::es256);
  EXPECT_EQ(read_pem(testing::Signer::ed25519().pem())->algorithm, JwsAlgorithm::eddsa);
  EXPECT_FALSE(read_pem(testing::Signer::ec("P-384").pem()));
  EXPECT_EQ(read_pem("").error(), "no PUBLIC KEY or CERTIFICATE in PEM");
  EXPECT_EQ(read_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").error(),
            "no PUBLIC KEY or CERTIFICATE in PEM");
}

// openssl req -x509 -newkey ed25519 -nodes -subj /CN=test -days 1
TEST(Jwk, PemMayBeACertificate) {
  const auto key = read_pem(R"(-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhRQFNhM9GtfcwoeyLAAaS20p96w1DAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAeFw0yNjExMjEwMzUzMzRaFw0yNjExMjIwMzUzMzRaMA8xDTAL
BgNVBAMMBHRlc3QwKjAFBgMrZXADIQB8oxFrdQI87Xug8m9kbftnzymz6ofwcAr1
nxr6fQOUFKNTMFEwHQYDVR0OBBYEFETghoTROcq3LaQDVsLPnMuqJBaCMB8GA1Ud
IwQYMBaAFETghoTROcq3LaQDVsLPnMuqJBaCMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EACh8KSfBssQ4U2nfdS6w9ToGBoiV6Oi2oo+oyLwqyJa+1InDyO87pBNlQ
AvNRqE9qfLgyH6M8sZ3yl3WlwyTwCA==
-----END CERTIFICATE-----
)");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->algorithm, JwsAlgorithm::eddsa);
}

// RFC 8037 A.4: its payload is no JSON, so that it is a signature but no token.
TEST(Jwk, VerifiesTheEd25519SignatureOfRfc8037) {
  const auto keys = read_jwks(testing::kRfcKeySet).value();
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const auto signature = base64_decode(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", Base64::url);
  EXPECT_TRUE(verify_signature(keys[2], text, *signature));
  EXPECT_FALSE(verify_signature(keys[2], text + "x", *signature));
}

TEST(Jwk, SignaturesOfOtherSizesAreWrong) {
  const auto keys = read_jwks(testing::kRfcKeySet).value();
  for (const JwsKey& key : keys)
    for (const std::size_t size : {0, 1, 63, 64, 65, 255, 256, 257})
      for (const char fill : {'\0', '\xff'})
        EXPECT_FALSE(verify_signature(key, "text", std::string(size, fill))) << size;
}

}  // namespace
}  // namespace roost::token
