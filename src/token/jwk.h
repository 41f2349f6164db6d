#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

struct evp_pkey_st;

namespace roost::token {

/// The algorithms of RFC 7518 §3.1 and RFC 8037 §3.1 that we take.
enum class JwsAlgorithm { hs256, rs256, es256, eddsa };

/// The algorithm of a header's `alg`; nullopt for `none` and all others.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view name);

/// One key, for one algorithm. Copies share it. Any thread.
struct JwsKey {
  JwsAlgorithm algorithm;
  std::optional<std::string> id;            // `kid`
  std::string secret;                       // hs256
  std::shared_ptr<evp_pkey_st> public_key;  // all others
};

/// nullopt: a key that is not for us: of another kind, curve, `use`, `alg`, or broken. RFC 7517 §5 says to ignore
/// those.
std::optional<JwsKey> read_jwk(const boost::json::object& jwk);
/// The error is a text for the one who wrote the configuration.
std::expected<JwsKey, std::string> read_pem(std::string_view pem);
std::expected<JwsKey, std::string> secret_key(std::string_view secret);
/// All keys of a set (RFC 7517 §5) that are for us, at least one.
std::expected<std::vector<JwsKey>, std::string> read_jwks(std::string_view json);

/// Whether `signature` is the key's over `message` (RFC 7518 §3.2 to §3.4, RFC 8037 §3.1).
bool verify_signature(const JwsKey& key, std::string_view message, std::string_view signature);

}  // namespace roost::token
