#include "demo/user.h"

#include <algorithm>

#include "chat/text.h"

namespace demo {

bool valid_user_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= kUserIdBytesMax && std::ranges::all_of(id, allowed);
}

roost::ConnectResult connect(const roost::ConnectInfo& info) {
  User user{info.param("user_id"), std::string(chat::trim(info.param("name")))};
  const std::size_t letters = chat::count_characters(user.name);
  if (!valid_user_id(user.id) || letters == 0 || letters > kUserNameLettersMax) return roost::reject();
  auto socket_id = "user:" + user.id;
  return roost::accept(std::move(user), std::move(socket_id));
}

}  // namespace demo
