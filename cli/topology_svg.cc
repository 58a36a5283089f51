// SPDX-License-Identifier: BSD-3-Clause
#include "cli/topology_svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "lib/base/error.h"

namespace slipway {

namespace {

using namespace topology;

// Of the page, in pixels.
constexpr int kMargin = 28, kGap = 10, kPadding = 14, kHeader = 26;
constexpr int kFewestColumns = 2, kMostColumns = 4;
constexpr int kTile = 122, kRankHeight = 42, kGpuHeight = 66, kNicHeight = 50, kBand = 20;
constexpr int kLegendRow = 22, kLegendWidth = 330;

constexpr char kInk[] = "#1f2933", kSoft[] = "#616e7c", kLine[] = "#cbd2d9", kUnused[] = "#e4e7eb";

// Text for XML, and short enough for about `width` pixels.
std::string fitted(const std::string& text, int width, double size) {
  std::string whole = printable(text);
  const size_t most = static_cast<size_t>(width / (size * 0.56));
  const bool is_cut = whole.size() > most;
  if (is_cut) whole.resize(most > 0 ? most - 1 : 0);
  while (is_cut && !whole.empty() && (whole.back() & 0x80)) whole.pop_back();  // no part of a character
  std::string escaped;
  for (const char byte : whole) {
    if (byte == '&') escaped += "&amp;";
    else if (byte == '<') escaped += "&lt;";
    else if (byte == '>') escaped += "&gt;";
    else escaped += byte;
  }
  return is_cut ? escaped + "…" : escaped;
}

// Neighbours differ much: the golden angle. A pastel, on which dark text can be read.
std::string colour_of(size_t rank) {
  const double hue = std::fmod(205 + rank * 137.508, 360), lightness = rank % 2 ? 0.80 : 0.72, saturation = 0.62;
  const double reach = saturation * std::min(lightness, 1 - lightness);
  const auto channel = [&](double shift) {
    const double at = std::fmod(shift + hue / 30, 12);
    return static_cast<int>(std::lround(255 * (lightness - reach * std::max(-1.0, std::min({at - 3, 9 - at, 1.0})))));
  };
  char text[8];
  snprintf(text, sizeof text, "#%02x%02x%02x", channel(0), channel(8), channel(4));
  return text;
}

class Svg {
 public:
  void box(int x, int y, int width, int height, const std::string& fill, const std::string& stroke, int radius) {
    add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\" stroke=\"%s\"/>\n", x, y, width,
        height, radius, fill.c_str(), stroke.c_str());
  }
  // At most `width` pixels of it.
  void text(int x, int y, const std::string& words, int width, double size, const char* colour = kInk,
            const char* style = "") {
    add("<text x=\"%d\" y=\"%d\" font-size=\"%g\" fill=\"%s\" %s>%s</text>\n", x, y, size, colour, style,
        fitted(words, width, size).c_str());
  }
  void append(const Svg& other) { body_ += other.body_; }
  std::string document(int width, int height) const {
    char head[512];
    snprintf(head, sizeof head,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
             "font-family=\"'DejaVu Sans', Verdana, sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" "
             "fill=\"#ffffff\"/>\n",
             width, height, width, height);
    return head + body_ + "</svg>\n";
  }

 private:
  template <typename... Values>
  void add(const char* format, Values... values) {
    char piece[2048];
    snprintf(piece, sizeof piece, format, values...);
    body_ += piece;
  }

