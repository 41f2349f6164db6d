#include "clicks/clicks.h"

#include <utility>

namespace clicks {

void Counter::events(roost::Events<Counter>& on) {
  on.join_replies<State>();
  on.event("hit", &Counter::hit).replies<Hits>();
  on.sends<Update>("update_user");
  on.sends<State>("state");
  on.tracks<demo::Person>();
}

roost::JoinReply Counter::join(std::string_view, const roost::Payload&) {
  after_join([this] {
    const auto& me = user<demo::User>();
    track(me.id, demo::Person{roost::unix_seconds(), me.name, {}, bar_->node()});
    push_presence_state();
  });
  return current_state();
}

roost::Task<roost::JoinReply> Counter::current_state() {
  const State state = co_await bar_->state();
  co_return roost::ok(state);
}

roost::Task<roost::Reply> Counter::hit(Hit hit) {
  const std::optional<std::int64_t> hits = co_await bar_->click(std::move(hit.button), user<demo::User>());
  if (!hits) co_return roost::error({{"reason", "unknown button"}});
  co_return roost::ok(Hits{*hits});
}

}  // namespace clicks
