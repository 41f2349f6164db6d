#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "http/request.h"

namespace roost::http {

/// The parts of an Origin header that decide, as Elixir's URI.parse/1 takes them apart.
struct OriginUri {
  std::optional<std::string> scheme;  // in lower case
  std::optional<std::string> host;    // as sent, without the brackets of an IPv6 address; "" in `file://`
  std::optional<std::uint32_t> port;  // the scheme's own when none is written

  friend bool operator==(const OriginUri&, const OriginUri&) = default;
};

/// Takes any text: what has no host, such as `null`, `localhost` or "", comes back without one.
OriginUri parse_origin(std::string_view text);

/// Where a request was sent, by its own word.
struct RequestOrigin {
  std::string scheme;  // "http" or "https"
  std::string host;    // without port, and without the brackets of an IPv6 address
  std::uint32_t port = 0;
};

/// The origin at `authority`, the value of a Host header; port and errors as for request_origin().
RequestOrigin origin_at(std::string_view authority, bool tls);

/// Scheme by whether the connection has TLS, host and port by the Host header; the port of the scheme when none is
/// written. A request without a Host, or with one that cannot be read, gives an empty host.
RequestOrigin request_origin(const Request& request, bool tls);

/// check_origin: which pages may open a socket here (PROTOCOL §4.3, O1-O9).
///
/// Source: Phoenix.Socket.Transport.check_origin/5, phoenix/lib/phoenix/socket/transport.ex.
class OriginPolicy {
 public:
  /// Every origin (O2).
  static OriginPolicy off();
  /// Origins with this host, whatever their scheme and port (O6). nullopt: any origin that has a host.
  static OriginPolicy host(std::optional<std::string> configured_host);
  /// Origins that equal the request in scheme, host and port (O4).
  static OriginPolicy conn();
  /// Origins that fit an entry: "https://a.com", "//a.com", "//a.com:81", "//*.a.com" (O7, O8).
  /// Error: names the entry that has no host.
  static auto list(const std::vector<std::string>& entries) -> std::expected<OriginPolicy, Error>;
  /// What `decide` says, also of origins without a host (O3). Called on the thread that calls allows().
  static OriginPolicy callback(std::function<bool(const OriginUri&)> decide);

  /// Whether a request with this first Origin header may connect; without one it may, always (O1).
  bool allows(std::optional<std::string_view> origin_header, const RequestOrigin& request) const;

 private:
  struct Off {};
  struct Host {
    std::optional<std::string> host;
  };
  struct Conn {};
  struct List {
    std::vector<OriginUri> entries;
  };
  struct Callback {
    std::function<bool(const OriginUri&)> decide;
  };
  using Rule = std::variant<Off, Host, Conn, List, Callback>;

  explicit OriginPolicy(Rule rule) : rule_(std::move(rule)) {}
  static bool allowed(const Off&, const OriginUri& origin, const RequestOrigin& request);
  static bool allowed(const Host& rule, const OriginUri& origin, const RequestOrigin& request);
  static bool allowed(const Conn&, const OriginUri& origin, const RequestOrigin& request);
  static bool allowed(const List& rule, const OriginUri& origin, const RequestOrigin& request);
  static bool allowed(const Callback& rule, const OriginUri& origin, const RequestOrigin& request);

  Rule rule_;
};

}  // namespace roost::http
