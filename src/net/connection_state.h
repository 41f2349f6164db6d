#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "base/batch.h"
#include "base/executor.h"
#include "net/connection.h"
#include "net/outbox.h"
#include "net/poller.h"
#include "net/socket.h"
#include "net/tls.h"

namespace roost::net {

class LoopImpl;

/// A Connection, as its loop knows it: lives on until its descriptor is closed.
///
/// open ──close_after_flush──▶ closing (flushes, shuts down, lingers) ──▶ closed
///   └────────────abort, failure─────────────────────────────────────────▶ closed
class ConnectionState final : public BatchTaker, public Watched {
 public:
  ConnectionState(LoopImpl& loop, Connection::Handler& handler);

  void start(Fd fd, const TlsContext* tls);
  void send(SharedBytes bytes, std::size_t offset);
  void send_copy(std::string_view bytes);
  void send(Batch& batch);
  void leave(Batch& batch);
  /// The end of the turn: sends what gathered.
  void flush();
  /// The same for what is in the cork, which comes before that.
  void send_corked(std::string_view bytes);
  /// Hands out what was received, or keeps it while the connection is paused.
  void deliver(std::span<char> bytes);
  void pause();
  void resume();
  void close_after_flush();
  void abort();
  void close();
  /// The Connection is gone.
  void detach();

  std::string peer_address() const { return net::peer_address(fd_.get()); }
  std::size_t outbox_bytes() const { return outbox_.bytes() + batch_bytes() + corked_bytes(); }
  std::size_t outbox_memory() const { return outbox_.memory() + batch_bytes() + corked_bytes(); }
  bool blocked() const { return blocked_; }

  void more(Batch& batch) override { send(batch); }
  void on_ready(Interest ready) override;

 private:
  using Ref = boost::intrusive_ptr<ConnectionState>;
  enum class Phase : std::uint8_t { open, closing, closed };

  Interest wanted() const;
  void update_interest();
  void unwatch();
  void on_readable();
  bool read_once();
  std::expected<std::size_t, int> receive(std::span<char> into) {
    return tls_ ? tls_->receive(into) : net::receive(fd_.get(), into);
  }
  std::expected<std::size_t, int> give(std::string_view bytes) {
    return tls_ ? tls_->send(bytes) : net::send(fd_.get(), bytes);
  }
  /// What TLS could not hand to the system before. False: some is left, or it failed, which was told.
  bool flush_tls();
  void block();
  void deliver_held();
  void call_on_data(std::span<char> bytes);
  void on_read_end();
  bool add_to_cork(std::string_view bytes);
  /// What is in the cork goes to the outbox: something else follows it.
  void settle_cork();
  std::size_t corked_bytes() const;
  std::size_t batch_bytes() const { return batch_ ? batch_->size() - batch_from_ : 0; }
  void flush_later();
  /// Turns the batch at the end of the outbox into a piece of it.
  boost::intrusive_ptr<Batch> settle_batch();
  void on_writable();
  bool flush_some();
  void flush_batch();
  void finish_sending();
  void fail(int code);
  void end(CloseReason reason);
  void limit_closing(Duration limit);

  LoopImpl& loop_;
  Connection::Handler* handler_;  // nullptr: nobody wants to hear more
  Outbox outbox_;
  boost::intrusive_ptr<Batch> batch_;  // follows what is in the outbox, and may still grow
  std::size_t batch_from_ = 0;
  std::unique_ptr<TlsStream> tls_;     // null: the connection is plain
  std::unique_ptr<std::string> held_;  // what was received before somebody paused the reading
  Fd fd_;
  Interest watched_for_;
  std::uint32_t corked_ = 0;  // its place in the loop's cork; what is there comes before the outbox
  Phase phase_ = Phase::open;
  bool watched_ = false;  // by the loop's poller
  bool paused_ = false;
  bool read_ended_ = false;     // the peer sends no more
  bool blocked_ = false;        // the system takes no more for now
  bool flush_queued_ = false;   // in the loop's list
  bool sending_ended_ = false;  // shut down
};

}  // namespace roost::net
