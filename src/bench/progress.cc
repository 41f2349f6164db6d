#include "bench/progress.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace roost::bench {
namespace {

constexpr std::chrono::milliseconds kInterval{200};  // faster than that nobody reads

}  // namespace

Progress::Progress(std::string title, bool wanted)
    : title_(std::move(title)), on_(wanted && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (on_) write("");
}

void Progress::show(const char* what, std::uint64_t count, std::uint64_t total) {
  if (!on_) return;
  const TimePoint now = Clock::now();
  if (now - last_ < kInterval) return;
  const double seconds = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  const std::uint64_t before = std::exchange(last_count_, count);
  if (total > 0)
    write(fmt::format("{}  {} {} of {}", title_, what, count, total));
  else
    write(fmt::format("{}  {} {}, {:.0f} a second", title_, what, count,
                      static_cast<double>(count - std::min(before, count)) / seconds));
}

void Progress::write(const std::string& line) {
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());  // the rest of the line is erased
  std::fflush(stderr);
}

}  // namespace roost::bench
