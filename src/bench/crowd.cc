#include "bench/crowd.h"

#include "bench/frames.h"
#include "bench/placeholders.h"

namespace roost::bench {

Crowd::Crowd(const Settings& settings, Team& team, Listener& listener)
    : settings_(settings),
      team_(team),
      listener_(listener),
      swarm_(settings.target, *this,
             {.compress = settings.compress, .first_number = team.first(), .topics = settings.topics}),
      is_joined_(team.count(), false),
      began_(team.count()),
      created_(Clock::now()) {
  for (std::size_t i = 0; i < settings.topics; ++i) topics_.push_back(fill_in(settings.topic, 0, i));
  join_frame_is_of_all_ = settings.topics == 1 && !has_placeholders(settings.join_payload);
  if (const std::string heartbeat = settings.dialect->heartbeat(); !heartbeat.empty())
    append_frame(heartbeat_frame_, ws::Opcode::text, heartbeat);
  if (team.leads()) swarm_.watch_wake(team.wake_fd());
}

std::optional<TimePoint> Crowd::start_some() {
  const TimePoint now = Clock::now();
  if (swarm_.size() == 0) first_began_ = now;
  if (settings_.over) {
    while (!all_started() && due_to_start(swarm_.size()) <= now) start_one(due_to_start(swarm_.size()));
    return all_started() ? std::nullopt : std::optional(due_to_start(swarm_.size()));
  }
  while (!all_started() && swarm_.size() - joined_ < settings_.concurrency) start_one(now);
  return std::nullopt;
}

TimePoint Crowd::due_to_start(std::size_t client) const {
  const Seconds each = *settings_.over / static_cast<double>(team_.count());
  return first_began_ + std::chrono::duration_cast<Duration>(each * static_cast<double>(client));
}

void Crowd::start_one(TimePoint when) {
  began_[swarm_.size()] = when;
  if (const auto started = swarm_.connect(); !started) team_.mine().tell(started.error().message);
}

void Crowd::keep_alive(TimePoint now) {
  const Duration since = now - created_ - kHeartbeat;  // nobody is idle before that
  if (since < Duration::zero() || swarm_.size() == 0 || heartbeat_frame_.empty()) return;
  const double rounds = std::chrono::duration<double>(since) / kHeartbeat;
  const auto due = static_cast<std::uint64_t>(rounds * static_cast<double>(swarm_.size()));
  for (; heartbeats_ < due; ++heartbeats_) {
    Link& link = swarm_[heartbeats_ % swarm_.size()];
    if (link.state == Link::State::open) swarm_.send(link, heartbeat_frame_);
  }
}

void Crowd::connect_again(Link& link) {
  began_[link.number] = Clock::now();
  if (const auto started = swarm_.reconnect(link); !started) team_.mine().tell(started.error().message);
}

void Crowd::join_again(Link& link) {
  began_[link.number] = Clock::now();
  swarm_.send(link, join_frame(link));
}

const std::string& Crowd::join_frame(const Link& link) {
  if (join_frame_is_of_all_ && !join_frame_.empty()) return join_frame_;
  join_frame_.clear();
  const std::string payload = fill_in(settings_.join_payload, client_number(link), topic_number(link));
  append_frame(join_frame_, ws::Opcode::text, settings_.dialect->join(topic_of(link), payload));
  return join_frame_;
}

void Crowd::on_open(Link& link) {
  if (!settings_.dialect->greets()) swarm_.send(link, join_frame(link));
}

/// What a dialect asks for besides messages. True: that was it.
bool Crowd::answered(Link& link, std::string_view bytes) {
  if (const auto answer = settings_.dialect->answer(bytes)) {
    std::string frame;
    append_frame(frame, ws::Opcode::text, *answer);
    swarm_.send(link, frame);
    return true;
  }
  if (!settings_.dialect->is_greeting(bytes)) return false;
  swarm_.send(link, join_frame(link));
  return true;
}

void Crowd::on_message(Link& link, bool binary, std::string_view bytes) {
  if (settings_.dialect->greets() && answered(link, bytes)) return;
  if (is_joined_[link.number]) return listener_.on_message(link, binary, bytes);
  const auto message = settings_.dialect->decode(binary, bytes);
  if (!message) return team_.mine().tell("the server sent no message: " + message.error());
  if (message->event != "phx_reply" || message->ref != kJoinRef) return;
  if (message->status != "ok") return team_.mine().tell("the join was refused: " + std::string(message->payload));
  is_joined_[link.number] = true;
  ++joined_;
  team_.mine().joined.fetch_add(1, std::memory_order_release);
  const auto took = std::chrono::nanoseconds(swarm_.received_at() - began_[link.number]);
  team_.mine().join_latency.add(static_cast<std::uint64_t>(took.count()));
  listener_.on_joined(link);
}

void Crowd::on_end(Link&, const std::string& why) {
  team_.mine().lost.fetch_add(1, std::memory_order_release);
  team_.mine().tell(why);
}

}  // namespace roost::bench
