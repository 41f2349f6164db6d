#include <memory>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "token/crypto.h"
#include "token/jwk.h"

namespace roost::token {
namespace {

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool verify(const JwsKey& key, const EVP_MD* digest, std::string_view message, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool good = context &&
                    EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.public_key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), in(signature), signature.size(), in(message), message.size()) == 1;
  ERR_clear_error();  // a bad signature leaves one in this thread's queue, where TLS would find it
  return good;
}

/// r · s, 32 bytes each (RFC 7518 §3.4), as the DER that OpenSSL reads. Empty: of another size.
std::string der(std::string_view signature) {
  if (signature.size() != 64) return "";
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(in(signature), 32, nullptr);
  BIGNUM* s = BN_bin2bn(in(signature) + 32, 32, nullptr);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return "";
  }
  std::string bytes(80, '\0');  // at most 72: two integers of 33 bytes, three heads of 2
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  const int size = i2d_ECDSA_SIG(pair.get(), &out);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

}  // namespace

bool verify_signature(const JwsKey& key, std::string_view message, std::string_view signature) {
  switch (key.algorithm) {
    case JwsAlgorithm::hs256:
      return equal_in_constant_time(signature, hmac(KeyDigest::sha256, key.secret, message));
    case JwsAlgorithm::rs256:
      return verify(key, EVP_sha256(), message, signature);
    case JwsAlgorithm::es256: {
      const std::string encoded = der(signature);
      return !encoded.empty() && verify(key, EVP_sha256(), message, encoded);
    }
    case JwsAlgorithm::eddsa:
      return verify(key, nullptr, message, signature);
  }
  return false;
}

}  // namespace roost::token
