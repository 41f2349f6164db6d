#pragma once

#include <span>

#include "presence/diff.h"

namespace roost::presence {

/// A topic's diff for those who are told of its first keys alone.
///
/// `before`, `after`: State::first before and after `diff`, with one number of keys. A key that is in both changes as
/// in `diff`; one that is new among the first joins with all its metas, and one that no longer is leaves with those
/// that it had.
TopicDiff change_of_first(const TopicDiff& diff, std::span<const Presence> before, std::span<const Presence> after);

}  // namespace roost::presence
