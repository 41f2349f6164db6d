#include "http/response.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/text.h"

namespace roost::http {
namespace {

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

/// Headers that only the encoder may write.
bool is_ours(std::string_view name, int status) {
  if (iequals(name, "connection")) return status != 101;
  return iequals(name, "content-length") || iequals(name, "transfer-encoding") || iequals(name, "date");
}

bool may_stand_in_value(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  std::ranges::copy_if(value, std::back_inserter(out), may_stand_in_value);
  out += "\r\n";
}

}  // namespace

Response text_response(int status, std::string text) {
  Response response{.status = status, .headers = {}, .body = {}};
  if (text.empty()) return response;
  response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
  response.body = std::move(text);
  return response;
}

Response reason_response(int status, std::string_view reason) {
  const boost::json::object body = {{"reason", reason}};
  return {status, {{"content-type", "application/json; charset=utf-8"}}, boost::json::serialize(body)};
}

Response error_response(const ParseError& error) {
  return text_response(error.status, error.reason);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string http_date(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  std::array<char, 64> out{};
  const int size =
      std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday(day).c_encoding()],
                    static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                    static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

std::string encode_head(const Response& response, bool keep_alive, std::string_view date) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  if (!date.empty()) append_header(out, "date", date);
  if (has_body(response.status)) append_header(out, "content-length", std::to_string(response.body.size()));
  if (!keep_alive && response.status != 101) append_header(out, "connection", "close");
  for (const Header& header : response.headers)
    if (is_token(header.name) && !is_ours(header.name, response.status)) append_header(out, header.name, header.value);
  out += "\r\n";
  return out;
}

std::string encode_response(const Response& response, bool keep_alive, bool head_only, std::string_view date) {
  std::string out = encode_head(response, keep_alive, date);
  if (!head_only && has_body(response.status)) out += response.body.view();
  return out;
}

}  // namespace roost::http
