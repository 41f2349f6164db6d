#include "net/system.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/assert.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace roost::net {

unsigned cores() {
#ifdef __linux__
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    return std::max(1u, static_cast<unsigned>(CPU_COUNT(&allowed)));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

std::uint64_t raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlimit most = limit;
  most.rlim_cur = most.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &most) == 0) limit = most;  // else it stays as it was
  return limit.rlim_cur;
}

void random_bytes(std::span<char> out) {
  constexpr std::size_t kAtOnce = 256;  // getentropy gives no more, and never less than asked
  while (!out.empty()) {
    const auto part = out.first(std::min(out.size(), kAtOnce));
    const int failed = ::getentropy(part.data(), part.size());
    ROOST_ASSERT(failed == 0);  // a kernel without random numbers: nothing here would be safe
    out = out.subspan(part.size());
  }
}

std::uint64_t random_u64() {
  std::uint64_t number = 0;
  random_bytes({reinterpret_cast<char*>(&number), sizeof number});
  return number;
}

std::int64_t system_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

}  // namespace roost::net
