#include "http/protocols.h"

#include <algorithm>

#include "base/encoding.h"
#include "http/text.h"

namespace roost::http {
namespace {

constexpr std::string_view kTokenPrefix = "base64url.bearer.phx.";

std::optional<std::string> join(const std::vector<std::string_view>& protocols) {
  if (protocols.empty()) return std::nullopt;
  std::string header;
  for (const auto protocol : protocols) {
    if (!header.empty()) header += ", ";
    header += protocol;
  }
  return header;
}

}  // namespace

auto take_bearer_token(std::optional<std::string_view> header) -> std::expected<ProtocolOffer, ParseError> {
  if (!header) return ProtocolOffer{};
  std::vector<std::string_view> tokens;
  std::vector<std::string_view> others;
  for (const auto entry : comma_list(*header)) (entry.starts_with(kTokenPrefix) ? tokens : others).push_back(entry);
  if (tokens.size() != 1) return ProtocolOffer{.token = {}, .header = std::string(*header)};
  auto token = base64_decode(tokens.front().substr(kTokenPrefix.size()), Base64::either);
  if (!token) return std::unexpected(ParseError{403, "auth token is not base64"});
  return ProtocolOffer{.token = std::move(token), .header = join(others)};
}

auto choose_protocol(const std::vector<std::string>& configured, std::optional<std::string_view> header)
    -> std::expected<std::optional<std::string>, ParseError> {
  if (configured.empty() || !header) return std::nullopt;
  const auto offered = comma_list(*header);
  for (const std::string& name : configured)
    if (std::ranges::find(offered, name) != offered.end()) return name;
  return std::unexpected(ParseError{403, "no common subprotocol"});
}

}  // namespace roost::http
