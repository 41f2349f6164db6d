#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include "base/error.h"
#include "bench/dialect.h"

namespace roost::bench {

/// Where the load goes: a socket of any server that speaks the Phoenix protocol.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string path;  // with the query: "/socket/websocket?vsn=2.0.0"
  sockaddr_in address{};
  bool loopback = false;
  bool tls = false;        // wss://; any certificate is taken
  std::string tls_name{};  // whom to ask for; empty when the host is an address

  /// "127.0.0.1:4000", for the Host header and for people.
  std::string authority() const { return host + ":" + std::to_string(port); }
};

/// Reads "ws://HOST[:PORT]/PATH[?QUERY]", or wss://, and looks HOST up (IPv4), which may block.
///
/// What `dialect` needs is added: for Phoenix "/websocket" to the path and vsn=2.0.0 to the query where they are
/// missing, so that "ws://127.0.0.1:4000/socket" will do. The error says what is wrong with the URL, for people.
std::expected<Target, Error> parse_target(std::string_view url, const Dialect& dialect = phoenix_dialect());

/// The request that opens a WebSocket there. `compress`: permessage-deflate is offered.
std::string handshake_request(const Target& target, bool compress);

/// The answer to the key in handshake_request(), which is always that of RFC 6455 §1.3: the load generator is no
/// browser.
inline constexpr std::string_view kAcceptOfFixedKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

}  // namespace roost::bench
