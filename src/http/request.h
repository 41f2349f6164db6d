#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/parse_error.h"

namespace roost::http {

/// One header line.
struct Header {
  std::string name;  // as sent
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

struct Response;

/// One request, with its whole body.
struct Request {
  std::string method;
  std::string target;     // as sent
  std::string path;       // the target's path: begins with '/', or is "*"; not percent-decoded
  std::string query;      // what follows the first '?', not decoded; "" when there is none
  int version_minor = 1;  // HTTP/1.0 or HTTP/1.1
  std::vector<Header> headers;
  std::string body;
  bool keep_alive = true;  // whether the connection may serve another request; never with HTTP/1.0

  /// The first value of this header, names compared without case. The view lasts as long as the request stays as it is.
  std::optional<std::string_view> header(std::string_view name) const;
  /// All its values, in the order in which they came.
  std::vector<std::string_view> headers_all(std::string_view name) const;
};

// The query may have 1,000,000 bytes (PROTOCOL U4), and one that is longer is answered by decode_query, which knows its
// name. 16 KiB more hold the path and a query that is a little too long.
inline constexpr std::size_t kTargetBytesMax = 1'000'000 + 16 * 1024;
// Cookies and tokens are the largest: a browser sends up to 4 KiB for each cookie; other servers take 8 to 64 KiB.
inline constexpr std::size_t kFieldBytesMax = 64 * 1024;
// Browsers send 10 to 30 fields, proxies add a few.
inline constexpr std::size_t kFieldCountMax = 128;
// What Phoenix reads of a long-poll body (PROTOCOL §14).
inline constexpr std::size_t kBodyBytesMax = 8'000'000;

/// How much of a request's body somebody reads.
struct BodyLimit {
  std::size_t bytes_max;
  const Response* answer = nullptr;  // to more of it, and outlives the parser; null: 413
};

/// How large a request may be.
struct ParserLimits {
  std::size_t target_bytes_max = kTargetBytesMax;  // else 414
  std::size_t field_bytes_max = kFieldBytesMax;    // all header lines together; else 431
  std::size_t field_count_max = kFieldCountMax;    // else 431
  std::size_t body_bytes_max = kBodyBytesMax;      // else 413
  /// When set, decides instead of `body_bytes_max`: asked once for each request with a body, when its head is known.
  std::function<BodyLimit(const Request& head)> body_limit_for = nullptr;
};

/// HTTP/1.x requests out of the bytes of one connection (RFC 9112).
///
/// Holds two pointers while no request has begun; the state of a request in progress goes with the request.
/// It is strict where leniency lets requests be smuggled: a head with both Content-Length and Transfer-Encoding, with
/// two Content-Lengths, a folded line, a space before a colon, a lone CR or LF, no or several Hosts is refused.
class RequestParser {
 public:
  /// `limits` must outlive the parser; one for the whole server will do.
  explicit RequestParser(const ParserLimits& limits);
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  /// Takes the bytes of one request, at most, from the front of `input`.
  ///
  /// nullopt: the request is not complete; all of `input` was taken, call again with more. A request: `input` is what
  /// came behind it, be it the next request or, after an upgrade, bytes of another protocol. Error: the status to
  /// answer with before the connection closes; the parser is of no more use. An absolute-form target (RFC 9112 §3.2.2)
  /// is taken apart: its authority replaces the value of the Host header.
  auto next(std::string_view& input) -> std::expected<std::optional<Request>, ParseError>;

  /// What a body that is too large is answered with in place of the 413 of next(): BodyLimit::answer.
  const Response* too_large_answer() const;

  /// True once for each request whose client waits for "100 Continue" before it sends the body (RFC 9110 §10.1.1).
  /// Ask when next() gave nullopt.
  bool take_expect_continue();

  /// Whether a request has begun and is not complete.
  bool has_partial() const { return state_ != nullptr; }

 private:
  struct State;
  const ParserLimits* limits_;
  std::unique_ptr<State> state_;  // only while a request is in progress
};

}  // namespace roost::http
