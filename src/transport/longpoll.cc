#include "transport/longpoll.h"

#include <utility>

#include "base/encoding.h"
#include "http/query.h"
#include "net/system.h"
#include "transport/connect.h"
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

http::Response status_only(int status) {
  return json("{\"status\":" + std::to_string(status) + "}");
}

http::Response with_messages(int status, std::string_view token, const std::vector<Frame>& messages) {
  std::string body = "{\"messages\":[";
  for (const Frame& message : messages) {
    if (body.back() != '[') body += ',';
    wire::append_json_string(body, message.payload());
  }
  body += "],\"status\":" + std::to_string(status) + ",\"token\":";
  wire::append_json_string(body, token);
  return json(std::move(body) + "}");
}

http::Response preflight(const http::Request& request) {
  return {200,
          {kAllowOrigin,
           {"access-control-allow-headers", std::string(request.header("access-control-request-headers").value_or(""))},
           {"access-control-allow-methods", "get, post, options"},
           {"access-control-max-age", "3600"}},
          {}};
}

http::Response empty(int status) {
  return {status, {kAllowOrigin}, {}};
}

/// One request on its way: what its answer needs, kept until then.
struct Request {
  std::shared_ptr<Exchange> exchange;
  const Mount* mount;
  boost::json::object params;
  std::string token;
  LongPollService* service;

  // Answers from any shard.
  void respond(http::Response response) const {
    service->host.executor.post([exchange = exchange, response = std::move(response)] { exchange->respond(response); });
  }
};

// L1: the header wins over the query.
std::string find_token(const http::Request& request, const boost::json::object& params) {
  if (const auto header = request.header("x-phoenix-longpoll-token")) return std::string(*header);
  const boost::json::value* token = params.if_contains("token");
  return token && token->is_string() ? std::string(token->get_string()) : std::string();
}

std::optional<LongPollId> verify(const Request& request) {
  const auto now = static_cast<std::uint64_t>(net::system_now_ns() / 1'000'000);
  const auto age = static_cast<std::uint64_t>(
      std::chrono::milliseconds(request.mount->definition->longpoll_->token_age_max).count());
  return request.service->polls.tokens().verify(request.token, now, age);
}

void start_session(Request request) {
  if (request.service->host.draining) return request.exchange->respond(empty(503));
  const http::Request& http = request.exchange->request;
  std::optional<std::string> auth_token, protocols;
  if (request.mount->definition->auth_token_)
    if (const auto header = http.header("x-phoenix-authtoken")) auth_token = std::string(*header);  // L14
  if (const auto header = http.header("sec-websocket-protocol")) protocols = std::string(*header);
  auto connected = connect(*request.mount, *request.exchange, std::move(request.params), std::move(auth_token),
                           std::move(protocols), "longpoll", request.service->host);
  if (!connected) {
    if (connected.error().why != Refused::Why::crashed) return request.exchange->respond(status_only(403));
    http::Response error = internal_error();
    error.headers.push_back(kAllowOrigin);
    return request.exchange->respond(error);
  }
  LongPolls& polls = request.service->polls;
  const LongPollSession* session = polls.start(*request.mount, connected->serializer, std::move(connected->accept));
  if (!session) return request.exchange->respond(empty(503));
  request.exchange->respond(with_messages(410, polls.tokens().sign(session->id()), {}));
}

// A genuine token whose session is gone: it is looked for as long as another node might take to answer (PROTOCOL §6,
// L13).
template <typename Then>
void when_not_found(Request request, Then then) {
  Executor& home = request.service->host.executor;
  home.post([&home, request = std::move(request), then]() mutable {
    const auto patience = request.mount->definition->longpoll_->pubsub_timeout;
    home.post_after(patience, [request = std::move(request), then]() mutable { then(std::move(request)); });
  });
}

