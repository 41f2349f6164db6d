#include "wire/message.h"

namespace roost::wire {

bool object_or_binary(const Body& body) {
  if (body.binary) return true;
  const std::size_t begin = body.bytes.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && body.bytes[begin] == '{';
}

}  // namespace roost::wire
