#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <roost/http.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/metrics.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route_pattern.h"
#include "transport/mount.h"

namespace roost::server {

/// One of the application's own routes, as App::route was given it.
struct RouteDefinition {
  std::string method;  // "GET"
  std::string path;
  HttpHandler handler;
  RouteOptions options;
  /// "GET /api/rooms/{id}", for the log.
  std::string name() const { return method + " " + path; }
};

/// The application's routes, in the order in which they are asked. Made once at the start, read by every shard.
class RouteTable {
 public:
  RouteTable() = default;
  /// `definitions` stay where they are as long as this lives. Error: names the route, and why it can't be.
  static std::expected<RouteTable, Error> prepare(std::span<const RouteDefinition> definitions,
                                                  std::span<const transport::Mount* const> mounts);

  struct Found {
    const RouteDefinition* route = nullptr;  // nullptr: none for this method
    http::RoutePattern::Variables variables;
    bool readable = true;  // the path
    std::string allowed;   // the methods of this path, "GET, HEAD, OPTIONS, POST"; empty: it has no route at all
  };
  Found find(std::string_view method, std::string_view path) const;
  /// How much of the body of such a request is read; nullopt: it has no route.
  std::optional<std::size_t> body_bytes_max(const http::Request& head, std::size_t otherwise) const;

 private:
  struct Route {
    http::RoutePattern pattern;
    const RouteDefinition* definition;
  };
  std::vector<Route> routes_;
};

/// A request that a route answers: holds it, and the coroutine if there is one. One thread.
class RouteCall : public std::enable_shared_from_this<RouteCall> {
 public:
  using Respond = std::move_only_function<void(http::Response)>;

  /// Where such a call runs.
  struct Place {
    TaskLoop& loop;
    Log& log;
    Metrics& metrics;
  };

  /// Answers a request for which something was found. `respond` is called once, now or when the coroutine is done,
  /// with the call still held by whoever holds it; a throw is logged and answers 500.
  static std::shared_ptr<RouteCall> start(const Place& place, RouteTable::Found found,
                                          std::shared_ptr<const http::Request> request, Respond respond);

  /// Whether it was answered or abandoned.
  bool done() const { return !respond_; }
  /// Nobody waits for the answer any more: the coroutine is destroyed where it waits. Not from within the handler.
  void abandon();

 private:
  RouteCall(const Place& place, std::shared_ptr<const http::Request> request, Respond respond)
      : place_(place), raw_(std::move(request)), respond_(std::move(respond)) {}
  void run(RouteTable::Found found);
  void call(const RouteDefinition& route);
  template <typename Function>
  void guard(const RouteDefinition& route, Function&& function);
  void crashed(const RouteDefinition& route, std::string_view error);
  void answer(HttpResponse response);

  const Place place_;
  const std::shared_ptr<const http::Request> raw_;
  Respond respond_;
  std::optional<HttpRequest> request_;  // views raw_
  std::optional<Task<HttpResponse>> task_;
};

http::Response to_response(HttpResponse answer);

}  // namespace roost::server
