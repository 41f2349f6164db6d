#include "api.h"

#include <expected>
#include <string>

namespace contract {
namespace {

struct BroadcastRequest {
  std::string topic;
  std::string event;
  boost::json::object payload;
};
BOOST_DESCRIBE_STRUCT(BroadcastRequest, (), (topic, event, payload))

struct DisconnectRequest {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(DisconnectRequest, (), (id))

template <typename T>
std::expected<T, roost::FieldError> parse(std::string_view body) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(body, failed);
  if (failed) return std::unexpected(roost::FieldError{"", "JSON"});
  return roost::from_json<T>(value);
}

roost::HttpResponse bad_request(const roost::FieldError& error) {
  return roost::HttpResponse::text("at " + error.path + ": expected " + error.expected, 400);
}

}  // namespace

void add_api(roost::App& app) {
  app.get("/api/health", [](const roost::HttpRequest&) { return roost::HttpResponse::text("ok"); });

  app.get("/api/node", [&app](const roost::HttpRequest&) {
    return roost::HttpResponse::json({{"node", app.node()}, {"degraded", app.health() == roost::Health::degraded}});
  });
  app.get("/metrics", [&app](const roost::HttpRequest&) { return roost::HttpResponse::text(app.metrics()); });

  app.post("/api/broadcast", [&app](const roost::HttpRequest& request) {
    const auto wanted = parse<BroadcastRequest>(request.body);
    if (!wanted) return bad_request(wanted.error());
    app.broadcast(wanted->topic, wanted->event, wanted->payload);
    return roost::HttpResponse::text("ok");
  });

  app.post("/api/disconnect", [&app](const roost::HttpRequest& request) {
    const auto wanted = parse<DisconnectRequest>(request.body);
    if (!wanted) return bad_request(wanted.error());
    app.disconnect(wanted->id);
    return roost::HttpResponse::text("ok");
  });
}

}  // namespace contract
