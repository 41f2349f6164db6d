#include "api.h"

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

}  // namespace

void add_api(roost::App& app) {
  app.get("/api/health", [] { return roost::HttpResponse::text("ok"); });

  app.get("/api/node", [&app] {
    return roost::HttpResponse::json(
        {{"node", app.node()}, {"degraded", app.health() == roost::Health::degraded}, {"why", app.why_degraded()}});
  });
  app.get("/metrics", [&app] { return roost::HttpResponse::text(app.metrics()); });

  app.post("/api/broadcast", [&app](const roost::HttpRequest& request) {
    const auto wanted = request.as<BroadcastRequest>();
    if (!wanted) return roost::HttpResponse::invalid(wanted.error());
    app.broadcast(wanted->topic, wanted->event, wanted->payload);
    return roost::HttpResponse::text("ok");
  });

  app.post("/api/disconnect", [&app](const roost::HttpRequest& request) {
    const auto wanted = request.as<DisconnectRequest>();
    if (!wanted) return roost::HttpResponse::invalid(wanted.error());
    app.disconnect(wanted->id);
    return roost::HttpResponse::text("ok");
  });
}

}  // namespace contract
