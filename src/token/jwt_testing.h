#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "token/crypto.h"

namespace roost::token::testing {

/// A key pair made for the test, and the signatures of an identity provider.
class Signer {
 public:
  static Signer rsa(unsigned bits = 2'048) { return Signer(EVP_RSA_gen(bits), "RS256"); }
  static Signer ec(const char* curve = "P-256") { return Signer(EVP_EC_gen(curve), "ES256"); }
  static Signer ed25519() { return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "EdDSA"); }

  /// A token with these claims; the header names the algorithm, and what `more` adds (`,"kid":"1"`).
  std::string token(std::string_view claims, std::string_view more = "") const {
    return token_with_header(R"({"alg":")" + algorithm_ + '"' + std::string(more) + '}', claims);
  }
  std::string token_with_header(std::string_view header, std::string_view claims) const {
    const std::string text = base64url_encode(header) + '.' + base64url_encode(claims);
    return text + '.' + base64url_encode(sign(text));
  }
  std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    ROOST_ASSERT(PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }

 private:
  Signer(EVP_PKEY* key, std::string algorithm) : key_(key, &EVP_PKEY_free), algorithm_(std::move(algorithm)) {
    ROOST_ASSERT(key);
  }

  std::string sign(std::string_view text) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    std::string signature(1'024, '\0');
    std::size_t size = signature.size();
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    ROOST_ASSERT(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
    ROOST_ASSERT(EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1);
    signature.resize(size);
    return algorithm_ == "ES256" ? plain(signature) : signature;
  }

  /// r · s out of DER (RFC 7518 §3.4).
  static std::string plain(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    ROOST_ASSERT(pair);
    std::string bytes(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(bytes.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + 32, 32);
    return bytes;
  }

  std::shared_ptr<EVP_PKEY> key_;
  std::string algorithm_;
};

/// A token with HS256, whatever the header says.
inline std::string hmac_token(std::string_view secret, std::string_view claims,
                              std::string_view header = R"({"alg":"HS256"})") {
  const std::string text = base64url_encode(header) + '.' + base64url_encode(claims);
  return text + '.' + base64url_encode(hmac(KeyDigest::sha256, secret, text));
}

// RFC 7515 A.1.1: the secret of its HS256 token.
inline constexpr std::string_view kRfcSecret =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
// RFC 7515 A.2.1, A.3.1; RFC 8037 A.2; each with a name of ours.
inline constexpr std::string_view kRfcKeySet = R"({"keys":[
  {"kid":"rsa","kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
  {"kid":"ec","kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
  {"kid":"ed","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

// RFC 7515 A.1.1, A.2.1, A.3.1; the first is also RFC 7519 §3.1.
inline constexpr std::string_view kRfcHs256 =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
    "bS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kRfcRs256 =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
    "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi1"
    "2jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
    "PQGe77Rw";
inline constexpr std::string_view kRfcEs256 =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

}  // namespace roost::token::testing
