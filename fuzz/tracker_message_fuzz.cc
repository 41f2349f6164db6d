#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tracker/message.h"
#include "tracker/tracker.h"

// The input is messages behind each other, each after two bytes of length. Whatever decodes must come back the same
// from its own bytes, and a tracker that hears them all must stay consistent: its diffs come to its list.

namespace {

using namespace roost;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  TimePoint now{std::chrono::hours(1)};
  tracker::Options options;
  options.node = "me";
  options.max_delta_sizes = {10, 100};
  tracker::Tracker tracker(options, now);
  require(tracker.track(1, "t", "k", SharedBytes::copy("{}")).has_value());

  std::ptrdiff_t joined = 0;
  while (input.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(input[0]) << 8 | static_cast<std::uint8_t>(input[1]);
    const std::string_view bytes = input.substr(2, length);
    input.remove_prefix(2 + bytes.size());
    const auto message = tracker::decode(bytes);
    if (!message) {
      now += std::chrono::seconds(1 + bytes.size() % 20);  // time passes
    } else {
      const std::string again = tracker::encode(*message);
      require(again.size() <= bytes.size());  // numbers may have come with leading zeros
      const auto decoded = tracker::decode(again);
      require(decoded && *decoded == *message);
      tracker.handle(*message, now);
    }
    tracker.tick(now);
    for (const auto& out : tracker.take_outgoing()) require(tracker::decode(tracker::encode(out.message)).has_value());
    for (const auto& topic : tracker.take_diff())
      if (topic.topic == "t")
        joined += static_cast<std::ptrdiff_t>(topic.joins.size()) - static_cast<std::ptrdiff_t>(topic.leaves.size());
    require(joined == static_cast<std::ptrdiff_t>(tracker.list("t").size()));
    require(tracker.find(1, "t", "k").has_value());
  }
  return 0;
}
