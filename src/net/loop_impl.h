#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "net/connection_state.h"
#include "net/cork.h"
#include "net/mailbox.h"
#include "net/poller.h"
#include "net/socket.h"
#include "net/timer_queue.h"

namespace roost::net {

/// What a Loop is made of, for the files of this folder. All on the loop's thread, except post().
class LoopImpl final : private Watched {
 public:
  LoopImpl();
  ~LoopImpl();

  void post(Executor::Work work, std::size_t bytes = 0);
  std::size_t waiting_bytes() const { return mailbox_.waiting_bytes(); }
  void run();
  void stop() { stopping_ = true; }
  TimePoint now() const;

  TimerQueue& timers() { return timers_; }
  Poller& poller() { return *poller_; }
  void at_turn_end(TurnEnd& hook) { turn_ends_.push_back(&hook); }

  /// Runs the work that was posted, if there is some: one batch.
  void run_mail();
  /// The connection has output: it is flushed at the end of this turn.
  void flush_later(boost::intrusive_ptr<ConnectionState> connection);

  /// Where to receive. When there is too little room left, or much was received before, that is handled and answered
  /// first.
  std::span<char> read_room();
  /// The first `bytes` of that room are the connection's.
  void received(ConnectionState& connection, std::size_t bytes);
  /// Each connection handles what it received.
  void deliver_received();
  std::span<char> scratch() { return scratch_; }
  Cork& cork() { return cork_; }
  std::unordered_map<ConnectionState*, Executor::TimerId> lingering;  // those that close by themselves, and their limit

  static constexpr std::size_t kReadBytes = 64 * 1024;      // one for the loop; a TCP segment burst fits
  static constexpr std::size_t kReadRoomBytes = 16 * 1024;  // a receive has so much at least: a record of TLS
  static constexpr std::size_t kReceivedMax = 64;           // connections; what the system keeps of them stays cached

 private:
  struct Received {
    boost::intrusive_ptr<ConnectionState> by;
    std::span<char> bytes;
  };

  void turn();
  void wait();
  void end_turn();
  void flush();
  void on_ready(Interest) override { waker_.reset(); }
  void drop_waiting();

  const std::unique_ptr<Poller> poller_;
  Waker waker_;
  Mailbox mailbox_;
  std::vector<Executor::Work> mail_;  // the batch that runs, reused
  bool running_mail_ = false;
  TimerQueue timers_;
  std::vector<TurnEnd*> turn_ends_;
  std::vector<boost::intrusive_ptr<ConnectionState>> to_flush_;
  mutable std::optional<TimePoint> now_;  // of this turn, once somebody asked
  bool stopping_ = false;
  std::array<char, kReadBytes> read_buffer_;
  std::vector<Received> received_;  // what is in the buffer, in order
  std::size_t read_bytes_ = 0;
  std::array<char, Outbox::kGatherMax> scratch_;
  Cork cork_;
};

}  // namespace roost::net
