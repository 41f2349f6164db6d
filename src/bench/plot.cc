#include "bench/plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace roost::bench {
namespace {

constexpr double kWidth = 560, kHeight = 240;
constexpr double kLeft = 56, kRight = 16, kTop = 30, kBottom = 34;  // room for labels
constexpr double kTicks = 5;

/// Values of one axis to places on the page.
class Axis {
 public:
  Axis(double low, double high, bool logarithmic, double from, double to)
      : log_(logarithmic), low_(place(low)), high_(place(high)), from_(from), to_(to) {
    if (high_ <= low_) high_ = low_ + 1;
  }
  double operator()(double value) const { return from_ + (place(value) - low_) / (high_ - low_) * (to_ - from_); }

 private:
  double place(double value) const { return log_ ? std::log10(std::max(value, 1e-12)) : value; }
  bool log_;
  double low_, high_, from_, to_;
};

struct Range {
  double low, high;
};

Range range_of(const std::vector<double>& values, bool logarithmic) {
  const auto [low, high] = std::ranges::minmax(values);
  const auto at = ticks(logarithmic ? low : std::min(low, 0.0), high, logarithmic);
  return {std::min(at.front(), low), std::max(at.back(), high)};
}

std::string path_of(const Plot& plot, const Axis& x, const Axis& y) {
  std::string path;
  double before = 0;
  for (const auto& [at, value] : plot.points) {
    if (!path.empty() && plot.steps) path += fmt::format("L{:.1f} {:.1f}", x(at), before);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x(at), y(value));
    before = y(value);
  }
  return path;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor, escape_html(text));
}

}  // namespace

std::vector<double> ticks(double low, double high, bool logarithmic) {
  std::vector<double> found;
  if (logarithmic) {
    for (double power = std::floor(std::log10(low)); power <= std::ceil(std::log10(high)); ++power)
      found.push_back(std::pow(10, power));
    return found;
  }
  const double span = std::max(high - low, 1e-9);
  const double magnitude = std::pow(10, std::floor(std::log10(span / kTicks)));
  double step = magnitude * 10;
  for (const double factor : {1.0, 2.0, 5.0})
    if (span / (magnitude * factor) <= kTicks + 1) {
      step = magnitude * factor;
      break;
    }
  const double first = std::floor(low / step);
  const double last = std::max(std::ceil(high / step), first + 1);
  for (double i = first; i <= last; ++i) found.push_back(i * step);
  return found;
}

std::string short_number(double value) {
  static constexpr std::pair<double, const char*> kUnits[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [size, unit] : kUnits)
    if (std::abs(value) >= size) return fmt::format("{:.3g}{}", value / size, unit);
  return fmt::format("{:.3g}", value);
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char letter : text) switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += letter;
    }
  return escaped;
}

std::string to_svg(const Plot& plot) {
  if (plot.points.empty()) return "";
  std::vector<double> xs, ys;
  for (const auto& [at, value] : plot.points) {
    xs.push_back(at);
    ys.push_back(value);
  }
  const Range x_range{xs.front(), xs.back()};
  const Range y_range = range_of(ys, plot.log_y);
  const Axis x(x_range.low, x_range.high, plot.log_x, kLeft, kWidth - kRight);
  const Axis y(y_range.low, y_range.high, plot.log_y, kHeight - kBottom, kTop);

  std::string svg = fmt::format("<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\">", kWidth, kHeight,
                                escape_html(plot.title));
  svg += fmt::format("<text class=\"title\" x=\"0\" y=\"14\">{}</text>", escape_html(plot.title));
  for (const double tick : ticks(y_range.low, y_range.high, plot.log_y)) {
    if (y(tick) < kTop - 1 || y(tick) > kHeight - kBottom + 1) continue;
    svg += fmt::format("<line class=\"grid\" x1=\"{:g}\" x2=\"{:g}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", kLeft,
                       kWidth - kRight, y(tick), y(tick));
    svg += text_at(kLeft - 8, y(tick) + 4, "end", short_number(tick));
  }
  auto x_ticks = plot.x_ticks;
  if (x_ticks.empty())
    for (const double tick : ticks(x_range.low, x_range.high, plot.log_x))
      x_ticks.emplace_back(tick, short_number(tick));
  for (const auto& [tick, label] : x_ticks)
    if (x(tick) >= kLeft - 1 && x(tick) <= kWidth - kRight + 1)
      svg += text_at(x(tick), kHeight - kBottom + 18, "middle", label);
  svg += text_at(kWidth - kRight, 14, "end", plot.y_unit);
  svg += text_at(kWidth - kRight, kHeight - 2, "end", plot.x_unit);

  const std::string path = path_of(plot, x, y);
  svg += fmt::format("<path class=\"area\" d=\"{}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"/>", path, x(xs.back()),
                     kHeight - kBottom, x(xs.front()), kHeight - kBottom);
  svg += fmt::format("<path class=\"curve\" d=\"{}\"/></svg>", path);
  return svg;
}

}  // namespace roost::bench
