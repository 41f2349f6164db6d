#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/limits.hpp>
#include <roost/topic_presence.hpp>

#include "base/executor.h"
#include "base/metrics.h"
#include "channel/host.h"
#include "server/presence_home.h"

namespace roost::server {

/// The application's own way to the homes of its presences. Shared by the App and every handle, which may outlive it:
/// before the homes are there it keeps what is to be tracked, after them it does nothing. Any thread.
class PresenceLink : public std::enable_shared_from_this<PresenceLink> {
 public:
  /// `node`: makes its refs others than those of other nodes.
  PresenceLink(std::string_view node, const PresenceOptions& options)
      : stamp_(std::string(node) + "/app"), options_(options) {}

  void set_options(const PresenceOptions& options);
  /// The homes, by partition, are there: what was tracked before goes to them.
  void open(std::vector<PresenceHome*> homes);
  /// Before the homes go. Whoever still waits for them has nothing to wait for.
  void close();

  std::expected<TrackedPresence, PresenceError> track(const std::string& topic, std::string_view key,
                                                      const Payload& meta);
  std::expected<channel::PresencePort::Meta, PresenceError> stamp(const Payload& meta, std::string_view previous);

  /// The topic's home looks at it soon, at the start at the latest. Not again before it did.
  void settle(std::shared_ptr<TrackedPresence::State> state);
  /// Runs `work(home, partition)` at the topic's home, behind what this thread had it settle. Throws WorkRefused if the
  /// App has stopped, std::logic_error if it was not started.
  template <typename Work>
  void at_home(std::string_view topic, Work work) {
    const std::lock_guard lock(mutex_);
    check_open();
    const unsigned partition = partition_of(topic);
    PresenceHome* const home = homes_[partition];
    home->executor().post([home, partition, work = std::move(work)]() mutable { work(*home, partition); });
  }

  /// Adds what was refused here.
  void count_refusals(Metrics& metrics) const;

 private:
  friend struct roost::TrackedPresence::State;
  void check_open() const;  // mutex_
  unsigned partition_of(std::string_view topic) const { return partition_of(topic, homes_.size()); }
  static unsigned partition_of(std::string_view topic, std::size_t count);
  void post(std::shared_ptr<TrackedPresence::State> state);  // mutex_

  MetaStamp stamp_;
  std::atomic<std::uint64_t> owners_ = 0;          // that there ever were
  std::atomic<std::size_t> presences_ = 0;         // that there are, untracked ones too until their home knows
  std::atomic<std::uint64_t> refused_bytes_ = 0;   // calls
  std::atomic<std::uint64_t> refused_number_ = 0;  // calls

  mutable std::mutex mutex_;
  PresenceOptions options_;                                     // mutex_
  std::vector<PresenceHome*> homes_;                            // mutex_; empty: not there
  bool closed_ = false;                                         // mutex_
  std::vector<std::shared_ptr<TrackedPresence::State>> early_;  // mutex_: until there are homes
};

}  // namespace roost::server

namespace roost {

/// One presence of the application: what it is to be, and what its home made of it.
struct TrackedPresence::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<server::PresenceLink> l, channel::OwnerId o, std::string t, std::string k, SharedBytes m)
      : link(std::move(l)), owner(o), topic(std::move(t)), key(std::move(k)), meta_(std::move(m)) {
    ++link->presences_;
  }
  ~State() { forget(); }

  const std::shared_ptr<server::PresenceLink> link;
  const channel::OwnerId owner;
  const std::string topic;
  const std::string key;

  SharedBytes meta() const;
  /// `before`: as it has to be until now; nullptr: whatever it is. nullopt: it is another.
  std::optional<std::expected<std::string, PresenceError>> update(const Payload& meta, const SharedBytes* before);
  void untrack();
  std::optional<PresenceError> refusal() const;

  /// Home's thread.
  void settle(server::PresenceHome& home, unsigned partition);

 private:
  void refuse(PresenceError why);
  void forget() {
    if (std::exchange(counted_, false)) --link->presences_;
  }

  mutable std::mutex mutex_;
  SharedBytes meta_;                      // mutex_
  bool waits_ = true;                     // mutex_: the home will look at it
  bool gone_ = false;                     // mutex_: untracked or refused
  std::optional<PresenceError> refusal_;  // mutex_

  // Home's thread.
  SharedBytes at_home_;  // empty: not tracked
  bool counted_ = true;
};

}  // namespace roost
