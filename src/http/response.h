#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/bytes.hpp>

#include "http/parse_error.h"
#include "http/request.h"

namespace roost::http {

/// The bytes of a response: its own text, or bytes that many responses share.
class Body {
 public:
  Body() = default;
  Body(std::string text) : text_(std::move(text)) {}
  Body(const char* text) : text_(text) {}
  Body(SharedBytes bytes) : shared_(std::move(bytes)) {}

  std::string_view view() const { return shared_.empty() ? std::string_view(text_) : shared_.view(); }
  std::size_t size() const { return view().size(); }
  bool empty() const { return size() == 0; }

 private:
  std::string text_;
  SharedBytes shared_;
};

/// One response. Content-Length, Connection and Date are not among its headers: the encoder writes them.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  Body body;
};

/// A response with a text of type text/plain; an empty text gives an empty body without a type.
Response text_response(int status, std::string text);

/// {"reason": reason}: an error that a program will read.
Response reason_response(int status, std::string_view reason);

/// The answer to a request that could not be read; its connection must close behind it.
Response error_response(const ParseError& error);

/// "OK" for 200 and so on; "Unknown" for a status that RFC 9110 and its kin do not name.
std::string_view reason_phrase(int status);

/// An IMF-fixdate, such as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(std::chrono::system_clock::time_point time);

/// The head of `response` up to and with the empty line: what goes before the body's bytes.
///
/// `date`: the text of the Date header, see http_date; none is written when it is empty. Content-Length is always
/// there, except with 1xx, 204 and 304, which have no body (RFC 9110 §8.6). Nothing in `response` can end a line early:
/// a header whose name is no token is left out, control characters in values are left out, and so are Content-Length,
/// Transfer-Encoding, Date and (but for 101) Connection among its headers.
std::string encode_head(const Response& response, bool keep_alive, std::string_view date);

/// The whole response. `head_only`: the request was HEAD, so that the body is only counted.
std::string encode_response(const Response& response, bool keep_alive, bool head_only, std::string_view date);

/// "HTTP/1.1 100 Continue", for a client that waits for it: see RequestParser::take_expect_continue.
inline constexpr std::string_view kContinueResponse = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace roost::http
