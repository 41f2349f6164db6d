#include "transport/mount.h"

#include "channel/raw_session.h"
#include "wire/custom_serializer.h"

namespace roost::transport {
namespace {

std::expected<http::OriginPolicy, Error> make_policy(const CheckOrigin& check, const Options& options) {
  switch (check.mode) {
    case CheckOrigin::Mode::off:
      return http::OriginPolicy::off();
    case CheckOrigin::Mode::host:
      return http::OriginPolicy::host(options.public_host);
    case CheckOrigin::Mode::conn:
      return http::OriginPolicy::conn();
    case CheckOrigin::Mode::list:
      return http::OriginPolicy::list(check.origins);
  }
  return http::OriginPolicy::off();
}

/// What the log says beside a page that may not connect, so that its reader knows what to change.
std::string describe(const CheckOrigin& check, const Options& options) {
  std::string text;
  switch (check.mode) {
    case CheckOrigin::Mode::off:
      return "all";
    case CheckOrigin::Mode::host:
      return "host " + options.public_host + ", by --public-host; see App::socket(…).check_origin";
    case CheckOrigin::Mode::conn:
      return "pages of this server itself, by check_origin";
    case CheckOrigin::Mode::list:
      for (const std::string& origin : check.origins) text += origin + ", ";
      return text + "by check_origin";
  }
  return text;
}

}  // namespace

std::expected<std::unique_ptr<const Mount>, Error> Mount::prepare(const SocketMount& mount, const Options& options) {
  const auto fail = [&](const std::string& why) {
    return std::unexpected(Error{"socket \"" + mount.path + "\": " + why});
  };
  auto policy = make_policy(mount.check_origin_, options);
  if (!policy) return fail(policy.error().message);
  auto proxies = http::TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return fail("trusted_proxies: " + proxies.error().message);

  if (mount.raw_ && !mount.routes_.empty()) return fail("it has channels and a raw socket; it can have one of them");

  std::optional<http::PathPattern> websocket, longpoll, missed;
  const auto parse = [&](const std::string& path, std::optional<http::PathPattern>& into) {
    auto pattern = http::PathPattern::parse(mount.path + path);
    if (pattern) into = std::move(*pattern);
    return pattern.has_value();
  };
  if (mount.websocket_ && !parse(mount.websocket_->path, websocket)) return fail("bad path of its websocket");
  if (mount.longpoll_ && !parse(mount.longpoll_->path, longpoll)) return fail("bad path of its longpoll");
  if (!mount.longpoll_) parse(LongPollOptions().path, missed);

  std::vector<std::unique_ptr<const wire::Serializer>> serializers;
  std::vector<wire::Offer> offers;
  for (const auto& [text, custom] : mount.serializers_) {
    const auto requirement = wire::Requirement::parse(text);
    if (!requirement) return fail("bad version requirement \"" + text + "\"");
    serializers.push_back(std::make_unique<wire::CustomSerializer>(custom));
    offers.push_back({*requirement, serializers.back().get()});
  }
  const auto defaults = wire::default_offers().first(mount.only_v1_ ? 1 : 2);
  offers.insert(offers.end(), defaults.begin(), defaults.end());
  std::vector<std::string> protocols;
  if (mount.auth_token_) protocols.push_back("phoenix");
  if (mount.websocket_)
    protocols.insert(protocols.end(), mount.websocket_->subprotocols.begin(), mount.websocket_->subprotocols.end());
  ws::DecoderOptions decoder;
  if (mount.websocket_) {
    decoder.frame_bytes_max = mount.websocket_->frame_bytes_max;
    decoder.message_bytes_max = mount.websocket_->message_bytes_max;
  }
  return std::unique_ptr<const Mount>(new Mount{&mount,
                                                std::move(websocket),
                                                std::move(longpoll),
                                                std::move(missed),
                                                std::move(*policy),
                                                describe(mount.check_origin_, options),
                                                std::move(*proxies),
                                                std::move(serializers),
                                                std::move(offers),
                                                std::move(protocols),
                                                decoder,
                                                {mount.routes_, mount.limits_}});
}

std::unique_ptr<channel::Endpoint> Mount::make_endpoint(channel::Host& host, const wire::Serializer* serializer,
                                                        FrameHead head, channel::Outlet& outlet, Accept accept) const {
  if (definition->raw_)
    return std::make_unique<channel::RawSession>(host, head, outlet, std::move(accept), definition->raw_);
  return std::make_unique<channel::Session>(host, kind, *serializer, head, outlet, std::move(accept));
}

}  // namespace roost::transport
