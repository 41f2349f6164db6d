#include "token/jws.h"

#include <boost/json.hpp>

#include "base/encoding.h"

namespace roost::token {
namespace {

namespace json = boost::json;

struct Header {
  JwsAlgorithm algorithm;
  std::optional<std::string> key_id;
};

std::expected<Header, JwtError> parse_header(std::string_view part) {
  const auto bytes = decode_part(part);
  if (!bytes) return std::unexpected(JwtError::malformed);
  boost::system::error_code error;
  const json::value value = json::parse(*bytes, error);
  if (error || !value.is_object()) return std::unexpected(JwtError::malformed);
  const json::object& header = value.get_object();
  const json::value* name = header.if_contains("alg");
  if (!name || !name->is_string()) return std::unexpected(JwtError::malformed);
  const auto algorithm = jws_algorithm(name->get_string());
  if (!algorithm) return std::unexpected(JwtError::unsupported_algorithm);
  if (header.contains("crit")) return std::unexpected(JwtError::unsupported_header);  // RFC 7515 §4.1.11
  const json::value* id = header.if_contains("kid");
  if (!id) return Header{*algorithm, std::nullopt};
  if (!id->is_string()) return std::unexpected(JwtError::malformed);
  return Header{*algorithm, std::string(id->get_string())};
}

}  // namespace

std::optional<std::string> decode_part(std::string_view text) {
  return text.ends_with('=') ? std::nullopt : base64_decode(text, Base64::url);
}

std::expected<Jws, JwtError> parse_jws(std::string_view text) {
  const std::size_t first = text.find('.'), last = text.rfind('.');
  if (first == last) return std::unexpected(JwtError::malformed);  // one dot, or none
  const auto payload = text.substr(first + 1, last - first - 1);
  if (payload.contains('.')) return std::unexpected(JwtError::malformed);
  auto header = parse_header(text.substr(0, first));
  if (!header) return std::unexpected(header.error());
  auto signature = decode_part(text.substr(last + 1));
  if (!signature) return std::unexpected(JwtError::malformed);
  return Jws{header->algorithm, std::move(header->key_id), text.substr(0, last), payload, std::move(*signature)};
}

std::expected<const JwsKey*, JwtError> choose_key(const std::vector<JwsKey>& keys, const Jws& jws) {
  const bool only_nameless = keys.size() == 1 && !keys.front().id;
  const JwsKey* chosen = nullptr;
  bool named = false, several = false;
  for (const JwsKey& key : keys) {
    if (jws.key_id && key.id != jws.key_id && !only_nameless) continue;
    named = true;
    if (key.algorithm != jws.algorithm) continue;
    several = chosen != nullptr;
    if (!chosen) chosen = &key;
  }
  if (!named || several) return std::unexpected(JwtError::unknown_key);
  if (!chosen) return std::unexpected(JwtError::wrong_algorithm);
  return chosen;
}

}  // namespace roost::token
