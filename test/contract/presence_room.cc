#include "presence_room.h"

#include <stdexcept>
#include <utility>

namespace contract {
namespace {

roost::Reply answer(const std::expected<std::string, roost::PresenceError>& result) {
  if (!result) return roost::error({{"reason", to_string(result.error())}});
  return roost::ok();
}

}  // namespace

void PresenceRoom::events(roost::Events<PresenceRoom>& on) {
  on.event("track", &PresenceRoom::track);
  on.event("update", &PresenceRoom::update);
  on.event("merge", &PresenceRoom::merge);
  on.event("untrack", &PresenceRoom::untrack);
  on.event("list", &PresenceRoom::list);
  on.event("get", &PresenceRoom::get);
  on.event("crash", &PresenceRoom::crash);
}

roost::JoinReply PresenceRoom::join(std::string_view, const roost::Payload& payload) {
  auto params = payload.as<JoinParams>();
  if (!params) return params.error();
  after_join([this, params = std::move(*params)] {
    const boost::json::object online = {{"status", "online"}};
    if (params.track.value_or(true)) presence().track(key_or_self(params.key), params.meta.value_or(online));
    push_presence_state();
  });
  return roost::ok();
}

roost::Reply PresenceRoom::track(const Entry& entry) {
  return answer(presence().track(key_or_self(entry.key), entry.meta));
}

roost::Reply PresenceRoom::update(const Entry& entry) {
  return answer(presence().update(key_or_self(entry.key), entry.meta));
}

roost::Reply PresenceRoom::merge(const Entry& entry) {
  return answer(presence().update(key_or_self(entry.key), [&entry](boost::json::object meta) {
    for (const auto& [name, value] : entry.meta) meta[name] = value;
    return meta;
  }));
}

roost::Reply PresenceRoom::untrack(const EntryKey& which) {
  presence().untrack(key_or_self(which.key));
  return roost::ok();
}

roost::Task<roost::Reply> PresenceRoom::list() {
  const boost::json::object all = co_await presence().list();
  co_return roost::ok(all);
}

roost::Task<roost::Reply> PresenceRoom::get(EntryKey which) {
  const boost::json::value found = co_await presence().get_by_key(key_or_self(which.key));
  co_return roost::ok({{"presence", found}});
}

void PresenceRoom::crash() {
  throw std::runtime_error("the client asked for it");
}

boost::json::object with_names(std::string_view, boost::json::object grouped) {
  for (auto& [key, presence] : grouped) presence.as_object()["name"] = "name of " + std::string(key);
  return grouped;
}

}  // namespace contract
