#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace roost::bench {

/// One line on the terminal that tells how far a run is; nothing if it is not wanted, or stderr is no terminal.
class Progress {
 public:
  Progress(std::string title, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// "title  what  count of total", a few times a second at most. `total` 0: the count and its rate.
  void show(const char* what, std::uint64_t count, std::uint64_t total = 0);

 private:
  void write(const std::string& line);

  const std::string title_;
  const bool on_;
  TimePoint last_{};
  std::uint64_t last_count_ = 0;
};

}  // namespace roost::bench
