#include "user.h"

#include <stdexcept>

namespace contract {
namespace {

std::string user_id(const roost::ConnectInfo& info) {
  return info.auth_token ? *info.auth_token : info.param("user_id", "anon");
}

std::optional<std::string> socket_id(const std::string& user_id) {
  if (user_id == "nobody") return std::nullopt;
  return "users_socket:" + user_id;
}

boost::json::object to_object(const roost::ConnectInfo::Headers& headers) {
  boost::json::object object;
  for (const auto& [name, value] : headers) object[name] = value;
  return object;
}

}  // namespace

roost::Connect connect(Keep keep) {
  return [keep](const roost::ConnectInfo& info) -> roost::ConnectResult {
    if (info.param("token") == "deny") return roost::reject();
    if (info.param("reject") == "ratelimit") return roost::reject("ratelimit");
    if (info.param("reject") == "raise") throw std::runtime_error("connect raised");

    User user{user_id(info), std::nullopt};
    if (keep == Keep::connect_info) user.info = info;
    auto id = socket_id(user.id);
    return roost::accept(std::move(user), std::move(id));
  };
}

boost::json::object to_object(const roost::ConnectInfo& info) {
  const auto& uri = info.uri;
  return {
      {"params", info.params},
      {"uri",
       {{"scheme", uri.scheme}, {"host", uri.host}, {"port", uri.port}, {"path", uri.path}, {"query", uri.query}}},
      {"user_agent", info.user_agent.empty() ? boost::json::value() : boost::json::value(info.user_agent)},
      {"x_headers", to_object(info.x_headers)},
      {"sec_websocket_headers", to_object(info.sec_websocket_headers)},
      {"trace_context_headers", to_object(info.trace_context_headers)},
      {"address", info.address},
  };
}

}  // namespace contract
