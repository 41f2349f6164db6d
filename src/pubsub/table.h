#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "pubsub/interest.h"
#include "pubsub/message.h"
#include "pubsub/name_map.h"
#include "pubsub/turn.h"

namespace roost::pubsub {

/// Who hears a topic.
class Subscriber {
 public:
  /// A message on a topic that it subscribed to. Must not subscribe, unsubscribe or publish here and now: it posts.
  virtual void deliver(const Message& message, FrameCache& frames) = 0;
  /// Messages on a topic that it subscribed to may have been lost: it has to start over. The same holds.
  virtual void missed() {}

  /// The first message of a turn, for a subscriber that may have the others of the turn with it: it takes the batch of
  /// its form from `turn`. False: it was delivered this message alone, and wants each of the others so.
  virtual bool deliver_batch(const Message& message, FrameCache& frames, Turn& /*turn*/) {
    deliver(message, frames);
    return false;
  }
  /// One more message for those that took the batch of this subscriber's form; empty: it has none in that form.
  virtual const Frame& encode(const Message& /*message*/, FrameCache& /*frames*/) {
    static const Frame none;
    return none;
  }
  /// What is added to the batch from now on is not for this one.
  virtual void leave_batch(Batch& /*batch*/) {}

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
  Table& table;
  std::string name;
  std::vector<Entry> entries = {};
  std::unique_ptr<Turn> turn = {};  // while it is open
  std::uint64_t unsettled = 0;      // the number under which it is being made known to the other nodes; 0: it is known
  std::vector<Executor::Work> when_settled = {};
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

  /// The rest of the topic's messages of this turn is handed to the subscriber one by one: it looks at each.
  void leave_turn();

  /// Whether what other nodes broadcast from now on will be heard.
  bool settled() const { return topic_->unsettled == 0; }
  /// Calls `then` once that is so, from the loop; never, if nobody subscribes to the topic any more before.
  void when_settled(Executor::Work then) { topic_->when_settled.push_back(std::move(then)); }

 private:
  friend class Table;
  Topic* topic_ = nullptr;
  std::uint32_t place_ = 0;  // in the topic's list
  bool ours_ = false;
};

/// One shard's part of the topic table. Shard thread only.
///
/// The first message that a topic gets in a turn of the loop is handed to each of its subscribers. Those that take it
/// as a batch have the following ones of that turn by it: encoded and added once, whatever their number. Whoever comes
/// or goes meanwhile closes the batch. The order of frames on each connection stays that of the messages, over all
/// topics.
class Table final : private TurnEnd {
 public:
  /// Tells `interest` which topics this shard has subscribers for.
  Table(Interest& interest, unsigned shard, Executor& executor)
      : interest_(interest), shard_(shard), executor_(executor) {}
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Who hears of each topic that gets its first subscriber here, and that loses its last; before there is one.
  void set_adapter(Adapter* adapter) { adapter_ = adapter; }

  /// `subscriber` hears `topic` from now on, once more for each subscription (PROTOCOL B8). `id` is its name for
  /// Message::from. `ours`: it gets what a message has for such (see Ours).
  Subscription subscribe(std::string_view topic, Subscriber& subscriber, SubscriberId id, bool ours = false);

  /// Hands `message` to this shard's subscribers of its topic, but not to message.from.
  void dispatch(const Message& message);

  /// Tells the subscribers of the topics in these slots (bit n of word m: slot 64 m + n) that they missed something.
  void missed(std::span<const std::uint64_t> slots);

  std::size_t topics() const { return topics_.size(); }

 private:
  friend class Subscription;
  void remove(Subscription& subscription);
  Topic& add(std::string_view name);
  void announce(Topic& topic);
  void settled(std::string_view name, std::uint64_t number);
  void dispatch_to_ours(Topic& topic, const Message& message);
  void begin_turn(Topic& topic, const Message& message);
  bool add_to_turn(Topic& topic, const Message& message);
  void exclude(Topic& topic, SubscriberId id);
  void leave_turn(Topic& topic, std::uint32_t place);
  void end_turn(Topic& topic);
  std::unique_ptr<Turn> take_turn();
  void give_back(std::unique_ptr<Turn> turn);
  void on_turn_end() override;

  Interest& interest_;
  const unsigned shard_;
  Executor& executor_;
  Adapter* adapter_ = nullptr;
  std::uint64_t announced_ = 0;
  InterestCounts counts_;
  NameMap<Topic> topics_;
  std::vector<Topic*> open_;     // with a turn
  std::unique_ptr<Turn> spare_;  // the last that ended, with its memory
  bool dispatching_ = false;
  bool turn_end_asked_ = false;
};

}  // namespace roost::pubsub
