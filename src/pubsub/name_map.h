#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::pubsub {

/// Things with a name, found by it: open addressing with linear probing, one cache line for a look-up that finds or
/// misses, and one for the thing's own name. Things stay where they are as long as they are in here.
///
/// `Named` has a member `name` that a string_view can be made of, and that does not change.
template <typename Named>
class NameMap {
 public:
  /// nullptr: there is none.
  Named* find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place_of(name, hash_of(name))];
    return slot.thing.get();
  }

  /// Adds one whose name is not in here.
  Named& add(std::unique_ptr<Named> thing) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    const Hash hash = hash_of(thing->name);
    Slot& slot = slots_[place_of(thing->name, hash)];
    slot.hash = hash;
    slot.thing = std::move(thing);
    ++size_;
    return *slot.thing;
  }

  /// Removes the one of that name, which is in here. Those behind it that it had pushed on move up: no gap is left that
  /// a look-up would stop at.
  void remove(std::string_view name) {
    std::size_t gap = place_of(name, hash_of(name));
    const std::unique_ptr<Named> gone = std::move(slots_[gap].thing);
    --size_;
    for (std::size_t place = next(gap); slots_[place].thing; place = next(place)) {
      const std::size_t home = slots_[place].hash & mask();
      const bool may_move = ((place - home) & mask()) >= ((place - gap) & mask());
      if (!may_move) continue;
      slots_[gap] = std::move(slots_[place]);
      gap = place;
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Calls `visit(Named&)` for each, in no order. It must not add or remove.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_)
      if (slot.thing) visit(*slot.thing);
  }

 private:
  using Hash = std::size_t;
  struct Slot {
    Hash hash = 0;
    std::unique_ptr<Named> thing;
  };
  static constexpr std::size_t kSlotsMin = 16;

  static Hash hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t place) const { return (place + 1) & mask(); }

  /// Where it is, or where it would be put.
  std::size_t place_of(std::string_view name, Hash hash) const {
    std::size_t place = hash & mask();
    while (slots_[place].thing && (slots_[place].hash != hash || slots_[place].thing->name != name))
      place = next(place);
    return place;
  }

  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? kSlotsMin : 2 * slots_.size()));
    for (Slot& slot : old) {
      if (!slot.thing) continue;
      std::size_t place = slot.hash & mask();
      while (slots_[place].thing) place = next(place);
      slots_[place] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two; at most three quarters are taken
  std::size_t size_ = 0;
};

}  // namespace roost::pubsub
