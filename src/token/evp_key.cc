#include "token/evp_key.h"

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace roost::token {
namespace {

constexpr int kRsaBitsMin = 2'048;   // RFC 7518 §3.3
constexpr int kRsaBitsMax = 16'384;  // OpenSSL verifies no more
constexpr char kP256[] = "prime256v1";

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<&BIO_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Free<&BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<&OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<&OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&EVP_PKEY_CTX_free>>;
using Certificate = std::unique_ptr<X509, Free<&X509_free>>;

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// What failed stays no longer in this thread's queue of OpenSSL errors, where TLS would find it.
EvpKey own(EVP_PKEY* key) {
  ERR_clear_error();
  return key ? EvpKey(key, &EVP_PKEY_free) : nullptr;
}

EvpKey from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
  return own(key);
}

BigNumber number(std::string_view bytes) {
  return BigNumber(BN_bin2bn(in(bytes), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

EvpKey rsa_key(std::string_view modulus, std::string_view exponent) {
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > kRsaBitsMax / 8) return nullptr;
  const BigNumber n = number(modulus), e = number(exponent);
  if (!n || !e || !BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) return nullptr;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) ||
      !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()))
    return nullptr;
  EvpKey key = from_params("RSA", builder.get());
  return key && kind_of(key) == EvpKind::rsa ? key : nullptr;
}

EvpKey p256_key(std::string_view x, std::string_view y) {
  if (x.size() != 32 || y.size() != 32) return nullptr;
  const std::string point = '\x04' + std::string(x) + std::string(y);  // uncompressed: SEC 1 §2.3.3
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      !OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256, sizeof kP256 - 1) ||
      !OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()))
    return nullptr;
  return from_params("EC", builder.get());
}

EvpKey ed25519_key(std::string_view x) {
  if (x.size() != 32) return nullptr;
  return own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(x), x.size()));
}

EvpKey pem_key(std::string_view pem) {
  if (pem.size() > 65'536) return nullptr;  // certificates have a few KiB
  const auto read = [pem] { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); };
  if (const Bio bio = read(); EVP_PKEY* key = PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr))
    return own(key);
  const Bio bio = read();
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  return own(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

EvpKind kind_of(const EvpKey& key) {
  if (EVP_PKEY_is_a(key.get(), "ED25519")) return EvpKind::ed25519;
  if (EVP_PKEY_is_a(key.get(), "RSA")) {
    const int bits = EVP_PKEY_get_bits(key.get());
    return bits >= kRsaBitsMin && bits <= kRsaBitsMax ? EvpKind::rsa : EvpKind::other;
  }
  char group[32] = "";
  if (EVP_PKEY_is_a(key.get(), "EC") && EVP_PKEY_get_group_name(key.get(), group, sizeof group, nullptr) == 1 &&
      std::string_view(group) == kP256)
    return EvpKind::p256;
  return EvpKind::other;
}

}  // namespace roost::token
