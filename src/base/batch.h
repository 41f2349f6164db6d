#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <roost/bytes.hpp>

#include "base/frame.h"

namespace roost {

class Batch;

/// A connection that sends batches. Counted, so that a batch may come back to it.
class BatchTaker : public boost::intrusive_ref_counter<BatchTaker, boost::thread_unsafe_counter> {
 public:
  virtual ~BatchTaker() = default;
  /// The batch to which it said `come_back` has one more frame.
  virtual void more(Batch& batch) = 0;
};

/// The frames that a topic gathers in one turn of the loop, put together once for all who get them.
///
/// A connection takes an open batch at the end of its outbox, from the last frame on, and sends whatever it has grown
/// to by the end of the turn: a frame more costs nothing for each connection. When something else must follow for that
/// connection, it takes a piece() of what there is and says come_back(). One thread.
class Batch : public boost::intrusive_ref_counter<Batch, boost::thread_unsafe_counter> {
 public:
  explicit Batch(const Frame& first) : bytes_(first.bytes()), begin_(first.begin()), size_(first.framed().size()) {}

  /// Adds a frame behind the others and gives it to those that asked to come back.
  void append(const Frame& frame) {
    const std::string_view framed = frame.framed();
    reserve(size_ + framed.size());
    std::memcpy(memory_ + size_, framed.data(), framed.size());
    last_ = size_;
    size_ += framed.size();
    for (const auto& taker : std::exchange(waiting_, {})) taker->more(*this);
  }

  /// Nothing is added any more.
  void seal() {
    sealed_ = true;
    waiting_.clear();
  }
  bool sealed() const { return sealed_; }

  /// The next frame is for this taker, too. Unless it is sealed: then there is none.
  void come_back(BatchTaker& taker) {
    if (!sealed_) waiting_.emplace_back(&taker);
  }

  /// It does not wait any more.
  void leave(const BatchTaker& taker) {
    std::erase_if(waiting_, [&taker](const auto& one) { return one.get() == &taker; });
  }

  std::size_t size() const { return size_; }
  /// Where the last frame begins.
  std::size_t last() const { return last_; }
  std::string_view view(std::size_t from) const { return bytes_.view().substr(begin_ + from, size_ - from); }
  /// The bytes and where among them `from` is, and the present end: these do not change any more.
  struct Piece {
    SharedBytes bytes;
    std::size_t begin, end;
  };
  Piece piece(std::size_t from) const { return {bytes_, begin_ + from, begin_ + size_}; }

  static constexpr std::size_t kBytesMax = 256 * 1024;  // beyond, gathering wins nothing and memory loses

 private:
  // A first frame that stays alone is shared as it is. What others refer to already stays where it is.
  void reserve(std::size_t size) {
    if (memory_ && size <= capacity_) return;
    const std::string_view old = view(0);
    capacity_ = size * 2;
    char* memory = nullptr;
    auto bytes = SharedBytes::make(capacity_, [&](char* out) { memory = out; });
    std::memcpy(memory, old.data(), old.size());
    bytes_ = std::move(bytes);
    memory_ = memory;
    begin_ = 0;
  }

  SharedBytes bytes_;
  std::size_t begin_;  // in bytes_
  std::size_t size_;
  std::size_t last_ = 0;
  char* memory_ = nullptr;  // of bytes_, when it has room to grow
  std::size_t capacity_ = 0;
  std::vector<boost::intrusive_ptr<BatchTaker>> waiting_;
  bool sealed_ = false;
};

}  // namespace roost
