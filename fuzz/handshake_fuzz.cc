// A client's first request: everything that the handshake reads of it (PROTOCOL §4.1, §4.3, §4.4).
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/origin.h"
#include "http/path.h"
#include "http/protocols.h"
#include "http/query.h"
#include "http/request.h"
#include "http/response.h"
#include "http/upgrade.h"
#include "wire/negotiate.h"
#include "ws/extension.h"

namespace {

using namespace roost;

void negotiate_version(const boost::json::object& params) {
  const boost::json::value* vsn = params.if_contains("vsn");
  if (!vsn || !vsn->is_string()) return;
  const auto serializer = wire::negotiate(std::string_view(vsn->get_string()));
  if (!serializer) (void)wire::describe(serializer.error(), vsn->get_string());
}

void shake_hands(const http::Request& request) {
  static const auto policies = [] {
    auto list = http::OriginPolicy::list({"https://example.com", "//other.org", "//*.wild.net", "http://plain.net:81"});
    ROOST_ASSERT(list.has_value());
    return std::array{http::OriginPolicy::host("localhost"), http::OriginPolicy::conn(), std::move(*list)};
  }();
  static const auto pattern = http::PathPattern::parse("/tenant/:tenant/socket/ws/:shard");

  (void)pattern->match(request.path);
  if (const auto params = http::decode_query(request.query)) negotiate_version(*params);
  for (const auto& policy : policies)
    (void)policy.allows(request.header("origin"), http::request_origin(request, false));
  const auto offer = http::take_bearer_token(request.header("sec-websocket-protocol"));
  if (offer) {
    const std::optional<std::string_view> header =
        offer->header ? std::optional<std::string_view>(*offer->header) : std::nullopt;
    const auto chosen = http::choose_protocol({"phoenix", "sip"}, header);
    // Only what was offered is ever answered.
    if (chosen && *chosen) ROOST_ASSERT(request.header("sec-websocket-protocol")->contains(**chosen));
  }
  const auto upgrade = http::validate_upgrade(request);
  if (!upgrade) {
    (void)http::encode_response(http::text_response(400, upgrade.error()), true, false, "");
    return;
  }
  std::string offers;
  for (const std::string& one : upgrade->extensions) offers += one + ",";
  const auto deflate = ws::negotiate_deflate(offers);
  const std::string head = http::encode_response(
      http::upgrade_response(*upgrade, std::nullopt, deflate ? std::optional(deflate->response) : std::nullopt), true,
      false, "");
  ROOST_ASSERT(head.starts_with("HTTP/1.1 101 ") && head.find("\r\n\r\n") == head.size() - 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const http::ParserLimits limits;
  http::RequestParser parser(limits);
  std::string_view input(reinterpret_cast<const char*>(data), size);
  while (true) {
    const auto request = parser.next(input);
    if (!request || !*request) return 0;
    shake_hands(**request);
  }
}
