#include <stdexcept>
#include <thread>
#include <utility>

#include "base/limits.h"
#include "channel/process_extras.h"
#include "channel/reply_target.h"
#include "channel/session.h"

// What the application calls; see roost/channel.hpp.
namespace roost::channel {

void Process::require_joined(std::string_view call) const {
  if (!joined_) throw std::logic_error(std::string(call) + " before the join was answered: use after_join");
}

void Process::push(std::string_view event, const Payload& payload) {
  require_joined("push");
  auto frame = session_.serializer().encode_push(reply_ref_, topic_, event, {payload.view(), payload.is_binary()},
                                                 session_.head());
  if (!frame) throw std::invalid_argument("push: " + frame.error().text());
  session_.send(*frame);
}

void Process::broadcast(std::string_view event, const Payload& payload, bool from_self) {
  require_joined("broadcast");
  check_broadcast(topic_, event, payload);
  host().hub.publish({topic_, event, payload.view(), payload.is_binary(), from_self ? id_ : 0}, host().shard);
}

void Process::broadcast_on(std::string_view topic, std::string_view event, const Payload& payload) {
  check_broadcast(topic, event, payload);
  host().hub.publish({topic, event, payload.view(), payload.is_binary()}, host().shard);
}

void Process::after_join(roost::detail::Work work) {
  if (joined_) throw std::logic_error("after_join after the join was answered");
  extras().after_join.push_back(std::move(work));
}

ChannelRef Process::self() {
  return ChannelRef(std::make_shared<const ChannelRef::Target>(session_.host().link, weak_from_this()));
}

ReplyRef Process::reply_ref() const {
  const Handled& handled = session_.host().handled;
  const wire::Ref* ref = handled.process == this ? handled.ref : nullptr;
  if (!ref && busy_ && extras_->task && extras_->task_ref) ref = &*extras_->task_ref;
  if (!ref) throw std::logic_error("reply_ref outside of a handler");
  if (ref->is_null()) throw std::logic_error("reply_ref of a message that asks for no reply");  // PROTOCOL R8
  session_.host().link->thread = std::this_thread::get_id();
  return ReplyRef(std::make_shared<const ReplyRef::Target>(session_.host().link, session_.socket().handle(), topic_,
                                                           reply_ref_, *ref));
}

// Timers go with the channel, so `this` lives in what they call.

TimerRef Process::add_timer(std::chrono::milliseconds delay, std::optional<std::chrono::milliseconds> interval,
                            roost::detail::Work work) {
  if (interval && interval->count() <= 0) throw std::invalid_argument("every: an interval is longer than 0");
  Extras& more = extras();
  if (more.timers.size() >= limits::kTimersPerChannelMax) throw std::length_error("too many timers");
  const std::uint64_t number = more.next_timer++;
  more.timers.emplace(number, Clock{{}, host().executor.now() + delay, interval, std::move(work)});
  arm(number);
  return {number};
}

void Process::arm(std::uint64_t timer) {
  Clock& clock = extras_->timers.at(timer);
  clock.timer = Timer(host().executor, clock.due, [this, timer] { fire(timer); });
}

void Process::fire(std::uint64_t timer) {
  Clock& clock = extras_->timers.at(timer);
  const bool waits = std::exchange(clock.waits, true);
  if (clock.interval) {
    const TimePoint now = host().executor.now();
    clock.due += *clock.interval;
    if (clock.due <= now) clock.due = now + *clock.interval;  // turns that were missed are not made up for
    arm(timer);
  }
  if (waits) return;
  enqueue({.kind = Item::Kind::work, .what = "timer", .work = [this, timer] { return tick(timer); }});
  wake();
}

Reply Process::tick(std::uint64_t timer) {
  const auto found = extras_->timers.find(timer);
  if (found == extras_->timers.end()) return noreply;  // cancelled while its turn waited
  found->second.waits = false;
  roost::detail::Work work = std::move(found->second.work);  // which may cancel its own timer
  const bool again = found->second.interval.has_value();
  if (!again) extras_->timers.erase(found);
  Reply reply = work();
  if (!again) return reply;
  if (const auto still = extras_->timers.find(timer); still != extras_->timers.end())
    still->second.work = std::move(work);
  return reply;
}

void Process::cancel(TimerRef timer) {
  if (extras_) extras_->timers.erase(timer.number);
}

// From a ChannelRef

void Process::post(roost::detail::Delivery delivery, std::string_view type) {
  if (detached_) return;
  enqueue({.kind = Item::Kind::work, .what = "info", .work = [this, type, delivery = std::move(delivery)]() mutable {
             auto reply = delivery(*channel_, route_.events->infos);
             if (reply) return std::move(*reply);
             host().log.write(LogLevel::warn, "message without an info handler",
                              {{"channel", route_.events->channel}, {"topic", topic_}, {"type", type}});
             return Reply();
           }});
  wake();
}

void Process::post_push(std::string event, Payload payload) {
  if (detached_) return;
  enqueue({.kind = Item::Kind::work,
           .what = "push",
           .work = [this, event = std::move(event), payload = std::move(payload)] {
             push(event, payload);
             return Reply();
           }});
  wake();
}

// Other topics

void Process::subscribe(std::string topic) {
  if (extras().relays.size() >= limits::kSubscriptionsPerChannelMax) throw std::length_error("too many subscriptions");
  auto relay = std::make_unique<Relay>(*this);
  relay->subscription = host().table.subscribe(topic, *relay, id_);
  relay->topic = std::move(topic);
  extras().relays.push_back(std::move(relay));
}

void Process::unsubscribe(std::string_view topic) {
  if (topic == topic_) subscription_.end();  // PROTOCOL B8: all of them
  if (extras_) std::erase_if(extras_->relays, [topic](const auto& relay) { return relay->topic == topic; });
}

}  // namespace roost::channel
