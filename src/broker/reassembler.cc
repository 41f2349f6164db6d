#include "broker/reassembler.h"

#include <utility>

namespace roost::broker {

std::optional<std::string> Reassembler::take(const Fragment& fragment) {
  auto partial = partials_.find(fragment.sender);
  if (fragment.offset == 0) {
    if (partial != partials_.end()) drop(partial);  // its end was lost
    if (fragment.total_bytes > frame_bytes_max_) return std::nullopt;
    if (partials_.size() >= kSendersMax) drop(partials_.begin());
    partial = partials_.emplace(fragment.sender, Partial{fragment.number, {}}).first;
  } else if (partial == partials_.end()) {
    return std::nullopt;
  }
  Partial& whole = partial->second;
  // frame_bytes_max_: later fragments may tell another total.
  if (whole.number != fragment.number || whole.bytes.size() != fragment.offset ||
      fragment.total_bytes > frame_bytes_max_) {
    drop(partial);
    return std::nullopt;
  }
  make_room(fragment.piece.size(), fragment.sender);
  whole.bytes += fragment.piece;
  waiting_bytes_ += fragment.piece.size();
  if (whole.bytes.size() < fragment.total_bytes) return std::nullopt;
  std::string bytes = std::move(whole.bytes);
  waiting_bytes_ -= bytes.size();
  partials_.erase(partial);
  return bytes;
}

void Reassembler::forget(std::uint64_t sender) {
  if (const auto partial = partials_.find(sender); partial != partials_.end()) drop(partial);
}

void Reassembler::drop(Partials::iterator partial) {
  waiting_bytes_ -= partial->second.bytes.size();
  partials_.erase(partial);
}

/// Senders that died in the middle of a frame would keep their bytes here for ever.
void Reassembler::make_room(std::size_t bytes, std::uint64_t sender) {
  for (auto partial = partials_.begin(); waiting_bytes_ + bytes > waiting_bytes_max_ && partial != partials_.end();) {
    const auto next = std::next(partial);
    if (partial->first != sender) drop(partial);
    partial = next;
  }
}

}  // namespace roost::broker
