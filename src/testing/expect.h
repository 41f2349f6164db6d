#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include <roost/testing.hpp>

namespace roost::testing {

/// What a test looks for among the messages that came.
struct Wanted {
  std::string what;                           // "reply to \"2\": ok"
  std::function<bool(const Message&)> is_it;  // kind, names, refs
  const PayloadMatcher& payload;
};

/// Takes the first message that is wanted, or reports a failure at `at`.
std::optional<Message> take(std::deque<Message>& messages, const Wanted& wanted, const std::vector<std::string>& log,
                            const std::source_location& at);

/// Reports a failure if there is a message for which `counts`.
void expect_none(const std::deque<Message>& messages, const std::function<bool(const Message&)>& counts,
                 const std::vector<std::string>& log, const std::source_location& at);

}  // namespace roost::testing
