#pragma once

#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace roost::token {

/// Public keys of OpenSSL. nullptr: the bytes are no such key.
using EvpKey = std::shared_ptr<evp_pkey_st>;

/// `modulus`, `exponent`: big endian. nullptr also for fewer than 2,048 bits (RFC 7518 §3.3) or more than 16,384.
EvpKey rsa_key(std::string_view modulus, std::string_view exponent);
/// A point on P-256, 32 bytes each.
EvpKey p256_key(std::string_view x, std::string_view y);
/// 32 bytes.
EvpKey ed25519_key(std::string_view x);
/// What stands in "BEGIN PUBLIC KEY" or "BEGIN CERTIFICATE"; of any kind.
EvpKey pem_key(std::string_view pem);

enum class EvpKind { rsa, p256, ed25519, other };
/// `other` also for RSA keys whose size is not accepted.
EvpKind kind_of(const EvpKey& key);

}  // namespace roost::token
