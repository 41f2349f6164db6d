#include "tracker/tracker.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"

namespace roost::tracker {
namespace {

/// Spreads the ticks of nodes that start together over a quarter of a period.
Duration first_delay(const Options& options) {
  constexpr std::uint64_t kSteps = 1000;
  const std::uint64_t step = (stable_hash(options.node) + options.vsn) % kSteps;
  return options.broadcast_period / 4 * step / kSteps;
}

}  // namespace

Tracker::Tracker(Options options, TimePoint now)
    : options_(std::move(options)),
      state_({options_.node, options_.vsn}),
      generations_(options_.max_delta_sizes),
      next_tick_(now + first_delay(options_)),
      last_heartbeat_(now),
      last_request_(now - options_.broadcast_period),  // what is missing at the start need not wait
      silent_periods_(options_.max_silent_periods) {
  ROOST_ASSERT(check(options_).has_value());
}

// Changes of our own.

std::expected<void, PresenceError> Tracker::track(OwnerId owner, std::string_view topic, std::string_view key,
                                                  SharedBytes meta) {
  if (!state_.add(topic, owner, key, std::move(meta))) return std::unexpected(PresenceError::already_tracked);
  changed();
  return {};
}

std::expected<void, PresenceError> Tracker::update(OwnerId owner, std::string_view topic, std::string_view key,
                                                   SharedBytes meta) {
  if (!state_.update(topic, owner, key, std::move(meta))) return std::unexpected(PresenceError::nopresence);
  changed();
  return {};
}

void Tracker::untrack(OwnerId owner, std::string_view topic, std::string_view key) {
  state_.remove(topic, owner, key);
  changed();
}

void Tracker::untrack_all(OwnerId owner) {
  state_.remove_owner(owner);
  changed();
}

void Tracker::changed() {
  if (options_.single_node || leaving_) state_.take_delta();  // nobody will ask for it
}

// Messages.

void Tracker::handle(const Message& message, TimePoint now) {
  if (options_.single_node || leaving_) return;
  std::visit([this, now](const auto& content) { handle(content, now); }, message);
}

void Tracker::handle(const Heartbeat& message, TimePoint now) {
  if (!heard_of(message.from, now)) return;
  if (message.delta) {
    state_.merge(message.delta->parts);
    generations_.push(*message.delta, state_.empty_delta());
  }
  clocks_.add(message.from, message.clock);
  miss(message.clock, now);
}

void Tracker::handle(const TransferRequest& message, TimePoint) {
  if (message.from.name == options_.node) return;
  presence::Clock asked = message.clock;
  asked.erase(message.from);  // it knows its own best
  if (asked.empty()) return;
  TransferAnswer answer{message.ref, state_.self(), {}};
  if (auto delta = generations_.answer_to(asked))
    answer.content = std::move(*delta);
  else
    answer.content = state_.extract(asked);
  outgoing_.push_back({message.from.name, std::move(answer)});
}

void Tracker::handle(const TransferAnswer& message, TimePoint) {
  if (const auto* delta = std::get_if<presence::Delta>(&message.content)) {
    state_.merge(delta->parts);
    generations_.push(*delta, state_.empty_delta());
  } else {
    state_.merge(std::get<presence::Parts>(message.content));
    generations_.clear();
  }
}

void Tracker::handle(const Goodbye& message, TimePoint now) {
  if (message.from.name == options_.node) return;
  if (said_goodbye_.size() < options_.replicas_max) said_goodbye_.insert_or_assign(message.from, now);
  const auto peer = peers_.find(message.from.name);
  if (peer == peers_.end() || peer->second.vsn != message.from.vsn) return;
  forget(message.from);
  peers_.erase(peer);
}

/// Notes a sign of life (PROTOCOL T12). False: of one that is not listened to.
bool Tracker::heard_of(const presence::ReplicaId& replica, TimePoint now) {
  if (replica.name == options_.node || said_goodbye_.contains(replica)) return false;
  const auto known = peers_.find(replica.name);
  if (known == peers_.end()) {
    if (peers_.size() >= options_.replicas_max) return false;
    meet(replica, now);
    return true;
  }
  Peer& peer = known->second;
  if (peer.vsn != replica.vsn) {
    // A late message of an earlier incarnation. Once the later one is silent for long, that node's clock went back.
    if (replica.vsn < peer.vsn && peer.up) return false;
    forget({replica.name, peer.vsn});
    meet(replica, now);
    return true;
  }
  peer.heard = now;
  if (!std::exchange(peer.up, true)) {
    state_.replica_up(replica);
    speak_ = true;  // as we didn't hear it, it may not have heard us
  }
  return true;
}

void Tracker::meet(const presence::ReplicaId& replica, TimePoint now) {
  peers_.insert_or_assign(replica.name, Peer{replica.vsn, now, true});
  state_.replica_up(replica);
  speak_ = true;  // it shall know of us, and of what it lacks
}

void Tracker::forget(const presence::ReplicaId& replica) {
  state_.remove_replica(replica);
  generations_.forget(replica);
  clocks_.forget(replica);
}

// Time.

std::optional<TimePoint> Tracker::next_deadline() const {
  if (options_.single_node || leaving_) return std::nullopt;
  TimePoint next = next_tick_;
  for (const auto& other : {delta_deadline(), repair_at_, down_deadline()})
    if (other) next = std::min(next, *other);
  return next;
}

std::optional<TimePoint> Tracker::delta_deadline() const {
  if (!options_.delta_period || !(speak_ || state_.has_delta())) return std::nullopt;
  return last_heartbeat_ + *options_.delta_period;
}

std::optional<TimePoint> Tracker::down_deadline() const {
  std::optional<TimePoint> first;
  for (const auto& [name, peer] : peers_)
    if (peer.up && (!first || peer.heard < *first)) first = peer.heard;
  if (first) *first += options_.down_period + Duration(1);  // 1: down is who is silent for longer
  return first;
}

void Tracker::tick(TimePoint now) {
  if (const auto due = next_deadline(); !due || now < *due) return;
  if (const Duration late = now - next_tick_; late > options_.broadcast_period) forgive(late, now);
  if (now >= next_tick_) {
    next_tick_ = now + options_.broadcast_period;
    speak(now);
    if (++periods_since_decision_ >= options_.clock_sample_periods) ask_for_transfers(now);
  } else if (const auto due = delta_deadline(); due && now >= *due) {
    send_heartbeat(now);
  }
  if (repair_at_ && now >= *repair_at_) ask_for_transfers(now);
  detect_down(now);
}

/// We slept: that nothing was heard of the others meanwhile says nothing about them.
void Tracker::forgive(Duration late, TimePoint now) {
  for (auto& [name, peer] : peers_) peer.heard = std::min(peer.heard + late, now);
  speak_ = true;  // and they didn't hear us
}

void Tracker::speak(TimePoint now) {
  if (speak_ || state_.has_delta() || silent_periods_ >= options_.max_silent_periods) return send_heartbeat(now);
  ++silent_periods_;
}

void Tracker::send_heartbeat(TimePoint now) {
  Heartbeat heartbeat{state_.self(), std::nullopt, state_.clock()};
  if (state_.has_delta()) {
    heartbeat.delta = state_.take_delta();
    generations_.push(*heartbeat.delta, state_.empty_delta());
  }
  outgoing_.push_back({std::nullopt, std::move(heartbeat)});
  silent_periods_ = 0;
  speak_ = false;
  last_heartbeat_ = now;
}

/// An answer that is under way, and may be large, is given a period before it is asked for again.
void Tracker::miss(const presence::Clock& known_elsewhere, TimePoint now) {
  if (presence::covers(state_.clock(), known_elsewhere)) return;
  behind_ = known_elsewhere;
  if (!options_.repair_period || repair_at_) return;
  repair_at_ = std::max(now + *options_.repair_period, last_request_ + options_.broadcast_period);
}

void Tracker::ask_for_transfers(TimePoint now) {
  periods_since_decision_ = 0;
  repair_at_.reset();
  const presence::Clock clock = state_.clock();
  clocks_.add(state_.self(), clock);
  for (const auto& sent : clocks_.take()) {
    if (sent.from == state_.self()) continue;
    outgoing_.push_back({sent.from.name, TransferRequest{next_ref_++, state_.self(), clock}});
    last_request_ = now;
  }
}

void Tracker::detect_down(TimePoint now) {
  for (auto peer = peers_.begin(); peer != peers_.end();) {
    const presence::ReplicaId replica{peer->first, peer->second.vsn};
    const Duration silence = now - peer->second.heard;
    if (silence > options_.permdown_period) {
      forget(replica);
      peer = peers_.erase(peer);
      continue;
    }
    if (silence > options_.down_period && std::exchange(peer->second.up, false)) state_.replica_down(replica);
    ++peer;
  }
  // So long after, no message of theirs is under way any more.
  std::erase_if(said_goodbye_, [&](const auto& entry) { return now - entry.second > options_.permdown_period; });
}

std::vector<Outgoing> Tracker::take_outgoing() {
  return std::exchange(outgoing_, {});
}

void Tracker::goodbye() {
  if (options_.single_node || std::exchange(leaving_, true)) return;
  outgoing_.push_back({std::nullopt, Goodbye{state_.self()}});
}

}  // namespace roost::tracker
