#ifdef ROOST_NATS

#include "broker/nats_connection.h"

#include <algorithm>
#include <utility>

#include "net/system.h"

namespace roost::broker {
namespace {

constexpr std::int64_t kConnectMs = 1000;  // a server that needs longer is as good as away
// A way that is cut without a word is noticed after 4 to 6 s, before a node that is cut off counts as down.
constexpr std::int64_t kPingMs = 2000;
constexpr int kPingsOutMax = 2;
constexpr std::int64_t kFirstDelayMs = 50;
constexpr std::int64_t kDelayMaxMs = 400;  // with jitter 0.5 s, and kConnectMs: whole again within 2 s of the broker

NatsEvents& events(void* closure) {
  return *static_cast<NatsEvents*>(closure);
}

/// Twice as long each time, and up to a quarter more, so that nodes don't come back all at once.
std::int64_t reconnect_delay(natsConnection*, int attempts, void*) {
  const std::int64_t delay = std::min(kDelayMaxMs, kFirstDelayMs << std::clamp(attempts, 0, 10));
  return delay + static_cast<std::int64_t>(net::random_u64() % static_cast<std::uint64_t>(delay / 4 + 1));
}

/// Sets options one after the other until one fails.
class Setter {
 public:
  Setter& set(const char* what, natsStatus status) {
    if (status != NATS_OK && error_.empty()) error_ = std::string(what) + ": " + describe(status);
    return *this;
  }
  const std::string& error() const { return error_; }

 private:
  std::string error_;
};

void set_servers(Setter& setter, natsOptions* to, const NatsOptions& from) {
  std::vector<const char*> urls;
  for (const std::string& url : from.urls) urls.push_back(url.c_str());
  setter.set("url", natsOptions_SetServers(to, urls.data(), static_cast<int>(urls.size())));
  if (!from.credentials_file.empty())
    setter.set("credentials", natsOptions_SetUserCredentialsFromFiles(to, from.credentials_file.c_str(), nullptr));
}

void set_tls(Setter& setter, natsOptions* to, const NatsOptions& from) {
  const bool by_url = std::ranges::any_of(from.urls, [](const std::string& url) { return url.starts_with("tls://"); });
  const bool by_file = !from.ca_file.empty() || !from.certificate_file.empty();
  if (!from.tls && !by_url && !by_file) return;
  setter.set("tls", natsOptions_SetSecure(to, true));
  if (!from.ca_file.empty()) setter.set("ca file", natsOptions_LoadCATrustedCertificates(to, from.ca_file.c_str()));
  if (!from.certificate_file.empty())
    setter.set("certificate and key",
               natsOptions_LoadCertificatesChain(to, from.certificate_file.c_str(), from.key_file.c_str()));
}

void set_manners(Setter& setter, natsOptions* to, const std::string& name) {
  setter.set("name", natsOptions_SetName(to, name.c_str()))
      .set("no echo", natsOptions_SetNoEcho(to, true))
      // One thread for the messages of all subscriptions: the order in which they come is kept.
      .set("delivery", natsOptions_UseGlobalMessageDelivery(to, true))
      .set("timeout", natsOptions_SetTimeout(to, kConnectMs))
      .set("ping interval", natsOptions_SetPingInterval(to, kPingMs))
      .set("pings", natsOptions_SetMaxPingsOut(to, kPingsOutMax))
      .set("reconnect", natsOptions_SetAllowReconnect(to, true))
      .set("reconnect", natsOptions_SetMaxReconnect(to, -1))
      .set("reconnect", natsOptions_SetCustomReconnectDelay(to, reconnect_delay, nullptr));
}

void set_callbacks(Setter& setter, natsOptions* to, NatsEvents& closure) {
  const auto connected = [](natsConnection*, void* target) { events(target).on_connected(); };
  const auto disconnected = [](natsConnection*, void* target) { events(target).on_disconnected(); };
  const auto closed = [](natsConnection*, void* target) { events(target).on_closed(); };
  const auto failed = [](natsConnection*, natsSubscription*, natsStatus status, void* target) {
    events(target).on_error(status);
  };
  setter.set("callbacks", natsOptions_SetRetryOnFailedConnect(to, true, connected, &closure))
      .set("callbacks", natsOptions_SetReconnectedCB(to, connected, &closure))
      .set("callbacks", natsOptions_SetDisconnectedCB(to, disconnected, &closure))
      .set("callbacks", natsOptions_SetClosedCB(to, closed, &closure))
      .set("callbacks", natsOptions_SetErrorHandler(to, failed, &closure));
}

void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  const NatsPtr<natsMsg> owned(message);
  events(closure).on_message({natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))});
}

}  // namespace

std::string describe(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* detail = nats_GetLastError(&last);
  std::string text = natsStatus_GetText(status);
  if (detail && last == status && *detail) text.append(", ").append(detail);
  return text;
}

std::string last_error(natsConnection& connection) {
  const char* text = nullptr;
  natsConnection_GetLastError(&connection, &text);
  return text ? text : "";
}

std::expected<NatsPtr<natsOptions>, Error> make_nats_options(const NatsOptions& options, NatsEvents& closure) {
  natsOptions* made = nullptr;
  if (const natsStatus status = natsOptions_Create(&made); status != NATS_OK)
    return std::unexpected(Error{"nats: " + describe(status)});
  NatsPtr<natsOptions> result(made);
  Setter setter;
  set_servers(setter, made, options);
  set_tls(setter, made, options);
  set_manners(setter, made, options.node);
  set_callbacks(setter, made, closure);
  if (!setter.error().empty()) return std::unexpected(Error{"nats " + setter.error()});
  return result;
}

std::expected<NatsPtr<natsSubscription>, Error> nats_subscribe(natsConnection& connection, const std::string& subject,
                                                               NatsEvents& closure) {
  natsSubscription* made = nullptr;
  natsStatus status = natsConnection_Subscribe(&made, &connection, subject.c_str(), on_message, &closure);
  if (status != NATS_OK) return std::unexpected(Error{"subscribe to " + subject + ": " + describe(status)});
  NatsPtr<natsSubscription> result(made);
  status = natsSubscription_SetOnCompleteCB(
      made, [](void* to) { events(to).on_subscription_end(); }, &closure);
  if (status != NATS_OK) return std::unexpected(Error{"subscribe to " + subject + ": " + describe(status)});
  return result;
}

}  // namespace roost::broker

#endif
