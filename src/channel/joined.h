#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/short_text.h"
#include "base/tag.h"
#include "channel/process.h"
#include "wire/ref.h"

namespace roost::channel {

/// The channels that a socket has joined, by topic, in the order of joining.
///
/// A list, for a socket has few, and millions of sockets have one: 24 bytes a channel, and a look-up that reads only
/// those until it is nearly sure.
class Joined {
 public:
  struct Entry {
    std::shared_ptr<Process> process;
    std::uint32_t tag;                                        // of its topic
    enum class Given : std::uint8_t { ref, null, no } given;  // what the client gave as join_ref
    bool leaving = false;

    /// The join_ref as it came (PROTOCOL R1).
    wire::Ref join_ref() const {
      if (given == Given::ref) return process->own_join_ref();
      return given == Given::null ? wire::Ref() : wire::Ref::no();
    }
    bool has(const wire::Ref& join_ref) const {
      return given == Given::ref ? join_ref == process->own_join_ref() : join_ref == this->join_ref();
    }
  };

  std::size_t size() const { return entries_.size(); }

  /// nullptr: there is none. Valid until the list changes.
  Entry* find(std::string_view topic) {
    const std::uint32_t tag = tag_of(topic);
    for (Entry& entry : entries_)
      if (entry.tag == tag && same_text(entry.process->topic(), topic)) return &entry;
    return nullptr;
  }
  void add(std::shared_ptr<Process> process, const wire::Ref& join_ref) {
    if (entries_.empty()) entries_.reserve(1);
    const auto given = !join_ref.is_falsy() ? Entry::Given::ref
                       : join_ref.is_null() ? Entry::Given::null
                                            : Entry::Given::no;
    const std::uint32_t tag = tag_of(process->topic());
    entries_.push_back({std::move(process), tag, given});
  }
  Entry take(const Entry* entry) {
    const auto at = entries_.begin() + (entry - entries_.data());
    Entry taken = std::move(*at);
    entries_.erase(at);
    return taken;
  }
  const std::vector<Entry>& all() const { return entries_; }
  std::vector<Entry> take_all() { return std::exchange(entries_, {}); }

 private:
  static std::uint32_t tag_of(std::string_view topic) {
    const std::uint64_t tag = roost::tag_of(topic);
    return static_cast<std::uint32_t>(tag ^ tag >> 32);
  }

  std::vector<Entry> entries_;
};

}  // namespace roost::channel
