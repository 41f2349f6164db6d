#include "net/poller.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <unordered_map>
#include <vector>

#include <poll.h>

#include "base/assert.h"

namespace roost::net {
namespace {

class PollPoller final : public Poller {
 public:
  std::expected<void, int> watch(int fd, Watched& watched, Interest interest) override {
    places_.emplace(fd, pollfds_.size());
    pollfds_.push_back({fd, events_of(interest), 0});
    watched_.push_back(&watched);
    return {};
  }

  void change(int fd, Watched&, Interest interest) override { pollfds_[places_.at(fd)].events = events_of(interest); }

  void forget(int fd, Watched& watched) override {
    const std::size_t place = places_.at(fd);
    places_.erase(fd);
    if (place + 1 < pollfds_.size()) {
      pollfds_[place] = pollfds_.back();
      watched_[place] = watched_.back();
      places_[pollfds_[place].fd] = place;
    }
    pollfds_.pop_back();
    watched_.pop_back();
    for (Ready& ready : ready_)
      if (ready.watched == &watched) ready.watched = nullptr;
  }

  void wait(std::optional<Duration> timeout) override {
    ready_.clear();
    const int found = ::poll(pollfds_.data(), static_cast<nfds_t>(pollfds_.size()), poll_timeout(timeout));
    for (std::size_t i = 0; found > 0 && i < pollfds_.size(); ++i)
      if (const short got = pollfds_[i].revents; got != 0) ready_.push_back({watched_[i], interest_of(got)});
  }

  void dispatch() override {
    for (std::size_t i = 0; i < ready_.size(); ++i)
      if (const Ready ready = ready_[i]; ready.watched) ready.watched->on_ready(ready.interest);
    ready_.clear();
  }

 private:
  struct Ready {
    Watched* watched;  // nullptr: forgotten meanwhile
    Interest interest;
  };

  static short events_of(Interest interest) {
    return static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0));
  }
  static Interest interest_of(short events) {
    const bool failed = (events & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    return {failed || (events & POLLIN) != 0, failed || (events & POLLOUT) != 0};
  }

  std::vector<pollfd> pollfds_;
  std::vector<Watched*> watched_;  // in the order of pollfds_
  std::unordered_map<int, std::size_t> places_;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_portable_poller() {
  return std::make_unique<PollPoller>();
}

#ifndef __linux__
std::unique_ptr<Poller> make_poller() {
  return make_portable_poller();
}
#endif

int poll_timeout(std::optional<Duration> timeout) {
  if (!timeout) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(*timeout, Duration::zero())).count();
  return static_cast<int>(std::min<std::int64_t>(rounded, std::numeric_limits<int>::max()));
}

}  // namespace roost::net
