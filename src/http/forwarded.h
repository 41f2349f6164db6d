#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/address.h"
#include "http/origin.h"
#include "http/request.h"

namespace roost::http {

/// The proxies whose word is taken about who sent a request and where to. Nobody's, unless told otherwise.
class TrustedProxies {
 public:
  TrustedProxies() = default;
  /// `entries`: addresses and networks, "10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32". Error: names the entry.
  static auto parse(const std::vector<std::string>& entries) -> std::expected<TrustedProxies, Error>;

  bool contains(const Address& address) const;

 private:
  std::vector<Network> networks_;
};

/// The client as the lines of its X-Forwarded-For headers tell, in the order in which they came.
///
/// Each proxy adds the address that it was spoken to from on the right, so the walk goes from there to the left, and on
/// only as long as the address that it is at is a trusted proxy: it ends at the rightmost address that is none, or at
/// the leftmost when all are. What is no address ends it before (`unknown`, a name, an empty text). With a `peer` that
/// is not trusted, nothing is looked at, and it is the peer.
AddressPort client_address(const TrustedProxies& proxies, const AddressPort& peer,
                           const std::vector<std::string_view>& x_forwarded_for);

/// Who sent a request, and where to.
struct RequestSource {
  std::string address;     // as Address::text writes it; what the caller gave if no proxy was asked
  std::uint16_t port = 0;  // 0: unknown, because the proxy did not say
  RequestOrigin origin;
};

/// The source of a request that came from `peer`; by the request's own word, and by that of trusted proxies.
///
/// If the peer is trusted, the address comes from X-Forwarded-For as client_address() tells; scheme and host come from
/// X-Forwarded-Proto (http, https, ws, wss) and X-Forwarded-Host, by the word of the trusted proxy farthest from here:
/// lists are counted from the right as that of the addresses is, and one that is shorter gives its leftmost element. A
/// value that is none is as if it was not there: then scheme and Host are those of the connection. The port is the one
/// that the host names, else that of the scheme.
///
/// `Forwarded` (RFC 7239) says all three in one header, and is read only if the request has none of those three: a
/// proxy that writes the X- headers mostly passes a client's own Forwarded on, and that is no proxy's word. For the
/// same reason a proxy that writes Forwarded has to drop the X- headers. Where a line of it breaks the grammar, nothing
/// further on in that line is read.
RequestSource request_source(const TrustedProxies& proxies, const Request& request, std::string_view peer,
                             std::uint16_t port, bool tls);

}  // namespace roost::http
