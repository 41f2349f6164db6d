#include "transport/connect.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include "http/query.h"

namespace roost::transport {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

ConnectInfo connect_info(const Mount& mount, const Exchange& exchange, boost::json::object params,
                         std::optional<std::string> auth_token, const std::optional<std::string>& protocols,
                         std::string_view transport) {
  const http::Request& request = exchange.request;
  ConnectInfo info;
  info.params = std::move(params);
  info.auth_token = std::move(auth_token);
  info.transport = transport;
  http::RequestSource source = source_of(mount, exchange);
  info.address = std::move(source.address);
  info.port = source.port;
  info.uri = {std::move(source.origin.scheme), std::move(source.origin.host),
              static_cast<std::uint16_t>(source.origin.port), request.path, request.query};
  info.user_agent = request.header("user-agent").value_or("");
  for (const http::Header& header : request.headers) {
    const std::string name = lower(header.name);
    if (name.starts_with("x-")) info.x_headers.emplace_back(name, header.value);
    if (name == "traceparent" || name == "tracestate") info.trace_context_headers.emplace_back(name, header.value);
    if (name == "sec-websocket-protocol") {
      if (protocols) info.sec_websocket_headers.emplace_back(name, *protocols);
    } else if (name.starts_with("sec-websocket-")) {
      info.sec_websocket_headers.emplace_back(name, header.value);
    }
  }
  return info;
}

// F19, F20. A vsn that is a list or a map is no version.
const wire::Serializer* negotiate(const Mount& mount, const boost::json::object& params, Log& log) {
  const boost::json::value* vsn = params.if_contains("vsn");
  if (vsn && !vsn->is_string()) {
    log.write(LogLevel::warn, "client sent an invalid transport version", {});
    return nullptr;
  }
  const std::optional<std::string_view> text = vsn ? std::optional<std::string_view>(vsn->get_string()) : std::nullopt;
  const auto serializer = wire::negotiate(text, mount.offers);
  if (serializer) return *serializer;
  log.write(LogLevel::warn, wire::describe(serializer.error(), text.value_or(wire::kDefaultVersion), mount.offers), {});
  return nullptr;
}

// A client of ours says so, and speaks V2. Whatever else it says, it gets what every client gets.
const wire::Serializer* of_ours(const wire::Serializer* serializer, const boost::json::object& params) {
  const boost::json::value* roost = params.if_contains("roost");
  const bool ours = roost && roost->is_string() && roost->get_string() == "1";
  return ours && serializer == &wire::v2_json() ? &wire::v2_json_ours() : serializer;
}

}  // namespace

std::expected<boost::json::object, http::ParseError> request_params(const http::Request& request,
                                                                    const http::PathPattern::Variables& variables,
                                                                    Metrics& metrics) {
  auto params = http::decode_query(request.query);
  if (!params && params.error().status == 414) metrics.add(Count::limit_request);
  if (params)
    for (const auto& [name, value] : variables) (*params)[name] = value;
  return params;
}

http::RequestSource source_of(const Mount& mount, const Exchange& exchange) {
  return http::request_source(mount.proxies, exchange.request, exchange.peer.address, exchange.peer.port,
                              exchange.peer.tls);
}

bool origin_allowed(const Mount& mount, const Exchange& exchange) {
  return mount.origin.allows(exchange.request.header("origin"), source_of(mount, exchange).origin);
}

std::expected<Connected, Refused> connect(const Mount& mount, const Exchange& exchange, boost::json::object params,
                                          std::optional<std::string> auth_token, std::optional<std::string> protocols,
                                          std::string_view transport, channel::Host& host) {
  const bool raw = static_cast<bool>(mount.definition->raw_);
  const wire::Serializer* serializer = raw ? nullptr : of_ours(negotiate(mount, params, host.log), params);
  if (!raw && !serializer) host.metrics.add(Count::refused_version);
  if (!raw && !serializer) return std::unexpected(Refused{Refused::Why::rejected, ""});
  if (!mount.definition->connect_) return Connected{Accept{}, serializer};
  try {
    auto result = mount.definition->connect_(
        connect_info(mount, exchange, std::move(params), std::move(auth_token), protocols, transport));
    if (auto* accepted = std::get_if<Accept>(&result)) return Connected{std::move(*accepted), serializer};
    host.metrics.add(Count::refused_connect);
    const auto& rejected = std::get<Reject>(result);
    if (rejected.reason) return std::unexpected(Refused{Refused::Why::reason, *rejected.reason});
    return std::unexpected(Refused{Refused::Why::rejected, ""});
  } catch (const std::exception& error) {
    host.log.write(LogLevel::error, "connect crashed", {{"socket", mount.definition->path}, {"error", error.what()}});
  } catch (...) {
    host.log.write(LogLevel::error, "connect crashed",
                   {{"socket", mount.definition->path}, {"error", "not a std::exception"}});
  }
  return std::unexpected(Refused{Refused::Why::crashed, ""});
}

http::Response internal_error() {
  return {
      500, {{"content-type", "application/json; charset=utf-8"}}, R"({"errors":{"detail":"Internal Server Error"}})"};
}

}  // namespace roost::transport
