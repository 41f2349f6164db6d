#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <roost/agent.hpp>
#include <roost/json.hpp>
#include <roost/payload.hpp>
#include <roost/reply.hpp>
#include <roost/task.hpp>

namespace roost {

/// What an update of a Document came to: the answer to who asked for it. A page that showed the change in advance does
/// so until it has that version.
struct DocumentVersion {
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(DocumentVersion, (), (version))

namespace detail {

/// The history of one document, as far as somebody who comes back may need it. Agents' thread only.
class DocumentLog {
 public:
  /// What it remembers at most; who has been away for longer gets the whole state.
  static constexpr std::size_t kPatchesMax = 1'000;
  static constexpr std::size_t kPatchBytesMax = 256 * 1024;

  /// `epoch`: names this history, none other has it.
  explicit DocumentLog(std::string epoch) : epoch_(std::move(epoch)) {}

  bool started() const { return version_ > 0; }
  void start(boost::json::value state);
  /// The payload of the patch that makes `state` of what was before; nullopt: they are the same. Throws
  /// std::invalid_argument if JSON cannot hold it, and changes nothing then.
  std::optional<Payload> advance(boost::json::value state);
  /// The response to a join with these params (docs/wire.md, live documents): what is missing, or the whole state.
  Payload answer(const Payload& params);
  std::int64_t version() const { return version_; }

 private:
  std::optional<std::string> missing(const Payload& params) const;

  std::string epoch_;
  std::int64_t version_ = 0;
  boost::json::value state_;
  std::optional<SharedBytes> snapshot_;  // the answer with the whole state_, once somebody wanted it
  std::deque<std::string> patches_;      // JSON text, of the versions up to version_
  std::size_t patch_bytes_ = 0;
};

}  // namespace detail

/// A state that the server owns and that every page of its topic shows as it is: an Agent, and a live document on the
/// wire (docs/wire.md). Made by App::document.
///
/// A copy is a handle to the same one. A channel of that topic answers its joins with `join`; every `update` goes out
/// to all who are joined as one patch, encoded once. A persistent one (Options::db) keeps its state, not its history:
/// after a restart everybody gets the whole. Each change is compared with the state before, as JSON: a millisecond or
/// so for 100 kB. In a cluster each node has its own; its patches reach the pages of that node.
template <JsonType State>
class Document {
 public:
  using Publish = std::function<void(const Payload& patch)>;

  Document(Agent<State> agent, std::string epoch, Publish publish)
      : shared_(std::make_shared<Shared>(std::move(agent), std::move(epoch), std::move(publish))) {}

  /// The answer to a join: `Task<JoinReply> join(Payload params) { return document_.join(std::move(params)); }`
  Task<JoinReply> join(Payload params) const { return answer(shared_, std::move(params)); }

  /// `co_await document.update([](State& s) { ++s.votes; })` gives a DocumentVersion, once the change is saved and on
  /// its way to all pages; and if the function returns something, a pair of that and the version. One that throws
  /// changes nothing, and the throw reaches the Task. See Agent::update.
  template <typename Change, typename F = std::decay_t<Change>>
  auto update(Change&& change) const {
    detail::check_awaited<Change>();
    auto work = [shared = shared_, change = F(std::forward<Change>(change))](State& state) mutable {
      const auto version = [&shared] { return DocumentVersion{shared->log.version()}; };
      if constexpr (std::is_void_v<std::invoke_result_t<F&, State&>>) {
        apply(*shared, state, change);
        return version();
      } else {
        auto result = apply(*shared, state, change);
        return std::pair(std::move(result), version());
      }
    };
    return shared_->agent.update(work);
  }

  /// The same without waiting. Any thread. See Agent::cast.
  template <typename Change>
  bool cast(Change change) const {
    return shared_->agent.cast(
        [shared = shared_, change = std::move(change)](State& state) mutable { apply(*shared, state, change); });
  }

  /// `co_await document.get([](const State& s) { return s.votes; })`
  template <typename Read>
  auto get(Read&& read) const {
    return shared_->agent.get(std::forward<Read>(read));
  }

 private:
  struct Shared {
    Shared(Agent<State> a, std::string epoch, Publish p) : agent(std::move(a)), log(std::move(epoch)), publish(p) {}
    const Agent<State> agent;
    detail::DocumentLog log;  // agents' thread only
    const Publish publish;
  };

  template <typename Change>
  static auto apply(Shared& shared, State& state, Change& change) {
    const auto tell = [&shared, &state] {
      if (const auto patch = shared.log.advance(to_json(state))) shared.publish(*patch);
    };
    if (!shared.log.started()) shared.log.start(to_json(state));
    if constexpr (std::is_void_v<std::invoke_result_t<Change&, State&>>) {
      change(state);
      tell();
    } else {
      auto result = change(state);
      tell();
      return result;
    }
  }

  static Task<JoinReply> answer(std::shared_ptr<Shared> shared, Payload params) {
    const auto read = [shared, params](const State& state) {
      if (!shared->log.started()) shared->log.start(to_json(state));
      return shared->log.answer(params);
    };
    Payload response = co_await shared->agent.get(read);
    co_return ok(std::move(response));
  }

  std::shared_ptr<Shared> shared_;
};

}  // namespace roost
