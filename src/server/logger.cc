#include "server/logger.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace roost::server {
namespace {

// A value of a stranger's making (a topic, an origin) may be as long as a message: a log line is not.
constexpr std::size_t kValueBytesMax = 256;

// What a terminal could take for a command, or a reader of the log for the end of a line.
bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

/// `value` without its last byte, and without the character that this would split.
std::string_view whole_characters(std::string_view value) {
  while (value.size() > 1 && (static_cast<unsigned char>(value.back()) & 0xc0) == 0x80) value.remove_suffix(1);
  return value.substr(0, value.size() - 1);
}

void append_value(std::string& line, std::string_view value) {
  const bool cut = value.size() > kValueBytesMax;
  if (cut) value = whole_characters(value.substr(0, kValueBytesMax + 1));
  const bool plain = !cut && !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::ranges::none_of(value, is_control);
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (!is_control(c)) {
      line += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      line += code;
    }
  }
  line += cut ? "…\"" : "\"";
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

class Logger final : public Log {
 public:
  explicit Logger(std::string_view level) : logger_("roost", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(spdlog::level::from_str(std::string(level == "error" ? "err" : level)));
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger_.flush_on(spdlog::level::trace);
  }
  bool enabled(LogLevel level) const override { return logger_.should_log(to_spdlog(level)); }
  void write(LogLevel level, std::string_view what, Fields fields) override {
    if (enabled(level)) logger_.log(to_spdlog(level), "{}", format_line(what, fields));
  }

 private:
  spdlog::logger logger_;
};

}  // namespace

std::string format_line(std::string_view what, Log::Fields fields) {
  std::string line(what);
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    append_value(line, value);
  }
  return line;
}

std::unique_ptr<Log> make_logger(std::string_view level) {
  return std::make_unique<Logger>(level);
}

}  // namespace roost::server
