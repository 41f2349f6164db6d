#include "base/waiting.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include <roost/task.hpp>

namespace roost {
namespace {

// How long a test's thread stands still before it looks again whether there is something that it could do itself.
constexpr std::chrono::milliseconds kHelpPeriod{1};

thread_local const char* no_waiting = nullptr;

/// The help of this thread; by owner, for several servers in one test.
thread_local std::vector<std::pair<const StandstillHelp*, std::function<void()>>> helps;

}  // namespace

NoWaiting::NoWaiting(const char* where) : before_(std::exchange(no_waiting, where)) {}
NoWaiting::~NoWaiting() {
  no_waiting = before_;
}

bool may_wait() {
  return !no_waiting;
}

StandstillHelp::StandstillHelp(std::function<void()> help) {
  helps.emplace_back(this, std::move(help));
}
StandstillHelp::~StandstillHelp() {
  std::erase_if(helps, [this](const auto& each) { return each.first == this; });
}

namespace detail {

std::shared_ptr<Standstill> Standstill::make() {
  if (no_waiting)
    throw std::logic_error(std::string("wait: not on ") + no_waiting +
                           ", which others wait for: co_await it in a roost::Task");
  return std::shared_ptr<Standstill>(new Standstill());
}

void Standstill::post(Work work) {
  const auto self = shared_from_this();  // whoever waits may be gone when it was told
  const std::lock_guard lock(mutex_);
  work_ = std::move(work);
  changed_.notify_one();
}

void Standstill::post_after(std::chrono::nanoseconds, Work) {
  throw std::logic_error("wait: sleep_for is for coroutines; a thread has std::this_thread::sleep_for");
}

void Standstill::drop() {
  const std::lock_guard lock(mutex_);
  dropped_ = true;
  changed_.notify_one();
}

TaskLoop::Work Standstill::wait() {
  std::unique_lock lock(mutex_);
  const auto over = [this] { return work_ || dropped_; };
  while (!over()) {
    if (helps.empty()) {
      changed_.wait(lock, over);
      break;
    }
    lock.unlock();
    for (const auto& [owner, help] : helps) help();
    lock.lock();
    changed_.wait_for(lock, kHelpPeriod, over);
  }
  if (!work_) throw WorkRefused("stopped");
  return std::exchange(work_, nullptr);
}

}  // namespace detail
}  // namespace roost
