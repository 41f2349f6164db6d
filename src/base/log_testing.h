#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"

namespace roost::testing {

/// Keeps every line as `level what key=value …`.
class CollectingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view what, Fields fields) override {
    static constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error", "off"};
    std::string line(kNames[static_cast<std::size_t>(level)]);
    line.append(" ").append(what);
    for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(value);
    lines.push_back(std::move(line));
  }
  bool has(std::string_view text) const {
    return std::ranges::any_of(lines, [text](const std::string& line) { return line.contains(text); });
  }
  std::size_t count(std::string_view text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [text](const std::string& line) { return line.contains(text); }));
  }

  std::vector<std::string> lines;
};

}  // namespace roost::testing
