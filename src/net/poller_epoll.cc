#ifdef __linux__

#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>

#include <sys/epoll.h>

#include "base/assert.h"
#include "net/fd.h"
#include "net/poller.h"
#include "net/socket.h"

namespace roost::net {
namespace {

class EpollPoller final : public Poller {
 public:
  EpollPoller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::runtime_error(system_error("make a poller", errno).message);
  }

  std::expected<void, int> watch(int fd, Watched& watched, Interest interest) override {
    if (!control(EPOLL_CTL_ADD, fd, watched, interest)) return std::unexpected(errno);
    return {};
  }

  void change(int fd, Watched& watched, Interest interest) override {
    const bool changed = control(EPOLL_CTL_MOD, fd, watched, interest);
    ROOST_ASSERT(changed);
  }

  void forget(int fd, Watched& watched) override {
    epoll_event unused{};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &unused);
    for (epoll_event& event : waiting())
      if (event.data.ptr == &watched) event.data.ptr = nullptr;
  }

  void wait(std::optional<Duration> timeout) override {
    next_ = 0;
    const int found =
        ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), poll_timeout(timeout));
    found_ = found > 0 ? static_cast<std::size_t>(found) : 0;  // a signal interrupted it: nothing is ready
  }

  void dispatch() override {
    while (next_ < found_) {
      const epoll_event event = events_[next_++];
      if (event.data.ptr) static_cast<Watched*>(event.data.ptr)->on_ready(interest_of(event.events));
    }
  }

 private:
  bool control(int operation, int fd, Watched& watched, Interest interest) {
    epoll_event event{};
    event.events = (interest.read ? EPOLLIN : 0u) | (interest.write ? EPOLLOUT : 0u);
    event.data.ptr = &watched;
    return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
  }
  static Interest interest_of(std::uint32_t events) {
    const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    return {failed || (events & EPOLLIN) != 0, failed || (events & EPOLLOUT) != 0};
  }
  /// Those of the last wait that have not been told yet.
  std::span<epoll_event> waiting() { return std::span(events_).subspan(next_, found_ - next_); }

  Fd epoll_;
  std::array<epoll_event, kReadyPerWait> events_;
  std::size_t next_ = 0;
  std::size_t found_ = 0;
};

}  // namespace

std::unique_ptr<Poller> make_poller() {
  return std::make_unique<EpollPoller>();
}

}  // namespace roost::net

#endif
