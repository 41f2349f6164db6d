#include "server/routes.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "http/query.h"
#include "http/text.h"
#include "wire/json_scan.h"
#include "wire/json_value.h"

namespace roost::server {
namespace {

Error wrong(const RouteDefinition& route, const std::string& why) {
  return Error{"route " + route.name() + ": " + why};
}

/// Whether a socket answers at each path that `pattern` takes. Mounts compare paths as they were sent, so that one
/// with escapes may still get by.
bool is_hidden(const http::RoutePattern& pattern, const transport::Mount& mount) {
  const std::string example = pattern.example();
  return (mount.websocket_path && mount.websocket_path->match(example)) ||
         (mount.longpoll_path && mount.longpoll_path->match(example));
}

/// "GET, HEAD, OPTIONS": what the methods of a path's routes amount to.
std::string allow(std::vector<std::string_view> methods) {
  if (std::ranges::find(methods, "GET") != methods.end()) methods.push_back("HEAD");
  methods.push_back("OPTIONS");
  std::ranges::sort(methods);
  const auto repeated = std::ranges::unique(methods);
  methods.erase(repeated.begin(), repeated.end());
  std::string text;
  for (const auto method : methods) text.append(text.empty() ? "" : ", ").append(method);
  return text;
}

}  // namespace

// --- the table ---

auto RouteTable::prepare(std::span<const RouteDefinition> definitions, std::span<const transport::Mount* const> mounts)
    -> std::expected<RouteTable, Error> {
  RouteTable table;
  for (const RouteDefinition& route : definitions) {
    if (!http::is_token(route.method)) return std::unexpected(wrong(route, "a method is a word such as GET"));
    if (!route.handler) return std::unexpected(wrong(route, "it has no function"));
    auto pattern = http::RoutePattern::parse(route.path);
    if (!pattern) return std::unexpected(wrong(route, pattern.error().message));
    for (const transport::Mount* mount : mounts)
      if (is_hidden(*pattern, *mount))
        return std::unexpected(wrong(route, "the socket \"" + mount->definition->path + "\" answers there"));
    for (const Route& other : table.routes_)
      if (other.definition->method == route.method && other.pattern.same_paths(*pattern))
        return std::unexpected(
            Error{"routes " + other.definition->name() + " and " + route.name() + " take the same paths"});
    table.routes_.push_back({std::move(*pattern), &route});
  }
  std::ranges::sort(table.routes_, [](const Route& a, const Route& b) { return a.pattern.order(b.pattern) < 0; });
  return table;
}

RouteTable::Found RouteTable::find(std::string_view method, std::string_view path) const {
  const http::PathSegments segments(path);
  std::vector<std::string_view> methods;
  for (const Route& route : routes_) {
    auto variables = route.pattern.match(segments);
    if (!variables) continue;
    if (route.definition->method == method) return {route.definition, std::move(*variables), segments.readable, ""};
    methods.push_back(route.definition->method);
  }
  if (methods.empty()) return {};
  if (method == "HEAD" && std::ranges::find(methods, "GET") != methods.end()) return find("GET", path);
  return {nullptr, {}, segments.readable, allow(std::move(methods))};
}

std::optional<std::size_t> RouteTable::body_bytes_max(const http::Request& head, std::size_t otherwise) const {
  const Found found = find(head.method, head.path);
  if (!found.route || found.route->method == "GET") return std::nullopt;
  return found.route->options.body_bytes_max.value_or(otherwise);
}

// --- a call ---

std::shared_ptr<RouteCall> RouteCall::start(const Place& place, RouteTable::Found found,
                                            std::shared_ptr<const http::Request> request, Respond respond) {
  const std::shared_ptr<RouteCall> call(new RouteCall(place, std::move(request), std::move(respond)));
  call->run(std::move(found));
  return call;
}

void RouteCall::run(RouteTable::Found found) {
  if (!found.route) {
    const bool asked = raw_->method == "OPTIONS";
    HttpResponse response = asked ? HttpResponse::no_content() : HttpResponse::error(405, "method not allowed");
    response.headers.emplace_back("allow", std::move(found.allowed));
    return answer(std::move(response));
  }
  if (!found.readable) return answer(HttpResponse::error(400, "the path is not UTF-8 in percent-encoding"));
  auto params = http::decode_query(raw_->query);
  if (!params) {
    if (params.error().status == 414) place_.metrics.add(Count::limit_request);
    return answer(HttpResponse::error(params.error().status, params.error().reason));
  }
  for (auto& [name, value] : found.variables) (*params)[name] = value;
  request_.emplace(*raw_, std::move(*params));
  call(*found.route);
}

void RouteCall::call(const RouteDefinition& route) {
  guard(route, [this, &route] {
    HttpAnswer given = route.handler(*request_);
    if (auto* response = std::get_if<HttpResponse>(&given.value)) return answer(std::move(*response));
    task_ = std::move(std::get<Task<HttpResponse>>(given.value));
    task_->start(place_.loop, [weak = weak_from_this(), &route] {
      if (const auto self = weak.lock()) self->guard(route, [&self] { self->answer(self->task_->result()); });
    });
  });
}

// What the application throws ends here, and so does what it can't mean.
template <typename Function>
void RouteCall::guard(const RouteDefinition& route, Function&& function) {
  try {
    function();
  } catch (const WorkRefused& refused) {  // nobody's bug, and counted
    if (respond_) answer(HttpResponse::error(503, refused.limit()));
  } catch (const std::exception& error) {
    crashed(route, error.what());
  } catch (...) {
    crashed(route, "not a std::exception");
  }
}

void RouteCall::crashed(const RouteDefinition& route, std::string_view error) {
  place_.log.write(LogLevel::error, "route crashed", {{"route", route.name()}, {"error", error}});
  if (respond_) answer(HttpResponse::error(500, "internal server error"));
}

void RouteCall::answer(HttpResponse response) {
  if (response.status < 200 || response.status > 599)
    throw std::logic_error("it answered with status " + std::to_string(response.status));
  if (auto respond = std::exchange(respond_, nullptr)) respond(to_response(std::move(response)));
}

void RouteCall::abandon() {
  respond_ = nullptr;
  task_.reset();
}

http::Response to_response(HttpResponse answer) {
  http::Response response{answer.status, {}, std::move(answer.body)};
  if (!answer.content_type.empty()) response.headers.push_back({"content-type", std::move(answer.content_type)});
  for (auto& [name, value] : answer.headers) response.headers.push_back({std::move(name), std::move(value)});
  return response;
}

}  // namespace roost::server

