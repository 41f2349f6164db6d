#include "wire/message.h"

namespace roost::wire {
namespace {

std::string with_detail(const char* reason, const std::string& detail) {
  return detail.empty() ? reason : reason + (": " + detail);
}

}  // namespace

std::string DecodeError::text() const {
  return with_detail(reason, detail);
}
std::string EncodeError::text() const {
  return with_detail(reason, detail);
}

bool object_or_binary(const Body& body) {
  if (body.binary) return true;
  const std::size_t begin = body.bytes.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && body.bytes[begin] == '{';
}

}  // namespace roost::wire
