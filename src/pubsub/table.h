#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "pubsub/interest.h"
#include "pubsub/message.h"

namespace roost::pubsub {

/// Who hears a topic.
class Subscriber {
 public:
  /// A message on a topic that it subscribed to. Must not subscribe, unsubscribe or publish here and now: it posts.
  virtual void deliver(const Message& message, FrameCache& frames) = 0;
  /// Messages on a topic that it subscribed to may have been lost: it has to start over. The same holds.
  virtual void missed() {}

 protected:
  ~Subscriber() = default;
};

class Adapter;
class Table;
class Subscription;

/// A topic that somebody hears. Not for other folders.
struct Topic {
  struct Entry {
    Subscriber* subscriber;
    SubscriberId id;
    Subscription* subscription;  // knows its place here, so that it leaves in constant time
  };
  std::string name;
  std::vector<Entry> entries;
};

/// One subscription; ends when it is destroyed. It may be moved, and must not outlive its table.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { end(); }

  void end();
  explicit operator bool() const { return topic_ != nullptr; }

 private:
  friend class Table;
  Table* table_ = nullptr;
  Topic* topic_ = nullptr;
  std::uint32_t place_ = 0;  // in the topic's list
};

/// One shard's part of the topic table. Shard thread only.
class Table {
 public:
  /// Tells `interest` which topics this shard has subscribers for.
  Table(Interest& interest, unsigned shard) : interest_(interest), shard_(shard) {}
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Who hears of each topic that gets its first subscriber here, and that loses its last; before there is one.
  void set_adapter(Adapter* adapter) { adapter_ = adapter; }

  /// `subscriber` hears `topic` from now on, once more for each subscription (PROTOCOL B8). `id` is its name for
  /// Message::from.
  Subscription subscribe(std::string_view topic, Subscriber& subscriber, SubscriberId id);

  /// Hands `message` to this shard's subscribers of its topic, but not to message.from.
  void dispatch(const Message& message);

  /// Tells the subscribers of the topics in these slots (bit n of word m: slot 64 m + n) that they missed something.
  void missed(std::span<const std::uint64_t> slots);

  std::size_t topics() const { return topics_.size(); }

 private:
  friend class Subscription;
  void remove(Subscription& subscription);

  Interest& interest_;
  const unsigned shard_;
  Adapter* adapter_ = nullptr;
  InterestCounts counts_;
  std::unordered_map<std::string, std::unique_ptr<Topic>, StringHash, std::equal_to<>> topics_;
  bool dispatching_ = false;
};

}  // namespace roost::pubsub
