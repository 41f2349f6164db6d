#include "net/connection.h"

#include <cerrno>
#include <utility>

#include "net/connection_state.h"
#include "net/loop.h"
#include "net/loop_impl.h"

namespace roost::net {
namespace {

constexpr int kReadsPerEvent = 4;   // 256 KiB, then it is another connection's turn
constexpr int kSendsPerFlush = 16;  // likewise; the rest goes when the socket is found writable again

CloseReason reason_of(int code) {
  switch (code) {
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return CloseReason::reset;
    default:
      return CloseReason::error;
  }
}

}  // namespace

ConnectionState::ConnectionState(LoopImpl& loop, Connection::Handler& handler)
    : loop_(loop), handler_(&handler), descriptor_(loop.context()) {}

void ConnectionState::start(Fd fd) {
  boost::system::error_code error;
  descriptor_.assign(fd.get(), error);
  if (error) {  // the system cannot watch one more; never from within the constructor
    loop_.post([self = Ref(this), code = error.value()] { self->fail(code); });
    return;
  }
  fd.release();
  wait_readable();
}

// --- reading ---

void ConnectionState::wait_readable() {
  if (reading_ || paused_ || read_ended_ || held_ || phase_ == Phase::closed) return;
  reading_ = true;
  descriptor_.async_wait(descriptor_.wait_read, [self = Ref(this)](const boost::system::error_code& error) {
    self->reading_ = false;
    if (!error) self->on_readable();
  });
}

void ConnectionState::on_readable() {
  for (int reads = 0; reads < kReadsPerEvent; ++reads)
    if (!read_once()) break;
  wait_readable();
}

/// True: the buffer was filled, there may be more.
bool ConnectionState::read_once() {
  if (paused_ || read_ended_ || phase_ == Phase::closed) return false;
  const auto buffer = loop_.read_buffer();
  const auto got = receive(descriptor_.native_handle(), buffer);
  if (!got) {
    if (!would_block(got.error())) fail(got.error());
    return false;
  }
  if (*got == 0) {
    on_read_end();
    return false;
  }
  deliver(buffer.first(*got));
  return *got == buffer.size();
}

void ConnectionState::deliver(std::span<char> bytes) {
  if (!handler_) return;  // closing: discarded
  // What was posted here before these bytes were received comes first.
  loop_.run_mail();
  if (!handler_) return;
  if (paused_) {
    held_ = std::make_unique<std::string>(bytes.begin(), bytes.end());
    return;
  }
  handler_->on_data(bytes);
}

void ConnectionState::deliver_held() {
  if (paused_ || !held_) return;
  const auto held = std::move(held_);
  if (handler_) handler_->on_data(*held);
  wait_readable();
}

void ConnectionState::on_read_end() {
  read_ended_ = true;
  if (sending_ended_) return close();
  if (handler_) end(CloseReason::peer_closed);
}

void ConnectionState::pause() {
  paused_ = true;
}

void ConnectionState::resume() {
  if (!paused_) return;
  paused_ = false;
  if (held_) {
    loop_.post([self = Ref(this)] { self->deliver_held(); });
  } else {
    wait_readable();
  }
}

// --- sending ---

void ConnectionState::send(SharedBytes bytes, std::size_t offset) {
  if (phase_ != Phase::open) return;
  outbox_.push(std::move(bytes), offset);
  if (flush_queued_ || blocked_ || outbox_.empty()) return;
  flush_queued_ = true;
  loop_.flush_later(this);
}

void ConnectionState::flush() {
  flush_queued_ = false;
  if (phase_ == Phase::closed || blocked_) return;
  if (!flush_some()) return;
  if (phase_ == Phase::closing) finish_sending();
}

/// True: the outbox is empty.
bool ConnectionState::flush_some() {
  for (int sends = 0; !outbox_.empty(); ++sends) {
    const auto bytes = outbox_.next(loop_.scratch());
    const auto sent = net::send(descriptor_.native_handle(), bytes);
    if (!sent && !would_block(sent.error())) {
      fail(sent.error());
      return false;
    }
    outbox_.consume(sent.value_or(0));
    if (sent.value_or(0) < bytes.size() || (sends + 1 == kSendsPerFlush && !outbox_.empty())) {
      wait_writable();
      return false;
    }
  }
  return true;
}

void ConnectionState::wait_writable() {
  blocked_ = true;
  descriptor_.async_wait(descriptor_.wait_write, [self = Ref(this)](const boost::system::error_code& error) {
    self->blocked_ = false;
    if (!error) self->on_writable();
  });
}

void ConnectionState::on_writable() {
  if (phase_ == Phase::closed) return;
  const std::size_t before = outbox_.bytes();
  const bool empty = flush_some();
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::open) {
    if (empty && handler_) handler_->on_drained();
  } else if (empty) {
    finish_sending();
  } else if (outbox_.bytes() < before) {
    limit_closing(Connection::kFlushStall);
  }
}

// --- the end ---

void ConnectionState::fail(int code) {
  if (handler_)
    end(reason_of(code));
  else
    close();
}

void ConnectionState::end(CloseReason reason) {
  Connection::Handler* handler = std::exchange(handler_, nullptr);
  if (reason != CloseReason::peer_closed) close();
  handler->on_end(reason);
}

void ConnectionState::close_after_flush() {
  if (phase_ != Phase::open) return;
  phase_ = Phase::closing;
  handler_ = nullptr;
  held_.reset();
  paused_ = false;
  ++loop_.lingering;
  limit_closing(Connection::kFlushStall);
  wait_readable();
  if (flush_queued_ || blocked_) return;
  flush_queued_ = true;
  loop_.flush_later(this);
}

void ConnectionState::finish_sending() {
  if (read_ended_) return close();
  sending_ended_ = true;
  shutdown_send(descriptor_.native_handle());
  limit_closing(Connection::kLinger);
}

void ConnectionState::limit_closing(Duration limit) {
  loop_.timers().cancel(limit_);
  limit_ = loop_.timers().add(loop_.now() + limit, [self = Ref(this)] { self->close(); });
}

void ConnectionState::abort() {
  handler_ = nullptr;
  close();
}

void ConnectionState::close() {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::closing) --loop_.lingering;
  phase_ = Phase::closed;
  outbox_.clear();
  held_.reset();
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  loop_.timers().cancel(std::exchange(limit_, {}));  // last: it may hold the last reference but the caller's
}

void ConnectionState::detach() {
  handler_ = nullptr;
  if (phase_ == Phase::open) close();
}

// --- Connection ---

Connection::Connection(Loop& loop, Fd fd, Handler& handler) : state_(new ConnectionState(loop.impl(), handler)) {
  intrusive_ptr_add_ref(state_);
  state_->start(std::move(fd));
}

Connection::~Connection() {
  state_->detach();
  intrusive_ptr_release(state_);
}

void Connection::send(SharedBytes bytes, std::size_t offset) {
  state_->send(std::move(bytes), offset);
}
void Connection::send_copy(std::string_view bytes) {
  state_->send(SharedBytes::copy(bytes), 0);
}
std::size_t Connection::outbox_memory() const {
  return state_->outbox_memory();
}

std::size_t Connection::outbox_bytes() const {
  return state_->outbox_bytes();
}
bool Connection::blocked() const {
  return state_->blocked();
}
void Connection::pause_reading() {
  state_->pause();
}
void Connection::resume_reading() {
  state_->resume();
}
void Connection::close_after_flush() {
  state_->close_after_flush();
}
void Connection::abort() {
  state_->abort();
}

}  // namespace roost::net
