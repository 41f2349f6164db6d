#include "http/request_head.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "http/text.h"

namespace roost::http {
namespace {

std::optional<ParseError> check_host(const Request& head) {
  const auto hosts = head.headers_all("host");
  if (hosts.size() > 1) return ParseError{400, "several Host headers"};
  if (hosts.empty() && head.version_minor == 1) return ParseError{400, "no Host header"};  // RFC 9112 §3.2
  if (!hosts.empty() && !may_be_host(hosts.front())) return ParseError{400, "bad Host header"};
  return std::nullopt;
}

std::optional<ParseError> check_framing(const Request& head) {
  const auto lengths = head.headers_all("content-length");
  const auto codings = head.headers_all("transfer-encoding");
  if (lengths.size() + codings.size() > 1) return ParseError{400, "ambiguous body length"};  // RFC 9112 §6.3
  if (!lengths.empty() &&
      (lengths.front().empty() || !std::ranges::all_of(lengths.front(), [](char c) { return c >= '0' && c <= '9'; })))
    return ParseError{400, "bad Content-Length"};
  if (codings.empty()) return std::nullopt;
  if (head.version_minor == 0) return ParseError{400, "Transfer-Encoding in HTTP/1.0"};
  if (!iequals(codings.front(), "chunked")) return ParseError{501, "transfer coding not implemented"};
  return std::nullopt;
}

std::optional<ParseError> check_expect(const Request& head) {
  const auto expected = head.header("expect");
  if (!expected || iequals(*expected, "100-continue")) return std::nullopt;
  return ParseError{417, "expectation failed"};
}

void set_host(Request& head, std::string_view authority) {
  for (Header& header : head.headers)
    if (iequals(header.name, "host")) return void(header.value = authority);
  head.headers.push_back({"Host", std::string(authority)});
}

void set_path_and_query(Request& head, std::string_view text) {
  const std::size_t mark = text.find('?');
  head.path = text.substr(0, mark);
  if (head.path.empty()) head.path = "/";
  if (mark != std::string_view::npos) head.query = text.substr(mark + 1);
}

/// absolute-form = scheme "://" authority path-abempty [ "?" query ], for http and https.
std::optional<ParseError> split_absolute(Request& head) {
  const std::string_view target = head.target;
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return ParseError{400, "bad request target"};
  const auto scheme = target.substr(0, colon);
  if (!iequals(scheme, "http") && !iequals(scheme, "https")) return ParseError{400, "bad request target"};
  const auto rest = target.substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.empty() || !may_be_host(authority)) return ParseError{400, "bad request target"};
  set_host(head, authority);
  set_path_and_query(head, rest.substr(authority.size()));
  return std::nullopt;
}

std::optional<ParseError> split_target(Request& head) {
  if (head.method == "CONNECT") return ParseError{501, "CONNECT not implemented"};
  if (head.target.contains('#')) return ParseError{400, "fragment in the request target"};
  if (head.target.starts_with('/')) return set_path_and_query(head, head.target), std::nullopt;
  if (head.target != "*") return split_absolute(head);
  if (head.method != "OPTIONS") return ParseError{400, "bad request target"};
  head.path = "*";
  return std::nullopt;
}

}  // namespace

std::optional<ParseError> finish_head(Request& head) {
  if (head.version_minor == 0) head.keep_alive = false;
  if (const auto error = check_host(head)) return error;
  if (const auto error = check_framing(head)) return error;
  if (const auto error = check_expect(head)) return error;
  return split_target(head);
}

bool expects_continue(const Request& head) {
  return head.version_minor == 1 && iequals(head.header("expect").value_or(""), "100-continue");
}

}  // namespace roost::http
