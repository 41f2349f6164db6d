#include "bench/roster.h"

#include <algorithm>

#include <boost/json.hpp>

namespace roost::bench {
namespace {

namespace json = boost::json;

std::expected<Entries, std::string> entries_of(const json::value* state, const MemberOfKey& member) {
  if (!state || !state->is_object()) return std::unexpected("a presence state that is no object");
  Entries entries;
  for (const auto& [key, presence] : state->get_object()) {
    const auto* metas = presence.is_object() ? presence.get_object().if_contains("metas") : nullptr;
    if (!metas || !metas->is_array()) return std::unexpected("a presence without metas");
    const auto who = member({key.data(), key.size()});
    if (!who) continue;
    for (const json::value& meta : metas->get_array()) {
      const auto* ref = meta.is_object() ? meta.get_object().if_contains("phx_ref") : nullptr;
      if (!ref || !ref->is_string()) return std::unexpected("a meta without phx_ref");
      const std::uint64_t hash = std::hash<std::string_view>()({ref->get_string().data(), ref->get_string().size()});
      entries.emplace_back(*who, std::max<std::uint64_t>(hash, 1));
    }
  }
  return entries;
}

}  // namespace

std::expected<Entries, std::string> read_presence_state(std::string_view text, const MemberOfKey& member) {
  boost::system::error_code error;
  const json::value state = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return std::unexpected("a presence state that is no JSON");
  return entries_of(&state, member);
}

std::expected<PresenceDiff, std::string> read_presence_diff(std::string_view text, const MemberOfKey& member) {
  boost::system::error_code error;
  const json::value diff = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !diff.is_object()) return std::unexpected("a presence diff that is no object");
  auto joins = entries_of(diff.get_object().if_contains("joins"), member);
  if (!joins) return std::unexpected(joins.error());
  auto leaves = entries_of(diff.get_object().if_contains("leaves"), member);
  if (!leaves) return std::unexpected(leaves.error());
  return PresenceDiff{std::move(*joins), std::move(*leaves)};
}

void Roster::Refs::add(std::uint64_t ref) {
  if (ref == newest || ref == older) return;
  older = std::exchange(newest, ref);
}

void Roster::Refs::remove(std::uint64_t ref) {
  if (ref == newest)
    newest = std::exchange(older, 0);
  else if (ref == older)
    older = 0;
}

void Roster::set(const Entries& state) {
  std::ranges::fill(refs_, Refs{});
  for (const auto& [member, ref] : state) refs_[member].add(ref);
  has_state_ = true;
  for (const auto& diff : std::exchange(waiting_, {})) apply_now(*diff);
}

void Roster::apply(std::shared_ptr<const PresenceDiff> diff) {
  if (has_state_)
    apply_now(*diff);
  else
    waiting_.push_back(std::move(diff));
}

void Roster::apply_now(const PresenceDiff& diff) {
  for (const auto& [member, ref] : diff.joins) refs_[member].add(ref);
  for (const auto& [member, ref] : diff.leaves) refs_[member].remove(ref);
}

void Roster::forget() {
  std::ranges::fill(refs_, Refs{});
  has_state_ = false;
  waiting_.clear();
}

}  // namespace roost::bench
