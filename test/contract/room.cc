#include "room.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "base64.h"

namespace contract {
namespace {

using std::chrono::milliseconds;

// The response that the join's payload asks for.
roost::Response response_of(const boost::json::object& params) {
  if (const auto* reply = params.if_contains("reply")) return roost::ok(*reply);
  if (const auto* encoded = params.if_contains("reply_base64"))
    return roost::ok(roost::Payload::bytes(base64_bytes(encoded->as_string())));
  return roost::ok();
}

roost::Task<roost::JoinReply> accept_after(milliseconds delay, roost::Response response) {
  co_await roost::sleep_for(delay);
  co_return std::move(response);
}

// `shutdown_tuple` is the reference's {:shutdown, …}: graceful as well.
std::string stop_reason(const Reason& why) {
  const std::string reason = why.reason.value_or("shutdown");
  return reason == "shutdown_tuple" ? "shutdown" : reason;
}

}  // namespace

void Room::events(roost::Events<Room>& on) {
  on.event("new_msg", &Room::new_msg);
  on.event("shout_others", &Room::shout_others);
  on.event("echo", &Room::echo);
  on.event("echo_error", &Room::echo_error);
  on.event("bare_error", &Room::bare_error);
  on.event("status", &Room::status);
  on.event("push_me", &Room::push_me);
  on.event("push_event", &Room::push_event);
  on.event("binary_echo", &Room::echo);
  on.event("binary_shout", &Room::binary_shout);
  on.event("to_binary", &Room::to_binary);
  on.event("to_json", &Room::to_json);
  on.event("order", &Room::order);
  on.event("silent", &Room::silent);
  on.event("later", &Room::later);
  on.event("spawn_later", &Room::spawn_later);
  on.event("sleep", &Room::sleep);
  on.event("assign", &Room::assign);
  on.event("get", &Room::get);
  on.event("whoami", &Room::whoami);
  on.event("info", &Room::info);
  on.event("intercept_me", &Room::intercept_me);
  on.event("subscribe_to", &Room::subscribe_to);
  on.event("unsubscribe_from", &Room::unsubscribe_from);
  on.event("crash", &Room::crash);
  on.event("exit", &Room::crash);
  on.event("stop", &Room::stop);
  on.event("stop_reply", &Room::stop_reply);
  on.event("drain", &Room::drain_me);
  on.intercept("intercepted", &Room::intercepted);
}

roost::JoinReply Room::join(std::string_view topic, const roost::Payload& params) {
  if (topic.starts_with("room:crash")) throw std::runtime_error("join crashed");
  const auto value = params.json();
  if (!value.is_object()) return roost::ok();

  const auto& wishes = value.get_object();
  const auto* deny = wishes.if_contains("deny");
  if (deny && *deny == true) return roost::refuse({{"reason", "unauthorized"}});
  if (const auto* response = wishes.if_contains("deny_with")) return roost::refuse(*response);

  if (const auto* other = wishes.if_contains("obituary")) obituary_ = std::string(other->as_string());
  if (wishes.contains("announce")) {
    after_join([this] {
      broadcast("user_entered", {{"user_id", user<User>().id}});
      push("joined");
    });
  }
  if (const auto* delay = wishes.if_contains("delay"))
    return accept_after(milliseconds(delay->as_int64()), response_of(wishes));
  return response_of(wishes);
}

roost::Reply Room::on_broadcast(const roost::Broadcast& broadcast) {
  push("relayed", {{"topic", broadcast.topic}, {"event", broadcast.event}, {"payload", broadcast.payload.json()}});
  return roost::noreply;
}

void Room::terminate(const roost::End& end) {
  if (!obituary_) return;
  const roost::Payload message = {{"topic", topic()}, {"user_id", user<User>().id}, {"reason", end.text}};
  push("you_left", message);
  app_.broadcast(*obituary_, "obituary", message);
}

void Room::new_msg(const roost::Payload& payload) {
  broadcast("new_msg", payload);
}

roost::Reply Room::shout_others(const roost::Payload& payload) {
  broadcast_from("shout_others", payload);
  return roost::ok();
}

roost::Reply Room::echo(const roost::Payload& payload) {
  return roost::ok(payload);
}

roost::Reply Room::echo_error(const roost::Payload& payload) {
  return roost::error(payload);
}

roost::Reply Room::bare_error() {
  return roost::error();
}

roost::Reply Room::status(const Status& wanted) {
  return roost::reply(wanted.status, wanted.response);
}

void Room::push_me(const roost::Payload& payload) {
  push("pushed", payload);
}

void Room::push_event(const Message& message) {
  push(message.event, message.payload);
}

void Room::binary_shout(const roost::Payload& bytes) {
  broadcast("binary_shout", bytes);
}

roost::Reply Room::to_binary(const Encoded& encoded) {
  return roost::ok(roost::Payload::bytes(base64_bytes(encoded.base64)));
}

roost::Reply Room::to_json(const roost::Payload& bytes) {
  return roost::ok({{"base64", base64(bytes.view())}});
}

roost::Reply Room::order() {
  push("pushed", {{"n", 1}});
  broadcast("new_msg", {{"n", 2}});
  broadcast("intercepted", {{"n", 3}});
  push("pushed", {{"n", 4}});
  return roost::ok({{"n", 5}});
}

void Room::silent() {}

void Room::later(const Wait& wait) {
  after(milliseconds(wait.ms), [ref = reply_ref(), times = wait.times.value_or(1)] {
    for (int i = 0; i < times; ++i) ref.reply(roost::ok({{"late", true}}));
  });
}

void Room::spawn_later(const Wait& wait) {
  app_.after(milliseconds(wait.ms), [ref = reply_ref()] { ref.reply(roost::ok({{"late", true}})); });
}

roost::Task<roost::Reply> Room::sleep(Wait wait) {
  co_await roost::sleep_for(milliseconds(wait.ms));
  co_return roost::ok();
}

roost::Reply Room::assign(const Assignment& assignment) {
  kept_[assignment.k] = assignment.v;
  return roost::ok();
}

roost::Reply Room::get(const Key& key) {
  const auto kept = kept_.find(key.k);
  return roost::ok({{"value", kept == kept_.end() ? boost::json::value() : kept->second}});
}

roost::Reply Room::whoami() {
  return roost::ok({{"user_id", user<User>().id}});
}

roost::Reply Room::info() {
  return roost::ok(to_object(user<User>().info.value()));
}

void Room::intercept_me(const roost::Payload& payload) {
  broadcast("intercepted", payload);
}

void Room::intercepted(const roost::Payload& payload) {
  auto object = payload.json().as_object();
  const auto* skip = object.if_contains("skip");
  if (skip && *skip == boost::json::value(user<User>().id)) return;
  object["for"] = user<User>().id;
  push("intercepted", object);
}

roost::Reply Room::subscribe_to(const Topic& other) {
  subscribe(other.topic);
  return roost::ok();
}

roost::Reply Room::unsubscribe_from(const Topic& other) {
  unsubscribe(other.topic);
  return roost::ok();
}

void Room::crash() {
  throw std::runtime_error("the client asked for it");
}

roost::Reply Room::stop(const Reason& why) {
  return roost::stop(stop_reason(why));
}

roost::Reply Room::stop_reply(const Reason& why) {
  return roost::stop(stop_reason(why), roost::ok({{"bye", true}}));
}

void Room::drain_me() {
  drain();
}

}  // namespace contract
