#include "presence_room.h"

#include <chrono>
#include <random>
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
  on.event("hold", &PresenceRoom::hold);
  on.event("release", &PresenceRoom::release);
  on.event("list", &PresenceRoom::list);
  on.event("get", &PresenceRoom::get);
  on.event("crash", &PresenceRoom::crash);
}

roost::JoinReply PresenceRoom::join(std::string_view topic, const roost::Payload& payload) {
  topic_ = topic;
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

roost::Reply PresenceRoom::hold(const Entry& entry) {
  const std::string& key = key_or_self(entry.key);
  if (const auto held = held_.find(key); held != held_.end()) return answer(held->second.update(entry.meta));
  auto tracked = app_.presence(topic_).track(key, entry.meta);
  if (!tracked) return answer(std::unexpected(tracked.error()));
  held_.emplace(key, std::move(*tracked));
  return roost::ok();
}

roost::Reply PresenceRoom::release(const EntryKey& which) {
  held_.erase(key_or_self(which.key));
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

roost::Task<boost::json::object> with_names_later(const std::string& topic, boost::json::object grouped) {
  thread_local std::minstd_rand random(std::random_device{}());
  co_await roost::sleep_for(std::chrono::milliseconds(random() % 40));
  if (random() % 16 == 0) throw std::runtime_error("no names today");
  co_return with_names(topic, std::move(grouped));
}

}  // namespace contract
