#include "broker/peers.h"

#include <utility>

namespace roost::broker {

Peers::Result Peers::handle(std::string_view bytes, TimePoint now) {
  const auto introduction = decode_introduction(bytes);
  if (!introduction) return {Heard::nothing, {}};
  const auto [version, node] = *introduction;
  if (version != kVersion)
    return {is_news(std::string(node), now) ? Heard::other_version : Heard::nothing, node, version};
  const auto frame = decode_frame(bytes);
  const Hello* hello = frame ? std::get_if<Hello>(&*frame) : nullptr;
  if (!hello || hello->incarnation == incarnation_) return {Heard::nothing, node};
  if (node == node_)
    return {is_news(node_ + "/" + std::to_string(hello->incarnation), now) ? Heard::own_name : Heard::nothing, node};
  return {hello->leaving ? forget(*hello) : note(*hello, now), node};
}

Peers::Heard Peers::note(const Hello& hello, TimePoint now) {
  const auto known = known_.find(hello.node);
  if (known == known_.end()) {
    if (known_.size() >= kPeersMax) return Heard::nothing;
    known_.emplace(hello.node, Peer{hello.incarnation, now});
    return Heard::met;
  }
  const bool same = known->second.incarnation == hello.incarnation;
  known->second = {hello.incarnation, now};
  return same ? Heard::nothing : Heard::met;
}

Peers::Heard Peers::forget(const Hello& hello) {
  const auto known = known_.find(hello.node);
  if (known == known_.end() || known->second.incarnation != hello.incarnation) return Heard::nothing;
  known_.erase(known);
  return Heard::left;
}

bool Peers::is_news(std::string foreign, TimePoint now) {
  if (const auto found = foreign_.find(foreign); found != foreign_.end()) {
    found->second = now;
    return false;
  }
  return foreign_.size() < kPeersMax && foreign_.emplace(std::move(foreign), now).second;
}

void Peers::tick(TimePoint now) {
  std::erase_if(known_, [now](const auto& peer) { return now - peer.second.heard > kSilenceMax; });
  std::erase_if(foreign_, [now](const auto& peer) { return now - peer.second > kSilenceMax; });
}

}  // namespace roost::broker
