#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <unordered_map>
#include <utility>

#include <roost/reply.hpp>

// What may leave a channel: names for it and for the messages that it handles. Copyable, usable from any thread and at
// any time; what they name may be gone by then, and then nothing happens.
namespace roost {

class Channel;

/// Answers one message later, from any thread, any number of times, also when the channel is gone (PROTOCOL R8).
class ReplyRef {
 public:
  struct Target;
  ReplyRef() = default;
  explicit ReplyRef(std::shared_ptr<const Target> target) : target_(std::move(target)) {}
  /// Ignored if the connection is gone.
  void reply(Response response) const;

 private:
  std::shared_ptr<const Target> target_;
};

namespace detail {

/// "Room", as the compiler writes it.
template <typename T>
constexpr std::string_view type_name() {
  const std::string_view text = __PRETTY_FUNCTION__;  // "… [with T = Room; …]" or "… [T = Room]"
  const auto begin = text.find("T = ") + 4;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

/// The `on.info` handlers of a channel class, by the type of their message.
class InfoTable {
 public:
  template <typename Message>
  using Handler = std::function<Reply(Channel&, Message&&)>;

  template <typename Message>
  void add(Handler<Message> handler) {
    handlers_[typeid(Message)] = std::make_shared<const Handler<Message>>(std::move(handler));
  }
  /// nullptr: there is none.
  template <typename Message>
  const Handler<Message>* find() const {
    const auto found = handlers_.find(typeid(Message));
    return found == handlers_.end() ? nullptr : static_cast<const Handler<Message>*>(found->second.get());
  }

 private:
  std::unordered_map<std::type_index, std::shared_ptr<const void>> handlers_;
};

/// A message on its way to its handler; nullopt: it has none.
using Delivery = std::move_only_function<std::optional<Reply>(Channel&, const InfoTable&)>;

}  // namespace detail

/// One channel. See Channel::self.
class ChannelRef {
 public:
  struct Target;
  ChannelRef() = default;
  explicit ChannelRef(std::shared_ptr<const Target> target) : target_(std::move(target)) {}

  /// Hands `message` to the method that `on.info` named for its type: on the channel's shard, behind what waits there
  /// already, and not before the join was answered. No method for that type: a warning in the log (PROTOCOL R11).
  template <typename Message>
  void post(Message message) const {
    static_assert(std::is_object_v<Message> && std::is_move_constructible_v<Message>);
    deliver(
        [message = std::move(message)](Channel& channel,
                                       const detail::InfoTable& infos) mutable -> std::optional<Reply> {
          const auto* handler = infos.find<Message>();
          if (!handler) return std::nullopt;
          return (*handler)(channel, std::move(message));
        },
        detail::type_name<Message>());
  }
  /// Sends to the channel's client, as Channel::push does. Throws std::invalid_argument here and now unless the payload
  /// is an object or bytes.
  void push(std::string_view event, const Payload& payload = {}) const;

 private:
  void deliver(detail::Delivery delivery, std::string_view type) const;

  std::shared_ptr<const Target> target_;
};

}  // namespace roost
