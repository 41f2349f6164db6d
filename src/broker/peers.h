#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/time.h"
#include "broker/frame.h"

namespace roost::broker {

/// The other nodes, by what they say of themselves.
class Peers {
 public:
  static constexpr Duration kHelloPeriod = std::chrono::seconds(5);
  static constexpr Duration kSilenceMax = std::chrono::seconds(15);  // so long after its last word a node is forgotten
  static constexpr std::size_t kPeersMax = 1000;  // more are not noted: broken peers could make up names without end

  Peers(std::string node, std::uint64_t incarnation) : node_(std::move(node)), incarnation_(incarnation) {}

  enum class Heard {
    met,  // answer it, so that it knows of this node at once
    left,
    own_name,       // another process bears this node's name: for the first time, or after a silence
    other_version,  // likewise
    nothing,        // new: known, its own hello, or a broken one
  };
  /// `hello`: the bytes of a hello of any version. `node`: who it was.
  struct Result {
    Heard heard;
    std::string_view node;
    unsigned version = kVersion;
  };
  Result handle(std::string_view hello, TimePoint now);
  void tick(TimePoint now);

  /// Those of our version.
  std::size_t size() const { return known_.size(); }
  /// Whether another process bears this node's name.
  bool name_taken() const { return !namesakes_.empty(); }

 private:
  struct Peer {
    std::uint64_t incarnation;
    TimePoint heard;
  };
  Heard note(const Hello& hello, TimePoint now);
  Heard forget(const Hello& hello);
  Heard note_namesake(const Hello& hello, TimePoint now);
  Heard note_foreign(std::string_view node, TimePoint now);

  const std::string node_;
  const std::uint64_t incarnation_;
  std::map<std::string, Peer, std::less<>> known_;
  // Those that can't be talked to, and when they were heard: nodes of other versions, incarnations of the own name.
  std::map<std::string, TimePoint, std::less<>> foreign_;
  std::map<std::uint64_t, TimePoint> namesakes_;
};

/// Says in the log what was heard. Returns whether to say hello, so that the other knows at once, too.
bool tell(const Peers::Result& result, Log& log);

}  // namespace roost::broker
