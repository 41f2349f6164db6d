#include "bench/roster.h"

#include <algorithm>

#include <boost/json.hpp>

namespace roost::bench {
namespace {

namespace json = boost::json;

std::uint64_t number_of(const json::object& meta) {
  const json::value* number = meta.if_contains("n");
  if (!number || !number->is_int64() || number->get_int64() < 0) return 0;
  return static_cast<std::uint64_t>(number->get_int64());
}

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
      entries.push_back({*who, std::max<std::uint64_t>(hash, 1), number_of(meta.get_object())});
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

/// 0 for nothing, so that what is not there counts for nothing.
std::uint64_t Roster::hash_of(std::size_t member, std::uint64_t ref) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // 2^64 / the golden ratio: spreads numbers that are near
  if (ref == 0) return 0;
  const std::uint64_t mixed = (ref ^ (member + 1) * kOdd) * kOdd;
  return (mixed ^ mixed >> 32) * kOdd;
}

void Roster::add(std::size_t member, std::uint64_t ref) {
  Refs& refs = refs_[member];
  if (ref == refs.newest || ref == refs.older) return;
  hash_ += hash_of(member, ref) - hash_of(member, refs.older);
  refs.older = std::exchange(refs.newest, ref);
}

void Roster::remove(std::size_t member, std::uint64_t ref) {
  Refs& refs = refs_[member];
  if (ref != refs.newest && ref != refs.older) return;
  hash_ -= hash_of(member, ref);
  if (ref == refs.newest) refs.newest = refs.older;
  refs.older = 0;
}

void Roster::clear() {
  std::ranges::fill(refs_, Refs{});
  hash_ = 0;
}

void Roster::set(const Entries& state) {
  clear();
  for (const Entry& entry : state) add(entry.member, entry.ref);
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
  for (const Entry& entry : diff.joins) add(entry.member, entry.ref);
  for (const Entry& entry : diff.leaves) remove(entry.member, entry.ref);
}

void Roster::forget() {
  clear();
  has_state_ = false;
  waiting_.clear();
}

}  // namespace roost::bench
