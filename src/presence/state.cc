#include "presence/state.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace roost::presence {

bool State::ByPlace::less(const Place& a, const Place& b) {
  return std::tie(a.key, a.owner, *a.replica) < std::tie(b.key, b.owner, *b.replica);
}

bool State::ByTopicAndKey::operator()(const Ref& a, const Ref& b) const {
  return std::tie(a.entry().topic, a.entry().key) < std::tie(b.entry().topic, b.entry().key);
}

State::State(ReplicaId self) : self_(replicas_.try_emplace(std::move(self)).first), delta_(empty_delta()) {}

// How many are visible.

void State::Topic::show(const Ref& ref) {
  const std::size_t others = metas(ref.entry().key);
  ref.visible = true;
  ++visible;
  if (others == 0) {
    ++keys;
    return;
  }
  if (!crowds) crowds = std::make_unique<Crowds>();
  crowds->insert_or_assign(ref.entry().key, others + 1);
}

void State::Topic::hide(const Ref& ref) {
  ref.visible = false;
  --visible;
  const auto crowd = crowds ? crowds->find(ref.entry().key) : Crowds::iterator();
  if (!crowds || crowd == crowds->end()) {
    --keys;
    return;
  }
  if (--crowd->second == 1) crowds->erase(crowd);
  if (crowds->empty()) crowds.reset();
}

std::size_t State::Topic::metas(std::string_view key) const {
  if (crowds)
    if (const auto crowd = crowds->find(key); crowd != crowds->end()) return crowd->second;
  const auto [first, last] = refs.equal_range(key);
  return static_cast<std::size_t>(std::count_if(first, last, [](const Ref& ref) { return ref.visible; }));
}

// Storage: a value, its place in its topic, its owner's list and the report of it change together.

const State::Ref* State::find_ref(const ReplicaId& replica, std::string_view topic, OwnerId owner,
                                  std::string_view key) const {
  const auto place = topics_.find(topic);
  if (place == topics_.end()) return nullptr;
  const auto ref = place->second.refs.find(Place{key, owner, &replica});
  return ref == place->second.refs.end() ? nullptr : &*ref;
}

void State::insert(Replicas::value_type& replica, Counter dot, Entry entry) {
  const auto value = replica.second.part.values.emplace(dot, std::move(entry)).first;
  const Ref ref{&replica, value};
  Topic& topic = topics_[value->second.topic];
  const auto placed = topic.refs.insert(ref).first;
  if (&replica == &*self_) owners_[value->second.owner].insert(ref);
  if (!replica.second.up) return;
  topic.show(*placed);
  diff_.joined(replica.second.number, dot, value->second);
}

State::Values::iterator State::erase(Replicas::value_type& replica, Values::iterator value) {
  const Ref ref{&replica, value};
  if (replica.second.up) diff_.left(replica.second.number, value->first, value->second);
  const auto topic = topics_.find(value->second.topic);
  const auto placed = topic->second.refs.find(ref);
  if (placed->visible) topic->second.hide(*placed);
  topic->second.refs.erase(placed);
  if (topic->second.refs.empty()) topics_.erase(topic);
  if (&replica == &*self_) {
    const auto owned = owners_.find(value->second.owner);
    owned->second.erase(ref);
    if (owned->second.empty()) owners_.erase(owned);
  }
  return replica.second.part.values.erase(value);
}

// Local changes (PROTOCOL 10.2).

Counter State::next_dot() {
  DotSet& seen = self_->second.part.seen;
  const Counter dot = seen.contiguous() + 1;
  seen.insert(dot);
  delta_.parts[self()].seen.insert(dot);
  delta_.end[self()] = dot;
  return dot;
}

void State::add_own(Entry entry) {
  const Counter dot = next_dot();
  delta_.parts[self()].values.emplace(dot, entry);
  insert(*self_, dot, std::move(entry));
}

void State::remove_own(Values::iterator value) {
  Part& delta = delta_.parts[self()];
  delta.seen.insert(value->first);
  delta.values.erase(value->first);
  erase(*self_, value);
  next_dot();  // the removal's own: whoever has seen it knows that the value is gone
}

bool State::add(std::string_view topic, OwnerId owner, std::string_view key, SharedBytes meta) {
  if (find_ref(self(), topic, owner, key)) return false;
  add_own({std::string(topic), owner, std::string(key), std::move(meta)});
  return true;
}

bool State::update(std::string_view topic, OwnerId owner, std::string_view key, SharedBytes meta) {
  const Ref* ref = find_ref(self(), topic, owner, key);
  if (!ref) return false;
  Entry entry{ref->entry().topic, owner, ref->entry().key, std::move(meta)};
  remove_own(self_->second.part.values.find(ref->value->first));
  add_own(std::move(entry));
  return true;
}

bool State::remove(std::string_view topic, OwnerId owner, std::string_view key) {
  const Ref* ref = find_ref(self(), topic, owner, key);
  if (!ref) return false;
  remove_own(self_->second.part.values.find(ref->value->first));
  return true;
}

bool State::remove_owner(OwnerId owner) {
  const auto owned = owners_.find(owner);
  if (owned == owners_.end()) return false;
  const std::vector<Ref> refs(owned->second.begin(), owned->second.end());
  for (const Ref& ref : refs) remove_own(self_->second.part.values.find(ref.value->first));
  return true;
}

// Reads.

