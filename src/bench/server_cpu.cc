#include "bench/server_cpu.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace roost::bench {
namespace {

std::string proc(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

/// perf_event_open(2) has no wrapper in libc.
int open_task_clock(pid_t thread) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.inherit = 1;
  const long fd = ::syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return static_cast<int>(fd);
}

/// A line "NAME:  123 kB" of /proc/PID/status; 0 if it is not there.
std::uint64_t status_bytes(pid_t pid, std::string_view name) {
  std::ifstream file(proc(pid) + "/status");
  for (std::string word; file >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == name && file >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

/// The first field: nanoseconds on a core.
std::uint64_t schedstat(pid_t pid, pid_t thread) {
  std::ifstream file(proc(pid) + "/task/" + std::to_string(thread) + "/schedstat");
  std::uint64_t ran = 0;
  file >> ran;
  return ran;
}

}  // namespace

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc(pid) + "/task", error)) {
    const std::string name = entry.path().filename();
    pid_t thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    if (thread > 0) threads.push_back(thread);
  }
  return threads;
}

std::expected<ServerCpu, Error> ServerCpu::of(pid_t pid) {
  const auto threads = threads_of(pid);
  if (threads.empty()) return std::unexpected(Error{"there is no process " + std::to_string(pid)});
  ServerCpu cpu(pid);
  if (!cpu.open_clocks(threads)) {
    cpu.clocks_.clear();
    if (!std::ifstream(proc(pid) + "/schedstat"))
      return std::unexpected(Error{"neither perf nor schedstat can be read for process " + std::to_string(pid)});
  }
  return cpu;
}

bool ServerCpu::open_clocks(const std::vector<pid_t>& threads) {
  for (const pid_t thread : threads) {
    const int fd = open_task_clock(thread);
    if (fd < 0 && errno == ESRCH) continue;  // it ended meanwhile
    if (fd < 0) return false;
    clocks_.emplace_back(fd);
  }
  return !clocks_.empty();
}

std::uint64_t ServerCpu::nanoseconds() const {
  std::uint64_t total = 0;
  for (const net::Fd& clock : clocks_) {
    std::uint64_t ran = 0;
    if (::read(clock.get(), &ran, sizeof ran) == sizeof ran) total += ran;
  }
  if (clocks_.empty())
    for (const pid_t thread : threads_of(pid_)) total += schedstat(pid_, thread);
  return total;
}

bool pin_to_cores(pid_t pid, const std::vector<unsigned>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned core : cores)
    if (core < CPU_SETSIZE) CPU_SET(core, &set);
  for (const pid_t thread : threads_of(pid))
    if (::sched_setaffinity(thread, sizeof set, &set) != 0 && errno != ESRCH) return false;
  return true;
}

std::uint64_t private_memory_bytes(pid_t pid) {
  return status_bytes(pid, "RssAnon:");
}

std::uint64_t reset_peak_memory(pid_t pid) {
  std::ofstream file(proc(pid) + "/clear_refs");
  file << "5" << std::flush;  // proc(5): resets the peak resident set size
  return file ? status_bytes(pid, "VmRSS:") : 0;
}

std::uint64_t peak_memory_bytes(pid_t pid) {
  return status_bytes(pid, "VmHWM:");
}

}  // namespace roost::bench
