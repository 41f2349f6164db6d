#include <cmath>
#include <stdexcept>

#include <roost/token.hpp>

#include "token/crypto.h"
#include "token/key_cache.h"
#include "token/message_encryptor.h"
#include "token/message_verifier.h"
#include "token/payload.h"

namespace roost {
namespace {

using token::Milliseconds;

// A token travels in a URL, a header or a join payload; real ones have some hundred bytes. More is not looked at.
constexpr std::size_t kTokenBytesMax = 65'536;
constexpr std::size_t kSecretBytesMin = 20;  // as Phoenix

Milliseconds milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch());
}

template <typename Options>
token::KeyRecipe recipe(std::string_view salt, const Options& options) {
  token::check_recipe(options.key_iterations, options.key_length);
  return {std::string(salt), options.key_iterations, options.key_length, options.key_digest};
}

std::string payload(const Term& data, const SignOptions& options) {
  if (std::isnan(options.max_age.count()) || options.max_age == -kTokenForever)
    throw std::invalid_argument("max_age is not a number of seconds");
  auto bytes = token::encode_payload({data, milliseconds(options.signed_at), options.max_age}, options.compressed);
  if (!bytes) throw std::invalid_argument("the data is too large for a token");
  return std::move(*bytes);
}

std::string checked(std::string token) {
  if (token.size() > kTokenBytesMax) throw std::invalid_argument("the data is too large for a token");
  return token;
}

std::expected<Term, TokenError> data_of(const std::optional<std::string>& payload, const VerifyOptions& options) {
  auto stamped = payload ? token::decode_payload(*payload) : std::nullopt;
  if (!stamped) return std::unexpected(TokenError::invalid);
  const TokenAge max_age = options.max_age.value_or(stamped->max_age);
  const auto error = token::check_age(stamped->signed_at, max_age, milliseconds(options.now), options.leeway);
  if (error) return std::unexpected(*error);
  return std::move(stamped->data);
}

/// What is wrong before any cryptography.
std::optional<TokenError> check(std::optional<std::string_view> token) {
  if (!token) return TokenError::missing;
  if (token->size() > kTokenBytesMax) return TokenError::invalid;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(TokenError error) {
  switch (error) {
    case TokenError::invalid:
      return "invalid";
    case TokenError::expired:
      return "expired";
    case TokenError::missing:
      break;
  }
  return "missing";
}

class Token::Keys : public token::KeyCache {
  using KeyCache::KeyCache;
};

Token::Token(std::string secret_key_base) {
  if (secret_key_base.size() < kSecretBytesMin) throw std::invalid_argument("secret_key_base: at least 20 bytes");
  keys_ = std::make_shared<Keys>(std::move(secret_key_base));
}

std::string Token::sign(std::string_view salt, const Term& data, const SignOptions& options) const {
  return checked(token::sign_message(payload(data, options), keys_->key(recipe(salt, options))));
}

std::expected<Term, TokenError> Token::verify(std::string_view salt, std::optional<std::string_view> token,
                                              const VerifyOptions& options) const {
  const auto recipe = roost::recipe(salt, options);
  if (const auto error = check(token)) return std::unexpected(*error);
  return data_of(token::verify_message(*token, keys_->key(recipe)), options);
}

std::string Token::encrypt(std::string_view secret, const Term& data, const SignOptions& options) const {
  if (options.key_length != token::kEncryptKeyBytes) throw std::invalid_argument("key_length: encryption takes 32");
  return checked(token::encrypt_message(payload(data, options), keys_->key(recipe(secret, options)),
                                        token::random_bytes(token::kEncryptIvBytes)));
}

std::expected<Term, TokenError> Token::decrypt(std::string_view secret, std::optional<std::string_view> token,
                                               const VerifyOptions& options) const {
  const auto recipe = roost::recipe(secret, options);
  if (recipe.length != 16 && recipe.length != 24 && recipe.length != 32)
    throw std::invalid_argument("key_length: decryption takes 16, 24 or 32");
  if (const auto error = check(token)) return std::unexpected(*error);
  return data_of(token::decrypt_message(*token, keys_->key(recipe), ""), options);
}

}  // namespace roost
