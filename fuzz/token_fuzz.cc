// No text makes verify or decrypt do more than say no, and no signed payload more than data or an error.
// Input: the first byte chooses: the rest is a token, an encrypted token, a cookie, or a payload that is signed first.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <roost/token.hpp>

#include "base/assert.h"
#include "token/message_encryptor.h"
#include "token/message_verifier.h"
#include "token/payload.h"

namespace {

using namespace roost;
using namespace std::chrono_literals;

const std::string kSecret(64, 's');
constexpr std::chrono::system_clock::time_point kNow{1'700'000'000s};
const VerifyOptions kOptions{.key_iterations = 1, .now = kNow};

/// A token whose MAC is right, around any bytes: what an attacker cannot make, but a careless colleague can.
void verify_payload(std::string_view payload) {
  const std::string key(32, 'k'), iv(24, 'i');
  ROOST_ASSERT(token::verify_message(token::sign_message(payload, key), key) == payload);
  ROOST_ASSERT(token::decrypt_message(token::encrypt_message(payload, key, iv), key, "") == payload);
  const auto stamped = token::decode_payload(payload);
  if (!stamped) return;
  token::check_age(stamped->signed_at, stamped->max_age, std::chrono::milliseconds(1'700'000'000'000), 0ms);
  if (const auto again = token::encode_payload(*stamped, false)) {
    const auto read = token::decode_payload(*again);
    ROOST_ASSERT(read && read->data == stamped->data && read->signed_at == stamped->signed_at &&
                 read->max_age == stamped->max_age);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Token token(kSecret);
  static const SessionCookie cookie(kSecret, {.signing_salt = "s", .key_iterations = 1});
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      (void)token.verify("salt", text, kOptions);
      break;
    case 1:
      (void)token.decrypt("salt", text, kOptions);
      break;
    case 2:
      (void)cookie.read(text);
      break;
    default:
      verify_payload(text);
  }
  return 0;
}
