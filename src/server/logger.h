#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"

namespace roost::server {

/// Structured lines on stderr: time, level, what happened, key=value …
std::unique_ptr<Log> make_logger(std::string_view level);

/// One line without time and level: `what key=value key="two words"`. Values cannot break the line.
std::string format_line(std::string_view what, Log::Fields fields);

}  // namespace roost::server
