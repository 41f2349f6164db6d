#include "flags.h"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace contract {
namespace {

unsigned number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::invalid_argument("\"" + std::string(text) + "\" is no number");
  return value;
}

}  // namespace

roost::DrainOptions take_drain_flags(std::vector<char*>& arguments) {
  roost::DrainOptions drain;
  std::vector<char*> rest;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view flag = arguments[at];
    const auto value = [&] { return number(++at < arguments.size() ? arguments[at] : ""); };
    if (flag == "--drain-batch")
      drain.batch_size = value();
    else if (flag == "--drain-interval-ms")
      drain.batch_interval = std::chrono::milliseconds(value());
    else if (flag == "--drain-refuse-new")
      drain.refuse_new = true;
    else
      rest.push_back(arguments[at]);
  }
  arguments = std::move(rest);
  return drain;
}

}  // namespace contract
