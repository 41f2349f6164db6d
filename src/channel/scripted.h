#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <roost/channel.hpp>

// A channel whose handlers a test writes in place. It knows what applications know.
namespace roost::channel::testing {

class Scripted;

/// What the channels of a test do. It outlives them, so that handlers may be coroutines with captures.
struct Script {
  using Handler = std::function<Reply(Scripted&, const Payload&)>;
  using Event = std::function<void(Scripted&, const Payload&)>;

  std::function<JoinReply(Scripted&, const Payload&)> join;
  std::map<std::string, Handler, std::less<>> handlers;
  Event intercepted;                                         // of the event "intercepted"
  std::function<Reply(Scripted&, const std::string&)> told;  // a string that was posted
  std::function<void(Scripted&, const Broadcast&)> on_broadcast;
  std::function<void(Scripted&, std::string_view key, PresenceError)> refused;
  std::function<void(Scripted&, const End&)> terminate;

  std::vector<std::string> said;  // what handlers noted
  int alive = 0;                  // channels that exist
};

/// A channel that follows a Script; its protected methods are open to it.
class Scripted final : public Channel {
 public:
  explicit Scripted(Script& script) : script_(script) { ++script_.alive; }
  ~Scripted() override { --script_.alive; }

  static void events(Events<Scripted>& on) {
    on.intercept("intercepted", &Scripted::intercepted);
    on.info(&Scripted::told);
    on.otherwise(&Scripted::any);
  }
  JoinReply join(std::string_view, const Payload& params) {
    return script_.join ? script_.join(*this, params) : JoinReply(ok());
  }
  Reply on_broadcast(const Broadcast& broadcast) override {
    if (!script_.on_broadcast) return Channel::on_broadcast(broadcast);
    script_.on_broadcast(*this, broadcast);
    return noreply;
  }
  void presence_refused(std::string_view key, PresenceError why) override {
    if (script_.refused) script_.refused(*this, key, why);
  }
  void terminate(const End& end) override {
    script_.said.push_back("terminate " + end.text);
    if (script_.terminate) script_.terminate(*this, end);
  }

  using Channel::after;
  using Channel::after_join;
  using Channel::broadcast;
  using Channel::broadcast_from;
  using Channel::broadcast_on;
  using Channel::cancel;
  using Channel::drain;
  using Channel::every;
  using Channel::presence;
  using Channel::push;
  using Channel::push_presence_state;
  using Channel::reply_ref;
  using Channel::self;
  using Channel::socket;
  using Channel::subscribe;
  using Channel::topic;
  using Channel::track;
  using Channel::unsubscribe;

 private:
  Reply any(std::string_view event, const Payload& payload) {
    const auto found = script_.handlers.find(event);
    if (found == script_.handlers.end()) throw std::logic_error("no clause for " + std::string(event));
    return found->second(*this, payload);
  }
  Reply told(const std::string& text) { return script_.told(*this, text); }
  void intercepted(const Payload& payload) { script_.intercepted(*this, payload); }

  Script& script_;
};

/// A handler that answers `ok` with `{}`.
inline Reply answers(Scripted&, const Payload&) {
  return ok();
}

}  // namespace roost::channel::testing
