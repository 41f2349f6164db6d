#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "http/response.h"
#include "transport/http_protocol.h"
#include "transport/longpoll.h"
#include "transport/longpoll_token.h"
#include "transport/mount.h"

namespace roost::transport {

/// One long-poll request on its way: what its answer needs, kept until then. Used on its own shard, unless it says
/// otherwise.
struct LongPollRequest {
  std::shared_ptr<Exchange> exchange;
  const Mount* mount;
  boost::json::object params;
  std::string token;
  LongPollService* service;

  const LongPollOptions& options() const { return *mount->definition->longpoll_; }
  std::uint64_t token_age_max_ms() const;
  /// Whose session this server has, or had.
  std::optional<LongPollId> verify() const;
  /// Answers from any shard.
  void respond(http::Response response) const;
  /// False: its client is gone.
  bool respond_here(const http::Response& response) const;
};

// Answers (PROTOCOL §6): HTTP 200, and the status inside of the body.
http::Response longpoll_status(int status);
http::Response longpoll_messages(int status, std::string_view token, const std::vector<std::string_view>& messages);
http::Response longpoll_preflight(const http::Request& request);
/// HTTP's own status, for what no client of ours asks for.
http::Response longpoll_http(int status);
/// L17: with a `status`, since phoenix.js stops polling at JSON that has none.
http::Response longpoll_error();

}  // namespace roost::transport
