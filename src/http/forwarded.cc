#include "http/forwarded.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/forwarded_elements.h"
#include "http/text.h"

namespace roost::http {
namespace {

/// What headers say, hop by hop: the last element of each list is the word of the peer itself.
struct Claims {
  std::vector<std::string> nodes;
  std::vector<std::string> protos;
  std::vector<std::string> hosts;
};

/// How far trust goes to the left.
struct Walk {
  AddressPort client;
  std::size_t hop = 0;  // of the last trusted proxy: 0 is the peer, whose word is the rightmost
};

Walk walk(const TrustedProxies& proxies, const AddressPort& peer, const std::vector<std::string>& nodes) {
  Walk at{peer, 0};
  for (std::size_t hop = 0; hop < nodes.size() && proxies.contains(at.client.address); ++hop) {
    at.hop = hop;
    const auto next = AddressPort::parse(nodes[nodes.size() - 1 - hop]);
    if (!next) break;
    at.client = *next;
  }
  return at;
}

void append_list(std::vector<std::string>& list, const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines)
    for (const std::string_view element : comma_list(line)) list.emplace_back(element);
}

Claims claims_of(const Request& request) {
  Claims claims;
  const auto nodes = request.headers_all("x-forwarded-for");
  const auto protos = request.headers_all("x-forwarded-proto");
  const auto hosts = request.headers_all("x-forwarded-host");
  append_list(claims.nodes, nodes);
  append_list(claims.protos, protos);
  append_list(claims.hosts, hosts);
  if (!nodes.empty() || !protos.empty() || !hosts.empty()) return claims;
  for (ForwardedElement& element : parse_forwarded(request.headers_all("forwarded"))) {
    claims.nodes.push_back(std::move(element.node));
    claims.protos.push_back(std::move(element.proto));
    claims.hosts.push_back(std::move(element.host));
  }
  return claims;
}

std::string_view word_of(std::size_t hop, const std::vector<std::string>& list) {
  if (list.empty()) return {};
  return list[list.size() - 1 - std::min(hop, list.size() - 1)];
}

/// Whether the client's own connection had TLS; nullopt: no such scheme.
std::optional<bool> has_tls(std::string_view proto) {
  if (iequals(proto, "https") || iequals(proto, "wss")) return true;
  if (iequals(proto, "http") || iequals(proto, "ws")) return false;
  return std::nullopt;
}

}  // namespace

auto TrustedProxies::parse(const std::vector<std::string>& entries) -> std::expected<TrustedProxies, Error> {
  TrustedProxies proxies;
  for (const std::string& entry : entries) {
    const auto network = Network::parse(entry);
    if (!network)
      return std::unexpected(Error{"\"" + entry + "\" is neither an address (10.0.0.1, ::1) nor a network " +
                                   "(10.0.0.0/8, 2001:db8::/32; no bits set behind those that count)"});
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.contains(address); });
}

AddressPort client_address(const TrustedProxies& proxies, const AddressPort& peer,
                           const std::vector<std::string_view>& x_forwarded_for) {
  std::vector<std::string> nodes;
  append_list(nodes, x_forwarded_for);
  return walk(proxies, peer, nodes).client;
}

RequestSource request_source(const TrustedProxies& proxies, const Request& request, std::string_view peer,
                             std::uint16_t port, bool tls) {
  RequestSource source{std::string(peer), port, request_origin(request, tls)};
  const auto address = Address::parse(peer);
  if (!address || !proxies.contains(*address)) return source;

  const Claims claims = claims_of(request);
  const Walk walked = walk(proxies, {*address, port}, claims.nodes);
  source.address = walked.client.address.text();
  source.port = walked.client.port;
  const bool client_tls = has_tls(word_of(walked.hop, claims.protos)).value_or(tls);
  std::string_view host = word_of(walked.hop, claims.hosts);
  if (host.empty() || !may_be_host(host)) host = request.header("host").value_or("");
  source.origin = origin_at(host, client_tls);
  return source;
}

}  // namespace roost::http
