#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <roost/app.hpp>

#include "clicks/bar.h"

namespace clicks {

/// The answer to a Hit: the button's total.
struct Hits {
  std::int64_t hits = 0;
};
BOOST_DESCRIBE_STRUCT(Hits, (), (hits))

struct Hit {
  std::string button;
};
BOOST_DESCRIBE_STRUCT(Hit, (), (button))

/// Topic `clicks`: buttons that everybody shares, and who is at the bar.
///
/// No page misses a click and none counts one twice. A node's clicks, and those that it hears of, are counted one at a
/// time on its agents' thread and shown to its pages there, inside the change, so that the updates arrive in the order
/// of their versions. A join first hears the topic, then reads the state: what is clicked in between is in the state,
/// or follows the reply, or both; and an update that is not newer than the state that a page has tells it nothing new,
/// for the numbers are totals and carry the version. `state` has all of it anew, after clicks of other nodes were
/// missed.
class Counter : public roost::Channel {
 public:
  explicit Counter(std::shared_ptr<Bar> bar) : bar_(std::move(bar)) {}
  static void events(roost::Events<Counter>& on);

  /// Answered with the State.
  roost::JoinReply join(std::string_view topic, const roost::Payload& params);
  /// ok Hits, or error {"reason":"unknown button"}.
  roost::Task<roost::Reply> hit(Hit hit);

 private:
  roost::Task<roost::JoinReply> current_state();

  std::shared_ptr<Bar> bar_;
};

}  // namespace clicks
