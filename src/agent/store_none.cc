#include "agent/store.h"

#ifndef ROOST_SQLITE

namespace roost::agent {

class Store::Impl {};

std::expected<std::unique_ptr<Store>, Error> Store::open(const std::string& path) {
  return std::unexpected(Error{"agents' store " + path + ": built without SQLite"});
}

Store::~Store() = default;

// Never called: there is no Store.
std::expected<std::optional<std::string>, Error> Store::load(const std::string&) {
  return std::nullopt;
}
std::expected<void, Error> Store::save(std::span<const Entry>) {
  return {};
}

}  // namespace roost::agent

#endif  // ROOST_SQLITE
