#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "bench/deliveries.h"
#include "bench/histogram.h"
#include "bench/settings.h"
#include "net/fd.h"

namespace roost::bench {

/// The stretches of a run, in this order. The leader says when one begins. While warming and measuring, clients send;
/// in the phase after each, what is under way comes to rest.
enum class Phase : std::uint32_t { joining, warming, warmed, measuring, measured, ended };

/// What one process of the generator tells the others; in memory that all share.
struct Member {
  std::atomic<std::uint64_t> joined;
  std::atomic<std::uint64_t> units;      // deliveries, round trips, …
  std::atomic<std::uint64_t> lost;       // connections that ended by themselves
  std::atomic<bool> failed;              // `trouble` says why
  std::atomic<Phase> rest_in;            // the last phase in which nothing was under way for its clients
  std::atomic<std::uint64_t> client_ns;  // CPU time when it came to rest
  std::atomic<bool> finished;            // what follows is written
  Faults faults;
  Histogram latency;
  Histogram join_latency;
  char trouble[256];

  void tell(std::string_view why);  // keeps the first
};

/// The processes of the load generator: one, or more when there are more clients than descriptors for one.
///
/// They are forked before anything else; each has its share of the clients. The first one leads: it measures, and
/// publishes where one publishes. All wait in epoll; a follower that came to rest wakes the leader.
class Team {
 public:
  static constexpr std::size_t kProcessesMax = 64;
  static constexpr std::size_t kSendTimes = 1 << 16;  // messages under way whose latency can still be told

  /// Forks. Returns in every process; a follower ends with leave(). Error: the system refused, or there are too many
  /// clients.
  static std::expected<Team, Error> create(const Settings& settings);
  Team(Team&& other) noexcept;
  /// In the leader: waits for the followers to end.
  ~Team();

  bool leads() const { return index_ == 0; }
  std::size_t size() const { return size_; }
  /// This process's clients: `count` of them, the first of all of them is number `first`.
  std::size_t first() const { return first_of(index_); }
  std::size_t count() const { return first_of(index_ + 1) - first(); }

  Member& mine() { return shared_->members[index_]; }
  Member& member(std::size_t index) { return shared_->members[index]; }
  std::uint64_t sum(std::atomic<std::uint64_t> Member::*what) const;
  bool all(std::atomic<bool> Member::*what) const;
  bool any(std::atomic<bool> Member::*what) const;
  bool all_at_rest_in(Phase phase) const;

  Phase phase() const { return shared_->phase.load(std::memory_order_acquire); }
  /// Leader only.
  void enter(Phase phase) { shared_->phase.store(phase, std::memory_order_release); }

  /// The leader published messages up to number `end`; this one it was due to send at that time.
  void sent(std::uint64_t number, TimePoint due);
  /// The number after the last one that was sent.
  std::uint64_t sent_end() const { return shared_->sent_end.load(std::memory_order_acquire); }
  TimePoint due_time(std::uint64_t number) const;

  /// Readable when wake_leader() was called. Leader only.
  int wake_fd() const { return wake_.get(); }
  void wake_leader();

  /// Ends a follower's process.
  [[noreturn]] void leave();

 private:
  struct Shared {
    std::atomic<Phase> phase;
    std::atomic<std::uint64_t> sent_end;
    std::atomic<std::int64_t> due[kSendTimes];  // by number, in a circle
    Member members[kProcessesMax];
  };

  Team() = default;
  std::size_t first_of(std::size_t index) const { return clients_ * index / size_; }

  Shared* shared_ = nullptr;
  std::size_t index_ = 0;
  std::size_t size_ = 1;
  std::size_t clients_ = 0;
  net::Fd wake_;
};

}  // namespace roost::bench
