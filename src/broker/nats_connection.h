#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nats/nats.h>

#include "base/error.h"
#include "broker/nats_adapter.h"
#include "broker/trouble.h"

namespace roost::broker {

/// What went wrong in a call of the client library.
std::string describe(natsStatus status);

struct NatsFree {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
  void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
template <typename T>
using NatsPtr = std::unique_ptr<T, NatsFree>;

/// What the client library calls, on threads of its own.
class NatsEvents {
 public:
  virtual void on_connected() = 0;
  virtual void on_disconnected() = 0;
  /// It gave up, or was told to close.
  virtual void on_closed() = 0;
  /// `text`: what the server said, if it did.
  virtual void on_error(natsStatus status, std::string text) = 0;
  /// One at a time, in the order in which they came.
  virtual void on_message(std::string_view bytes) = 0;
  virtual void on_subscription_end() = 0;  // nothing more comes of one of them

 protected:
  ~NatsEvents() = default;
};

/// Error: names the option that can't work.
std::expected<void, Error> check_nats_options(const NatsOptions& options);

/// The library's options for ours, for a connection that is tried again for ever. Error: names the one that can't work.
std::expected<NatsPtr<natsOptions>, Error> make_nats_options(const NatsOptions& options, NatsEvents& events);

/// Tries each server once, and says what is wrong with the first that is there, or else that none is; nullopt: one of
/// them would have us, or `stop` became true. Waits up to a second for each.
std::optional<Trouble> find_trouble(const NatsOptions& options, const std::atomic<bool>& stop);

/// Subscribes; messages come by `events`.
std::expected<NatsPtr<natsSubscription>, Error> nats_subscribe(natsConnection& connection, const std::string& subject,
                                                               NatsEvents& events);

}  // namespace roost::broker
