#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/container/flat_map.hpp>

#include "channel/process.h"

// What only some channels need. For process*.cc alone.
namespace roost::channel {

/// Something that waits for its turn on the channel.
struct Process::Item {
  enum class Kind { message, leave, out, relayed, work } kind;
  std::string_view what{};  // of work: a literal, for the log
  wire::Ref ref{};
  std::string topic{};
  std::string event{};
  Payload payload{};
  roost::detail::Work work{};

  std::size_t bytes() const { return topic.size() + event.size() + payload.view().size(); }
};

/// A subscription to another topic: its broadcasts go to the channel itself (PROTOCOL B5).
struct Process::Relay final : pubsub::Subscriber {
  explicit Relay(Process& p) : process(p) {}
  void deliver(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void missed() override { process.missed(); }

  Process& process;
  std::string topic;
  pubsub::Subscription subscription;
};

/// A timer of the channel. Its turn waits in the inbox as any other.
struct Process::Clock {
  Timer timer;
  TimePoint due;
  std::optional<std::chrono::milliseconds> interval;  // nullopt: once
  roost::detail::Work work;
  bool waits = false;  // its turn is in the inbox
};

/// Its presences, by key: mostly there is one.
struct Process::Tracked : boost::container::flat_map<std::string, TrackedMeta, std::less<>> {};

struct Process::Extras {
  /// Whether it can go and come again without a trace. Where a timer was, its number must not be given anew.
  bool spare() const {
    return after_join.empty() && inbox.empty() && relays.empty() && next_timer == 1 && !task && !join_task;
  }

  std::vector<roost::detail::Work> after_join;
  std::list<Item> inbox;       // a deque takes 600 bytes while it is empty
  std::size_t held_items = 0;  // broadcasts that came while the join waited: its session has them
  std::size_t held_bytes = 0;
  std::size_t inbox_bytes = 0;
  std::vector<std::unique_ptr<Relay>> relays;
  std::map<std::uint64_t, Clock> timers;
  std::uint64_t next_timer = 1;
  std::optional<Task<Reply>> task;
  std::optional<Task<JoinReply>> join_task;
  // Of the coroutine that runs.
  std::string_view task_what;  // a literal
  std::string task_event;
  std::optional<wire::Ref> task_ref;  // nullopt: it handles no message
};

}  // namespace roost::channel
