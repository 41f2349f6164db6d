#ifndef ROOST_NATS

#include "broker/nats_adapter.h"

namespace roost::broker {

class NatsAdapter::Impl {};

std::expected<std::unique_ptr<NatsAdapter>, Error> NatsAdapter::create(NatsOptions, Log&) {
  return std::unexpected(Error{"nats: this build has none (ROOST_WITH_NATS is off)"});
}

NatsAdapter::NatsAdapter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NatsAdapter::~NatsAdapter() = default;
std::string_view NatsAdapter::node() const {
  return {};
}
void NatsAdapter::broadcast(const pubsub::Message&) {}
void NatsAdapter::subscribe(std::string_view) {}
void NatsAdapter::unsubscribe(std::string_view) {}
void NatsAdapter::settle(std::move_only_function<void()> then) {
  then();
}
void NatsAdapter::send(std::string_view, std::string_view) {}
void NatsAdapter::send_to(std::string_view, std::string_view, std::string_view) {}
void NatsAdapter::start(pubsub::AdapterSink&) {}
void NatsAdapter::stop() {}
pubsub::AdapterStats NatsAdapter::stats() const {
  return {};
}

}  // namespace roost::broker

#endif