std::vector<Presence> State::list(std::string_view topic) const {
  std::vector<Presence> result;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return result;
  result.reserve(found->second.refs.size());
  for (const Ref& ref : found->second.refs)
    if (ref.replica->second.up) result.push_back({ref.entry().key, ref.entry().meta});
  return result;
}

std::vector<Presence> State::get_by_key(std::string_view topic, std::string_view key) const {
  std::vector<Presence> result;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return result;
  const auto [first, last] = found->second.refs.equal_range(key);
  for (auto ref = first; ref != last; ++ref)
    if (ref->replica->second.up) result.push_back({ref->entry().key, ref->entry().meta});
  return result;
}

std::vector<Presence> State::first(std::string_view topic, std::size_t keys) const {
  std::vector<Presence> result;
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return result;
  for (const Ref& ref : found->second.refs) {
    if (!ref.replica->second.up) continue;
    const bool another = result.empty() || result.back().key != ref.entry().key;
    if (another && keys-- == 0) break;
    result.push_back({ref.entry().key, ref.entry().meta});
  }
  return result;
}

std::size_t State::keys(std::string_view topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.keys;
}

std::size_t State::metas(std::string_view topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.visible;
}

std::size_t State::metas(std::string_view topic, std::string_view key) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.metas(key);
}

std::optional<SharedBytes> State::find(std::string_view topic, OwnerId owner, std::string_view key) const {
  const Ref* ref = find_ref(self(), topic, owner, key);
  return ref ? std::optional(ref->entry().meta) : std::nullopt;
}

std::size_t State::size() const {
  std::size_t size = 0;
  for (const auto& [id, replica] : replicas_) size += replica.part.values.size();
  return size;
}

// Merging (PROTOCOL 10.3). Each replica's part stands for itself.

void State::merge(const Parts& parts) {
  for (const auto& [id, part] : parts) {
    const auto known = replicas_.find(id);
    if (known == replicas_.end() || known == self_) continue;
    remove_gone(*known, part);
    admit(*known, part);
    // Removed dots stay seen. Phoenix takes them out of the cloud, and an older delta could bring them back.
    known->second.part.seen.insert(part.seen);
  }
}

void State::remove_gone(Replicas::value_type& replica, const Part& part) {
  Values& values = replica.second.part.values;
  for (const auto& [first, last] : part.seen.runs()) {
    auto value = values.lower_bound(first);
    while (value != values.end() && value->first <= last)
      value = part.values.contains(value->first) ? std::next(value) : remove_foreign(replica, value);
  }
}

void State::admit(Replicas::value_type& replica, const Part& part) {
  Values& values = replica.second.part.values;
  for (const auto& [dot, entry] : part.values) {
    if (replica.second.part.seen.contains(dot)) continue;
    if (const Ref* other = find_ref(replica.first, entry.topic, entry.owner, entry.key)) {
      // An owner makes its dots in order, so the higher one is the later one, and the lower one is gone by it (PROTOCOL
      // T6).
      if (other->value->first > dot) continue;
      remove_foreign(replica, values.find(other->value->first));
    }
    insert(replica, dot, entry);
  }
}

State::Values::iterator State::remove_foreign(Replicas::value_type& replica, Values::iterator value) {
  delta_.parts[replica.first].seen.insert(value->first);
  return erase(replica, value);
}

Delta State::empty_delta() const {
  const Clock here{{self(), self_->second.part.seen.contiguous()}};
  return {here, here, {}};
}

Delta State::take_delta() {
  return std::exchange(delta_, empty_delta());
}

Parts State::extract(const Clock& known) const {
  Parts parts;
  for (const auto& [id, replica] : replicas_)
    if (known.contains(id)) parts.emplace(id, replica.part);
  return parts;
}

// Replicas.

void State::replica_up(const ReplicaId& replica) {
  const auto [it, unknown] = replicas_.try_emplace(replica);
  if (unknown) it->second.number = ++replicas_met_;
  if (unknown || it->second.up) return;
  it->second.up = true;
  for (const auto& [dot, entry] : it->second.part.values) {
    topics_.find(entry.topic)->second.show(*find_ref(replica, entry.topic, entry.owner, entry.key));
    diff_.joined(it->second.number, dot, entry);
  }
}

void State::replica_down(const ReplicaId& replica) {
  const auto it = replicas_.find(replica);
  if (it == replicas_.end() || it == self_ || !it->second.up) return;
  for (const auto& [dot, entry] : it->second.part.values) {
    topics_.find(entry.topic)->second.hide(*find_ref(replica, entry.topic, entry.owner, entry.key));
    diff_.left(it->second.number, dot, entry);
  }
  it->second.up = false;
}

void State::remove_replica(const ReplicaId& replica) {
  const auto it = replicas_.find(replica);
  if (it == replicas_.end() || it == self_) return;
  Values& values = it->second.part.values;
  for (auto value = values.begin(); value != values.end();) value = erase(*it, value);
  presence::forget(delta_, it->first);
  replicas_.erase(it);
}

Clock State::clock() const {
  Clock clock;
  for (const auto& [id, replica] : replicas_)
    if (replica.up) clock.emplace(id, replica.part.seen.contiguous());
  return clock;
}

Clock State::context() const {
  Clock context;
  for (const auto& [id, replica] : replicas_) context.emplace(id, replica.part.seen.contiguous());
  return context;
}

}  // namespace roost::presence
