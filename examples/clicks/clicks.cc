#include "clicks/clicks.h"

#include <algorithm>
#include <utility>

namespace clicks {

State opening_state() {
  State state;
  for (const char* name : {"Espresso", "Cappuccino", "Flat White", "Filter", "Matcha"})
    state.buttons.push_back({name, 0, {}});
  return state;
}

std::optional<Update> click(State& state, std::string_view button_name, const demo::User& user) {
  const auto button = std::ranges::find(state.buttons, button_name, &Button::name);
  if (button == state.buttons.end()) return std::nullopt;

  Update update{++state.version, button->name, ++button->hits, {user.id, user.name, 1}};
  if (button->by.size() < kClickersMax || button->by.contains(user.id)) {
    Clicker& clicker = button->by[user.id];
    clicker.name = user.name;
    update.user.hits = ++clicker.hits;
  }
  return update;
}

void Counter::events(roost::Events<Counter>& on) {
  on.join_replies<State>();
  on.event("hit", &Counter::hit).replies<Hits>();
  on.sends<Update>("update_user");
  on.tracks<demo::Person>();
}

roost::JoinReply Counter::join(std::string_view, const roost::Payload&) {
  after_join([this] {
    const auto& me = user<demo::User>();
    track(me.id, demo::Person{roost::unix_seconds(), me.name});
    push_presence_state();
  });
  return current_state();
}

roost::Task<roost::JoinReply> Counter::current_state() {
  const State state = co_await state_.get([](const State& now) { return now; });
  co_return roost::ok(state);
}

roost::Task<roost::Reply> Counter::hit(Hit hit) {
  const auto count = [&app = app_, hit, me = user<demo::User>()](State& state) {
    auto update = click(state, hit.button, me);
    if (update) app.broadcast("clicks", "update_user", *update);
    return update;
  };
  const std::optional<Update> update = co_await state_.update(count);
  if (!update) co_return roost::error({{"reason", "unknown button"}});
  co_return roost::ok(Hits{update->hits});
}

}  // namespace clicks
