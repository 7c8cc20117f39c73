#include "cli/dense_index_stats.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/calibration_report.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/section_report.h"
#include "index/dense/dense_segment.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

/// Of how many there are of something.
struct CountSpread {
    double mean = 0;
    uint32_t least = 0;
    uint32_t median = 0;
    uint32_t most = 0;
};

CountSpread spread_of(std::vector<uint32_t> counts) {
    if (counts.empty()) return {};
    const auto middle = counts.begin() + static_cast<ptrdiff_t>(counts.size() / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    const uint64_t sum = std::accumulate(counts.begin(), counts.end(), uint64_t{0});
    return {static_cast<double>(sum) / static_cast<double>(counts.size()), *least, *middle, *most};
}

json::object spread_json(const CountSpread& spread) {
    json::object object;
    object["mean"] = spread.mean;
    object["least"] = spread.least;
    object["median"] = spread.median;
    object["most"] = spread.most;
    return object;
}

std::string spread_text(const CountSpread& spread) {
    return fmt::format("{:.1f} ({} to {}, half have {} or fewer)", spread.mean, spread.least,
                       spread.most, spread.median);
}

struct HashedShape {
    uint64_t postings = 0;  ///< without what fills blocks up
    CountSpread blocks_of_a_list;
    CountSpread rows_of_a_block;
    CountSpread blocks_of_a_row;
};

Result<HashedShape> shape_of(const HashedLists& hashed) {
    std::vector<uint32_t> of_lists;
    std::vector<uint32_t> of_blocks;
    std::vector<uint32_t> of_rows(hashed.rows());
    for (uint32_t l = 0; l < hashed.lists().size(); ++l) {
        ListView list;
        if (!hashed.lists().view(l, list))
            return Status::corruption(fmt::format("section lists: list {} is damaged", l));
        of_lists.push_back(static_cast<uint32_t>(list.blocks.size()));
        for (uint32_t b = 0; b < list.blocks.size(); ++b) {
            uint32_t rows = 0;
            for (const Place row : list.block_postings(b)) {
                if (row == kNoPlace) continue;
                if (row >= of_rows.size())
                    return Status::corruption(fmt::format(
                        "section postings: row {} in list {}, of {} rows", row, l, of_rows.size()));
                ++rows;
                ++of_rows[row];
            }
            of_blocks.push_back(rows);
        }
    }
    HashedShape shape;
    shape.postings = std::accumulate(of_rows.begin(), of_rows.end(), uint64_t{0});
    shape.blocks_of_a_list = spread_of(std::move(of_lists));
    shape.rows_of_a_block = spread_of(std::move(of_blocks));
    shape.blocks_of_a_row = spread_of(std::move(of_rows));
    return shape;
}

struct GraphShape {
    std::vector<uint64_t> rows;           ///< of each level, the lowest first
    std::vector<CountSpread> neighbours;  ///< of a row of each level
    uint64_t never_linked = 0;            ///< rows that are nobody's neighbour in the lowest level
};

GraphShape shape_of(const NeighbourGraph& graph) {
    GraphShape shape;
    std::vector<bool> linked(graph.rows());
    for (uint32_t level = 0; level <= graph.levels(); ++level) {
        std::vector<uint32_t> degrees;
        for (uint32_t row = 0; row < graph.rows(); ++row) {
            const auto places = level == 0 ? graph.neighbours(row) : graph.neighbours(row, level);
            if (level > 0 && places.empty()) continue;
            const auto end = std::find_if(places.begin(), places.end(),
                                          [&](uint32_t n) { return n >= graph.rows(); });
            degrees.push_back(static_cast<uint32_t>(end - places.begin()));
            if (level == 0)
                std::for_each(places.begin(), end, [&](uint32_t n) { linked[n] = true; });
        }
        shape.rows.push_back(degrees.size());
        shape.neighbours.push_back(spread_of(std::move(degrees)));
    }
    shape.never_linked = static_cast<uint64_t>(std::count(linked.begin(), linked.end(), false));
    return shape;
}

/// Bytes that a row's code takes; sixteen lie together.
double code_bytes(const HashedLists& hashed) {
    return static_cast<double>(hashed.documents().shape().group_bytes()) / CodeShape::kGroup;
}

json::object hashed_json(const HashedLists& hashed, const HashedShape& shape) {
    const HashParameters& p = hashed.parameters();
    json::object object;
    object["lists"] = hashed.lists().size();
    object["cells"] = hashed.cells();
    object["assignments"] = p.assignments;
    object["code"] = code_kind_name(p.code);
    object["code_width"] = hashed.documents().shape().width;
    object["code_bytes"] = code_bytes(hashed);
    object["summary_width"] = hashed.summaries().shape().width;
    object["rotation"] = rotation_name(p.rotation);
    object["seed"] = p.seed;
    object["postings"] = shape.postings;
    object["filling"] = hashed.lists().total_postings() - shape.postings;
    object["blocks_of_a_list"] = spread_json(shape.blocks_of_a_list);
    object["rows_of_a_block"] = spread_json(shape.rows_of_a_block);
    object["blocks_of_a_row"] = spread_json(shape.blocks_of_a_row);
    return object;
}

std::string hashed_text(const HashedLists& hashed, const HashedShape& shape) {
    const HashParameters& p = hashed.parameters();
    return fmt::format(
        "lists       {}, blocks each: {}\n"
        "cells       {} blocks, rows each: {}\n"
        "assignment  {} at most, blocks of a row: {}\n"
        "postings    {}, and {} that fill blocks up\n"
        "codes       {}, {} dimensions each, {:.1f} bytes; of summaries {} dimensions each\n"
        "rotation    {}, seed {}\n",
        hashed.lists().size(), spread_text(shape.blocks_of_a_list), hashed.cells(),
        spread_text(shape.rows_of_a_block), p.assignments, spread_text(shape.blocks_of_a_row),
        shape.postings, hashed.lists().total_postings() - shape.postings, code_kind_name(p.code),
        hashed.documents().shape().width, code_bytes(hashed), hashed.summaries().shape().width,
        rotation_name(p.rotation), p.seed);
}

json::object graph_json(const DenseSegment& segment, const GraphShape& shape) {
    const NeighbourGraph& graph = *segment.graph();
    json::array levels;
    for (size_t level = 0; level < shape.rows.size(); ++level) {
        json::object entry;
        entry["level"] = level;
        entry["rows"] = shape.rows[level];
        entry["neighbours"] = spread_json(shape.neighbours[level]);
        levels.push_back(std::move(entry));
    }
    json::object object;
    object["m"] = graph.m();
    object["ef_construction"] = graph.ef_construction();
    object["entry"] = segment.ids().id_string(graph.entry());
    object["never_linked"] = shape.never_linked;
    object["levels"] = std::move(levels);
    return object;
}

std::string graph_text(const DenseSegment& segment, const GraphShape& shape) {
    const NeighbourGraph& graph = *segment.graph();
    std::string out = fmt::format(
        "graph       m {}, ef_construction {}, searches begin at {}\n"
        "            {} rows are nobody's neighbour\n",
        graph.m(), graph.ef_construction(), segment.ids().id_string(graph.entry()),
        shape.never_linked);
    for (size_t level = 0; level < shape.rows.size(); ++level) {
        out += fmt::format("level {:<5} {} rows, neighbours each: {}\n", level, shape.rows[level],
                           spread_text(shape.neighbours[level]));
    }
    return out;
}

std::vector<Segment::Section> sections_of(const DenseSegment& segment) {
    std::vector<Segment::Section> sections;
    for (const SectionEntry& entry : segment.file().table())
        sections.push_back({section_name(entry.kind), entry.offset, entry.bytes});
    return sections;
}

Result<json::object> whole_json(const DenseSegment& segment) {
    json::object object;
    object["rows"] = segment.rows();
    object["dim"] = segment.dim();
    object["metric"] = distance_name(segment.distance());
    object["index"] = dense_index_name(segment.kind());
    object["store"] = vector_store_name(segment.store().kind());
    object["row_bytes"] = segment.store().row_bytes();
    object["bytes"] = segment.file_bytes();
    object["ids"] = id_kind_name(segment.ids().kind());
    if (segment.hashed() != nullptr) {
        TEMBLOR_ASSIGN_OR_RETURN(const HashedShape shape, shape_of(*segment.hashed()));
        object["hashed"] = hashed_json(*segment.hashed(), shape);
    }
    if (segment.graph() != nullptr)
        object["hnsw"] = graph_json(segment, shape_of(*segment.graph()));
    object["sections"] = section_json(sections_of(segment));
    object["calibration"] =
        calibration_json(segment.calibration(), calibration_names(segment.kind()));
    return object;
}

Result<std::string> whole_text(const DenseSegment& segment) {
    const auto rows = static_cast<double>(std::max<uint64_t>(segment.rows(), 1));
    std::string out = fmt::format(
        "{}: {}, {:.1f} bytes a vector\n"
        "vectors     {} of dimension {}, metric {}, ids: {}\n"
        "stored      as {}, {} bytes each\n"
        "index       {}\n",
        segment.path(), human_bytes(segment.file_bytes()),
        static_cast<double>(segment.file_bytes()) / rows, segment.rows(), segment.dim(),
        distance_name(segment.distance()), id_kind_name(segment.ids().kind()),
        vector_store_name(segment.store().kind()), segment.store().row_bytes(),
        dense_index_name(segment.kind()));
    if (segment.hashed() != nullptr) {
        TEMBLOR_ASSIGN_OR_RETURN(const HashedShape shape, shape_of(*segment.hashed()));
        out += hashed_text(*segment.hashed(), shape);
    }
    if (segment.graph() != nullptr) out += graph_text(segment, shape_of(*segment.graph()));
    out += "sections\n" + section_table(sections_of(segment), segment.file_bytes());
    if (segment.kind() == DenseIndexKind::kFlat) return out;
    if (segment.calibration().empty()) return out + "calibration none (`temblor calibrate`)\n";
    return out + "calibration\n" +
           calibration_table(segment.calibration(), calibration_names(segment.kind()));
}

}  // namespace

Outcome dense_stats(const std::string& index, bool as_json) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto segment, DenseSegment::open(index));
    if (as_json) {
        auto report = whole_json(*segment);
        if (!report.is_ok()) return std::move(report).status().with_context(index);
        return print_json(*report);
    }
    auto report = whole_text(*segment);
    if (!report.is_ok()) return std::move(report).status().with_context(index);
    return print(*report);
}

}  // namespace temblor::cli
