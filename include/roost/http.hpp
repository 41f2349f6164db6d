#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

namespace roost {

/// A request to one of the application's own HTTP routes. Views last for the call.
struct HttpRequest {
  std::string_view method;  // "GET"
  std::string_view path;    // without the query, as sent
  std::string_view query;   // the raw text behind the question mark
  std::string_view body;
  std::function<std::string_view(std::string_view name)> header;  // first value, or ""
};

/// What a route answers.
struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;

  static HttpResponse text(std::string body, int status = 200) {
    return {status, std::move(body), "text/plain; charset=utf-8", {}};
  }
  static HttpResponse json(const boost::json::value& value, int status = 200);
};

/// Answers a request. Runs on the connection's shard; must not block. A throw answers 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

}  // namespace roost
