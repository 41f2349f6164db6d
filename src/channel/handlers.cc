#include <roost/events.hpp>

#include "base/short_text.h"
#include "base/tag.h"

namespace roost {

EventTable::Handler& EventTable::Handlers::operator[](std::string_view event) {
  for (Named& one : named_)
    if (one.event == event) return one.handler;
  tags_.push_back(tag_of(event));
  return named_.emplace_back(Named{std::string(event), {}}).handler;
}

const EventTable::Handler* EventTable::Handlers::find(std::string_view event) const {
  const std::uint64_t tag = tag_of(event);
  for (std::size_t i = 0; i < tags_.size(); ++i)
    if (tags_[i] == tag && same_text(named_[i].event, event)) return &named_[i].handler;
  return nullptr;
}

}  // namespace roost
