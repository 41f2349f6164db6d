#include "net/connection.h"

#include <cerrno>
#include <utility>

#include "net/connection_state.h"
#include "net/loop.h"
#include "net/loop_impl.h"

namespace roost::net {
namespace {

constexpr int kReadsPerEvent = 4;   // up to 256 KiB, then it is another connection's turn
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

ConnectionState::ConnectionState(LoopImpl& loop, Connection::Handler& handler) : loop_(loop), handler_(&handler) {}

void ConnectionState::start(Fd fd, const TlsContext* tls) {
  fd_ = std::move(fd);
  if (tls) tls_ = std::make_unique<TlsStream>(*tls, fd_.get());
  intrusive_ptr_add_ref(this);  // until close()
  watched_for_ = wanted();
  const auto watched = loop_.poller().watch(fd_.get(), *this, watched_for_);
  watched_ = watched.has_value();
  if (watched) return;
  // The system cannot watch one more. Never told from within the constructor.
  loop_.post([self = Ref(this), code = watched.error()] { self->fail(code); });
}

// --- the poller ---

Interest ConnectionState::wanted() const {
  if (phase_ == Phase::closed) return {};
  // While TLS peers greet each other, what there is to send waits for what the other one says.
  const bool write = blocked_ && (!tls_ || tls_->holds() || !tls_->greeting());
  return {.read = !paused_ && !read_ended_ && !held_, .write = write};
}

void ConnectionState::update_interest() {
  const Interest interest = wanted();
  if (phase_ == Phase::closed || (watched_ && interest == watched_for_)) return;
  watched_for_ = interest;
  if (watched_) return loop_.poller().change(fd_.get(), *this, interest);
  if (interest == Interest{}) return;
  const auto watched = loop_.poller().watch(fd_.get(), *this, interest);
  watched_ = watched.has_value();
  if (!watched) loop_.post([self = Ref(this), code = watched.error()] { self->fail(code); });
}

void ConnectionState::unwatch() {
  if (std::exchange(watched_, false)) loop_.poller().forget(fd_.get(), *this);
}

void ConnectionState::on_ready(Interest ready) {
  const Ref self(this);
  // A hang-up is told to one that wants nothing. It is looked at when something is wanted again.
  if (watched_for_ == Interest{}) return unwatch();
  if (ready.write && blocked_) on_writable();
  if (ready.read) on_readable();
  update_interest();
}

// --- reading ---

// A piece of a connection is handled before it reads on: the handler may pause it, and work may be posted behind it.
void ConnectionState::on_readable() {
  for (int reads = 0; reads < kReadsPerEvent && read_once(); ++reads) loop_.deliver_received();
}

/// True: the room, or a record of TLS, was filled: there may be more.
bool ConnectionState::read_once() {
  const auto room = loop_.read_room();
  if (paused_ || held_ || read_ended_ || phase_ == Phase::closed) return false;
  const auto got = receive(room);
  if (tls_ && tls_->holds()) block();
  if (!got) {
    if (!would_block(got.error())) fail(got.error());
    return false;
  }
  if (*got == 0) {
    on_read_end();
    return false;
  }
  loop_.received(*this, *got);
  return *got == (tls_ ? TlsStream::kRecordBytes : room.size());
}

void ConnectionState::deliver(std::span<char> bytes) {
  if (!handler_) return;  // closing: discarded
  if (!paused_) return call_on_data(bytes);
  held_ = std::make_unique<std::string>(bytes.begin(), bytes.end());
}

void ConnectionState::deliver_held() {
  if (paused_ || !held_) return;
  const auto held = std::move(held_);
  if (handler_) call_on_data(*held);
  update_interest();
}

void ConnectionState::call_on_data(std::span<char> bytes) {
  Cork& cork = loop_.cork();
  settle_cork();
  if (outbox_.empty() && !batch_ && !blocked_) cork.open_for(*this);
  handler_->on_data(bytes);
  cork.close();
}

void ConnectionState::on_read_end() {
  read_ended_ = true;
  if (sending_ended_) return close();
  if (handler_) end(CloseReason::peer_closed);
}

// The poller hears of it only if bytes come meanwhile: a short pause costs nothing.
void ConnectionState::pause() {
  paused_ = true;
}

void ConnectionState::resume() {
  if (!paused_) return;
  paused_ = false;
  if (held_) loop_.post([self = Ref(this)] { self->deliver_held(); });
  update_interest();
}

// --- sending ---

void ConnectionState::send(SharedBytes bytes, std::size_t offset) {
  if (phase_ != Phase::open) return;
  settle_cork();
  if (const auto batch = settle_batch()) batch->come_back(*this);
  const std::size_t end = bytes.size();
  outbox_.push(std::move(bytes), offset, end);
  flush_later();
}

void ConnectionState::send_copy(std::string_view bytes) {
  if (phase_ != Phase::open || add_to_cork(bytes)) return;
  if (const auto batch = settle_batch()) batch->come_back(*this);
  outbox_.push_copy(bytes);
  flush_later();
}

void ConnectionState::send(Batch& batch) {
  if (phase_ != Phase::open) return;
  settle_cork();
  if (const auto other = settle_batch()) other->come_back(*this);
  batch_ = &batch;
  batch_from_ = batch.last();
  flush_later();
}

void ConnectionState::leave(Batch& batch) {
  if (batch_ == &batch) settle_batch();
  batch.leave(*this);
}

boost::intrusive_ptr<Batch> ConnectionState::settle_batch() {
  if (!batch_) return nullptr;
  auto [bytes, begin, end] = batch_->piece(batch_from_);
  outbox_.push(std::move(bytes), begin, end);
  return std::move(batch_);
}

bool ConnectionState::add_to_cork(std::string_view bytes) {
  Cork& cork = loop_.cork();
  if (!cork.is_open_for(*this) || !cork.has_room(bytes.size())) {
    settle_cork();
    return false;
  }
  if (bytes.empty()) return true;
  if (corked_ == 0) corked_ = cork.begin(*this);
  cork.add(bytes);
  return true;
}

void ConnectionState::settle_cork() {
  Cork& cork = loop_.cork();
  if (cork.is_open_for(*this)) cork.close();
  if (corked_ == 0) return;
  outbox_.push_copy(cork.take(std::exchange(corked_, 0)));
  flush_later();
}

void ConnectionState::send_corked(std::string_view bytes) {
  corked_ = 0;
  const auto result = give(bytes);
  if (!result && !would_block(result.error())) return fail(result.error());
  const std::size_t sent = result.value_or(0);
  outbox_.push_copy(bytes.substr(sent));
  if (sent < bytes.size() || (tls_ && tls_->holds())) block();
}

std::size_t ConnectionState::corked_bytes() const {
  return corked_ == 0 ? 0 : loop_.cork().bytes(corked_);
}

void ConnectionState::flush_later() {
  if (std::exchange(flush_queued_, true)) return;
  loop_.flush_later(this);
}

void ConnectionState::flush() {
  flush_queued_ = false;
  if (phase_ == Phase::closed) return;
  if (batch_) flush_batch();
  if (blocked_ || phase_ == Phase::closed || !flush_some()) return;
  if (phase_ == Phase::closing) finish_sending();
}

// Mostly a batch is all there is, and goes out whole: then it never was a piece.
void ConnectionState::flush_batch() {
  std::size_t sent = 0;
  if (outbox_.empty() && !blocked_) {
    const auto bytes = batch_->view(batch_from_);
    const auto result = give(bytes);
    if (!result && !would_block(result.error())) return fail(result.error());
    sent = result.value_or(0);
    if (sent == bytes.size()) {
      batch_.reset();
      if (tls_ && tls_->holds()) block();
      return;
    }
    blocked_ = true;
  }
  settle_batch();
  outbox_.consume(sent);
  update_interest();
}

void ConnectionState::block() {
  blocked_ = true;
  update_interest();
}

bool ConnectionState::flush_tls() {
  if (!tls_) return true;
  if (const auto flushed = tls_->flush(); !flushed) {
    fail(flushed.error());
    return false;
  }
  if (tls_->holds()) block();
  return !tls_->holds();
}

/// True: the outbox is empty.
bool ConnectionState::flush_some() {
  if (!flush_tls()) return false;
  for (int sends = 0; !outbox_.empty(); ++sends) {
    const auto bytes = outbox_.next(loop_.scratch());
    const auto sent = give(bytes);
    if (!sent && !would_block(sent.error())) {
      fail(sent.error());
      return false;
    }
    outbox_.consume(sent.value_or(0));
    if (sent.value_or(0) < bytes.size() || (sends + 1 == kSendsPerFlush && !outbox_.empty())) {
      block();
      return false;
    }
  }
  return flush_tls();
}

void ConnectionState::on_writable() {
  blocked_ = false;
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
  settle_cork();
  phase_ = Phase::closing;
  handler_ = nullptr;
  held_.reset();
  paused_ = false;
  limit_closing(Connection::kFlushStall);
  update_interest();
  flush_later();
}

void ConnectionState::finish_sending() {
  if (read_ended_) return close();
  sending_ended_ = true;
  if (tls_) tls_->end();
  shutdown_send(fd_.get());
  limit_closing(Connection::kLinger);
}

void ConnectionState::limit_closing(Duration limit) {
  Executor::TimerId& timer = loop_.lingering[this];
  loop_.timers().cancel(timer);
  timer = loop_.timers().add(loop_.now() + limit, [self = Ref(this)] { self->close(); });
}

void ConnectionState::abort() {
  handler_ = nullptr;
  close();
}

void ConnectionState::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  const Ref self(this, false);
  if (const auto found = loop_.lingering.find(this); found != loop_.lingering.end()) {
    loop_.timers().cancel(found->second);
    loop_.lingering.erase(found);
  }
  if (corked_ != 0) loop_.cork().take(std::exchange(corked_, 0));
  outbox_.clear();
  batch_.reset();
  held_.reset();
  unwatch();
  tls_.reset();
  fd_ = Fd();
}

void ConnectionState::detach() {
  handler_ = nullptr;
  if (phase_ == Phase::open) close();
}

// --- Connection ---

Connection::Connection(Loop& loop, Fd fd, Handler& handler, const TlsContext* tls)
    : state_(new ConnectionState(loop.impl(), handler)) {
  intrusive_ptr_add_ref(state_);
  state_->start(std::move(fd), tls);
}

Connection::~Connection() {
  state_->detach();
  intrusive_ptr_release(state_);
}

void Connection::send(SharedBytes bytes, std::size_t offset) {
  state_->send(std::move(bytes), offset);
}
void Connection::send(Batch& batch) {
  state_->send(batch);
}
void Connection::leave(Batch& batch) {
  state_->leave(batch);
}
void Connection::send_copy(std::string_view bytes) {
  state_->send_copy(bytes);
}
std::string Connection::peer_address() const {
  return state_->peer_address();
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
