#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "base/executor.h"
#include "net/connection.h"
#include "net/outbox.h"

namespace roost::net {

class LoopImpl;

/// A Connection, as its loop knows it: lives on while an operation of the loop refers to it.
///
/// open ──close_after_flush──▶ closing (flushes, shuts down, lingers) ──▶ closed
///   └────────────abort, failure─────────────────────────────────────────▶ closed
class ConnectionState : public boost::intrusive_ref_counter<ConnectionState, boost::thread_unsafe_counter> {
 public:
  ConnectionState(LoopImpl& loop, Connection::Handler& handler);

  void start(Fd fd);
  void send(SharedBytes bytes, std::size_t offset);
  void flush();
  void pause();
  void resume();
  void close_after_flush();
  void abort();
  /// The Connection is gone.
  void detach();

  std::size_t outbox_bytes() const { return outbox_.bytes(); }
  std::size_t outbox_memory() const { return outbox_.memory(); }
  bool blocked() const { return blocked_; }

 private:
  using Ref = boost::intrusive_ptr<ConnectionState>;
  enum class Phase : std::uint8_t { open, closing, closed };

  void wait_readable();
  void on_readable();
  bool read_once();
  void deliver(std::span<char> bytes);
  void deliver_held();
  void on_read_end();
  void wait_writable();
  void on_writable();
  bool flush_some();
  void finish_sending();
  void fail(int code);
  void end(CloseReason reason);
  void limit_closing(Duration limit);
  void close();

  LoopImpl& loop_;
  Connection::Handler* handler_;  // nullptr: nobody wants to hear more
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
  Outbox outbox_;
  std::unique_ptr<std::string> held_;  // bytes that were read when posted work paused the reading
  Executor::TimerId limit_;            // closing only
  Phase phase_ = Phase::open;
  bool reading_ = false;        // an operation waits for bytes
  bool paused_ = false;         //
  bool read_ended_ = false;     // the peer sends no more
  bool blocked_ = false;        // an operation waits until the system takes more
  bool flush_queued_ = false;   // in the loop's list
  bool sending_ended_ = false;  // shut down
};

}  // namespace roost::net
