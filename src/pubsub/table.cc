#include "pubsub/table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "pubsub/adapter.h"

namespace roost::pubsub {
namespace {

constexpr std::size_t kBatchFrom = 4;  // with fewer subscribers a frame for each costs less than a batch
constexpr std::size_t kPrefetch = 4;   // subscribers ahead: in many small topics each lies somewhere else
constexpr std::size_t kSpareAloneMax = 1024;

void prefetch(const Topic& topic, std::size_t place) {
  if (place < topic.entries.size()) __builtin_prefetch(topic.entries[place].subscriber);
}

}  // namespace

Subscription::Subscription(Subscription&& other) noexcept {
  *this = std::move(other);
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  end();
  topic_ = std::exchange(other.topic_, nullptr);
  place_ = other.place_;
  ours_ = other.ours_;
  if (topic_) topic_->entries[place_].subscription = this;
  return *this;
}

void Subscription::end() {
  if (topic_) topic_->table.remove(*this);
}

void Subscription::leave_turn() {
  if (topic_) topic_->table.leave_turn(*topic_, place_);
}

Table::~Table() {
  ROOST_ASSERT(topics_.empty());
}

Subscription Table::subscribe(std::string_view name, Subscriber& subscriber, SubscriberId id, bool ours) {
  ROOST_ASSERT(!dispatching_);
  Topic* const found = topics_.find(name);
  Topic& topic = found ? *found : add(name);
  end_turn(topic);
  Subscription subscription;
  subscription.topic_ = &topic;
  subscription.place_ = static_cast<std::uint32_t>(topic.entries.size());
  subscription.ours_ = ours;
  interest_.add_subscription(name, ours);
  topic.entries.push_back({&subscriber, id, &subscription});
  return subscription;
}

Topic& Table::add(std::string_view name) {
  Topic& topic = topics_.add(std::make_unique<Topic>(Topic{.table = *this, .name = std::string(name)}));
  const std::size_t slot = Interest::slot(name);
  if (counts_.add(slot)) interest_.add(slot, shard_);
  if (adapter_) announce(topic);
  return topic;
}

/// Tells the other nodes that this one wants to hear the topic.
void Table::announce(Topic& topic) {
  adapter_->subscribe(topic.name);
  topic.unsettled = ++announced_;
  adapter_->settle([this, executor = &executor_, name = topic.name, number = topic.unsettled] {
    executor->post([this, name, number] { settled(name, number); });
  });
}

void Table::settled(std::string_view name, std::uint64_t number) {
  Topic* const topic = topics_.find(name);
  if (!topic || topic->unsettled != number) return;  // another one of that name
  topic->unsettled = 0;
  for (Executor::Work& work : std::exchange(topic->when_settled, {})) work();
}

void Table::remove(Subscription& subscription) {
  ROOST_ASSERT(!dispatching_);
  Topic& topic = *std::exchange(subscription.topic_, nullptr);
  end_turn(topic);
  interest_.remove_subscription(topic.name, subscription.ours_);
  Topic::Entry& gap = topic.entries[subscription.place_];
  gap = topic.entries.back();
  gap.subscription->place_ = subscription.place_;
  topic.entries.pop_back();
  if (!topic.entries.empty()) return;
  const std::size_t slot = Interest::slot(topic.name);
  if (counts_.remove(slot)) interest_.remove(slot, shard_);
  if (adapter_) adapter_->unsubscribe(topic.name);
  topics_.remove(topic.name);
}

void Table::dispatch(const Message& message) {
  Topic* const topic = topics_.find(message.topic);
  if (!topic) return;
  dispatching_ = true;
  if (message.only_ours())
    dispatch_to_ours(*topic, message);
  else if (!add_to_turn(*topic, message))
    begin_turn(*topic, message);
  dispatching_ = false;
}

/// The batches of the turn are for others, too.
void Table::dispatch_to_ours(Topic& topic, const Message& message) {
  end_turn(topic);
  FrameCache frames;
  for (const Topic::Entry& entry : topic.entries)
    if (entry.subscription->ours_) entry.subscriber->deliver(message, frames);
}

void Table::missed(std::span<const std::uint64_t> slots) {
  dispatching_ = true;
  topics_.for_each([slots](const Topic& topic) {
    if (const std::size_t slot = Interest::slot(topic.name); slots[slot / 64] >> slot % 64 & 1)
      for (const Topic::Entry& entry : topic.entries) entry.subscriber->missed();
  });
  dispatching_ = false;
}

// The first message: all are asked how they take it.
void Table::begin_turn(Topic& topic, const Message& message) {
  FrameCache frames;
  const bool batched = topic.entries.size() >= kBatchFrom;
  auto turn = batched ? take_turn() : nullptr;
  for (std::uint32_t place = 0; place < topic.entries.size(); ++place) {
    prefetch(topic, place + kPrefetch);
    Subscriber* const subscriber = topic.entries[place].subscriber;
    const bool excluded = message.from != 0 && topic.entries[place].id == message.from;
    if (!turn) {
      if (!excluded) subscriber->deliver(message, frames);
    } else if (excluded || !subscriber->deliver_batch(message, frames, *turn)) {
      turn->alone_.push_back(place);
    }
  }
  if (!turn) return;
  if (turn->forms_.empty()) return give_back(std::move(turn));
  turn->place_ = open_.size();
  topic.turn = std::move(turn);
  open_.push_back(&topic);
  if (!std::exchange(turn_end_asked_, true)) executor_.at_turn_end(*this);
}

// One more: false if there is no open turn, or its batches would grow too long.
bool Table::add_to_turn(Topic& topic, const Message& message) {
  if (!topic.turn) return false;
  if (message.from != 0) exclude(topic, message.from);
  FrameCache frames;
  for (const Turn::Form& form : topic.turn->forms_) {
    const Frame& frame = form.subscriber->encode(message, frames);
    if (!form.batch->sealed() && form.batch->size() + frame.framed().size() <= Batch::kBytesMax) continue;
    end_turn(topic);
    return false;
  }
  for (const Turn::Form& form : topic.turn->forms_)
    if (const Frame& frame = form.subscriber->encode(message, frames); !frame.empty()) form.batch->append(frame);
  for (const std::uint32_t place : topic.turn->alone_)
    if (const Topic::Entry& entry = topic.entries[place]; message.from == 0 || entry.id != message.from)
      entry.subscriber->deliver(message, frames);
  return true;
}

// The sender, which must not hear it, takes the rest of the turn alone.
void Table::exclude(Topic& topic, SubscriberId id) {
  for (std::uint32_t place = 0; place < topic.entries.size(); ++place)
    if (topic.entries[place].id == id) leave_turn(topic, place);
}

void Table::leave_turn(Topic& topic, std::uint32_t place) {
  if (!topic.turn) return;
  Turn& turn = *topic.turn;
  if (std::ranges::find(turn.alone_, place) != turn.alone_.end()) return;
  for (const Turn::Form& form : turn.forms_) topic.entries[place].subscriber->leave_batch(*form.batch);
  turn.alone_.push_back(place);
}

void Table::end_turn(Topic& topic) {
  if (!topic.turn) return;
  for (const Turn::Form& form : topic.turn->forms_) form.batch->seal();
  open_[topic.turn->place_] = open_.back();
  open_.back()->turn->place_ = topic.turn->place_;
  open_.pop_back();
  give_back(std::move(topic.turn));
}

// Most turns are of few topics: one that ended lends the next one its memory.
std::unique_ptr<Turn> Table::take_turn() {
  return spare_ ? std::move(spare_) : std::make_unique<Turn>();
}

void Table::give_back(std::unique_ptr<Turn> turn) {
  turn->forms_.clear();
  turn->alone_.clear();
  if (turn->alone_.capacity() <= kSpareAloneMax) spare_ = std::move(turn);
}

void Table::on_turn_end() {
  turn_end_asked_ = false;
  while (!open_.empty()) end_turn(*open_.back());
}

}  // namespace roost::pubsub
