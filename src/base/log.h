#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace roost {

enum class LogLevel { trace, debug, info, warn, error, off };

/// Where a part says what happened. Any thread. The real one writes structured lines to stderr; tests collect.
///
/// `what` is a fixed phrase ("join crashed"), the fields are its particulars. Payloads never go into a log.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  virtual ~Log() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view what, Fields fields) = 0;
};

}  // namespace roost
