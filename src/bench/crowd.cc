#include "bench/crowd.h"

#include <utility>

#include "bench/frames.h"

namespace roost::bench {
namespace {

constexpr std::chrono::milliseconds kLook{200};  // how often a wait looks whether there was progress

}  // namespace

Crowd::Crowd(const Settings& settings, Progress& progress)
    : settings_(settings), progress_(progress), swarm_(settings.target, *this, {.compress = settings.compress}) {
  append_frame(join_frame_, ws::Opcode::text,
               text_message(kJoinRef, kJoinRef, settings.topic, "phx_join", settings.join_payload));
}

std::expected<void, Error> Crowd::join_all() {
  const std::size_t wanted = settings_.connections;
  is_joined_.assign(wanted, false);
  began_.resize(wanted);
  std::size_t before = 0;
  TimePoint progress = Clock::now();
  while (joined_ < wanted) {
    while (swarm_.size() < wanted && swarm_.size() - joined_ < settings_.concurrency) {
      began_[swarm_.size()] = Clock::now();
      if (auto started = swarm_.connect(); !started) return started;
    }
    swarm_.turn(kLook);
    if (lost_ > 0) return std::unexpected(Error{first_loss_});
    const TimePoint now = Clock::now();
    if (std::exchange(before, joined_) != joined_) progress = now;
    if (now - progress > settings_.patience)
      return std::unexpected(Error{"only " + std::to_string(joined_) + " of " + std::to_string(wanted) +
                                   " clients joined, then nothing came"});
    progress_.show("joined", joined_, wanted);
  }
  return {};
}

void Crowd::on_open(Link& link) {
  swarm_.send(link, join_frame_);
}

void Crowd::on_message(Link& link, bool binary, std::string_view bytes) {
  if (!is_joined_[link.number]) return on_message_before_joined(link, binary, bytes);
  if (on_message_) on_message_(link, binary, bytes);
}

void Crowd::on_message_before_joined(Link& link, bool binary, std::string_view bytes) {
  const auto message = decode_message(binary, bytes);
  if (!message) {
    swarm_.close(link);
    return on_end(link, "the server sent no message: " + message.error());
  }
  if (message->event != "phx_reply" || message->ref != kJoinRef) return;
  if (message->status != "ok") {
    swarm_.close(link);
    return on_end(link, "the join was refused: " + std::string(message->payload));
  }
  is_joined_[link.number] = true;
  ++joined_;
  const auto took = Clock::now() - began_[link.number];
  join_latency_->add(static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()));
}

void Crowd::on_end(Link&, const std::string& why) {
  if (lost_++ == 0) first_loss_ = why;
}

}  // namespace roost::bench
