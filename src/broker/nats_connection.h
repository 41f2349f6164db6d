#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nats/nats.h>

#include "base/error.h"
#include "broker/nats_adapter.h"

namespace roost::broker {

/// What went wrong in a call of the client library.
std::string describe(natsStatus status);
/// What last went wrong with a connection; "": nothing. Not from two threads at a time.
std::string last_error(natsConnection& connection);

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
  virtual void on_error(natsStatus status) = 0;
  /// One at a time, in the order in which they came.
  virtual void on_message(std::string_view bytes) = 0;
  virtual void on_subscription_end() = 0;  // nothing more comes of one of them

 protected:
  ~NatsEvents() = default;
};

/// The library's options for ours. Error: names the one that can't work.
std::expected<NatsPtr<natsOptions>, Error> make_nats_options(const NatsOptions& options, NatsEvents& events);

/// Subscribes; messages come by `events`.
std::expected<NatsPtr<natsSubscription>, Error> nats_subscribe(natsConnection& connection, const std::string& subject,
                                                               NatsEvents& events);

}  // namespace roost::broker
