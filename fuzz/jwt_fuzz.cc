// No text makes the verifier do more than refuse it, no key set more than an error; claims of any form are judged.
// Input: the first byte chooses: the rest is a token, a key set, PEM, or `header \n claims` that are signed first.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <roost/jwt.hpp>

#include "base/assert.h"
#include "base/encoding.h"
#include "token/crypto.h"

namespace {

using namespace roost;

const std::string kSecret(32, 's');
constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

const JwtVerifier& verifier() {
  static const JwtVerifier instance(JwtKeys::from_secret(kSecret).value(), {.issuer = "joe", .audiences = {"us"}});
  return instance;
}

std::string signed_token(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const auto claims = text.substr(std::min(text.size(), end + 1));
  const std::string covered = base64url_encode(text.substr(0, end)) + '.' + base64url_encode(claims);
  return covered + '.' + base64url_encode(token::hmac(KeyDigest::sha256, kSecret, covered));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      ROOST_ASSERT(!verifier().verify(text, kNow));
      break;
    case 1:
      if (const auto keys = JwtKeys::from_jwks(text)) {
        ROOST_ASSERT(keys->size() > 0);
        (void)JwtVerifier(*keys, {}).verify("eyJhbGciOiJFUzI1NiJ9.e30.AAAA", kNow);
      }
      break;
    case 2:
      (void)JwtKeys::from_pem(text);
      break;
    default:
      if (const auto claims = verifier().verify(signed_token(text), kNow)) ROOST_ASSERT(claims->at("iss") == "joe");
  }
  return 0;
}
