#include "pubsub/table.h"

#include <utility>

#include "base/assert.h"
#include "pubsub/adapter.h"

namespace roost::pubsub {

Subscription::Subscription(Subscription&& other) noexcept {
  *this = std::move(other);
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  end();
  table_ = other.table_;
  topic_ = std::exchange(other.topic_, nullptr);
  place_ = other.place_;
  if (topic_) topic_->entries[place_].subscription = this;
  return *this;
}

void Subscription::end() {
  if (topic_) table_->remove(*this);
}

Table::~Table() {
  ROOST_ASSERT(topics_.empty());
}

Subscription Table::subscribe(std::string_view name, Subscriber& subscriber, SubscriberId id) {
  ROOST_ASSERT(!dispatching_);
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    found = topics_.emplace(name, std::make_unique<Topic>(Topic{std::string(name), {}})).first;
    const std::size_t slot = Interest::slot(name);
    if (counts_.add(slot)) interest_.add(slot, shard_);
    if (adapter_) adapter_->subscribe(name);
  }
  Topic& topic = *found->second;
  Subscription subscription;
  subscription.table_ = this;
  subscription.topic_ = &topic;
  subscription.place_ = static_cast<std::uint32_t>(topic.entries.size());
  topic.entries.push_back({&subscriber, id, &subscription});
  return subscription;
}

void Table::remove(Subscription& subscription) {
  ROOST_ASSERT(!dispatching_);
  Topic& topic = *std::exchange(subscription.topic_, nullptr);
  Topic::Entry& gap = topic.entries[subscription.place_];
  gap = topic.entries.back();
  gap.subscription->place_ = subscription.place_;
  topic.entries.pop_back();
  if (!topic.entries.empty()) return;
  const std::size_t slot = Interest::slot(topic.name);
  if (counts_.remove(slot)) interest_.remove(slot, shard_);
  if (adapter_) adapter_->unsubscribe(topic.name);
  topics_.erase(topics_.find(topic.name));
}

void Table::dispatch(const Message& message) {
  const auto found = topics_.find(message.topic);
  if (found == topics_.end()) return;
  FrameCache frames;
  dispatching_ = true;
  for (const Topic::Entry& entry : found->second->entries)
    if (message.from == 0 || entry.id != message.from) entry.subscriber->deliver(message, frames);
  dispatching_ = false;
}

void Table::missed(std::span<const std::uint64_t> slots) {
  dispatching_ = true;
  for (const auto& [name, topic] : topics_)
    if (const std::size_t slot = Interest::slot(name); slots[slot / 64] >> slot % 64 & 1)
      for (const Topic::Entry& entry : topic->entries) entry.subscriber->missed();
  dispatching_ = false;
}

}  // namespace roost::pubsub
