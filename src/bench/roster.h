#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::bench {

/// Finds the member that a presence key names; nullopt: none of ours.
using MemberOfKey = std::function<std::optional<std::size_t>(std::string_view key)>;

/// A meta of somebody who is present.
struct Entry {
  std::size_t member;
  std::uint64_t ref;         // the hash of its phx_ref; never 0
  std::uint64_t number = 0;  // its field "n", by which `roost bench` counts updates; 0: it has none
};

/// Who is present: what presence_state and the halves of presence_diff say.
using Entries = std::vector<Entry>;

struct PresenceDiff {
  Entries joins, leaves;
};

/// Reads `{KEY:{"metas":[{"phx_ref":…}]}}`; of a key with more metas all of them. Error: it is not of that form.
std::expected<Entries, std::string> read_presence_state(std::string_view json, const MemberOfKey& member);
/// Reads `{"joins":STATE,"leaves":STATE}`.
std::expected<PresenceDiff, std::string> read_presence_diff(std::string_view json, const MemberOfKey& member);

/// What one client knows of who is present, as phoenix.js keeps it: diffs wait until the first state; then joins add,
/// and leaves take away what has the same ref.
class Roster {
 public:
  explicit Roster(std::size_t members) : refs_(members) {}

  void set(const Entries& state);
  void apply(std::shared_ptr<const PresenceDiff> diff);
  /// Nothing is known any more: the client left.
  void forget();

  bool has_state() const { return has_state_; }
  /// The ref that came last of those that a member has; 0: absent.
  std::uint64_t ref(std::size_t member) const { return refs_[member].newest; }
  /// Whether a member is there exactly once.
  bool once(std::size_t member) const { return refs_[member].newest != 0 && refs_[member].older == 0; }
  std::size_t members() const { return refs_.size(); }
  /// The sum of hash_of() of all that it has: rosters that say the same have the same.
  std::uint64_t hash() const { return hash_; }
  static std::uint64_t hash_of(std::size_t member, std::uint64_t ref);

 private:
  /// Who leaves and comes back may be there twice for a moment.
  struct Refs {
    std::uint64_t newest = 0, older = 0;
  };
  void add(std::size_t member, std::uint64_t ref);
  void remove(std::size_t member, std::uint64_t ref);
  void clear();
  void apply_now(const PresenceDiff& diff);

  std::vector<Refs> refs_;
  std::uint64_t hash_ = 0;
  bool has_state_ = false;
  std::vector<std::shared_ptr<const PresenceDiff>> waiting_;
};

}  // namespace roost::bench
