#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

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
  std::map<std::string, Clicker> by;  // by user id; at most kClickersMax of each node
};
BOOST_DESCRIBE_STRUCT(Button, (), (name, hits, by))

/// What pages see: the sum of what all nodes counted. `version` counts the clicks: 0 is the opening state.
struct State {
  std::int64_t version = 0;
  std::vector<Button> buttons;
  std::optional<std::string> node = {};  // who says so, in a cluster
};
BOOST_DESCRIBE_STRUCT(State, (), (version, buttons, node))

/// What one click changed. All numbers are totals after the click: those of a node, or, for pages, of all nodes.
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

/// What one node counted. Nobody else adds to it, so of two copies the one with more clicks is the newer.
struct Part {
  std::int64_t clicks = 0;
  std::vector<Button> buttons;
};
BOOST_DESCRIBE_STRUCT(Part, (), (clicks, buttons))

/// What a node knows: what it counted, and what it heard that others did; by the names of nodes. Two nodes that know
/// the same parts show the same numbers, in whatever order they heard of them.
struct Tally {
  std::map<std::string, Part> parts;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (parts))

/// Clickers that a node remembers by name for each button: the tally is copied at each click. Clicks of others count in
/// the total alone.
inline constexpr std::size_t kClickersMax = 1000;
/// Nodes that have a part; of more nothing is noted.
inline constexpr std::size_t kPartsMax = 100;

/// The buttons of a coffee bar.
bool is_button(std::string_view name);
/// The sum of all parts.
State sum(const Tally& tally);
/// The click that made `of_part`, as pages see it.
Update sum(const Tally& tally, const Update& of_part);
/// How many clicks of each node are known.
std::map<std::string, std::int64_t> known(const Tally& tally);

/// Counts one click on `node`; gives what it changed in that part. nullopt: there is no such button.
std::optional<Update> click(Tally& tally, const std::string& node, std::string_view button, const demo::User& user);

enum class Heard {
  news,
  known,    // nothing has changed
  too_new,  // clicks before it have not been heard of: nothing has changed, and the part is needed
};
/// Another node says what a click changed in its part.
Heard hear(Tally& tally, const std::string& node, const Update& update);
/// Somebody says what `node` counted; false: nothing new, or broken.
bool hear(Tally& tally, const std::string& node, const Part& part);

}  // namespace clicks
