#include "pubsub/memory_adapter.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace roost::pubsub {

void MemoryBroker::join(MemoryAdapter& adapter, AdapterSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    adapter.sink_ = &sink;
    adapter.stats_.connected = !away_;
    nodes_.push_back(&adapter);
    if (!away_) waiting_.push_back({&adapter, [&sink] { sink.connected(true); }});
  }
  run();
}

// Waits for the call in which its sink may be.
void MemoryBroker::leave(MemoryAdapter& adapter) {
  std::unique_lock lock(mutex_);
  quiet_.wait(lock, [this] { return !running_; });
  std::erase(nodes_, &adapter);
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.to == &adapter; });
  adapter.sink_ = nullptr;
}

void MemoryBroker::say(MemoryAdapter& from, const std::function<Event(MemoryAdapter&)>& make) {
  {
    const std::lock_guard lock(mutex_);
    ++(away_ ? from.stats_.dropped_messages : from.stats_.sent_messages);
    if (away_) return;
    for (MemoryAdapter* to : nodes_)
      if (to != &from)
        if (Event event = make(*to)) {
          ++to->stats_.received_messages;
          waiting_.push_back({to, std::move(event)});
        }
  }
  run();
}

void MemoryBroker::tell_all(bool connected) {
  {
    const std::lock_guard lock(mutex_);
    away_ = !connected;
    if (away_) waiting_.clear();
    for (MemoryAdapter* node : nodes_) {
      node->stats_.connected = connected;
      if (!connected) ++node->stats_.disconnects;
      waiting_.push_back({node, [sink = node->sink_, connected] { sink->connected(connected); }});
    }
  }
  run();
}

void MemoryBroker::go_away() {
  tell_all(false);
}
void MemoryBroker::come_back() {
  tell_all(true);
}

/// Whoever finds nobody at it calls the sinks, also for what others say meanwhile.
void MemoryBroker::run() {
  std::unique_lock lock(mutex_);
  if (std::exchange(running_, true)) return;
  while (!waiting_.empty()) {
    const Event event = std::move(waiting_.front().event);
    waiting_.pop_front();
    lock.unlock();
    event();
    lock.lock();
  }
  running_ = false;
  quiet_.notify_all();
}

void MemoryAdapter::broadcast(const Message& message) {
  const auto owned =
      std::make_shared<const OwnedMessage>(Message{message.topic, message.event, message.payload, message.binary, 0});
  broker_.say(*this, [&](MemoryAdapter& to) -> MemoryBroker::Event {
    if (!to.topics_.contains(owned->topic)) return nullptr;
    return [owned, sink = to.sink_] { sink->deliver(owned->view()); };
  });
}

void MemoryAdapter::subscribe(std::string_view topic) {
  const std::lock_guard lock(broker_.mutex_);
  ++topics_[std::string(topic)];
}

void MemoryAdapter::unsubscribe(std::string_view topic) {
  const std::lock_guard lock(broker_.mutex_);
  const auto found = topics_.find(topic);
  if (found != topics_.end() && --found->second == 0) topics_.erase(found);
}

void MemoryAdapter::send(std::string_view service, std::string_view bytes) {
  send_to({}, service, bytes);
}

void MemoryAdapter::send_to(std::string_view node, std::string_view service, std::string_view bytes) {
  broker_.say(*this, [&](MemoryAdapter& to) -> MemoryBroker::Event {
    if (!node.empty() && to.node_ != node) return nullptr;
    return [from = node_, service = std::string(service), bytes = std::string(bytes), sink = to.sink_] {
      sink->receive({from, service, bytes});
    };
  });
}

AdapterStats MemoryAdapter::stats() const {
  const std::lock_guard lock(broker_.mutex_);
  return stats_;
}

}  // namespace roost::pubsub
