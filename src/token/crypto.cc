#include "token/crypto.h"

#include <memory>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/assert.h"

namespace roost::token {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

void check(bool good, const char* doing) {
  if (!good) throw std::runtime_error(std::string("OpenSSL failed: ") + doing);
}

const EVP_MD* evp(KeyDigest digest) {
  switch (digest) {
    case KeyDigest::sha256:
      return EVP_sha256();
    case KeyDigest::sha384:
      return EVP_sha384();
    case KeyDigest::sha512:
      return EVP_sha512();
  }
  ROOST_ASSERT(false);
}

/// nullptr: no such key.
const EVP_CIPHER* evp(Aead cipher, std::size_t key_bytes) {
  if (cipher == Aead::chacha20_poly1305) return key_bytes == 32 ? EVP_chacha20_poly1305() : nullptr;
  switch (key_bytes) {
    case 16:
      return EVP_aes_128_gcm();
    case 24:
      return EVP_aes_192_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      return nullptr;
  }
}

/// Starts a cipher and feeds it the associated data. `encrypt`: 1 or 0.
CipherContext start(const EVP_CIPHER* cipher, std::string_view key, std::string_view nonce, std::string_view associated,
                    int encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  check(context != nullptr, "new cipher");
  // 12 bytes are the default nonce of both ciphers.
  check(EVP_CipherInit_ex(context.get(), cipher, nullptr, in(key), in(nonce), encrypt) == 1, "cipher");
  int size = 0;
  if (!associated.empty())
    check(EVP_CipherUpdate(context.get(), nullptr, &size, in(associated), static_cast<int>(associated.size())) == 1,
          "associated data");
  return context;
}

std::string run(EVP_CIPHER_CTX* context, std::string_view bytes) {
  std::string result(bytes.size(), '\0');
  int size = 0;
  if (!bytes.empty())
    check(EVP_CipherUpdate(context, out(result), &size, in(bytes), static_cast<int>(bytes.size())) == 1, "cipher text");
  return result;
}

}  // namespace

std::string hmac(KeyDigest digest, std::string_view key, std::string_view message) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  check(HMAC(evp(digest), in(key), static_cast<int>(key.size()), in(message), message.size(), out(mac), &size), "HMAC");
  mac.resize(size);
  return mac;
}

std::string pbkdf2(KeyDigest digest, std::string_view password, std::string_view salt, int iterations,
                   std::size_t length) {
  std::string key(length, '\0');
  check(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), in(salt), static_cast<int>(salt.size()),
                          iterations, evp(digest), static_cast<int>(length), out(key)) == 1,
        "PBKDF2");
  return key;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  check(RAND_bytes(out(bytes), static_cast<int>(size)) == 1, "random bytes");
  return bytes;
}

Sealed seal(Aead cipher, std::string_view key, std::string_view nonce, std::string_view associated,
            std::string_view plaintext) {
  const EVP_CIPHER* type = evp(cipher, key.size());
  ROOST_ASSERT(type && nonce.size() == kAeadNonceBytes);
  const auto context = start(type, key, nonce, associated, 1);
  Sealed sealed{run(context.get(), plaintext), std::string(kAeadTagBytes, '\0')};
  unsigned char none[1];
  int size = 0;
  check(EVP_CipherFinal_ex(context.get(), none, &size) == 1 && size == 0, "end of cipher");
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, sealed.tag.data()) == 1, "tag");
  return sealed;
}

std::optional<std::string> open(Aead cipher, std::string_view key, std::string_view nonce, std::string_view associated,
                                std::string_view ciphertext, std::string_view tag) {
  const EVP_CIPHER* type = evp(cipher, key.size());
  if (!type || nonce.size() != kAeadNonceBytes || tag.size() != kAeadTagBytes) return std::nullopt;
  const auto context = start(type, key, nonce, associated, 0);
  std::string plaintext = run(context.get(), ciphertext);
  std::string expected(tag);
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, expected.data()) == 1, "tag");
  unsigned char none[1];
  int size = 0;
  if (EVP_CipherFinal_ex(context.get(), none, &size) != 1) {
    ERR_clear_error();  // what failed must not stay in this thread's queue, where TLS would find it
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace roost::token
