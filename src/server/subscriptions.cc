#include "server/subscriptions.h"

#include <utility>

#include "channel/invoke.h"

namespace roost::server {

Subscriptions::Subscriptions(pubsub::Table& table, std::shared_ptr<Executor> executor, Log& log, Metrics& metrics,
                             std::size_t waiting_bytes_max)
    : table_(table),
      log_(log),
      metrics_(metrics),
      waiting_bytes_max_(waiting_bytes_max),
      place_(new Place{std::move(executor), this}) {}

void Subscriptions::add(const std::shared_ptr<Subscription::State>& state) {
  if (state->enter(place_))
    entries_.insert_or_assign(state.get(), Entry{state, table_.subscribe(state->topic, *state, 0)});
}

void Subscriptions::end() {
  place_->here = nullptr;
  entries_.clear();
}

}  // namespace roost::server

namespace roost {

using server::Subscriptions;

void Subscription::end() {
  if (const auto state = std::exchange(state_, nullptr)) state->end();
}

bool Subscription::State::enter(std::shared_ptr<Subscriptions::Place> place) {
  const std::lock_guard lock(place_mutex_);
  place_ = std::move(place);
  return !ended_;
}

void Subscription::State::end() {
  if (running_ == std::this_thread::get_id()) {
    ended_ = true;  // inside of a function: it is destroyed when it returns
  } else {
    std::unique_lock lock(mutex_);
    ended_ = true;
    const auto functions = std::pair(std::exchange(on_broadcast_, nullptr), std::exchange(on_missed_, nullptr));
    lock.unlock();  // what they hold goes without it
  }
  const std::lock_guard lock(place_mutex_);
  if (!place_) return;
  place_->executor->post([place = std::weak_ptr(place_), weak = weak_from_this()] {
    const auto shard = place.lock();
    const auto self = weak.lock();
    if (shard && shard->here && self) shard->here->remove(*self);
  });
}

void Subscription::State::deliver(const pubsub::Message& message, pubsub::FrameCache&) {
  if (!ended_) wait(std::make_shared<const pubsub::OwnedMessage>(message));
}

void Subscription::State::missed() {
  if (!ended_) wait(nullptr);
}

// Shard thread, where the place does not change any more.
void Subscription::State::wait(Waiting message) {
  Subscriptions* here = place_->here;
  if (!here) return;
  if (message && waiting_bytes_ + message->bytes() > here->waiting_bytes_max() && !waiting_.empty()) {
    here->metrics().add(Count::limit_mailbox);
    message = nullptr;
  }
  if (!message && !waiting_.empty() && !waiting_.back()) return;  // that is said already
  if (message) waiting_bytes_ += message->bytes();
  waiting_.push_back(std::move(message));
  if (std::exchange(posted_, true)) return;
  place_->executor->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->run_waiting();
  });
}

void Subscription::State::run_waiting() {
  posted_ = false;
  waiting_bytes_ = 0;
  for (const Waiting& message : std::exchange(waiting_, {}))
    if (Subscriptions* here = place_->here) call(*here, message);
}

void Subscription::State::call(Subscriptions& here, const Waiting& message) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  running_ = std::this_thread::get_id();
  const channel::CallSite site{"subscription", topic, message ? std::string_view(message->event) : ""};
  channel::invoke(here.log(), site, [this, &here, &message] {
    if (message) {
      const Payload payload = Payload::trusted(message->payload, message->binary);
      on_broadcast_({message->topic, message->event, payload});
    } else if (on_missed_) {
      on_missed_();
    } else {
      here.log().write(LogLevel::warn, "subscription missed broadcasts: too much waited", {{"topic", topic}});
    }
  });
  running_ = std::thread::id();
  if (!ended_) return;
  on_broadcast_ = nullptr;
  on_missed_ = nullptr;
}

}  // namespace roost