  std::string body_;
};

constexpr char kBold[] = "font-weight=\"bold\"", kRight[] = "text-anchor=\"end\"", kCentre[] = "text-anchor=\"middle\"";

// A package, a NUMA node or the machine, and what is shown right in it.
struct Place {
  std::string title;
  CpuSet cpus;
  bool shows_ranks = false;
  std::vector<int> gpus, nics;
  std::vector<Place> inner;
  int inner_columns = 1;
};

std::string memory_in_words(uint64_t bytes) { return std::to_string((bytes + (1u << 29)) >> 30) + " GiB"; }

bool is_within(const CpuSet& inner, const CpuSet& outer) { return inner.count_common(outer) == inner.count(); }

// The innermost place of which the region is a part.
Place& place_of(Place& outer, const CpuSet& region) {
  for (Place& inner : outer.inner) {
    if (is_within(region, inner.cpus)) return place_of(inner, region);
  }
  return outer;
}

Place places_of(const Node& node) {
  Place machine;
  for (const Package& package : node.packages) {
    Place place{"Package " + std::to_string(package.number), package.cpus, package.numa_nodes.empty(), {}, {}, {}, 1};
    for (const NumaNode& numa : package.numa_nodes) {
      const std::string title = "NUMA node " + std::to_string(numa.number) + " · " + memory_in_words(numa.memory);
      place.inner.push_back({title, numa.cpus, true, {}, {}, {}, 1});
    }
    place.inner_columns = place.inner.size() > 1 ? 2 : 1;
    machine.inner.push_back(place);
  }
  machine.inner_columns = machine.inner.size() > 1 && machine.inner[0].inner_columns == 1 ? 2 : 1;
  const Locality& locality = node.locality;
  for (int i = 0; i < locality.gpus; ++i) {
    place_of(machine, locality.region[locality.gpu[i].region].cpus).gpus.push_back(i);
  }
  for (int i = 0; i < locality.nics; ++i) {
    place_of(machine, locality.region[locality.nic[i].region].cpus).nics.push_back(i);
  }
  return machine;
}

class Picture {
 public:
  explicit Picture(const TopologyPlan& plan) : plan_(plan), locality_(plan.node->locality) {
    for (size_t rank = 0; rank < plan.ranks.size(); ++rank) {
      const RankPlan& its = plan.ranks[rank];
      for (int i = 0; i < its.own.count; ++i) users_of_gpu_[its.own.gpu[i]].push_back(rank);
      for (int i = 0; i < its.nics.count; ++i) users_of_nic_[its.nics.nic[i]].push_back(rank);
    }
  }

  std::string draw() {
    const Place machine = places_of(*plan_.node);
    columns_ = std::clamp(most_tiles(machine), kFewestColumns, kMostColumns);
    const int width = width_of(machine) + 2 * (kMargin - kPadding);
    int y = kMargin + 14;
    const int room = width - 2 * kMargin;
    svg_.text(kMargin, y, plan_.node->name.empty() ? "Node" : "Node " + plan_.node->name, room, 20, kInk, kBold);
    for (const std::string& line : {models(), plan_.layout, order_in_words()}) {
      if (!line.empty()) svg_.text(kMargin, y += 20, line, room, 12, kSoft);
    }
    y = draw_content(machine, kMargin - kPadding, y + 16) + kGap;
    y = draw_legend(y, width);
    return svg_.document(width, y + kMargin);
  }

 private:
  // Of one kind in one place.
  int most_tiles(const Place& place) const {
    size_t most = std::max(place.gpus.size(), place.nics.size());
    if (place.shows_ranks) most = std::max(most, ranks_in(place).size());
    for (const Place& inner : place.inner) most = std::max(most, static_cast<size_t>(most_tiles(inner)));
    return static_cast<int>(most);
  }

  int width_of(const Place& place) const {
    if (place.inner.empty()) return columns_ * kTile + (columns_ - 1) * kGap + 2 * kPadding;
    int widest = 0;
    for (const Place& inner : place.inner) widest = std::max(widest, width_of(inner));
    return place.inner_columns * widest + (place.inner_columns - 1) * kGap + 2 * kPadding;
  }

  std::vector<size_t> ranks_in(const Place& place) const {
    std::vector<size_t> ranks;
    for (size_t rank = 0; rank < plan_.ranks.size(); ++rank) {
      if (plan_.ranks[rank].cpus.count_common(place.cpus) > 0) ranks.push_back(rank);
    }
    return ranks;
  }

  CpuSet part_in(const Place& place, size_t rank) const {
    CpuSet part;
    for (int cpu = 0; cpu < kMostCpus; ++cpu) {
      if (plan_.ranks[rank].cpus.has(cpu) && place.cpus.has(cpu)) part.add(cpu);
    }
    return part;
  }

