#ifdef ROOST_NATS

#include "broker/nats_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "base/limits.h"
#include "broker/subject.h"
#include "net/system.h"

namespace roost::broker {
namespace {

constexpr std::int64_t kConnectMs = 1000;  // a server that needs longer is as good as away
// A way that is cut without a word is noticed after 4 to 6 s, before a node that is cut off counts as down.
constexpr std::int64_t kPingMs = 2000;
constexpr int kPingsOutMax = 2;
constexpr std::int64_t kFirstDelayMs = 50;
constexpr std::int64_t kDelayMaxMs = 400;  // with jitter 0.5 s, and kConnectMs: whole again within 2 s of the broker

/// What a call of this thread said that failed with `status`.
std::string_view last_detail(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* detail = nats_GetLastError(&last);
  return detail && last == status ? std::string_view(detail) : std::string_view();
}

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

/// What the server said last. It may be saying more right now: then this is some of both.
std::string last_error(natsConnection* connection) {
  constexpr std::size_t kErrorBytesMax = 255;  // the library's buffer, but its last zero
  const char* text = nullptr;
  natsConnection_GetLastError(connection, &text);
  return text ? std::string(text, strnlen(text, kErrorBytesMax)) : std::string();
}

void set_callbacks(Setter& setter, natsOptions* to, NatsEvents& closure) {
  const auto connected = [](natsConnection*, void* target) { events(target).on_connected(); };
  const auto disconnected = [](natsConnection*, void* target) { events(target).on_disconnected(); };
  const auto closed = [](natsConnection*, void* target) { events(target).on_closed(); };
  const auto failed = [](natsConnection* connection, natsSubscription*, natsStatus status, void* target) {
    events(target).on_error(status, last_error(connection));
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
  std::string text = natsStatus_GetText(status);
  if (const std::string_view detail = last_detail(status); !detail.empty()) text.append(", ").append(detail);
  return text;
}

namespace {

std::expected<NatsPtr<natsOptions>, Error> make_plain_options(const NatsOptions& options) {
  natsOptions* made = nullptr;
  if (const natsStatus status = natsOptions_Create(&made); status != NATS_OK)
    return std::unexpected(Error{"nats: " + describe(status)});
  NatsPtr<natsOptions> result(made);
  Setter setter;
  set_servers(setter, made, options);
  set_tls(setter, made, options);
  set_manners(setter, made, options.node);
  if (!setter.error().empty()) return std::unexpected(Error{"nats " + setter.error()});
  return result;
}

Trouble trouble_of(natsStatus status, const NatsOptions& options) {
  std::string why(without_place(last_detail(status)));
  if (why.empty()) why = natsStatus_GetText(status);
  switch (status) {
    case NATS_NO_SERVER:
    case NATS_TIMEOUT:
    case NATS_IO_ERROR:
      return {kUnreachable, "nobody answers there", {}};
    case NATS_SSL_ERROR:
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
      return {kTls, std::move(why), {}};
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
      return {kAuth, std::move(why), {}};
    case NATS_PROTOCOL_ERROR:
    case NATS_CONNECTION_CLOSED:
      return {kRefused, why + "; perhaps it wants a certificate of ours", {}};
    default:
      return {options.credentials_file.empty() ? kOther : kCredentials, std::move(why), {}};
  }
}

std::optional<Trouble> find_trouble_with(const std::string& url, const NatsOptions& options) {
  NatsOptions one = options;
  one.urls = {url};
  const auto made = make_plain_options(one);
  if (!made) return Trouble{kOther, made.error().message, std::string(server_of_url(url))};
  natsOptions_SetAllowReconnect(made->get(), false);
  natsConnection* connection = nullptr;
  const natsStatus status = natsConnection_Connect(&connection, made->get());
  const NatsPtr<natsConnection> owned(connection);
  if (status == NATS_OK) return std::nullopt;
  Trouble trouble = trouble_of(status, options);
  trouble.server = server_of_url(url);
  return trouble;
}

}  // namespace

std::expected<void, Error> check_nats_options(const NatsOptions& options) {
  const auto refuse = [](std::string why) { return std::unexpected(Error{std::move(why)}); };
  if (options.node.empty() || options.node.size() > limits::kNodeNameBytesMax)
    return refuse("node: a name of 1 to 255 bytes is needed");
  if (options.urls.empty()) return refuse("nats: a URL is needed, such as nats://127.0.0.1:4222");
  for (const std::string& url : options.urls)
    if (!url.starts_with("nats://") && !url.starts_with("tls://"))
      return refuse("nats: a URL begins with nats:// or tls://");
  if (!valid_prefix(options.prefix))
    return refuse("nats prefix: \"" + options.prefix + "\" has more than letters, digits, -, _ and dots");
  if (options.certificate_file.empty() != options.key_file.empty())
    return refuse("nats: a certificate needs its key, and a key its certificate");
  if (!options.credentials_file.empty() && access(options.credentials_file.c_str(), R_OK) != 0)
    return refuse("nats credentials: " + options.credentials_file + ": " + std::strerror(errno));
  if (const auto made = make_plain_options(options); !made) return std::unexpected(made.error());
  return {};
}

std::expected<NatsPtr<natsOptions>, Error> make_nats_options(const NatsOptions& options, NatsEvents& closure) {
  auto made = make_plain_options(options);
  if (!made) return made;
  Setter setter;
  set_callbacks(setter, made->get(), closure);
  if (!setter.error().empty()) return std::unexpected(Error{"nats " + setter.error()});
  return made;
}

std::optional<Trouble> find_trouble(const NatsOptions& options, const std::atomic<bool>& stop) {
  std::optional<Trouble> unreachable;
  for (const std::string& url : options.urls) {
    if (stop) return std::nullopt;
    auto trouble = find_trouble_with(url, options);
    if (!trouble || trouble->code != kUnreachable) return trouble;
    if (!unreachable) unreachable = std::move(trouble);
  }
  return unreachable;
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
