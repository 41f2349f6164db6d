#pragma once

#include <roost/roost.hpp>

namespace contract {

/// Answers every message with itself.
class Echo : public roost::RawSocket {
 public:
  void on_message(std::string_view bytes, bool binary) override {
    if (binary)
      send_binary(bytes);
    else
      send_text(bytes);
  }
};

}  // namespace contract
