#pragma once

#include <memory>
#include <optional>

#include <roost/testing.hpp>

#include "base/executor_testing.h"
#include "http/request.h"
#include "server/routes.h"

namespace roost::testing {

/// A request on its way through a route.
struct HttpCall::State {
  explicit State(FakeExecutor& loop) : executor(&loop) {}

  void start(const server::RouteTable& routes, const server::RouteCall::Place& place, Request sent,
             std::size_t body_bytes_max);
  void settle() {
    if (executor) executor->run_until_idle();
  }
  /// The client goes, or the server does.
  void end();

  FakeExecutor* executor;  // null once it ended
  const std::shared_ptr<http::Request> request = std::make_shared<http::Request>();
  std::optional<HttpResponse> response;
  std::shared_ptr<server::RouteCall> call;
};

}  // namespace roost::testing
