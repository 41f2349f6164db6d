#include "transport/longpoll_request.h"

#include <utility>

#include "net/system.h"
#include "wire/json_string.h"

namespace roost::transport {
namespace {

const http::Header kAllowOrigin{"access-control-allow-origin",
                                "*"};  // L16: the origin was checked, and cookies play no part

http::Response json(std::string body) {
  return {200,
          {kAllowOrigin, {"content-type", "application/json; charset=utf-8"}, {"cache-control", "no-store"}},
          std::move(body)};
}

}  // namespace

std::uint64_t LongPollRequest::token_age_max_ms() const {
  return static_cast<std::uint64_t>(std::chrono::milliseconds(options().token_age_max).count());
}

std::optional<LongPollId> LongPollRequest::verify() const {
  const auto now = static_cast<std::uint64_t>(net::system_now_ns() / 1'000'000);
  return service->polls.tokens().verify(token, now, token_age_max_ms());
}

void LongPollRequest::respond(http::Response response) const {
  service->host.executor.post([exchange = exchange, response = std::move(response)] { exchange->respond(response); });
}

bool LongPollRequest::respond_here(const http::Response& response) const {
  if (exchange->gone()) return false;
  exchange->respond(response);
  return true;
}

http::Response longpoll_status(int status) {
  return json("{\"status\":" + std::to_string(status) + "}");
}

http::Response longpoll_messages(int status, std::string_view token, const std::vector<std::string_view>& messages) {
  std::string body = "{\"messages\":[";
  for (const std::string_view message : messages) {
    if (body.back() != '[') body += ',';
    wire::append_json_string(body, message);
  }
  body += "],\"status\":" + std::to_string(status) + ",\"token\":";
  wire::append_json_string(body, token);
  return json(std::move(body) + "}");
}

http::Response longpoll_preflight(const http::Request& request) {
  std::string asked;
  for (const std::string_view names : request.headers_all("access-control-request-headers")) {
    if (!asked.empty()) asked += ", ";
    asked += names;
  }
  return {200,
          {kAllowOrigin,
           {"access-control-allow-headers", std::move(asked)},
           {"access-control-allow-methods", "get, post, options"},
           {"access-control-max-age", "3600"}},
          {}};
}

http::Response longpoll_http(int status) {
  return {status, {kAllowOrigin}, {}};
}

http::Response longpoll_error() {
  http::Response error = json(R"({"errors":{"detail":"Internal Server Error"},"status":500})");
  error.status = 500;
  return error;
}

}  // namespace roost::transport
