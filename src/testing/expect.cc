#include "testing/expect.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace roost::testing {
namespace {

constexpr std::size_t kTextMax = 1000;  // of one message in a failure: the rest would hide the others

std::string line(const Message& message) {
  std::string text = "\n  " + message.topic + ": " + message.text();
  if (text.size() > kTextMax) text = text.substr(0, kTextMax) + " … (" + std::to_string(text.size()) + " bytes)";
  return text;
}

std::string lines(std::string_view title, const std::vector<std::string>& log) {
  std::string text = log.empty() ? "" : "\n" + std::string(title);
  for (const std::string& each : log) text += "\n  " + each;
  return text;
}

void fail(const std::source_location& at, const std::string& text) {
  ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line())) << text;
}

}  // namespace

std::optional<Message> take(std::deque<Message>& messages, const Wanted& wanted, const std::vector<std::string>& log,
                            const std::source_location& at) {
  std::string text = "expected: " + wanted.what + " " + wanted.payload.text() + "\narrived, and not taken yet:";
  for (auto message = messages.begin(); message != messages.end(); ++message) {
    text += line(*message);
    if (!wanted.is_it(*message)) continue;
    const std::string mismatch = wanted.payload.mismatch(message->payload);
    if (mismatch.empty()) {
      Message found = std::move(*message);
      messages.erase(message);
      return found;
    }
    text += "\n    it does not fit: " + mismatch;
  }
  fail(at, text + (messages.empty() ? " nothing" : "") + lines("the log says:", log));
  return std::nullopt;
}

void expect_none(const std::deque<Message>& messages, const std::function<bool(const Message&)>& counts,
                 const std::vector<std::string>& log, const std::source_location& at) {
  std::string text;
  for (const Message& message : messages)
    if (counts(message)) text += line(message);
  if (!text.empty()) fail(at, "expected nothing, but there is:" + text + lines("the log says:", log));
}

}  // namespace roost::testing
