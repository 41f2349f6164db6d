#include "ws/handshake.h"

#include <openssl/evp.h>

#include "base/assert.h"
#include "base/encoding.h"

namespace roost::ws {

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  ROOST_ASSERT(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) == 1);
  return base64_encode({reinterpret_cast<const char*>(digest), size});
}

}  // namespace roost::ws
