#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::bench {

/// One curve over an axis, as inline SVG. Colours come from the page: `currentColor`, and the classes `grid`, `curve`,
/// `area`.
struct Plot {
  std::string title;
  std::string x_unit, y_unit;
  std::vector<std::pair<double, double>> points;             // by rising x
  bool log_x = false, log_y = false;                         // then all values of that axis are above 0
  std::vector<std::pair<double, std::string>> x_ticks = {};  // empty: chosen
  bool steps = false;                                        // each point holds until the next
};

std::string to_svg(const Plot& plot);

/// Round numbers that cover [low, high], five or so: 0, 20, 40 … For logarithmic axes powers of ten.
std::vector<double> ticks(double low, double high, bool logarithmic);

/// "0.5", "12", "3.4k", "1.2M": short, for axes.
std::string short_number(double value);

/// Text for HTML and SVG.
std::string escape_html(std::string_view text);

}  // namespace roost::bench
