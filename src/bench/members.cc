#include "bench/members.h"

#include "bench/placeholders.h"

namespace roost::bench {

Members::Members(const Settings& settings) : clients_(settings.connections), topics_(settings.topics) {
  for (std::size_t i = 0; i < clients_; ++i) clients_by_key_[fill_in(settings.presence_key, i, topic(i))] = i;
}

MemberOfKey Members::finder() const {
  return [this](std::string_view key) -> std::optional<std::size_t> {
    const auto found = clients_by_key_.find(key);
    if (found == clients_by_key_.end()) return std::nullopt;
    return member(found->second);
  };
}

}  // namespace roost::bench
