#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "net/connection_state.h"
#include "net/outbox.h"

namespace roost::net {

/// What connections send while they handle what they received, mostly replies: put together in memory of the loop's, a
/// piece for each connection, so that it leaves in one send and needs no memory of its own. One for each loop.
class Cork {
 public:
  /// Where a piece is in the list of them, from 1 on; 0: there is none.
  using Place = std::uint32_t;

  /// `by` handles what it received; nobody else does.
  void open_for(const ConnectionState& by) { open_for_ = &by; }
  bool is_open_for(const ConnectionState& by) const { return open_for_ == &by; }
  void close() { open_for_ = nullptr; }

  bool has_room(std::size_t bytes) const { return bytes <= room_.size() - used_; }
  /// Begins a piece. The one before it grows no more.
  Place begin(ConnectionState& by) {
    pieces_.push_back({&by, used_, used_});
    return static_cast<Place>(pieces_.size());
  }
  /// Adds a copy of the bytes to the last piece. There must be room.
  void add(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(room_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
    pieces_.back().end = used_;
  }

  std::size_t bytes(Place place) const { return pieces_[place - 1].end - pieces_[place - 1].begin; }
  /// The piece is its connection's no more: it is not sent from here. Valid until the next send_all().
  std::string_view take(Place place) {
    pieces_[place - 1].by = nullptr;
    return view(pieces_[place - 1]);
  }
  /// Each connection sends its piece; then there is all the room again.
  void send_all() {
    for (Piece& piece : pieces_)  // none is added meanwhile; one whose connection ends is taken
      if (const auto by = std::exchange(piece.by, nullptr)) by->send_corked(view(piece));
    pieces_.clear();
    used_ = 0;
  }

  static constexpr std::size_t kBytes = 64 * 1024;               // warm in the second cache beside what was received
  static constexpr std::size_t kRoomBytes = Outbox::kGatherMax;  // so much there is for each that received something

 private:
  struct Piece {
    boost::intrusive_ptr<ConnectionState> by;
    std::size_t begin;
    std::size_t end;
  };
  std::string_view view(const Piece& piece) const { return {room_.data() + piece.begin, piece.end - piece.begin}; }

  const ConnectionState* open_for_ = nullptr;
  std::size_t used_ = 0;
  std::vector<Piece> pieces_;
  std::array<char, kBytes> room_;
};

}  // namespace roost::net
