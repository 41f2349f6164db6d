#include "bench/team.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/system.h"

namespace roost::bench {
namespace {

constexpr std::size_t kOtherDescriptors = 64;  // epoll, clocks, files: what a process needs besides its clients'

/// How many clients one process has descriptors for. As root the limit is raised to all that the system knows.
std::size_t clients_for_one_process() {
  constexpr rlim_t kWanted = 1'048'576;  // fs.nr_open's usual value
  const rlimit all{kWanted, kWanted};
  const std::uint64_t limit = ::setrlimit(RLIMIT_NOFILE, &all) == 0 ? kWanted : net::raise_open_files();
  return std::max<std::size_t>(limit, kOtherDescriptors + 1) - kOtherDescriptors;
}

std::unexpected<Error> failed(const char* what) {
  return std::unexpected(Error{std::string(what) + ": " + std::strerror(errno)});
}

}  // namespace

void Member::tell(std::string_view why) {
  if (failed.exchange(true)) return;
  const std::size_t size = std::min(why.size(), sizeof trouble - 1);
  std::memcpy(trouble, why.data(), size);
  trouble[size] = '\0';
}

std::expected<Team, Error> Team::create(const Settings& settings) {
  const std::size_t most = clients_for_one_process();
  Team team;
  team.clients_ = settings.connections;
  team.size_ = settings.processes > 0 ? settings.processes : (settings.connections + most - 1) / most;
  if (settings.one_process) team.size_ = 1;
  team.size_ = std::min(team.size_, settings.connections);
  if (team.size_ > kProcessesMax || (settings.connections + team.size_ - 1) / team.size_ > most)
    return std::unexpected(Error{"the limit on open files (" + std::to_string(most) + " clients for each process) " +
                                 "does not allow so many connections: raise it (ulimit -n)"});
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return failed("map shared memory");
  team.shared_ = static_cast<Shared*>(memory);  // zeroes, which is how all of it begins
  team.shared_->sent_end = kFirstNumber;
  team.wake_ = net::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!team.wake_) return failed("make an eventfd");
  for (std::size_t index = 1; index < team.size_; ++index) {
    const pid_t child = ::fork();
    if (child < 0) {
      team.enter(Phase::ended);  // those that live already see it and go
      return failed("fork");
    }
    if (child > 0) continue;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    team.index_ = index;
    return team;
  }
  return team;
}

Team::Team(Team&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)),
      index_(other.index_),
      size_(other.size_),
      clients_(other.clients_),
      wake_(std::move(other.wake_)) {}

Team::~Team() {
  if (!shared_) return;
  enter(Phase::ended);
  for (std::size_t i = 1; i < size_ && leads(); ++i) ::wait(nullptr);
  ::munmap(shared_, sizeof *shared_);
}

void Team::leave() {
  ::_exit(0);
}

std::uint64_t Team::sum(std::atomic<std::uint64_t> Member::*what) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < size_; ++i) total += (shared_->members[i].*what).load(std::memory_order_acquire);
  return total;
}

bool Team::all(std::atomic<bool> Member::*what) const {
  for (std::size_t i = 0; i < size_; ++i)
    if (!(shared_->members[i].*what).load(std::memory_order_acquire)) return false;
  return true;
}

bool Team::any(std::atomic<bool> Member::*what) const {
  for (std::size_t i = 0; i < size_; ++i)
    if ((shared_->members[i].*what).load(std::memory_order_acquire)) return true;
  return false;
}

bool Team::all_at_rest_in(Phase phase) const {
  for (std::size_t i = 0; i < size_; ++i)
    if (shared_->members[i].rest_in.load(std::memory_order_acquire) != phase) return false;
  return true;
}

void Team::sent(std::uint64_t number, TimePoint due) {
  shared_->due[number % kSendTimes].store(due.time_since_epoch().count(), std::memory_order_relaxed);
  shared_->sent_end.store(number + 1, std::memory_order_release);
}

TimePoint Team::due_time(std::uint64_t number) const {
  return TimePoint(Duration(shared_->due[number % kSendTimes].load(std::memory_order_relaxed)));
}

void Team::wake_leader() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);  // full: it is awake
}

}  // namespace roost::bench
