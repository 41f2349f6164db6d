#include "clicks/tally.h"

#include <algorithm>
#include <array>

namespace clicks {
namespace {

constexpr std::array<std::string_view, 5> kButtons = {"Espresso", "Cappuccino", "Flat White", "Filter", "Matcha"};

// nullptr: none, and no more are taken.
Part* part_of(Tally& tally, const std::string& node) {
  if (const auto found = tally.parts.find(node); found != tally.parts.end()) return &found->second;
  return tally.parts.size() < kPartsMax ? &tally.parts[node] : nullptr;
}

template <typename Buttons>
auto* find(Buttons& buttons, std::string_view name) {
  const auto found = std::ranges::find(buttons, name, &Button::name);
  return found == buttons.end() ? nullptr : &*found;
}

Button& button_of(Part& part, std::string_view name) {
  if (Button* button = find(part.buttons, name)) return *button;
  return part.buttons.emplace_back(Button{std::string(name), 0, {}});
}

Clicker* clicker_of(Button& button, const std::string& user) {
  const bool fits = button.by.size() < kClickersMax || button.by.contains(user);
  return fits ? &button.by[user] : nullptr;
}

void add(Button& sum, const Button& button) {
  sum.hits += button.hits;
  for (const auto& [user, clicker] : button.by) {
    Clicker& of_all = sum.by[user];
    of_all.name = clicker.name;
    of_all.hits += clicker.hits;
  }
}

}  // namespace

bool is_button(std::string_view name) {
  return std::ranges::find(kButtons, name) != kButtons.end();
}

State sum(const Tally& tally) {
  State state;
  for (const std::string_view name : kButtons) state.buttons.push_back({std::string(name), 0, {}});
  for (const auto& [node, part] : tally.parts) {
    state.version += part.clicks;
    for (const Button& button : part.buttons)
      if (Button* of_all = find(state.buttons, button.name)) add(*of_all, button);
  }
  return state;
}

Update sum(const Tally& tally, const Update& of_part) {
  Update update{0, of_part.button, 0, {of_part.user.id, of_part.user.name, 0}};
  for (const auto& [node, part] : tally.parts) {
    update.version += part.clicks;
    const Button* button = find(part.buttons, update.button);
    if (!button) continue;
    update.hits += button->hits;
    if (const auto by = button->by.find(update.user.id); by != button->by.end()) update.user.hits += by->second.hits;
  }
  update.user.hits = std::max(update.user.hits, of_part.user.hits);  // who isn't remembered has at least this one
  return update;
}

std::map<std::string, std::int64_t> known(const Tally& tally) {
  std::map<std::string, std::int64_t> clicks;
  for (const auto& [node, part] : tally.parts) clicks[node] = part.clicks;
  return clicks;
}

std::optional<Update> click(Tally& tally, const std::string& node, std::string_view name, const demo::User& user) {
  Part* part = is_button(name) ? part_of(tally, node) : nullptr;
  if (!part) return std::nullopt;
  Button& button = button_of(*part, name);
  Update update{++part->clicks, button.name, ++button.hits, {user.id, user.name, 1}};
  if (Clicker* clicker = clicker_of(button, user.id)) {
    clicker->name = user.name;
    update.user.hits = ++clicker->hits;
  }
  return update;
}

Heard hear(Tally& tally, const std::string& node, const Update& update) {
  Part* part = is_button(update.button) ? part_of(tally, node) : nullptr;
  if (!part || update.version <= part->clicks) return Heard::known;
  if (update.version > part->clicks + 1) return Heard::too_new;
  part->clicks = update.version;
  Button& button = button_of(*part, update.button);
  button.hits = update.hits;
  if (Clicker* clicker = clicker_of(button, update.user.id)) *clicker = {update.user.name, update.user.hits};
  return Heard::news;
}

bool hear(Tally& tally, const std::string& node, const Part& heard) {
  const bool fits = heard.buttons.size() <= kButtons.size() &&
                    std::ranges::all_of(heard.buttons, [](const Button& button) { return is_button(button.name); });
  Part* part = fits ? part_of(tally, node) : nullptr;
  if (!part || heard.clicks <= part->clicks) return false;
  *part = heard;
  return true;
}

}  // namespace clicks
