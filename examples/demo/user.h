#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <roost/socket.hpp>

namespace demo {

/// Who is connected; what the channels read with user<User>().
struct User {
  std::string id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name))

/// What the pages see of everybody on a topic, for each of their tabs.
struct Person {
  std::int64_t online_at = 0;  // seconds since 1970
  std::string name;
  std::optional<bool> typing = {};       // where one can write
  std::optional<std::string> node = {};  // that they are connected to, in a cluster
};
BOOST_DESCRIBE_STRUCT(Person, (), (online_at, name, typing, node))

inline constexpr std::size_t kUserIdBytesMax = 64;      // the page makes UUIDs of 36
inline constexpr std::size_t kUserNameLettersMax = 40;  // fits a line of the list of people

/// Whether `id` is 1 to kUserIdBytesMax letters, digits, `-` and `_` of ASCII.
bool valid_user_id(std::string_view id);

/// Lets in whoever says a user_id and a name. A demo: a real application asks for a signed token.
roost::ConnectResult connect(const roost::ConnectInfo& info);

}  // namespace demo
