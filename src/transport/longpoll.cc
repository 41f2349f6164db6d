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

LongPollBody split(const http::Request& request) {
  return split_longpoll_body(request.header("content-type").value_or(""), request.body);
}

// What came before an undecodable line is handled, and its session lives on (PROTOCOL §6, L7).
http::Response post_answer(int status, bool undecodable) {
  return status == 200 && undecodable ? longpoll_error() : longpoll_status(status);
}

void post_here(LongPollRequest request, const LongPollId& id) {
  const LongPollShard to = request.service->find_shard(id.shard);
  if (!to.executor) return request.exchange->respond(longpoll_status(410));
  LongPollBody body = split(request.exchange->request);
  to.executor->post([to, id, request = std::move(request), body = std::move(body)]() mutable {
    LongPollSession* session = to.polls->find(id);
    if (!session)
      return when_not_found(std::move(request),
                            [](const LongPollRequest& late) { late.exchange->respond(longpoll_status(410)); });
    auto respond = [request = std::move(request), undecodable = body.undecodable](const LongPollAnswer& answer) {
      request.respond(post_answer(answer.status, undecodable));
    };
    session->post(std::move(body.messages), std::move(respond));
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

void post_there(const LongPollRequest& request, const LongPollId& id) {
  const LongPollBody body = split(request.exchange->request);
  auto respond = [request, undecodable = body.undecodable](const LongPollFront::Answer& answer) {
    return request.respond_here(answer.status == 503 ? longpoll_http(503) : post_answer(answer.status, undecodable));
  };
  LongPollFront& front = request.service->relay->front();
  const std::uint64_t number = front.post(id, body.messages, request.options().window, std::move(respond));
  const auto exchange = request.exchange;
  if (exchange->gone()) return front.abandon(number);
  exchange->on_gone = [&front, number] { front.abandon(number); };
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

// A body that is too long matters only to a session (PROTOCOL §6); to the HTTP parser, which takes a little more,
// always.
bool too_long(const LongPollRequest& request) {
  if (request.exchange->request.body.size() <= kLongPollBodyBytesMax) return false;
  request.service->host.metrics.add(Count::limit_request);
  request.exchange->respond(longpoll_body_too_long());
  return true;
}

void post(LongPollRequest request) {
  find_session(
      std::move(request),
      [](LongPollRequest found, const LongPollId& id) {
        if (!too_long(found)) post_here(std::move(found), id);
      },
      [](const LongPollRequest& found, const LongPollId& id) {
        if (!too_long(found)) post_there(found, id);
      },
      [](const LongPollRequest& lost) { lost.exchange->respond(longpoll_status(410)); });
}

}  // namespace

const http::Response& longpoll_body_too_long() {
  static const http::Response answer = longpoll_http(400);
  return answer;
}

LongPollBody split_longpoll_body(std::string_view content_type, std::string_view body) {
  if (content_type != "application/x-ndjson") return {{{false, std::string(body)}}};
  LongPollBody split;
  for (std::size_t line_count = 0; !body.empty() && line_count < kLongPollLinesMax; ++line_count) {
    const auto end = body.find('\n');
    std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;  // L6, ours: an empty line harms nobody
    if (line.front() == '[') {
      split.messages.push_back({false, std::string(line)});
      continue;
    }
    std::optional<std::string> bytes;
    if (line.size() <= kLongPollLineBytesMax) bytes = base64_decode(line, Base64::standard_padded);
    split.undecodable = !bytes;
    if (!bytes) break;
    split.messages.push_back({true, std::move(*bytes)});
  }
  return split;
}

void accept_longpoll(const std::shared_ptr<Exchange>& exchange, const Mount& mount,
                     const http::PathPattern::Variables& variables, LongPollService& service) {
  const http::Request& http = exchange->request;
  auto params = request_params(http, variables, service.host.metrics);
  if (!params) return exchange->respond(longpoll_http(params.error().status));
  if (!origin_allowed(mount, *exchange)) {
    service.host.log.write(
        LogLevel::warn, "origin refused",
        {{"socket", mount.definition->path}, {"origin", *http.header("origin")}, {"allowed", mount.origins_allowed}});
    service.host.metrics.add(Count::refused_origin);
    return exchange->respond(longpoll_status(403));
  }
  if (http.method == "OPTIONS") return exchange->respond(longpoll_preflight(http));
  if (http.method != "GET" && http.method != "POST") return exchange->respond(longpoll_http(400));
  std::string token = find_token(http, *params);
  LongPollRequest request{exchange, &mount, std::move(*params), std::move(token), &service};
  if (http.method == "GET") return poll(std::move(request));
  post(std::move(request));
}

}  // namespace roost::transport
