#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/session.h"
#include "transport/longpoll_parcel.h"
#include "transport/longpoll_token.h"
#include "transport/mount.h"

namespace roost::transport {

class LongPolls;

/// What a poll or a post is answered with: the status inside of the body, and for a poll the messages. Of those the
/// session wants to hear what became, under the receipt: LongPollSession::confirm.
struct LongPollAnswer {
  int status;
  std::vector<Frame> messages = {};
  std::uint64_t receipt = 0;  // 0: there are no messages
};
using LongPollRespond = std::move_only_function<void(LongPollAnswer)>;

/// One message of a POST.
struct LongPollMessage {
  bool binary;
  std::string bytes;
};

/// A socket over long poll: messages wait here for the next GET (PROTOCOL §6). Lives on one shard, whichever shard its
/// requests come to. Shard thread only.
class LongPollSession final : public channel::Outlet {
 public:
  LongPollSession(LongPolls& owner, LongPollId id, const Mount& mount, channel::Host& host,
                  const wire::Serializer* serializer, Accept accept);
  ~LongPollSession();

  const LongPollId& id() const { return id_; }
  /// Whether a client ever came for its messages: one that only starts sessions never does.
  bool polled() const { return polled_; }
  /// Once, when it can be found by its id.
  void open() { endpoint_->open(); }

  /// A GET. Answered at once if messages wait, else by the next message, or with 204 when the window is over. The later
  /// of two gets the messages (L10). Gives a number to forget it by.
  std::uint64_t poll(LongPollRespond respond);
  /// The client of that poll is gone: messages are kept for the next one.
  void forget(std::uint64_t poll);
  /// What became of an answer's messages. Until then no others are given out. Those that failed to reach the client are
  /// kept for its next poll; when nobody can tell, the session ends, so that nothing is lost or repeated unheard.
  void confirm(std::uint64_t receipt, parcel::Delivery delivery);
  /// A POST: its messages are handled one after the other, each when the one before it is done (L7). Each may take a
  /// window: when one takes longer the answer is 408, and those behind it are not handled.
  void post(std::vector<LongPollMessage> messages, LongPollRespond respond);
  /// Ends it, with the polls and posts that wait.
  void end(EndReason reason);

  void send(const Frame& frame) override;
  void request_close(Close why) override;
  void request_close_with(std::uint16_t code) override;
  void join_answered() override;

 private:
  struct Poll {
    std::uint64_t number;
    LongPollRespond respond;
    Timer window;
  };
  struct Post {
    std::uint64_t number;
    std::vector<LongPollMessage> messages;
    std::size_t bytes = 0;  // of all messages
    std::size_t next = 0;
    LongPollRespond respond;  // none: it was answered with 408, and its last message waits for its turn
    TimePoint since;          // the message before `next` was done then
    Timer window;
  };

  void flush();
  void window_over(std::uint64_t poll);
  void watch_post(Post& post);
  void post_over(std::uint64_t post);
  void finish(std::deque<Post>::iterator post, int status);
  void handle_posts();
  void hold_back();
  void watch();
  void end_soon(EndReason reason);

  LongPolls& owner_;
  const LongPollId id_;
  const Mount& mount_;
  channel::Host& host_;
  std::vector<Frame> buffer_;
  std::size_t buffer_bytes_ = 0;  // of buffer_ and unconfirmed_
  std::vector<Frame> unconfirmed_;
  std::uint64_t receipt_ = 0;  // of unconfirmed_; 0: there are none
  std::deque<Poll> polls_;     // the last one gets the messages
  std::uint64_t served_ = 0;   // the last poll that got any; those before it wait their window out
  std::deque<Post> posts_;
  std::size_t posted_bytes_ = 0;  // of posts_
  std::uint64_t next_number_ = 1;
  TimePoint last_poll_;
  Timer watch_;
  bool polled_ = false;
  bool flushing_ = false;
  Timer hold_back_;  // what was posted made this shard publish to a crowded one: the rest waits
  bool held_back_ = false;
  bool handling_ = false;
  bool closing_ = false;  // an end was asked for, and comes from the loop
  bool crashed_ = false;  // … because of what the client said
  bool ended_ = false;
  std::unique_ptr<channel::Endpoint> endpoint_;
};

/// The long-poll sessions of one shard. Shard thread only.
class LongPolls {
 public:
  LongPolls(channel::Host& host, const LongPollTokens& tokens) : host_(host), tokens_(tokens) {}

  /// nullptr: there are too many.
  LongPollSession* start(const Mount& mount, const wire::Serializer* serializer, Accept accept);
  /// nullptr: it has ended.
  LongPollSession* find(const LongPollId& id);
  /// Forgets a session that has ended, behind the current call.
  void remove(const LongPollSession& session);
  void drain();
  /// Ends and destroys all of them, here: for a loop that does not run any more.
  void abort_all();

  const LongPollTokens& tokens() const { return tokens_; }
  std::size_t size() const { return sessions_.size(); }

 private:
  channel::Host& host_;
  const LongPollTokens& tokens_;
  std::unordered_map<std::uint64_t, std::shared_ptr<LongPollSession>> sessions_;
  bool make_room(std::size_t sessions_max);

  std::deque<std::uint64_t>
      unpolled_;  // in the order of their start; those that were polled or ended go when they lead
  std::uint64_t next_ = 1;
};

}  // namespace roost::transport
