#include "transport/longpoll.h"

#include <utility>

#include "base/encoding.h"
#include "transport/connect.h"
#include "transport/longpoll_relay.h"
#include "transport/longpoll_request.h"

namespace roost::transport {
namespace {

// L1: the header wins over the query.
std::string find_token(const http::Request& request, const boost::json::object& params) {
  if (const auto header = request.header("x-phoenix-longpoll-token")) return std::string(*header);
  const boost::json::value* token = params.if_contains("token");
  return token && token->is_string() ? std::string(token->get_string()) : std::string();
}

void start_session(LongPollRequest request) {
  if (request.exchange->gone()) return;
  if (request.service->host.draining) return request.exchange->respond(longpoll_http(503));
  const http::Request& http = request.exchange->request;
  std::optional<std::string> auth_token, protocols;
  if (request.mount->definition->auth_token_)
    if (const auto header = http.header("x-phoenix-authtoken")) auth_token = std::string(*header);  // L14
  if (const auto header = http.header("sec-websocket-protocol")) protocols = std::string(*header);
  auto connected = connect(*request.mount, *request.exchange, std::move(request.params), std::move(auth_token),
                           std::move(protocols), "longpoll", request.service->host);
  if (!connected) {
    if (connected.error().why != Refused::Why::crashed) return request.exchange->respond(longpoll_status(403));
    return request.exchange->respond(longpoll_error());
  }
  LongPolls& polls = request.service->polls;
  const LongPollSession* session = polls.start(*request.mount, connected->serializer, std::move(connected->accept));
  if (!session) return request.exchange->respond(longpoll_http(503));
  request.exchange->respond(longpoll_messages(410, polls.tokens().sign(session->id()), {}));
}

// A genuine token whose session is gone: it is looked for as long as another node might take to answer (PROTOCOL §6,
// L13).
template <typename Then>
void when_not_found(LongPollRequest request, Then then) {
  Executor& home = request.service->host.executor;
  home.post([&home, request = std::move(request), then]() mutable {
    const auto patience = request.options().pubsub_timeout;
    home.post_after(patience, [request = std::move(request), then]() mutable { then(std::move(request)); });
  });
}

// Requests whose session is on this node, on whichever shard.

/// On the request's shard: gives the client what its session had for it, and tells the session whether it was there.
void hand_over(const LongPollRequest& request, const LongPollShard& from, const LongPollId& id,
               const LongPollAnswer& answer) {
  std::vector<std::string_view> messages;
  for (const Frame& message : answer.messages) messages.push_back(message.payload());
  const bool taken = request.respond_here(longpoll_messages(answer.status, request.token, messages));
  if (!answer.receipt) return;
  from.executor->post([from, id, receipt = answer.receipt, taken] {
    if (LongPollSession* session = from.polls->find(id))
      session->confirm(receipt, taken ? parcel::Delivery::made : parcel::Delivery::failed);
  });
}

void poll_here(LongPollRequest request, const LongPollId& id) {
  const LongPollShard to = request.service->find_shard(id.shard);
  if (!to.executor) return start_session(std::move(request));
  to.executor->post([to, id, request = std::move(request)]() mutable {
    LongPollSession* session = to.polls->find(id);
    if (!session) return when_not_found(std::move(request), start_session);
    const auto shared = std::make_shared<LongPollRequest>(std::move(request));
    const std::uint64_t number = session->poll([shared, to, id](LongPollAnswer answer) {
      shared->service->host.executor.post(
          [shared, to, id, answer = std::move(answer)] { hand_over(*shared, to, id, answer); });
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

void post_here(LongPollRequest request, const LongPollId& id, std::vector<LongPollMessage> messages) {
  const LongPollShard to = request.service->find_shard(id.shard);
  if (!to.executor) return request.exchange->respond(longpoll_status(410));
  to.executor->post([to, id, request = std::move(request), messages = std::move(messages)]() mutable {
    LongPollSession* session = to.polls->find(id);
    if (!session)
      return when_not_found(std::move(request),
                            [](const LongPollRequest& late) { late.exchange->respond(longpoll_status(410)); });
    session->post(std::move(messages), [request = std::move(request)](const LongPollAnswer& answer) {
      request.respond(longpoll_status(answer.status));
    });
  });
}

// Requests whose session is on another node.

void poll_there(LongPollRequest request, const LongPollId& id) {
  LongPollFront& front = request.service->relay->front();
  const auto exchange = request.exchange;
  const auto window = request.options().window;
  const std::uint64_t number =
      front.poll(id, window, [request = std::move(request)](const LongPollFront::Answer& answer) mutable {
        if (request.exchange->gone()) return false;
        if (answer.status == 410) {
          start_session(std::move(request));
          return true;
        }
        if (answer.status == 503) return request.respond_here(longpoll_http(503));
        return request.respond_here(longpoll_messages(answer.status, request.token, answer.messages));
      });
  if (exchange->gone()) return front.forget(number);
  exchange->on_gone = [&front, number] { front.forget(number); };
}

void post_there(const LongPollRequest& request, const LongPollId& id, const std::vector<LongPollMessage>& messages) {
  request.service->relay->front().post(
      id, messages, request.options().window, [request](const LongPollFront::Answer& answer) {
        return request.respond_here(answer.status == 503 ? longpoll_http(503) : longpoll_status(answer.status));
      });
}

/// Finds out where the request belongs: `here` or `there` with the session's id, `nowhere` when its token is none.
template <typename Here, typename There, typename Nowhere>
void find_session(LongPollRequest request, Here here, There there, Nowhere nowhere) {
  if (const auto id = request.verify()) return here(std::move(request), *id);
  LongPollRelay* relay = request.service->relay;
  if (!relay) return nowhere(std::move(request));
  const auto age_max = request.token_age_max_ms();
  const auto patience = request.options().pubsub_timeout;
  std::string token = request.token;
  relay->front().identify(std::move(token), age_max, patience,
                          [request = std::move(request), there = std::move(there),
                           nowhere = std::move(nowhere)](std::optional<LongPollId> id) mutable {
                            if (id) return there(std::move(request), *id);
                            nowhere(std::move(request));
                          });
}

void poll(LongPollRequest request) {
  find_session(std::move(request), poll_here, poll_there, start_session);
}

void post(LongPollRequest request) {
  const http::Request& http = request.exchange->request;
  if (http.body.size() > kLongPollBodyBytesMax) {
    request.service->host.metrics.add(Count::limit_request);
    return request.exchange->respond(longpoll_http(400));
  }
  const auto split = [](const LongPollRequest& of) {
    const http::Request& whole = of.exchange->request;
    auto messages = split_longpoll_body(whole.header("content-type").value_or(""), whole.body);
    if (!messages) of.exchange->respond(longpoll_error());
    return messages;
  };
  find_session(
      std::move(request),
      [split](LongPollRequest found, const LongPollId& id) {
        if (auto messages = split(found)) post_here(std::move(found), id, std::move(*messages));
      },
      [split](const LongPollRequest& found, const LongPollId& id) {
        if (const auto messages = split(found)) post_there(found, id, *messages);
      },
      [](const LongPollRequest& lost) { lost.exchange->respond(longpoll_status(410)); });
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
    return exchange->respond(longpoll_status(403));
  }
  if (http.method == "OPTIONS") return exchange->respond(longpoll_preflight(http));
  if (http.method != "GET" && http.method != "POST") return exchange->respond(longpoll_http(400));
  auto params = request_params(http, variables, service.host.metrics);
  if (!params) return exchange->respond(longpoll_http(params.error().status));
  std::string token = find_token(http, *params);
  LongPollRequest request{exchange, &mount, std::move(*params), std::move(token), &service};
  if (http.method == "GET") return poll(std::move(request));
  post(std::move(request));
}

}  // namespace roost::transport
