#include "token/jwk.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/encoding.h"
#include "token/evp_key.h"

namespace roost::token {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretBytesMin = 32;  // RFC 7518 §3.2
constexpr std::size_t kKeysMax = 1'000;      // providers publish a handful

/// The member if it is a string.
std::optional<std::string_view> text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::optional<std::string_view>(value->get_string()) : std::nullopt;
}

/// The bytes of a base64url member; empty when there is none.
std::string bytes(const json::object& object, std::string_view name) {
  const auto encoded = text(object, name);
  return encoded ? base64_decode(*encoded, Base64::url).value_or("") : "";
}

/// RFC 7517 §4.2, §4.3: what is not said is allowed.
bool may_verify(const json::object& jwk) {
  if (jwk.contains("use") && text(jwk, "use") != "sig") return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (!operations) return true;
  return operations->is_array() && std::ranges::any_of(operations->get_array(), [](const json::value& operation) {
           return operation.is_string() && operation.get_string() == "verify";
         });
}

std::optional<JwsKey> public_key(JwsAlgorithm algorithm, EvpKey key) {
  if (!key) return std::nullopt;
  return JwsKey{algorithm, std::nullopt, "", std::move(key)};
}

/// The key as its kind says, before `alg` and `kid`.
std::optional<JwsKey> key_material(const json::object& jwk) {
  const auto kind = text(jwk, "kty"), curve = text(jwk, "crv");
  if (kind == "RSA") return public_key(JwsAlgorithm::rs256, rsa_key(bytes(jwk, "n"), bytes(jwk, "e")));
  if (kind == "EC" && curve == "P-256")
    return public_key(JwsAlgorithm::es256, p256_key(bytes(jwk, "x"), bytes(jwk, "y")));
  if (kind == "OKP" && curve == "Ed25519") return public_key(JwsAlgorithm::eddsa, ed25519_key(bytes(jwk, "x")));
  if (kind != "oct") return std::nullopt;
  auto key = secret_key(bytes(jwk, "k"));
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

}  // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view name) {
  if (name == "HS256") return JwsAlgorithm::hs256;
  if (name == "RS256") return JwsAlgorithm::rs256;
  if (name == "ES256") return JwsAlgorithm::es256;
  if (name == "EdDSA" || name == "Ed25519") return JwsAlgorithm::eddsa;  // the latter: RFC 9864
  return std::nullopt;
}

std::optional<JwsKey> read_jwk(const json::object& jwk) {
  if (!may_verify(jwk)) return std::nullopt;
  auto key = key_material(jwk);
  if (!key) return std::nullopt;
  if (jwk.contains("alg") && jws_algorithm(text(jwk, "alg").value_or("")) != key->algorithm) return std::nullopt;
  if (const auto id = text(jwk, "kid")) key->id = std::string(*id);
  return key;
}

std::expected<JwsKey, std::string> read_pem(std::string_view pem) {
  EvpKey key = pem_key(pem);
  if (!key) return std::unexpected("no PUBLIC KEY or CERTIFICATE in PEM");
  switch (kind_of(key)) {
    case EvpKind::rsa:
      return *public_key(JwsAlgorithm::rs256, std::move(key));
    case EvpKind::p256:
      return *public_key(JwsAlgorithm::es256, std::move(key));
    case EvpKind::ed25519:
      return *public_key(JwsAlgorithm::eddsa, std::move(key));
    case EvpKind::other:
      break;
  }
  return std::unexpected("the key is none of RSA with 2,048 bits or more, EC P-256, Ed25519");
}

std::expected<JwsKey, std::string> secret_key(std::string_view secret) {
  if (secret.size() < kSecretBytesMin) return std::unexpected("a secret for HS256 has at least 32 bytes");
  return JwsKey{JwsAlgorithm::hs256, std::nullopt, std::string(secret), nullptr};
}

std::expected<std::vector<JwsKey>, std::string> read_jwks(std::string_view text) {
  boost::system::error_code error;
  const json::value set = json::parse(text, error);
  if (error || !set.is_object()) return std::unexpected("the key set is not a JSON object");
  const json::value* list = set.get_object().if_contains("keys");
  if (!list || !list->is_array()) return std::unexpected("the key set has no array \"keys\"");
  if (list->get_array().size() > kKeysMax) return std::unexpected("the key set has more than 1,000 keys");
  std::vector<JwsKey> keys;
  for (const json::value& jwk : list->get_array()) {
    auto key = jwk.is_object() ? read_jwk(jwk.get_object()) : std::nullopt;
    if (key) keys.push_back(std::move(*key));
  }
  if (keys.empty()) return std::unexpected("the key set has no key for HS256, RS256, ES256 or EdDSA");
  return keys;
}

}  // namespace roost::token
