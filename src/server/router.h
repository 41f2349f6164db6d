#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <roost/app.hpp>

#include "channel/host.h"
#include "http/static_files.h"
#include "server/routes.h"
#include "transport/http_protocol.h"
#include "transport/longpoll.h"
#include "transport/mount.h"

namespace roost::server {

/// What an App serves; made ready once, read by every shard.
struct Site {
  std::vector<std::unique_ptr<const transport::Mount>> mounts;
  std::vector<RouteDefinition> routes;
  RouteTable table;                                        // of the routes
  std::vector<std::pair<std::string, std::string>> files;  // prefix, directory
};

/// One shard's way from a request to its answer: mounts, then routes, then files, else 404. Shard thread only.
class Router {
 public:
  /// Error: a directory that cannot be read.
  static std::expected<std::unique_ptr<Router>, Error> create(const Site& site, channel::Host& host,
                                                              transport::LongPollService& longpoll);

  void handle(const std::shared_ptr<transport::Exchange>& exchange);
  /// How much of the body of such a request somebody reads: a long poll, or a route. `most`: of those that say nothing
  /// else. To more of it a long poll answers 400 (PROTOCOL §6), all others 413.
  http::BodyLimit body_limit(const http::Request& head, std::size_t most) const;

 private:
  Router(const Site& site, channel::Host& host, transport::LongPollService& longpoll)
      : site_(site), host_(host), longpoll_(longpoll) {}
  bool handle_mount(const std::shared_ptr<transport::Exchange>& exchange);
  bool handle_route(const std::shared_ptr<transport::Exchange>& exchange);
  bool handle_file(transport::Exchange& exchange);

  const Site& site_;
  channel::Host& host_;
  transport::LongPollService& longpoll_;
  std::vector<std::pair<std::string, http::StaticFiles>> files_;
};

}  // namespace roost::server