  // Tiles of one kind, row by row. Returns the y below them.
  template <typename Things, typename Draw>
  static int draw_tiles(const Things& things, int columns, int x, int y, int height, const Draw& draw) {
    int at = 0;
    for (const auto& thing : things) {
      draw(thing, x + at % columns * (kTile + kGap), y + at / columns * (height + kGap));
      ++at;
    }
    return at == 0 ? y : y + (at + columns - 1) / columns * (height + kGap);
  }

  // All in a place but its frame, from its left edge. Returns the y below.
  int draw_content(const Place& place, int left, int y) {
    const int x = left + kPadding;
    const int columns = (width_of(place) - 2 * kPadding + kGap) / (kTile + kGap);
    if (place.shows_ranks) {
      y = draw_tiles(ranks_in(place), columns, x, y, kRankHeight, [&](size_t rank, int tile_x, int tile_y) {
        svg_.box(tile_x, tile_y, kTile, kRankHeight, colour_of(rank), "none", 6);
        svg_.text(tile_x + 8, tile_y + 18, "rank " + std::to_string(rank), kTile - 16, 12, kInk, kBold);
        svg_.text(tile_x + 8, tile_y + 33, "cpus " + list_of(part_in(place, rank)), kTile - 12, 10.5);
      });
    }
    int row = y;
    for (size_t i = 0; i < place.inner.size(); ++i) {
      const int column = static_cast<int>(i) % place.inner_columns;
      if (column == 0) row = y;
      const int width = width_of(place.inner[i]);
      y = std::max(y, draw_place(place.inner[i], x + column * (width + kGap), row) + kGap);
    }
    y = draw_tiles(place.gpus, columns, x, y, kGpuHeight, [&](int gpu, int tile_x, int tile_y) {
      draw_gpu(gpu, tile_x, tile_y);
    });
    return draw_tiles(place.nics, columns, x, y, kNicHeight, [&](int nic, int tile_x, int tile_y) {
      draw_nic(nic, tile_x, tile_y);
    });
  }

  int draw_place(const Place& place, int x, int y) {
    // The frame is behind its content, whose height is known when that is drawn.
    Svg content;
    std::swap(svg_, content);
    const int end = draw_content(place, x, y + kHeader + 4) - kGap + kPadding;
    std::swap(svg_, content);
    const int width = width_of(place);
    svg_.box(x, y, width, end - y, place.inner.empty() ? "#ffffff" : "#f5f7fa", kLine, 10);
    svg_.text(x + kPadding, y + 20, place.title, width, 12.5, kInk, kBold);
    const int rest = width - 2 * kPadding - static_cast<int>(place.title.size() * 7.7);
    svg_.text(x + width - kPadding, y + 20, "cpus " + list_of(place.cpus), rest, 11, kSoft, kRight);
    svg_.append(content);
    return end;
  }

  void draw_gpu(int index, int x, int y) {
    const Gpu& gpu = locality_.gpu[index];
    svg_.box(x, y, kTile, kGpuHeight, "#ffffff", kSoft, 6);
    svg_.text(x + 8, y + 18, "GPU " + std::to_string(index), kTile - 16, 12, kInk, kBold);
    if (plan_.bind == GpuBind::kOrder && !plan_.ranks.empty()) {
      const GpuList& order = plan_.ranks[0].seen;
      const int position = static_cast<int>(std::find(order.gpu, order.gpu + order.count, index) - order.gpu);
      svg_.text(x + kTile - 8, y + 18, "device " + std::to_string(position), 60, 10, kSoft, kRight);
    }
    svg_.text(x + 8, y + 33, gpu.address, kTile - 16, 10, kSoft);
    draw_users(users_of_gpu_[index], x, y + kGpuHeight - kBand - 4);
  }

