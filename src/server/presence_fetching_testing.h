#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "server/presence_testing.h"

namespace roost::server {

inline std::string keys_of(const boost::json::value& object) {
  std::string keys;
  for (const auto& [key, value] : object.as_object()) keys.append(keys.empty() ? "" : " ").append(key);
  return keys;
}

/// Its application answers when the test says so.
class PresencesFetched : public PresenceNode {
 protected:
  explicit PresencesFetched(PresenceOptions options = {.diff_frames_per_second = 0}) : PresenceNode(options) {
    hooks.fetch_later = [this](const std::string& topic, boost::json::object grouped) {
      return look_up(topic, std::move(grouped));
    };
  }
  ~PresencesFetched() override { home.end(); }

  /// What the application was asked and has not answered.
  struct Ask {
    std::string topic;
    boost::json::object grouped;
    Completion<bool> done;
    std::string keys() const { return keys_of(grouped); }
  };
  Task<boost::json::object> look_up(const std::string& topic, boost::json::object grouped) {
    const std::shared_ptr<void> running(nullptr, [this](void*) { ++coroutines_gone; });
    auto ask = [this, &topic, &grouped](Completion<bool> done) { asks.push_back({topic, grouped, std::move(done)}); };
    co_await Async<bool>(std::move(ask));
    for (auto& [key, value] : grouped) value.as_object()["name"] = "of " + std::string(key);
    co_return grouped;
  }
  void answer(std::size_t number = 0) {
    auto ask = std::move(asks.at(number));
    asks.erase(asks.begin() + static_cast<std::ptrdiff_t>(number));
    ask.done.complete_with([] { return true; });
    loop.run_until_idle();
  }
  void fail(std::size_t number = 0) {
    auto ask = std::move(asks.at(number));
    asks.erase(asks.begin() + static_cast<std::ptrdiff_t>(number));
    ask.done.fail(std::make_exception_ptr(std::runtime_error("no database")));
    loop.run_until_idle();
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const Ask& ask : asks) all.push_back(ask.keys());
    return all;
  }

  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    const auto diff = boost::json::parse(message.payload);
    last_diff = message.payload;
    told.push_back("+" + keys_of(diff.at("joins")) + " -" + keys_of(diff.at("leaves")));
  }
  void track(channel::OwnerId owner, std::string_view key, std::string_view ref = "F",
             std::string_view topic = "room:a") {
    router.track(owner, topic, key, SharedBytes::copy(R"({"phx_ref":")" + std::string(ref) + R"("})"),
                 [](PresenceError) {});
    loop.run_until_idle();
  }
  /// "state" and the keys in it, among the diffs that are told.
  void ask_state() {
    router.state("room:a", [this](SharedBytes state) {
      last_state = state.view();
      told.push_back("state " + keys_of(boost::json::parse(state.view())));
    });
    loop.run_until_idle();
  }
  void ask_list() {
    router.list("room:a", [this](SharedBytes state) { told.push_back("list " + std::string(state.view())); });
    loop.run_until_idle();
  }
  void ask_get(std::string_view key) {
    router.get("room:a", key, [this](SharedBytes one) { told.push_back("get " + std::string(one.view())); });
    loop.run_until_idle();
  }

  std::vector<Ask> asks;
  std::vector<std::string> told;
  std::string last_diff, last_state;
  int coroutines_gone = 0;
};

}  // namespace roost::server
