#include "net/loop.h"

#include <stdexcept>
#include <utility>

#include "base/assert.h"
#include "net/loop_impl.h"

namespace roost::net {
namespace {

constexpr std::size_t kMailKept = 4096;  // memory of a longer batch, a burst's, is given back

thread_local const LoopImpl* running_here = nullptr;

Waker make_waker() {
  auto waker = Waker::create();
  if (!waker) throw std::runtime_error(waker.error().message);
  return std::move(*waker);
}

}  // namespace

LoopImpl::LoopImpl() : poller_(make_poller()), waker_(make_waker()) {
  if (const auto watched = poller_->watch(waker_.reader.get(), *this, {.read = true}); !watched)
    throw std::runtime_error(system_error("watch the wake-up descriptor", watched.error()).message);
}

LoopImpl::~LoopImpl() {
  drop_waiting();
  poller_->forget(waker_.reader.get(), *this);
}

void LoopImpl::post(Executor::Work work, std::size_t bytes) {
  if (mailbox_.post(std::move(work), bytes) && running_here != this) waker_.wake();
}

void LoopImpl::run() {
  running_here = this;
  while (!stopping_) turn();
  drop_waiting();
  running_here = nullptr;
}

void LoopImpl::turn() {
  wait();
  poller_->dispatch();
  deliver_received();
  run_mail();
  timers_.run_due(now());
  end_turn();
  flush();
}

void LoopImpl::wait() {
  std::optional<Duration> timeout = Duration::zero();
  const bool sleeps = to_flush_.empty() && turn_ends_.empty() && mailbox_.prepare_sleep();
  if (sleeps) {
    const auto next = timers_.next();
    timeout = next ? std::optional(*next - Clock::now()) : std::nullopt;
  }
  poller_->wait(timeout);
  if (sleeps) mailbox_.stay_awake();
  now_.reset();
}

// By index, here and below: what is called may add more.
void LoopImpl::end_turn() {
  for (std::size_t i = 0; i < turn_ends_.size(); ++i) turn_ends_[i]->on_turn_end();
  turn_ends_.clear();
}

TimePoint LoopImpl::now() const {
  if (!now_) now_ = Clock::now();
  return *now_;
}

void LoopImpl::run_mail() {
  if (mailbox_.empty() || running_mail_) return;
  running_mail_ = true;
  mailbox_.take(mail_);
  for (auto& work : mail_) std::exchange(work, nullptr)();
  mail_.clear();
  if (mail_.capacity() > kMailKept) mail_.shrink_to_fit();
  running_mail_ = false;
}

std::span<char> LoopImpl::read_room() {
  if (read_buffer_.size() - read_bytes_ < kReadRoomBytes || received_.size() == kReceivedMax) {
    deliver_received();
    cork_.send_all();
  }
  return std::span(read_buffer_).subspan(read_bytes_);
}

void LoopImpl::received(ConnectionState& connection, std::size_t bytes) {
  received_.push_back({&connection, std::span(read_buffer_).subspan(read_bytes_, bytes)});
  read_bytes_ += bytes;
}

void LoopImpl::deliver_received() {
  if (received_.empty()) return;
  run_mail();  // what was posted here before these bytes were received comes first
  for (const Received& each : received_) {
    if (!cork_.has_room(Cork::kRoomBytes)) cork_.send_all();
    each.by->deliver(each.bytes);
  }
  received_.clear();
  read_bytes_ = 0;
}

void LoopImpl::flush_later(boost::intrusive_ptr<ConnectionState> connection) {
  to_flush_.push_back(std::move(connection));
}

void LoopImpl::flush() {
  cork_.send_all();
  for (std::size_t i = 0; i < to_flush_.size(); ++i) {
    end_turn();  // who fails to send, and ends, may have begun batches: they are whole before anybody sends them
    std::exchange(to_flush_[i], nullptr)->flush();
  }
  to_flush_.clear();
}

void LoopImpl::drop_waiting() {
  // What is destroyed may post and set timers once more.
  do {
    std::vector<Executor::Work> mail;
    mailbox_.take(mail);
    mail.clear();
    timers_.clear();
    std::exchange(to_flush_, {}).clear();
    while (!lingering.empty()) lingering.begin()->first->close();
  } while (!mailbox_.empty() || timers_.next());
}

Loop::Loop() : impl_(std::make_unique<LoopImpl>()) {}
Loop::~Loop() = default;

void Loop::post_sized(Work work, std::size_t bytes) {
  impl_->post(std::move(work), bytes);
}
std::size_t Loop::waiting_bytes() const {
  return impl_->waiting_bytes();
}
Executor::TimerId Loop::call_at(TimePoint at, Work work) {
  return impl_->timers().add(at, std::move(work));
}
void Loop::cancel(TimerId timer) {
  impl_->timers().cancel(timer);
}
void Loop::at_turn_end(TurnEnd& hook) {
  impl_->at_turn_end(hook);
}
TimePoint Loop::now() const {
  return impl_->now();
}
void Loop::run() {
  impl_->run();
}
void Loop::stop() {
  impl_->post([impl = impl_.get()] { impl->stop(); });
}
std::size_t Loop::lingering() const {
  return impl_->lingering.size();
}

}  // namespace roost::net
