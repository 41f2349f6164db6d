#include <stdexcept>

#include <roost/token.hpp>

#include "token/crypto.h"
#include "token/etf.h"
#include "token/key_cache.h"
#include "token/message_encryptor.h"
#include "token/message_verifier.h"

namespace roost {
namespace {

constexpr std::size_t kCookieBytesMax = 4'096;  // as Plug: browsers keep no longer ones
constexpr std::size_t kSecretBytesMin = 64;     // as Plug.Session.COOKIE

std::string derive(const std::string& secret, const std::string& salt, const SessionOptions& options) {
  return token::pbkdf2(options.key_digest, secret, salt, options.key_iterations, options.key_length);
}

}  // namespace

SessionCookie::SessionCookie(const std::string& secret_key_base, const SessionOptions& options) {
  if (secret_key_base.size() < kSecretBytesMin) throw std::invalid_argument("secret_key_base: at least 64 bytes");
  if (options.signing_salt.empty()) throw std::invalid_argument("signing_salt is empty");
  token::check_recipe(options.key_iterations, options.key_length);
  signing_key_ = derive(secret_key_base, options.signing_salt, options);
  if (options.encryption_salt.empty()) return;
  if (options.key_length != token::kEncryptKeyBytes) throw std::invalid_argument("key_length: encryption takes 32");
  encryption_key_ = derive(secret_key_base, options.encryption_salt, options);
}

std::string SessionCookie::write(const TermMap& session) const {
  const auto bytes = token::encode_term(session);
  if (!bytes) throw std::invalid_argument("the session is too large");
  std::string value = encryption_key_.empty() ? token::sign_message(*bytes, signing_key_)
                                              : token::encrypt_message(*bytes, encryption_key_,
                                                                       token::random_bytes(token::kEncryptIvBytes));
  if (value.size() > kCookieBytesMax) throw std::invalid_argument("the session is too large");
  return value;
}

std::expected<TermMap, TokenError> SessionCookie::read(std::optional<std::string_view> value) const {
  if (!value) return std::unexpected(TokenError::missing);
  if (value->size() > kCookieBytesMax) return std::unexpected(TokenError::invalid);
  const auto bytes = encryption_key_.empty() ? token::verify_message(*value, signing_key_)
                                             : token::decrypt_message(*value, encryption_key_, signing_key_);
  const auto term = bytes ? token::decode_term(*bytes) : std::nullopt;
  const auto* session = term ? term->get_if<TermMap>() : nullptr;
  if (!session) return std::unexpected(TokenError::invalid);
  return *session;
}

}  // namespace roost
