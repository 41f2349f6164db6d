#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>

#include "base/time.h"

namespace roost::net {

/// What is wanted of a descriptor, or what it is ready for.
struct Interest {
  bool read = false;
  bool write = false;
  friend bool operator==(const Interest&, const Interest&) = default;
};

/// Somebody with a descriptor that a Poller watches.
class Watched {
 public:
  /// The descriptor is ready, as long as it is: what is not dealt with is told again at the next turn. An error or a
  /// hang-up is told as both, also to one that wants neither: it has to forget its descriptor then.
  /// May forget and destroy whatever is watched, itself included.
  virtual void on_ready(Interest ready) = 0;

 protected:
  ~Watched() = default;
};

/// Waits for many descriptors at once; level-triggered. One thread.
class Poller {
 public:
  virtual ~Poller() = default;

  /// Error: the system cannot watch one more (errno).
  virtual std::expected<void, int> watch(int fd, Watched& watched, Interest interest) = 0;
  virtual void change(int fd, Watched& watched, Interest interest) = 0;
  /// Before the descriptor is closed.
  virtual void forget(int fd, Watched& watched) = 0;

  /// Waits until something is ready, `timeout` at most (nullopt: for ever). Then `dispatch` tells what is.
  virtual void wait(std::optional<Duration> timeout) = 0;
  virtual void dispatch() = 0;

  static constexpr std::size_t kReadyPerWait = 512;  // then what was posted, and timers, get their turn
};

/// The system's best: epoll(7) on Linux, poll(2) elsewhere. Throws std::runtime_error when there are no descriptors.
std::unique_ptr<Poller> make_poller();
/// poll(2), which every POSIX system has: its cost grows with the number of descriptors.
std::unique_ptr<Poller> make_portable_poller();

/// In milliseconds, rounded up, as poll(2) and epoll_wait(2) take it.
int poll_timeout(std::optional<Duration> timeout);

}  // namespace roost::net
