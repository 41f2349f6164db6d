#include "http/request.h"

#include "http/text.h"

namespace roost::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers)
    if (iequals(header.name, name)) return header.value;
  return std::nullopt;
}

std::vector<std::string_view> Request::headers_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers)
    if (iequals(header.name, name)) values.emplace_back(header.value);
  return values;
}

}  // namespace roost::http