  void draw_nic(int index, int x, int y) {
    const Nic& nic = locality_.nic[index];
    svg_.box(x, y, kTile, kNicHeight, "#ffffff", kSoft, 16);
    svg_.text(x + 12, y + 18, "NIC " + std::string(nic.name), kTile - 20, 11.5, kInk, kBold);
    if (nic.is_down) svg_.text(x + 12, y + 36, "ports down", kTile - 20, 10, kSoft);
    else draw_users(users_of_nic_[index], x, y + kNicHeight - kBand - 4);
  }

  // A band in the colours of those ranks.
  void draw_users(const std::vector<size_t>& ranks, int x, int y) {
    const int width = kTile - 16;
    if (ranks.empty()) {
      svg_.box(x + 8, y, width, kBand - 2, kUnused, "none", 4);
      svg_.text(x + 8 + width / 2, y + 13, "not used", width, 10, kSoft, kCentre);
      return;
    }
    const int count = static_cast<int>(ranks.size());
    for (int i = 0; i < count; ++i) {
      const int from = width * i / count, part = width * (i + 1) / count - from;
      svg_.box(x + 8 + from, y, part, kBand - 2, colour_of(ranks[i]), "none", count == 1 ? 4 : 0);
      const std::string number = std::to_string(ranks[i]);
      const std::string words = (count == 1 ? "rank " : "") + number;
      if (part >= static_cast<int>(number.size()) * 7 + 4) {
        svg_.text(x + 8 + from + part / 2, y + 13, words, width, 10, kInk, kCentre);
      }
    }
  }

  int draw_legend(int y, int width) {
    const int columns = std::max(1, (width - 2 * kMargin) / kLegendWidth);
    const int column = (width - 2 * kMargin) / columns;
    const int rows = (static_cast<int>(plan_.ranks.size()) + columns - 1) / columns;
    for (size_t rank = 0; rank < plan_.ranks.size(); ++rank) {
      const RankPlan& its = plan_.ranks[rank];
      const int x = kMargin + static_cast<int>(rank) / rows * column;
      const int row = y + static_cast<int>(rank) % rows * kLegendRow;
      svg_.box(x, row, 16, 14, colour_of(rank), "none", 3);
      std::string words = "rank " + std::to_string(rank) + ": cpus " + list_of(its.cpus);
      if (its.own.count > 0) words += " · gpu " + list_of(its.own);
      for (int i = 0; i < its.nics.count; ++i) {
        words += (i == 0 ? " · nic " : ",") + std::string(locality_.nic[its.nics.nic[i]].name);
      }
      svg_.text(x + 24, row + 11, words, column - 30, 11);
    }
    return y + rows * kLegendRow;
  }

  // "16 × NVIDIA Tesla V100, 8 NICs"
  std::string models() const {
    std::map<std::string, int> count;
    for (int i = 0; i < locality_.gpus; ++i) {
      const std::string& model = plan_.node->gpu_models[i];
      ++count[vendor_name(locality_.gpu[i].vendor) + " " + (model.empty() ? "GPU" : model)];
    }
    std::string words;
    for (const auto& [model, number] : count) {
      words += (words.empty() ? "" : ", ") + std::to_string(number) + " × " + model;
    }
    if (locality_.nics > 0) words += (words.empty() ? "" : ", ") + std::to_string(locality_.nics) + " NICs";
    return words;
  }

  std::string order_in_words() const {
    const std::string option = std::string("--container-gpu-bind=") + word_of(plan_.bind) + ": ";
    if (locality_.gpus == 0) return "";
    switch (plan_.bind) {
      case GpuBind::kOrder: return option + "GPUs " + list_of(plan_.ranks[0].seen) + "; device I is near to rank I";
      case GpuBind::kClosest: return option + "each rank sees its share only";
      case GpuBind::kNone: return option + "all GPUs in Slurm's order";
    }
    return "";
  }

  const TopologyPlan& plan_;
  const Locality& locality_;
  std::map<int, std::vector<size_t>> users_of_gpu_, users_of_nic_;
  int columns_ = kMostColumns;  // of tiles
  Svg svg_;
};

}  // namespace

std::string svg_of(const TopologyPlan& plan) { return Picture(plan).draw(); }

}  // namespace slipway
