#pragma once

#include <optional>
#include <string>

#include <roost/socket.hpp>

namespace contract {

/// Who is connected; what the channels read with user<User>().
struct User {
  std::string id;
  std::optional<roost::ConnectInfo> info;  // only on mounts that keep it
};

enum class Keep { nothing, connect_info };

/// The connect of the user socket: who is let in, and as whom.
roost::Connect connect(Keep keep);

/// What connect was given, as the room's event `info` shows it.
boost::json::object to_object(const roost::ConnectInfo& info);

}  // namespace contract
