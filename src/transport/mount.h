#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <roost/app.hpp>

#include "channel/session.h"
#include "http/forwarded.h"
#include "http/origin.h"
#include "http/path.h"
#include "wire/negotiate.h"
#include "ws/decoder.h"

namespace roost::transport {

/// A SocketMount made ready: patterns parsed, policies built. Made once at the start, read by every shard.
struct Mount {
  /// Error: names the mount and what is wrong with it.
  static std::expected<std::unique_ptr<const Mount>, Error> prepare(const SocketMount& mount, const Options& options);

  /// What a client that was let in speaks: channels, or the application's own protocol. `serializer`: null for the
  /// latter.
  std::unique_ptr<channel::Endpoint> make_endpoint(channel::Host& host, const wire::Serializer* serializer,
                                                   FrameHead head, channel::Outlet& outlet, Accept accept) const;

  const SocketMount* definition;
  std::optional<http::PathPattern> websocket_path;  // nullopt: the transport is off
  std::optional<http::PathPattern> longpoll_path;
  std::optional<http::PathPattern> longpoll_missed;  // where clients look for it when that transport is off
  http::OriginPolicy origin;
  std::string origins_allowed;  // by that policy, for the log
  http::TrustedProxies proxies;
  std::vector<std::unique_ptr<const wire::Serializer>> serializers;  // the application's own
  std::vector<wire::Offer> offers;
  std::vector<std::string> subprotocols;  // with "phoenix" first when the mount has auth_token (PROTOCOL A3)
  ws::DecoderOptions decoder;
  channel::Session::Kind kind;
};

}  // namespace roost::transport
