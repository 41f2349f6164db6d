#include "server/router.h"

#include <exception>

#include "transport/connect.h"
#include "transport/websocket.h"

namespace roost::server {
namespace {

http::Response to_response(HttpResponse answer) {
  http::Response response{answer.status, {{"content-type", std::move(answer.content_type)}}, std::move(answer.body)};
  for (auto& [name, value] : answer.headers) response.headers.push_back({std::move(name), std::move(value)});
  return response;
}

bool below(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

}  // namespace

std::expected<std::unique_ptr<Router>, Error> Router::create(const Site& site, channel::Host& host,
                                                             transport::LongPollService& longpoll) {
  std::unique_ptr<Router> router(new Router(site, host, longpoll));
  for (const auto& [prefix, directory] : site.files) {
    http::StaticOptions options{.prefix = prefix};
    options.on_error = [&log = host.log](std::string_view line) {
      log.write(LogLevel::error, "file not served", {{"why", line}});
    };
    auto files = http::StaticFiles::open(directory, std::move(options));
    if (!files) return std::unexpected(files.error());
    router->files_.emplace_back(prefix, std::move(*files));
  }
  return router;
}

void Router::handle(const std::shared_ptr<transport::Exchange>& exchange) {
  if (handle_mount(exchange) || handle_route(*exchange) || handle_file(*exchange)) return;
  exchange->respond(http::text_response(404, "not found"));
}

bool Router::takes_body(const http::Request& head) const {
  if (head.method != "POST") return false;
  for (const HttpRoute& route : site_.routes)
    if (route.method == "POST" && route.path == head.path) return true;
  for (const auto& mount : site_.mounts)
    if (mount->longpoll_path && mount->longpoll_path->match(head.path)) return true;
  return false;
}

bool Router::handle_mount(const std::shared_ptr<transport::Exchange>& exchange) {
  for (const auto& mount : site_.mounts) {
    if (mount->websocket_path)
      if (const auto variables = mount->websocket_path->match(exchange->request.path)) {
        transport::accept_websocket(exchange, *mount, *variables, host_);
        return true;
      }
    if (mount->longpoll_path)
      if (const auto variables = mount->longpoll_path->match(exchange->request.path)) {
        transport::accept_longpoll(exchange, *mount, *variables, longpoll_);
        return true;
      }
  }
  return false;
}

bool Router::handle_route(transport::Exchange& exchange) {
  const http::Request& request = exchange.request;
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::string allowed;
  for (const HttpRoute& route : site_.routes) {
    if (route.path != request.path) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + route.method;
      continue;
    }
    try {
      exchange.respond(to_response(
          route.handler({request.method, request.path, request.query, request.body,
                         [&request](std::string_view name) { return request.header(name).value_or(""); }})));
    } catch (const std::exception& error) {
      host_.log.write(LogLevel::error, "route crashed", {{"path", request.path}, {"error", error.what()}});
      exchange.respond(transport::internal_error());
    } catch (...) {
      host_.log.write(LogLevel::error, "route crashed", {{"path", request.path}, {"error", "not a std::exception"}});
      exchange.respond(transport::internal_error());
    }
    return true;
  }
  if (allowed.empty()) return false;
  http::Response response = http::text_response(405, "method not allowed");
  response.headers.push_back({"allow", allowed});
  exchange.respond(response);
  return true;
}

bool Router::handle_file(transport::Exchange& exchange) {
  for (auto& [prefix, files] : files_)
    if (below(exchange.request.path, prefix)) {
      exchange.respond(files.serve(exchange.request));
      return true;
    }
  return false;
}

}  // namespace roost::server
