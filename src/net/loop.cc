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

LoopImpl::LoopImpl()
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE), waker_(make_waker()), wake_(context_, waker_.reader.get()) {
  wait_for_wake();
}

LoopImpl::~LoopImpl() {
  drop_waiting();
  wake_.release();  // the Waker closes it
}

void LoopImpl::post(Executor::Work work) {
  if (mailbox_.post(std::move(work)) && running_here != this) waker_.wake();
}

void LoopImpl::run() {
  running_here = this;
  while (!stopping_) turn();
  drop_waiting();
  running_here = nullptr;
}

void LoopImpl::turn() {
  run_handlers();
  run_mail();
  timers_.run_due(now());
  flush();
}

void LoopImpl::run_handlers() {
  std::size_t ran = 0;
  if (to_flush_.empty() && mailbox_.prepare_sleep()) {
    now_.reset();
    const auto next = timers_.next();
    ran = next ? context_.run_one_until(*next) : context_.run_one();
    mailbox_.stay_awake();
  } else {
    now_.reset();
  }
  while (ran < kHandlersPerTurn && context_.poll_one() > 0) ++ran;
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

void LoopImpl::flush_later(boost::intrusive_ptr<ConnectionState> connection) {
  to_flush_.push_back(std::move(connection));
}

void LoopImpl::flush() {
  // By index: callbacks may give output to more connections meanwhile.
  for (std::size_t i = 0; i < to_flush_.size(); ++i) std::exchange(to_flush_[i], nullptr)->flush();
  to_flush_.clear();
}

void LoopImpl::wait_for_wake() {
  wake_.async_wait(wake_.wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    waker_.reset();
    wait_for_wake();
  });
}

void LoopImpl::drop_waiting() {
  // What is destroyed may post and set timers once more.
  do {
    std::vector<Executor::Work> mail;
    mailbox_.take(mail);
    mail.clear();
    timers_.clear();
    std::exchange(to_flush_, {}).clear();
  } while (!mailbox_.empty() || timers_.next());
}

Loop::Loop() : impl_(std::make_unique<LoopImpl>()) {}
Loop::~Loop() = default;

void Loop::post(Work work) {
  impl_->post(std::move(work));
}
Executor::TimerId Loop::call_at(TimePoint at, Work work) {
  return impl_->timers().add(at, std::move(work));
}
void Loop::cancel(TimerId timer) {
  impl_->timers().cancel(timer);
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
  return impl_->lingering;
}

}  // namespace roost::net
