#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <roost/bytes.hpp>

namespace roost::net {

/// What a connection has still to send: references to frames, in order.
///
/// One frame needs no memory but this. More take a list, which goes when the outbox is empty; short ones are copied
/// together there, which costs less than keeping each.
class Outbox {
 public:
  /// Adds the bytes from `begin` to `end`. Nothing happens if there are none.
  void push(SharedBytes bytes, std::size_t begin, std::size_t end);

  /// The same for bytes that lie elsewhere: they are copied, short ones to those before them.
  void push_copy(std::string_view bytes);

  /// What to give to the system now; empty if there is nothing. A first frame that is alone or longer than
  /// kGatherMax is returned as it lies; short ones are put together in `scratch`, as many as fit.
  /// Valid until the next call and the next change of `scratch`.
  std::string_view next(std::span<char> scratch) const;
  /// Forgets the first `sent` bytes.
  void consume(std::size_t sent);

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  /// What it holds in memory, about: a pong of two bytes is not free.
  std::size_t memory() const {
    return bytes_ + kPieceBytes * ((first_.bytes.empty() ? 0 : 1) + waiting()) + (rest_ ? rest_->room_bytes : 0);
  }
  void clear() { *this = Outbox(); }

  static constexpr std::size_t kPieceBytes = 64;        // counted bytes' head, allocator's share, and the reference
  static constexpr std::size_t kGatherMax = 16 * 1024;  // copying up to here costs less than a second send
  static constexpr std::size_t kCopyMax = 256;          // a longer frame is shared, not copied
  static constexpr std::size_t kRunBytes = 4 * 1024;    // what copies are gathered in: sixteen answers of 200 bytes fit

 private:
  struct Piece {
    SharedBytes bytes;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view view() const { return bytes.view().substr(begin, end - begin); }
  };
  struct Rest {
    std::vector<Piece> pieces;
    std::size_t begin = 0;  // those before it are gone
    char* room = nullptr;   // behind the last piece's end, when it is a run of copies
    std::size_t room_bytes = 0;
  };

  Rest& rest();
  void append(std::string_view bytes);
  void pop();
  std::size_t waiting() const { return rest_ ? rest_->pieces.size() - rest_->begin : 0; }

  Piece first_;
  std::size_t bytes_ = 0;
  std::unique_ptr<Rest> rest_;
};

}  // namespace roost::net
