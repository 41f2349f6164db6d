#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roost/app.hpp>
#include <roost/socket.hpp>

#include "base/rate_limit.h"
#include "channel/host.h"
#include "channel/joined.h"
#include "channel/process.h"
#include "pubsub/table.h"
#include "wire/serializer.h"

namespace roost::channel {

/// How a socket ended, for its channels' terminate.
End end_of(EndReason reason);

/// One client's logical link: routes its messages to channels and their answers back (PROTOCOL §5). Knows no sockets:
/// bytes come in by receive(), frames go out by the Outlet. Shard thread only.
class Session final : public Endpoint, public pubsub::Subscriber {
 public:
  /// What every socket of one mount shares; outlives them.
  struct Kind {
    Kind(const std::vector<SocketMount::Route>& r, const SocketLimits& l)
        : routes(&r), limits(&l), messages(l.messages), joins(l.joins), presence_calls(l.presence_calls) {}

    const std::vector<SocketMount::Route>* routes;
    const SocketLimits* limits;
    RateLimit::Timing messages, joins, presence_calls;  // of the limits
  };

  Session(Host& host, const Kind& kind, const wire::Serializer& serializer, FrameHead head, Outlet& outlet,
          Accept accept);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// One message of the client. False: it cannot be decoded, and the connection must end with 1011 (PROTOCOL X1).
  /// `checked`: the text is known to be UTF-8.
  bool receive(bool binary, std::string_view bytes, wire::Utf8 checked) override;

  /// The connection is over: ends every channel with that reason. Nothing is sent any more. Once.
  void end(EndReason reason) override;

  /// Whether a join's coroutine runs, so that everything else waits (PROTOCOL R3).
  bool joining() const override { return joining_ != nullptr; }
  std::size_t channels() const { return joined_.size(); }

  void deliver(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void missed() override;

  // For its processes.
  Host& host() { return host_; }
  const SocketLimits& limits() const { return *kind_.limits; }
  /// Whether a channel may make one more presence call now; then it counts.
  bool take_presence_call() { return presence_calls_.take(kind_.presence_calls, host_.executor.now()); }
  const Socket& socket() const { return socket_; }
  const wire::Serializer& serializer() const { return serializer_; }
  FrameHead head() const { return head_; }
  Outlet& outlet() { return outlet_; }
  void send(const Frame& frame) {
    if (joining_) return hold(frame, false);
    if (!ended_) outlet_.send(frame);
  }
  void send_short(const FrameView& frame) {
    if (joining_) return hold(Frame::copy(frame), false);
    if (!ended_) outlet_.send_short(frame);
  }
  /// A frame that follows the answer of the join under way. `own`: of the joining channel, which has counted it, and
  /// has it only if it gets in.
  void hold(const Frame& frame, bool own);
  /// Not while it is joining.
  void send_batch(Batch& batch) {
    if (!ended_) outlet_.send_batch(batch);
  }
  /// A reply. False: it cannot be encoded (PROTOCOL F4, F11), which has been logged.
  bool send_reply(const wire::Ref& join_ref, const wire::Ref& ref, std::string_view topic, const Response& response);
  void join_finished(Process& process, const JoinReply* reply);  // nullptr: it crashed
  /// A leave was handled: replies, closes, terminates.
  void left(Process& process, const wire::Ref& join_ref, const wire::Ref& ref);
  void stopped(Process& process, const Stop& stop);
  void crashed(Process& process);

 private:
  struct Joining;
  struct Queued {
    bool binary;
    std::string bytes;
  };

  void route(const wire::Incoming& message);
  void join(const wire::Incoming& message);
  void reply_error(const wire::Ref& join_ref, const wire::Ref& ref, const wire::TopicText& topic,
                   std::string_view response);
  bool within_limits(const wire::Incoming& message);
  void unmatched(const wire::Incoming& message);
  void reply_ok(const wire::Ref& join_ref, const wire::Ref& ref, const wire::TopicText& topic);
  bool queue_while_joining(bool binary, std::string_view bytes);
  void drain_join_queue(std::deque<Queued> queue, std::size_t bytes);
  void overrun();
  void fail();
  void send_end(const Frame& frame, std::string_view topic);
  std::shared_ptr<Process> remove(const Process& process, wire::Ref& join_ref, EndReason reason);

  Host& host_;
  const Kind& kind_;
  const wire::Serializer& serializer_;
  const FrameHead head_;
  Outlet& outlet_;
  bool ended_ = false;
  bool failed_ = false;  // a close was asked for: nothing of the client is handled any more
  Socket socket_;
  Joined joined_;
  pubsub::Subscription id_subscription_;
  std::unique_ptr<Joining> joining_;
  RateLimit messages_;
  RateLimit joins_;
  RateLimit presence_calls_;
};

}  // namespace roost::channel
