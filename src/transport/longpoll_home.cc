#include "transport/longpoll_home.h"

#include <algorithm>

namespace roost::transport {

LongPollHome::FrontPtr LongPollHome::find_front(std::string_view node, const parcel::Place& place) const {
  const auto found = fronts_.find({std::string(node), place.shard});
  return found != fronts_.end() && found->second->place == place ? found->second : nullptr;
}

LongPollHome::FrontPtr LongPollHome::front(std::string_view node, const parcel::Place& place) {
  const std::pair key(std::string(node), place.shard);
  const auto found = fronts_.find(key);
  if (found != fronts_.end()) {
    if (found->second->place == place) return found->second;
    const FrontPtr before = std::exchange(found->second, nullptr);  // that node was started anew
    fronts_.erase(found);
    drop(*before);
  }
  if (fronts_.size() >= kLongPollFrontsMax && !make_room()) return nullptr;
  return fronts_[key] = std::make_shared<Front>(Front{key.first, place});
}

bool LongPollHome::make_room() {
  const auto idle = std::ranges::find_if(fronts_, [](const auto& each) { return each.second->held.empty(); });
  if (idle == fronts_.end()) return false;
  fronts_.erase(idle);
  return true;
}

/// Nobody waits there any more.
void LongPollHome::drop(Front& front) {
  while (!front.held.empty()) {
    const std::uint64_t number = front.held.begin()->first;
    if (front.held.begin()->second.receipt) {
      confirm(front, number, parcel::Delivery::unknown);
      continue;
    }
    const Held held = take(front, number);
    if (LongPollSession* session = polls_.find(held.session); session && held.poll) session->forget(held.poll);
  }
}

LongPollHome::FrontPtr LongPollHome::begin(std::string_view node, const parcel::Place& from, std::uint64_t number,
                                           Held held) {
  const FrontPtr to = front(node, from);
  if (to && number <= std::exchange(to->last_number, std::max(number, to->last_number))) return nullptr;
  const bool full = !to || held_ >= kLongPollHeldMax || held_bytes_ + held.bytes > kLongPollHeldBytesMax;
  if (full) host_.metrics.add(Count::limit_longpoll_relay);
  if (full || !polls_.find(held.session)) {
    mail_.send(node, from, parcel::Answer{number, full ? 503 : 410, {}});
    return nullptr;
  }
  ++held_;
  held_bytes_ += held.bytes;
  to->held.emplace(number, std::move(held));
  return to;
}

LongPollHome::Held LongPollHome::take(Front& front, std::uint64_t number) {
  Held held = std::move(front.held.extract(number).mapped());
  --held_;
  held_bytes_ -= held.bytes;
  return held;
}

void LongPollHome::handle(std::string_view node, const parcel::Place& from, const parcel::Poll& message) {
  const FrontPtr to = begin(node, from, message.number, {.session = message.session});
  if (!to) return;
  const std::uint64_t poll = polls_.find(message.session)->poll(respond_to(to, message.number));
  if (const auto held = to->held.find(message.number); held != to->held.end()) held->second.poll = poll;
}

void LongPollHome::handle(std::string_view node, const parcel::Place& from, const parcel::Post& message) {
  Held held{.session = message.session};
  std::vector<LongPollMessage> messages;
  for (const auto& line : message.lines) {
    messages.push_back({line.binary, std::string(line.bytes)});
    held.bytes += line.bytes.size();
  }
  const FrontPtr to = begin(node, from, message.number, std::move(held));
  if (to) polls_.find(message.session)->post(std::move(messages), respond_to(to, message.number));
}

LongPollRespond LongPollHome::respond_to(const FrontPtr& front, std::uint64_t number) {
  return [this, front, number](const LongPollAnswer& result) { answer(front, number, result); };
}

void LongPollHome::answer(const FrontPtr& front, std::uint64_t number, const LongPollAnswer& answer) {
  const auto held = front->held.find(number);
  if (held == front->held.end()) return;  // a post of a front that was started anew
  parcel::Answer message{number, answer.status, {}};
  for (const Frame& each : answer.messages) message.messages.push_back(each.payload());
  mail_.send(front->node, front->place, std::move(message));
  if (!answer.receipt) {
    take(*front, number);
    return;
  }
  held->second.receipt = answer.receipt;
  held->second.unconfirmed = Timer(host_.executor, host_.executor.now() + kLongPollConfirmMax,
                                   [this, to = front.get(), number] {  // which owns the timer
                                     confirm(*to, number, parcel::Delivery::unknown);
                                   });
}

// The poll is answered, so that the front needs to wait no longer. If that crossed an answer with messages, the front
// says that these failed.
void LongPollHome::handle(std::string_view node, const parcel::Place& from, const parcel::Forget& message) {
  const FrontPtr to = find_front(node, from);
  if (!to) return;
  const auto held = to->held.find(message.number);
  if (held == to->held.end() || held->second.receipt) return;
  const Held taken = take(*to, message.number);
  if (LongPollSession* session = polls_.find(taken.session)) session->forget(taken.poll);
  mail_.send(node, from, parcel::Answer{message.number, 204, {}});
}

void LongPollHome::handle(std::string_view node, const parcel::Place& from, const parcel::Confirm& message) {
  const FrontPtr to = find_front(node, from);
  if (!to) return;
  const auto held = to->held.find(message.number);
  if (held != to->held.end() && held->second.receipt) confirm(*to, message.number, message.delivery);
}

void LongPollHome::confirm(Front& front, std::uint64_t number, parcel::Delivery delivery) {
  const Held held = take(front, number);
  if (LongPollSession* session = polls_.find(held.session)) session->confirm(held.receipt, delivery);
  // Whether it waits or not: its session is no more.
  if (delivery == parcel::Delivery::unknown) mail_.send(front.node, front.place, parcel::Answer{number, 410, {}});
}

}  // namespace roost::transport
