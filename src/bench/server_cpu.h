#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.h"
#include "net/fd.h"

namespace roost::bench {

/// How long the threads of a process have run, in user and in system mode together.
///
/// Read from perf's task-clock, which also counts threads that are born later. Where the system forbids that, from
/// /proc/PID/task/*/schedstat: the scheduler's own sum, which is behind by up to a tick while a thread runs. (The
/// times in /proc/PID/stat are no choice: they are sampled, and miss a third of threads that stay in the kernel.)
class ServerCpu {
 public:
  /// Error: there is no such process, or neither source can be read.
  static std::expected<ServerCpu, Error> of(pid_t pid);

  /// Nanoseconds since of(), or with schedstat since the process began; of use in differences.
  std::uint64_t nanoseconds() const;
  /// "perf task-clock" or "schedstat".
  const char* source() const { return clocks_.empty() ? "schedstat" : "perf task-clock"; }

 private:
  explicit ServerCpu(pid_t pid) : pid_(pid) {}
  bool open_clocks(const std::vector<pid_t>& threads);

  pid_t pid_;
  std::vector<net::Fd> clocks_;  // one for each thread; empty: schedstat
};

/// The threads of a process; empty if there is none.
std::vector<pid_t> threads_of(pid_t pid);

/// Runs all threads of a process, and those they start, on these cores alone. False: the system refused.
bool pin_to_cores(pid_t pid, const std::vector<unsigned>& cores);

/// What a process has of memory that is its own, in bytes: RssAnon of /proc/PID/status; 0 if it can't be read.
std::uint64_t private_memory_bytes(pid_t pid);

/// Forgets what a process's peak of memory was, and gives what it has now, all of it (VmRSS); 0 if that is forbidden.
std::uint64_t reset_peak_memory(pid_t pid);
/// The peak since then (VmHWM).
std::uint64_t peak_memory_bytes(pid_t pid);

}  // namespace roost::bench
