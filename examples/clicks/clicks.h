#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roost/app.hpp>

#include "demo/user.h"

namespace clicks {

/// Somebody who clicked a button.
struct Clicker {
  std::string name;
  std::int64_t hits = 0;
};
BOOST_DESCRIBE_STRUCT(Clicker, (), (name, hits))

struct Button {
  std::string name;
  std::int64_t hits = 0;
  std::map<std::string, Clicker> by;  // by user id; at most kClickersMax
};
BOOST_DESCRIBE_STRUCT(Button, (), (name, hits, by))

/// What the server remembers. `version` counts the changes: 0 is the opening state.
struct State {
  std::int64_t version = 0;
  std::vector<Button> buttons;
};
BOOST_DESCRIBE_STRUCT(State, (), (version, buttons))

/// What one click changed, as every page hears it. All numbers are totals after the click.
struct Update {
  struct User {
    std::string id;
    std::string name;
    std::int64_t hits = 0;
    BOOST_DESCRIBE_CLASS(User, (), (id, name, hits), (), ())
  };
  std::int64_t version = 0;
  std::string button;
  std::int64_t hits = 0;
  User user;
};
BOOST_DESCRIBE_STRUCT(Update, (), (version, button, hits, user))

/// Clickers that a button remembers by name: the state is copied at each click. Clicks of others count in the total
/// alone.
inline constexpr std::size_t kClickersMax = 1000;

/// The buttons of a coffee bar, not clicked yet.
State opening_state();

/// Counts one click; nullopt if there is no such button.
std::optional<Update> click(State& state, std::string_view button, const demo::User& user);

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
/// No page misses a click and none counts one twice. Clicks are counted one at a time on the agents' thread and
/// broadcast there, inside the change, so that the updates arrive in the order of their versions. A join first hears
/// the topic, then reads the state: what is clicked in between is in the state, or follows the reply, or both; and an
/// update that is not newer than the state that a page has tells it nothing new, for the numbers are totals and carry
/// the version.
class Counter : public roost::Channel {
 public:
  Counter(roost::App& app, roost::Agent<State> state) : app_(app), state_(std::move(state)) {}
  static void events(roost::Events<Counter>& on);

  /// Answered with the State.
  roost::JoinReply join(std::string_view topic, const roost::Payload& params);
  /// ok Hits, or error {"reason":"unknown button"}.
  roost::Task<roost::Reply> hit(Hit hit);

 private:
  roost::Task<roost::JoinReply> current_state();

  roost::App& app_;
  roost::Agent<State> state_;
};

}  // namespace clicks
