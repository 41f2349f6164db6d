#pragma once

#include <string>
#include <utility>

#include <roost/channel.hpp>

namespace contract {

/// Tells which pattern took the topic. It handles no event, so that each one fails.
class Pattern : public roost::Channel {
 public:
  explicit Pattern(std::string pattern) : pattern_(std::move(pattern)) {}

  roost::JoinReply join(std::string_view, const roost::Payload&) { return roost::ok({{"pattern", pattern_}}); }

 private:
  const std::string pattern_;
};

}  // namespace contract
