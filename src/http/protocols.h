#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/parse_error.h"

namespace roost::http {

/// What a Sec-WebSocket-Protocol header offers, its token taken out (PROTOCOL A4).
struct ProtocolOffer {
  std::optional<std::string> token;  // the decoded bytes
  std::optional<std::string>
      header;  // the header as later steps see it; nullopt when it is absent, or when only a token was there
};

/// Takes the bearer token out of the header, for a mount with auth_token (PROTOCOL A4-A8).
///
/// `header`: the first Sec-WebSocket-Protocol line, nullopt when there is none. The token is the one entry that begins
/// with "base64url.bearer.phx."; with several nothing is taken. Both base64 alphabets are read, padded or not. Error
/// (403): the entry is not base64. Source: Phoenix.Transports.WebSocket maybe_auth_token_from_header/2.
auto take_bearer_token(std::optional<std::string_view> header) -> std::expected<ProtocolOffer, ParseError>;

/// The protocol to answer with: the first of `configured` that was offered (PROTOCOL A2).
///
/// `configured`: with auth_token it begins with "phoenix" (A3); empty means that none are configured, and the header is
/// ignored (A1). nullopt: answer without one. Error (403): there was a header, and nothing in it is configured.
/// Source: Phoenix.Socket.Transport.check_subprotocols/2.
auto choose_protocol(const std::vector<std::string>& configured, std::optional<std::string_view> header)
    -> std::expected<std::optional<std::string>, ParseError>;

}  // namespace roost::http
