// The only file that knows Boost.Beast. Beast is given a head only when it is complete: what it makes of one that comes
// in pieces, and how long that may be, depends on the pieces.

#include "http/head_grammar.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace roost::http {
namespace {

namespace beast = boost::beast;

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

/// Writes what Beast reads into a Request.
class HeadParser : public beast::http::basic_parser<true> {
 public:
  HeadParser() {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner has checked it
    skip(true);                                               // the body is not Beast's
  }

  Request request;

 private:
  using Code = beast::error_code;
  using View = beast::string_view;

  void on_request_impl(beast::http::verb, View method, View target, int version, Code&) override {
    request.method = text(method);
    request.target = text(target);
    request.version_minor = version - 10;
  }
  void on_field_impl(beast::http::field, View name, View value, Code&) override {
    request.headers.push_back({text(name), text(value)});
  }
  void on_header_impl(Code&) override {}
  void on_finish_impl(Code&) override {}
  // Of bodies and responses: never called.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(View body, Code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Code&) override { return body.size(); }
  void on_response_impl(int, View, int, Code&) override {}
};

/// 505 when the request line is one of another version of HTTP: two spaces, and "HTTP/" DIGIT "." DIGIT at its end.
ParseError bad_version(std::string_view head) {
  const auto line = head.substr(0, head.find('\r'));
  const auto version = line.substr(line.rfind(' ') + 1);
  const auto digit = [version](std::size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  const bool well_formed =
      version.size() == 8 && version.starts_with("HTTP/") && digit(5) && version[6] == '.' && digit(7);
  const bool known = version == "HTTP/1.0" || version == "HTTP/1.1";
  if (!well_formed || known || std::ranges::count(line, ' ') != 2) return {400, "bad request line"};
  return {505, "HTTP version not supported"};
}

}  // namespace

auto parse_head(std::string_view head) -> std::expected<Request, ParseError> {
  HeadParser parser;
  beast::error_code error;
  parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == beast::http::error::bad_version) return std::unexpected(bad_version(head));
  if (error || !parser.is_header_done()) return std::unexpected(ParseError{400, "bad request head"});
  parser.request.keep_alive = parser.keep_alive();
  return std::move(parser.request);
}

}  // namespace roost::http
