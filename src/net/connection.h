#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <roost/bytes.hpp>

#include "net/fd.h"

namespace roost {
class Batch;
}

namespace roost::net {

class Loop;
class ConnectionState;
class TlsContext;

/// Why a connection ended by itself.
enum class CloseReason : std::uint8_t {
  peer_closed,  // the peer sends no more; it may still read (half-close)
  reset,        // the peer aborted it, or is unreachable
  error,        // something else that the system said
};

/// One TCP connection: bytes in, bytes out. Loop thread only; the Loop must outlive it.
///
/// While it is idle it has no buffer of its own: it reads into its loop's, and its outbox takes memory only while
/// something waits in it. A turn of the loop receives for many, then calls their handlers, then sends what they sent:
/// each of the three stays in the processor's caches (docs/decisions/0017).
class Connection {
 public:
  class Handler {
   public:
    /// Bytes from the peer, in order. Yours to change in place, and gone when this returns: they lie in the loop's
    /// read buffer. May call anything of the Connection, and may destroy it.
    virtual void on_data(std::span<char> bytes) = 0;
    /// The connection ended by itself: called once, nothing follows it; not called after abort() or
    /// close_after_flush(). After `peer_closed` what is sent still goes out, after the others it is dropped. May
    /// destroy the Connection.
    virtual void on_end(CloseReason reason) = 0;
    /// The outbox is empty again after the peer had been too slow to take all of it. May destroy the Connection.
    virtual void on_drained() {}

   protected:
    ~Handler() = default;
  };

  /// Takes over a connected, non-blocking socket and reads at once. `handler` must outlive this Connection. `tls`: it
  /// speaks TLS as that context says; null: it does not. Needed for the call only.
  Connection(Loop& loop, Fd fd, Handler& handler, const TlsContext* tls = nullptr);
  /// Like abort(), unless close_after_flush() was called: then it goes on closing by itself. May be called inside
  /// every callback: the loop keeps what it still needs, and the handler is not called again.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Puts the bytes from `offset` on into the outbox, without copying them. Dropped after close_after_flush(), abort()
  /// or a failure. Never calls the handler.
  void send(SharedBytes bytes, std::size_t offset = 0);
  /// Puts an open batch at the end of the outbox, from its last frame on. It is sent as it is at the end of this turn;
  /// when something else is sent before, the batch's next frame comes behind that.
  void send(Batch& batch);
  /// What is added to the batch from now on is not for this connection.
  void leave(Batch& batch);
  /// The same with a copy of `bytes`.
  void send_copy(std::string_view bytes);

  /// Where the peer is: "127.0.0.1", "::1". Asked of the system; empty when the peer has gone.
  std::string peer_address() const;
  /// What was sent and is not yet in the hands of the system.
  std::size_t outbox_bytes() const;
  /// The same with what each piece costs beside its bytes: what a budget should look at.
  std::size_t outbox_memory() const;
  /// The system takes no more for now: on_drained() will come.
  bool blocked() const;

  /// No more on_data until resume_reading(). A peer that goes away meanwhile is noticed by a send or after it.
  void pause_reading();
  /// on_data comes again, from a later turn of the loop, never from within this call.
  void resume_reading();

  /// Sends what is in the outbox, tells the peer that nothing follows, and closes when the peer has closed too or
  /// after kLinger; a peer that takes nothing for kFlushStall is cut off. What the peer sends meanwhile is discarded,
  /// not answered with a reset that could overtake our last bytes. The handler is not called again, and the
  /// Connection may be destroyed at once; see Loop::lingering.
  void close_after_flush();
  /// Closes now; what is in the outbox is lost. The handler is not called again.
  void abort();

  static constexpr std::chrono::seconds kLinger{2};       // a round trip to anywhere, with a retransmission or two
  static constexpr std::chrono::seconds kFlushStall{30};  // a phone that changes networks comes back within that

 private:
  ConnectionState* state_;  // counted; shared with the loop, whose operations may outlive this
};

}  // namespace roost::net
