#pragma once

#include <expected>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "channel/host.h"
#include "http/forwarded.h"
#include "http/path.h"
#include "http/response.h"
#include "transport/http_protocol.h"
#include "transport/mount.h"

namespace roost::transport {

/// A client that was let in.
struct Connected {
  Accept accept;
  const wire::Serializer* serializer;  // null for a raw socket, which has no versions
};

/// Why a client was not let in.
struct Refused {
  enum class Why {
    rejected,  // the application, or no serializer for its vsn: 403
    reason,    // the application, with a reason: what the error handler says
    crashed,   // the application threw: 500
  } why;
  std::string reason;
};

/// The params of a request: its query, and the variables of the path on top (PROTOCOL U2, U4). Error: 400, or 414,
/// which is counted as the limit that it is.
std::expected<boost::json::object, http::ParseError> request_params(const http::Request& request,
                                                                    const http::PathPattern::Variables& variables,
                                                                    Metrics& metrics);

/// Who sent a request and where to, by its own word and by that of trusted proxies.
http::RequestSource source_of(const Mount& mount, const Exchange& exchange);

/// Whether the page that a request comes from may connect (PROTOCOL §4.3).
bool origin_allowed(const Mount& mount, const Exchange& exchange);

/// Steps 6 of PROTOCOL §4.1, for both transports: negotiates the version, then asks the application.
///
/// `protocols`: the Sec-WebSocket-Protocol header without its token; `transport`: "websocket" or "longpoll".
std::expected<Connected, Refused> connect(const Mount& mount, const Exchange& exchange, boost::json::object params,
                                          std::optional<std::string> auth_token, std::optional<std::string> protocols,
                                          std::string_view transport, channel::Host& host);

/// 500 as an endpoint renders it.
http::Response internal_error();

}  // namespace roost::transport