// http.hpp

namespace roost {

HttpRequest::HttpRequest(const http::Request& request, boost::json::object given)
    : method(request.method),
      path(request.path),
      query(request.query),
      body(request.body),
      params(std::move(given)),
      request_(&request) {}

std::string_view HttpRequest::header(std::string_view name) const {
  return request_->header(name).value_or("");
}

std::string_view HttpRequest::param(std::string_view name, std::string_view fallback) const {
  const boost::json::value* value = params.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : fallback;
}

bool HttpRequest::is_json() const {
  const std::string_view type = header("content-type");
  const auto essence = http::trim(type.substr(0, type.find(';')));
  if (http::iequals(essence, "application/json")) return true;
  constexpr std::string_view kPrefix = "application/", kSuffix = "+json";
  return essence.size() > kPrefix.size() + kSuffix.size() &&
         http::iequals(essence.substr(0, kPrefix.size()), kPrefix) &&
         http::iequals(essence.substr(essence.size() - kSuffix.size()), kSuffix);
}

std::optional<boost::json::value> HttpRequest::parse_body() const {
  if (!wire::scan_json(body, wire::Utf8::check)) return std::nullopt;
  return wire::parse_json(body);
}

HttpResponse HttpResponse::json(const Payload& value, int status) {
  return {.status = status,
          .body = std::string(value.view()),
          .content_type = value.is_binary() ? "application/octet-stream" : "application/json; charset=utf-8"};
}

HttpResponse HttpResponse::error(int status, std::string_view reason) {
  return json({{"reason", reason}}, status);
}

HttpResponse HttpResponse::invalid(const FieldError& error) {
  return json({{"reason", "invalid payload"}, {"path", error.path}, {"expected", error.expected}}, 400);
}

HttpResponse HttpResponse::invalid(const ParamError& error) {
  return json({{"reason", "invalid parameter"}, {"path", error.path}, {"expected", error.expected}}, 400);
}

}  // namespace roost
