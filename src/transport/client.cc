#include "transport/client.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace roost::transport {

void Clients::finish(Client& client) {
  const std::size_t place = client.place_;
  if (place >= clients_.size() || clients_[place].get() != &client) return;
  metrics_.add(Count::connections_closed);
  // Kept until the current call is over: it may be inside of this very client.
  loop_.post([gone = std::move(clients_[place])] {});
  if (place + 1 < clients_.size()) {
    clients_[place] = std::move(clients_.back());
    clients_[place]->place_ = static_cast<std::uint32_t>(place);
  }
  clients_.pop_back();
}

std::vector<std::weak_ptr<Client>> Clients::all() const {
  std::vector<std::weak_ptr<Client>> list;
  list.reserve(clients_.size());
  for (const auto& client : clients_) list.push_back(client);
  return list;
}

void Clients::drain() {
  for (const auto& weak : all())
    if (const auto client = weak.lock()) client->drain();
}

void Clients::abort_all() {
  for (const auto& client : std::exchange(clients_, {})) client->abort();
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
  if (closed_) return;
  const auto longest = std::chrono::duration_cast<Duration>(ShortTime::max());
  silence_max_ = std::chrono::ceil<ShortTime>(std::min(timeout, longest));
  last_byte_ = loop().now();
  if (timeout == Duration::zero()) return clients_.silences_.cancel(*this);
  clients_.silences_.set(*this, last_byte_ + silence_max_);
}

// It is looked at only when it comes: a byte costs a store.
void Client::on_deadline() {
  if (closed_ || silence_max_ == ShortTime::zero()) return;
  const auto self = shared_from_this();
  const TimePoint due = last_byte_ + silence_max_;
  if (loop().now() < due) return clients_.silences_.set(*this, due);
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
  clients_.silences_.cancel(*this);
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
  clients_.silences_.cancel(*this);
  connection_.close_after_flush();
  clients_.finish(*this);
}

void Client::abort() {
  if (std::exchange(closed_, true)) return;
  clients_.silences_.cancel(*this);
  protocol_->on_end();
  connection_.abort();
  clients_.finish(*this);
}

}  // namespace roost::transport
