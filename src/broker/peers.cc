#include "broker/peers.h"

#include <utility>

#include "broker/trouble.h"

namespace roost::broker {

Peers::Result Peers::handle(std::string_view bytes, TimePoint now) {
  const auto introduction = decode_introduction(bytes);
  if (!introduction) return {Heard::nothing, {}};
  const auto [version, node] = *introduction;
  if (version != kVersion) return {note_foreign(node, now), node, version};
  const auto frame = decode_frame(bytes);
  const Hello* hello = frame ? std::get_if<Hello>(&*frame) : nullptr;
  if (!hello || hello->incarnation == incarnation_) return {Heard::nothing, node};
  if (node == node_) return {note_namesake(*hello, now), node};
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

Peers::Heard Peers::note_namesake(const Hello& hello, TimePoint now) {
  if (hello.leaving) {
    namesakes_.erase(hello.incarnation);
    return Heard::nothing;
  }
  if (namesakes_.size() >= kPeersMax && !namesakes_.contains(hello.incarnation)) return Heard::nothing;
  return namesakes_.insert_or_assign(hello.incarnation, now).second ? Heard::own_name : Heard::nothing;
}

Peers::Heard Peers::note_foreign(std::string_view node, TimePoint now) {
  if (foreign_.size() >= kPeersMax && !foreign_.contains(node)) return Heard::nothing;
  return foreign_.insert_or_assign(std::string(node), now).second ? Heard::other_version : Heard::nothing;
}

void Peers::tick(TimePoint now) {
  std::erase_if(known_, [now](const auto& peer) { return now - peer.second.heard > kSilenceMax; });
  std::erase_if(foreign_, [now](const auto& peer) { return now - peer.second > kSilenceMax; });
  std::erase_if(namesakes_, [now](const auto& namesake) { return now - namesake.second > kSilenceMax; });
}

bool tell(const Peers::Result& result, Log& log) {
  switch (result.heard) {
    case Peers::Heard::met:
      log.write(LogLevel::info, "met a node", {{"node", result.node}});
      return true;
    case Peers::Heard::left:
      log.write(LogLevel::info, "a node left", {{"node", result.node}});
      return false;
    case Peers::Heard::own_name:
      log.write(LogLevel::error, "another process bears this node's name: give each its own",
                {{"node", result.node}, {"code", kNameTaken}});
      return true;
    case Peers::Heard::other_version:
      log.write(LogLevel::error, "a node speaks another version: it is not listened to",
                {{"node", result.node},
                 {"code", kVersionDiffers},
                 {"version", std::to_string(result.version)},
                 {"ours", std::to_string(kVersion)}});
      return true;
    case Peers::Heard::nothing:
      return false;
  }
  return false;
}

}  // namespace roost::broker
