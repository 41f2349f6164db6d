#include "bench/presence_news.h"

#include <utility>

namespace roost::bench {

std::shared_ptr<const PresenceNews> PresenceNewsCache::find(std::string_view message) const {
  const auto found = known_.find(message);
  return found == known_.end() ? nullptr : found->second;
}

void PresenceNewsCache::put(std::string_view message, std::shared_ptr<const PresenceNews> news) {
  if (bytes_ + message.size() > kBytesMax) {
    known_.clear();
    bytes_ = 0;
  }
  if (known_.try_emplace(std::string(message), std::move(news)).second) bytes_ += message.size();
}

}  // namespace roost::bench
