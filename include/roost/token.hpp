#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <roost/term.hpp>

namespace roost {

/// Why a token is refused.
enum class TokenError {
  invalid,  ///< not a token, not made with this secret and salt, changed on its way, or signed in the future
  expired,  ///< older than it may be
  missing,  ///< there is none
};
/// "invalid", "expired", "missing"
std::string_view to_string(TokenError error);

/// How old a token may be; fractions of seconds are fine, and std::chrono's hours and minutes convert.
using TokenAge = std::chrono::duration<double>;
inline constexpr TokenAge kTokenForever{std::numeric_limits<double>::infinity()};
inline constexpr TokenAge kTokenAgeDefault = std::chrono::hours(24);

/// The hash of the key derivation (PBKDF2). The token's own MAC is HMAC-SHA256 whatever this says.
enum class KeyDigest { sha256, sha384, sha512 };

/// How a token is made. The key_… options must be those of the side that verifies.
struct SignOptions {
  int key_iterations = 1000;
  std::size_t key_length = 32;  // encrypt: must be 32
  KeyDigest key_digest = KeyDigest::sha256;
  /// Stored in the token in milliseconds.
  std::chrono::system_clock::time_point signed_at = std::chrono::system_clock::now();
  /// Stored in the token; holds where the verifying side doesn't say otherwise.
  TokenAge max_age = kTokenAgeDefault;
  /// zlib, where that makes it shorter.
  bool compressed = false;
};

/// How a token is checked.
struct VerifyOptions {
  int key_iterations = 1000;
  std::size_t key_length = 32;  // decrypt: 32; 16 and 24 for tokens of plug_crypto 1
  KeyDigest key_digest = KeyDigest::sha256;
  /// nullopt: the age that the token itself names.
  std::optional<TokenAge> max_age = std::nullopt;
  /// How far the clock of the signing host may be off, before or after ours. Phoenix has none.
  std::chrono::milliseconds leeway{0};
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

/// Makes and checks the tokens of Phoenix.Token, in both directions.
///
/// `salt` names the use ("user socket"); a token made for one salt is invalid for another. Both sides share
/// secret_key_base. A signed token can be read by whoever holds it, an encrypted one cannot.
/// Errors of the peer are values; std::invalid_argument is thrown for options out of range (iterations 1 to 10
/// million, key length 1 to 4,096) and for data that no verify would take: a token of more than 64 KiB, terms nested
/// deeper than 64 or more than 16,384 of them.
/// Any thread; copies are cheap and share the cache of derived keys.
/// Source: Phoenix.Token, Plug.Crypto (PROTOCOL §12).
class Token {
 public:
  /// Throws std::invalid_argument when the secret has fewer than 20 bytes, as Phoenix does.
  explicit Token(std::string secret_key_base);

  std::string sign(std::string_view salt, const Term& data, const SignOptions& options = {}) const;
  /// The data of `token`. nullopt in place of a token is `missing`.
  std::expected<Term, TokenError> verify(std::string_view salt, std::optional<std::string_view> token,
                                         const VerifyOptions& options = {}) const;

  /// XChaCha20-Poly1305 with a random nonce: the same data gives another token each time.
  std::string encrypt(std::string_view secret, const Term& data, const SignOptions& options = {}) const;
  /// Takes the tokens of plug_crypto 1 (AES-GCM) too.
  std::expected<Term, TokenError> decrypt(std::string_view secret, std::optional<std::string_view> token,
                                          const VerifyOptions& options = {}) const;

 private:
  class Keys;
  std::shared_ptr<Keys> keys_;
};

/// The salts of a Phoenix application's session cookie (Plug.Session, store: :cookie).
struct SessionOptions {
  std::string signing_salt;
  /// Empty: the cookie is signed only.
  std::string encryption_salt = {};
  int key_iterations = 1000;
  std::size_t key_length = 32;
  KeyDigest key_digest = KeyDigest::sha256;
};

/// Reads and writes the session cookie that an application on Plug keeps (PROTOCOL §12.6).
///
/// Any thread. A session is a map with string keys; the cookie names no age. Throws like Token.
class SessionCookie {
 public:
  /// Throws std::invalid_argument when the secret has fewer than 64 bytes (as Plug does) or signing_salt is empty.
  SessionCookie(const std::string& secret_key_base, const SessionOptions& options);

  std::string write(const TermMap& session) const;
  /// The session in a cookie's value, as sent (nothing is percent-decoded).
  std::expected<TermMap, TokenError> read(std::optional<std::string_view> value) const;

 private:
  std::string signing_key_;
  std::string encryption_key_;  // empty: signed only
};

}  // namespace roost
