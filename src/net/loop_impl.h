#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "net/connection_state.h"
#include "net/mailbox.h"
#include "net/socket.h"
#include "net/timer_queue.h"

namespace roost::net {

/// What a Loop is made of, for the files of this folder. All on the loop's thread, except post().
class LoopImpl {
 public:
  LoopImpl();
  ~LoopImpl();

  void post(Executor::Work work);
  void run();
  void stop() { stopping_ = true; }
  TimePoint now() const;

  TimerQueue& timers() { return timers_; }
  boost::asio::io_context& context() { return context_; }

  /// Runs the work that was posted, if there is some: one batch.
  void run_mail();
  /// The connection has output: it is flushed at the end of this turn.
  void flush_later(boost::intrusive_ptr<ConnectionState> connection);

  std::span<char> read_buffer() { return read_buffer_; }
  std::span<char> scratch() { return scratch_; }
  std::size_t lingering = 0;

  static constexpr std::size_t kHandlersPerTurn = 128;  // what one epoll_wait of Asio's returns at most
  static constexpr std::size_t kReadBytes = 64 * 1024;  // one for the loop; a TCP segment burst fits

 private:
  void turn();
  void run_handlers();
  void flush();
  void wait_for_wake();
  void drop_waiting();

  boost::asio::io_context context_;  // first: what its operations hold goes last
  Waker waker_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> wake_;
  Mailbox mailbox_;
  std::vector<Executor::Work> mail_;  // the batch that runs, reused
  bool running_mail_ = false;
  TimerQueue timers_;
  std::vector<boost::intrusive_ptr<ConnectionState>> to_flush_;
  mutable std::optional<TimePoint> now_;  // of this turn, once somebody asked
  bool stopping_ = false;
  std::array<char, kReadBytes> read_buffer_;
  std::array<char, Outbox::kGatherMax> scratch_;
};

}  // namespace roost::net