void poll(Request request) {
  const auto id = verify(request);
  if (!id) return start_session(std::move(request));
  const LongPollShard to = request.service->find_shard(id->shard);
  if (!to.executor) return start_session(std::move(request));
  to.executor->post([to, id = *id, request = std::move(request)]() mutable {
    LongPollSession* session = to.polls->find(id);
    if (!session) return when_not_found(std::move(request), start_session);
    const auto shared = std::make_shared<Request>(std::move(request));
    const std::uint64_t number = session->poll([shared](LongPollAnswer answer) {
      shared->respond(with_messages(answer.status, shared->token, answer.messages));
    });
    // A client that goes while it waits must not take messages with it.
    shared->service->host.executor.post([to, id, number, exchange = shared->exchange] {
      auto forget = [to, id, number] {
        to.executor->post([to, id, number] {
          if (LongPollSession* live = to.polls->find(id)) live->forget(number);
        });
      };
      if (exchange->gone()) return forget();
      exchange->on_gone = std::move(forget);
    });
  });
}

void post(Request request) {
  const http::Request& http = request.exchange->request;
  if (http.body.size() > kLongPollBodyBytesMax) {
    request.service->host.metrics.add(Count::limit_request);
    return request.exchange->respond(empty(400));
  }
  const auto id = verify(request);
  const LongPollShard to = id ? request.service->find_shard(id->shard) : LongPollShard{};
  if (!to.executor) return request.exchange->respond(status_only(410));
  auto messages = split_longpoll_body(http.header("content-type").value_or(""), http.body);
  if (!messages) {
    http::Response error = internal_error();
    error.headers.push_back(kAllowOrigin);
    return request.exchange->respond(error);
  }
  to.executor->post([to, id = *id, request = std::move(request), messages = std::move(*messages)]() mutable {
    LongPollSession* session = to.polls->find(id);
    if (!session)
      return when_not_found(std::move(request), [](const Request& late) { late.exchange->respond(status_only(410)); });
    session->post(std::move(messages), [request = std::move(request)](LongPollAnswer answer) {
      request.respond(status_only(answer.status));
    });
  });
}

}  // namespace

std::optional<std::vector<LongPollMessage>> split_longpoll_body(std::string_view content_type, std::string_view body) {
  std::vector<LongPollMessage> messages;
  if (content_type != "application/x-ndjson") {
    messages.push_back({false, std::string(body)});
    return messages;
  }
  for (std::size_t line_count = 0; !body.empty() && line_count < kLongPollLinesMax; ++line_count) {
    const auto end = body.find('\n');
    std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;  // L6, ours: an empty line harms nobody
    if (line.front() == '[') {
      messages.push_back({false, std::string(line)});
      continue;
    }
    if (line.size() > kLongPollLineBytesMax) return std::nullopt;
    auto bytes = base64_decode(line, Base64::standard_padded);
    if (!bytes) return std::nullopt;
    messages.push_back({true, std::move(*bytes)});
  }
  return messages;
}

void accept_longpoll(const std::shared_ptr<Exchange>& exchange, const Mount& mount,
                     const http::PathPattern::Variables& variables, LongPollService& service) {
  const http::Request& http = exchange->request;
  if (!origin_allowed(mount, *exchange)) {
    service.host.log.write(
        LogLevel::warn, "origin refused",
        {{"socket", mount.definition->path}, {"origin", *http.header("origin")}, {"allowed", mount.origins_allowed}});
    service.host.metrics.add(Count::refused_origin);
    return exchange->respond(status_only(403));
  }
  if (http.method == "OPTIONS") return exchange->respond(preflight(http));
  if (http.method != "GET" && http.method != "POST") return exchange->respond(empty(400));
  auto params = request_params(http, variables, service.host.metrics);
  if (!params) return exchange->respond(empty(params.error().status));
  std::string token = find_token(http, *params);
  Request request{exchange, &mount, std::move(*params), std::move(token), &service};
  if (http.method == "GET") return poll(std::move(request));
  post(std::move(request));
}

}  // namespace roost::transport
