#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <roost/payload.hpp>
#include <roost/task.hpp>

namespace roost {

/// A status and a response: what a client's `receive(status, …)` gets.
struct Response {
  std::string status = "ok";
  Payload response;
};

/// {status: "ok", response: {}}, or with a response of your own (JSON of any kind, or Payload::bytes).
inline Response ok(Payload response = {}) {
  return {"ok", std::move(response)};
}
/// {status: "error", response: …}
inline Response error(Payload response = {}) {
  return {"error", std::move(response)};
}
/// Any other status: phoenix.js has a hook for each name.
inline Response reply(std::string status, Payload response = {}) {
  return {std::move(status), std::move(response)};
}

/// Refuses a join: the client gets status "error" with this response, and there is no channel.
struct Refusal {
  Payload response;
};
inline Refusal refuse(Payload response = {}) {
  return {std::move(response)};
}

/// Ends the channel after the handler. Graceful (phx_close, the client stays away) for "normal" and "shutdown";
/// phx_error for any other reason (the client joins again).
struct Stop {
  std::string reason = "shutdown";
  std::optional<Response> response;
  bool graceful() const { return reason == "normal" || reason == "shutdown"; }
};
inline Stop stop(std::string reason = "shutdown") {
  return {std::move(reason), std::nullopt};
}
/// Replies first, then ends.
inline Stop stop(std::string reason, Response response) {
  return {std::move(reason), std::move(response)};
}

/// No reply now: perhaps later by a ReplyRef, perhaps never.
struct NoReply {};
inline constexpr NoReply noreply{};

/// What an event handler returns: ok(…), error(…), reply(…), stop(…), noreply, or a coroutine that returns one of them.
class Reply {
 public:
  using Value = std::variant<NoReply, Response, Stop, FieldError, Task<Reply>>;
  Reply() = default;
  Reply(NoReply) {}
  Reply(Response response) : value(std::move(response)) {}
  Reply(Stop stop) : value(std::move(stop)) {}
  /// A payload that does not fit: status "error", {"reason":"invalid payload","path":…,"expected":…}.
  Reply(FieldError error) : value(std::move(error)) {}
  Reply(Task<Reply> task) : value(std::move(task)) {}

  Value value;
};

/// What `join` returns: ok(), ok(response), refuse(response), or a coroutine that returns one of them.
class JoinReply {
 public:
  using Value = std::variant<Response, Refusal, Task<JoinReply>>;
  JoinReply() = default;
  /// The status is always "ok" on the wire: a join that fails is `refuse`.
  JoinReply(Response response) : value(std::move(response)) {}
  JoinReply(Refusal refusal) : value(std::move(refusal)) {}
  /// Params that do not fit their type refuse the join.
  JoinReply(FieldError error);
  JoinReply(Task<JoinReply> task) : value(std::move(task)) {}

  Value value;
};

}  // namespace roost
