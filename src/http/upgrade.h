#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace roost::http {

/// What the WebSocket handshake of a request says (RFC 6455 §4.2.1).
struct UpgradeRequest {
  std::string key;                      // Sec-WebSocket-Key; its form is not checked, as Phoenix does not
  std::vector<std::string> protocols;   // Sec-WebSocket-Protocol, first line only (PROTOCOL A2)
  std::vector<std::string> extensions;  // Sec-WebSocket-Extensions, one offer each, all lines
};

/// Whether a request may become a WebSocket: step 7 of PROTOCOL §4.1, with its order and texts.
///
/// Error: the text of the 400 that answers it.
/// Source: WebSockAdapter.UpgradeValidation.validate_upgrade/1.
auto validate_upgrade(const Request& request) -> std::expected<UpgradeRequest, std::string>;

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
std::string accept_key(std::string_view key);

/// The 101 that answers an upgrade. `protocol`, `extensions`: what was chosen, if anything.
Response upgrade_response(const UpgradeRequest& request, const std::optional<std::string>& protocol,
                          const std::optional<std::string>& extensions);

}  // namespace roost::http
