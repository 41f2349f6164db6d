#include "server/router.h"

#include <algorithm>

#include "transport/connect.h"
#include "transport/websocket.h"

namespace roost::server {
namespace {

// A body that nobody will look at; a client that sends one anyway is answered as if it had not.
constexpr std::size_t kUnreadBodyBytesMax = 16 * 1024;

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
    // The longer prefix first: "/vendor" has its files though "/" takes every path.
    const auto shorter = [size = prefix.size()](const auto& each) { return each.first.size() < size; };
    router->files_.emplace(std::ranges::find_if(router->files_, shorter), prefix, std::move(*files));
  }
  return router;
}

void Router::handle(const std::shared_ptr<transport::Exchange>& exchange) {
  if (handle_mount(exchange) || handle_route(exchange) || handle_file(*exchange)) return;
  // PROTOCOL L17: at JSON without a status phoenix.js gives up for good.
  const auto missed = [&path = exchange->request.path](const auto& mount) {
    return mount->longpoll_missed && mount->longpoll_missed->match(path);
  };
  if (std::ranges::any_of(site_.mounts, missed)) return exchange->respond({404, {}, {}});
  exchange->respond(http::reason_response(404, "not found"));
}

http::BodyLimit Router::body_limit(const http::Request& head, std::size_t most) const {
  for (const auto& mount : site_.mounts)
    if (mount->longpoll_path && mount->longpoll_path->match(head.path))
      return {head.method == "POST" ? most : kUnreadBodyBytesMax, &transport::longpoll_body_too_long()};
  return {site_.table.body_bytes_max(head, most).value_or(kUnreadBodyBytesMax)};
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

bool Router::handle_route(const std::shared_ptr<transport::Exchange>& exchange) {
  const http::Request& request = exchange->request;
  auto found = site_.table.find(request.method, request.path);
  if (!found.route && found.allowed.empty()) return false;
  const auto call = RouteCall::start({host_.executor, host_.log, host_.metrics}, std::move(found),
                                     std::shared_ptr<const http::Request>(exchange, &request),
                                     [exchange](const http::Response& response) {
                                       exchange->on_gone = nullptr;  // it holds the call, which holds the exchange
                                       exchange->respond(response);
                                     });
  if (!call->done()) exchange->on_gone = [call] { call->abandon(); };
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
