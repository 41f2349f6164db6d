#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/executor.h"

namespace roost {

/// A deadline for each of very many, with one timer for all: 16 bytes for one that is set, where a timer of its own
/// takes 100. Setting, moving and cancelling cost the logarithm of their number. Loop thread only.
class Deadlines {
 public:
  class Owner {
   public:
    /// The time has come, and the deadline is not set any more. May set it again, and may destroy the owner.
    virtual void on_deadline() = 0;
    virtual ~Owner() = default;

   private:
    friend class Deadlines;
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t place_ = kNone;  // in the heap
  };

  explicit Deadlines(Executor& executor) : executor_(executor) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Sets or moves it. The owner must cancel before it goes.
  void set(Owner& owner, TimePoint at) {
    if (owner.place_ == Owner::kNone) {
      owner.place_ = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back({at, &owner});
    }
    heap_[owner.place_].at = at;
    settle(owner.place_);
    arm();
  }
  /// One that is not set is ignored.
  void cancel(Owner& owner) {
    if (owner.place_ != Owner::kNone) remove(owner.place_);
  }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    TimePoint at;
    Owner* owner;
  };

  void put(std::size_t place, Entry entry) {
    heap_[place] = entry;
    entry.owner->place_ = static_cast<std::uint32_t>(place);
  }
  void remove(std::size_t place) {
    heap_[place].owner->place_ = Owner::kNone;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    put(place, last);
    settle(place);
  }
  /// Moves the entry up or down to where it belongs.
  void settle(std::size_t place) {
    const Entry entry = heap_[place];
    for (; place > 0 && entry.at < heap_[(place - 1) / 2].at; place = (place - 1) / 2)
      put(place, heap_[(place - 1) / 2]);
    for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
      if (entry.at <= heap_[child].at) break;
      put(place, heap_[child]);
      place = child;
    }
    put(place, entry);
  }
  // A timer that comes too early, because what it was for was moved or cancelled, is set again then.
  void arm() {
    if (heap_.empty() || (armed_ && armed_at_ <= heap_.front().at)) return;
    armed_ = true;
    armed_at_ = heap_.front().at;
    timer_ = Timer(executor_, armed_at_, [this] { run_due(); });
  }
  void run_due() {
    armed_ = false;
    const TimePoint now = executor_.now();
    while (!heap_.empty() && heap_.front().at <= now) {
      Owner& owner = *heap_.front().owner;
      remove(0);
      owner.on_deadline();
    }
    arm();
  }

  Executor& executor_;
  std::vector<Entry> heap_;
  Timer timer_;
  TimePoint armed_at_{};
  bool armed_ = false;
};

}  // namespace roost
