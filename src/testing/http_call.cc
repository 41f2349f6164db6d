#include "testing/http_call.h"

#include <utility>

#include <gtest/gtest.h>

namespace roost::testing {
namespace {

/// As a client reads it.
HttpResponse received(http::Response sent, bool head_only) {
  HttpResponse response{.status = sent.status, .body = std::string(sent.body.view()), .content_type = ""};
  if (head_only) response.body.clear();
  for (auto& [name, value] : sent.headers) {
    if (name == "content-type")
      response.content_type = std::move(value);
    else
      response.headers.emplace_back(std::move(name), std::move(value));
  }
  return response;
}

}  // namespace

void HttpCall::State::start(const server::RouteTable& routes, const server::RouteCall::Place& place, Request sent,
                            std::size_t body_bytes_max) {
  request->method = std::move(sent.method);
  request->target = std::move(sent.target);
  const std::size_t mark = request->target.find('?');
  request->path = request->target.substr(0, mark);
  if (mark != std::string::npos) request->query = request->target.substr(mark + 1);
  for (auto& [name, value] : sent.headers) request->headers.push_back({std::move(name), std::move(value)});
  request->body = std::move(sent.body);

  const auto give = [this](http::Response answer) {
    response = received(std::move(answer), request->method == "HEAD");
  };
  auto found = routes.find(request->method, request->path);
  if (!found.route && found.allowed.empty()) return give(http::reason_response(404, "not found"));
  if (request->body.size() > routes.body_bytes_max(*request, body_bytes_max).value_or(body_bytes_max))
    return give(http::reason_response(413, "body too large"));
  call = server::RouteCall::start(place, std::move(found), request, give);
}

void HttpCall::State::end() {
  if (call) call->abandon();
  call.reset();
  executor = nullptr;
}

bool HttpCall::answered() const {
  state_->settle();
  return state_->response.has_value();
}

HttpResponse HttpCall::answer(std::source_location at) const {
  if (answered()) return *state_->response;
  ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line()))
      << "expected an answer to " << state_->request->method << " " << state_->request->target
      << ", but there is none yet";
  return {.status = 0, .content_type = ""};
}

void HttpCall::close() {
  state_->end();
}

}  // namespace roost::testing
