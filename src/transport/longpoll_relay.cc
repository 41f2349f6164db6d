#include "transport/longpoll_relay.h"

#include <type_traits>

namespace roost::transport {

void LongPollRelay::handle(std::string_view node, std::string_view bytes) {
  const auto parcel = parcel::decode(bytes);
  if (!parcel) return;
  const bool is_for_us = parcel->to.server == mail_.here.server;
  if (std::holds_alternative<parcel::Bye>(parcel->message))
    return front_.handle(node, parcel->from, std::get<parcel::Bye>(parcel->message));
  if (std::holds_alternative<parcel::Ask>(parcel->message)) {  // all nodes hear it, one answers
    if (is_for_us) mail_.send(node, parcel->from, parcel::Key{{tokens_.secret().data(), tokens_.secret().size()}});
    return;
  }
  if (!is_for_us) return mail_.send(node, parcel->from, parcel::Bye{parcel->to.server});
  std::visit(
      [&](const auto& message) {
        using Message = std::remove_cvref_t<decltype(message)>;
        if constexpr (std::is_same_v<Message, parcel::Ping>)
          mail_.send(node, parcel->from, parcel::Pong{});
        else if constexpr (requires { front_.handle(node, parcel->from, message); })
          front_.handle(node, parcel->from, message);
        else if constexpr (requires { home_.handle(node, parcel->from, message); })
          home_.handle(node, parcel->from, message);
      },
      parcel->message);
}

std::string longpoll_goodbye(std::uint64_t server) {
  return parcel::encode({{parcel::kEveryShard, 0}, {0, server}, parcel::Bye{server}});
}

}  // namespace roost::transport
