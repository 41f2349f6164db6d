#include "transport/client.h"

#include <utility>

namespace roost::transport {

void Clients::finish(Client& client) {
  const auto found = clients_.find(&client);
  if (found == clients_.end()) return;
  metrics_.add(Count::connections_closed);
  // Kept until the current call is over: it may be inside of this very client.
  loop_.post([gone = std::move(found->second)] {});
  clients_.erase(found);
}

std::vector<std::weak_ptr<Client>> Clients::all() const {
  std::vector<std::weak_ptr<Client>> list;
  list.reserve(clients_.size());
  for (const auto& [key, client] : clients_) list.push_back(client);
  return list;
}

void Clients::drain() {
  for (const auto& weak : all())
    if (const auto client = weak.lock()) client->drain();
}

void Clients::abort_all() {
  for (const auto& [key, client] : std::exchange(clients_, {})) client->abort();
}

void Client::become(std::unique_ptr<Protocol> protocol, std::string rest) {
  // The old protocol is on the stack: it goes, and the new one starts, in the same turn but behind this call.
  auto switched = [weak = weak_from_this(), rest = std::move(rest),
                   old = std::exchange(protocol_, std::move(protocol))]() mutable {
    old.reset();
    const auto self = weak.lock();
    if (self && !self->closed_ && !rest.empty()) self->on_data({rest.data(), rest.size()});
  };
  loop().post(std::move(switched));
}

void Client::expect_bytes_within(Duration timeout) {
  silence_max_ = timeout;
  last_byte_ = loop().now();
  if (timeout == Duration::zero()) return silence_.cancel();
  arm_silence(last_byte_ + timeout);
}

// One timer for each connection that is set again only when it fires: a byte costs a store, not a timer.
void Client::arm_silence(TimePoint at) {
  silence_ = Timer(loop(), at, [this] { check_silence(); });
}

void Client::check_silence() {
  if (closed_ || silence_max_ == Duration::zero()) return;
  const auto self = shared_from_this();
  const TimePoint due = last_byte_ + silence_max_;
  if (loop().now() < due) return arm_silence(due);
  protocol_->on_silence();
}

void Client::on_data(std::span<char> bytes) {
  if (closed_) return;
  const auto self = shared_from_this();
  last_byte_ = loop().now();
  protocol_->on_data(bytes);
}

void Client::on_end(net::CloseReason reason) {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  silence_.cancel();
  protocol_->on_end();
  // A peer that sends no more may still read: what was answered already goes out.
  if (reason == net::CloseReason::peer_closed) connection_.close_after_flush();
  clients_.finish(*this);
}

void Client::on_drained() {
  if (closed_) return;
  const auto self = shared_from_this();
  protocol_->on_drained();
}

void Client::close_after_flush() {
  if (std::exchange(closed_, true)) return;
  silence_.cancel();
  connection_.close_after_flush();
  clients_.finish(*this);
}

void Client::abort() {
  if (std::exchange(closed_, true)) return;
  silence_.cancel();
  protocol_->on_end();
  connection_.abort();
  clients_.finish(*this);
}

}  // namespace roost::transport
