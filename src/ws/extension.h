#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roost::ws {

/// The four parameters of permessage-deflate (RFC 7692 §7.1): what was agreed for one connection, or what a mount asks.
struct DeflateParams {
  bool server_no_context_takeover = false;   // each message of the server stands alone
  bool client_no_context_takeover = false;   // each message of the client stands alone
  std::uint8_t server_max_window_bits = 15;  // the server refers back 2^bits bytes at most
  std::uint8_t client_max_window_bits = 15;  // the client refers back 2^bits bytes at most

  friend bool operator==(const DeflateParams&, const DeflateParams&) = default;
};

/// An accepted offer.
struct DeflateAgreement {
  DeflateParams params;
  std::string response;  // for the server's Sec-WebSocket-Extensions header
};

/// Chooses the first acceptable permessage-deflate offer of a client (RFC 7692 §5.1, PROTOCOL W7).
///
/// `offers`: the values of all Sec-WebSocket-Extensions headers, joined by commas; anything else in it is skipped.
/// `ours`: the most that the server wants to keep: fewer bits and no contexts save memory, 40 KiB and 256 KiB a
/// connection. Window bits 9-15. client_max_window_bits only binds a client whose offer has that parameter.
/// nullopt: no offer is acceptable; go on without compression and without the header. An offer is declined as a whole
/// when a parameter is unknown, repeated or has an illegal value, and when it wants a server window of 8 bits, which
/// zlib cannot make.
auto negotiate_deflate(std::string_view offers, const DeflateParams& ours = {}) -> std::optional<DeflateAgreement>;

}  // namespace roost::ws
