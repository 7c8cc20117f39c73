#include "cli/dense_inspect.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/document_lookup.h"
#include "cli/output.h"
#include "index/dense/dense_segment.h"
#include "query/collection/dense_distance.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

constexpr size_t kShownValues = 8;
constexpr size_t kShownNeighbours = 10;

/// A block that the row stands in.
struct StandsIn {
    uint32_t list = 0;
    uint32_t block = 0;  ///< of the list
    uint32_t rows = 0;   ///< of the block
};

struct Neighbour {
    std::string id;
    float score = 0;
};

/// What is shown of a row.
struct DenseRow {
    uint64_t row = 0;
    std::string id;
    std::vector<float> vector;
    double norm = 0;
    std::vector<StandsIn> blocks;
    std::vector<std::vector<Neighbour>> levels;  ///< the lowest first
};

double length_of(std::span<const float> vector) {
    double sum = 0;
    for (const float v : vector) sum += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(sum);
}

Result<std::vector<StandsIn>> blocks_of(const HashedLists& hashed, uint64_t row) {
    std::vector<StandsIn> found;
    for (uint32_t l = 0; l < hashed.lists().size(); ++l) {
        ListView list;
        if (!hashed.lists().view(l, list))
            return Status::corruption(fmt::format("section lists: list {} is damaged", l));
        for (uint32_t b = 0; b < list.blocks.size(); ++b) {
            const auto postings = list.block_postings(b);
            if (std::find(postings.begin(), postings.end(), static_cast<Place>(row)) ==
                postings.end())
                continue;
            const auto filling = std::count(postings.begin(), postings.end(), kNoPlace);
            found.push_back(
                {l, b, static_cast<uint32_t>(postings.size() - static_cast<size_t>(filling))});
        }
    }
    return found;
}

/// Best first.
std::vector<Neighbour> neighbours_of(const DenseSegment& segment, std::span<const float> vector,
                                     std::span<const uint32_t> places) {
    std::vector<Neighbour> found;
    std::vector<float> other(segment.dim());
    for (const uint32_t n : places) {
        if (n >= segment.rows()) break;
        segment.store().read(n, other);
        found.push_back(
            {segment.ids().id_string(n), dense_score(segment.distance(), vector, other)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Neighbour& a, const Neighbour& b) { return a.score > b.score; });
    return found;
}

Result<DenseRow> look_at(const DenseSegment& segment, uint64_t row) {
    DenseRow found;
    found.row = row;
    found.id = segment.ids().id_string(row);
    found.vector.resize(segment.dim());
    segment.store().read(row, found.vector);
    found.norm = length_of(found.vector);
    if (segment.hashed() != nullptr) {
        TEMBLOR_ASSIGN_OR_RETURN(found.blocks, blocks_of(*segment.hashed(), row));
    }
    if (segment.graph() != nullptr) {
        const auto place = static_cast<uint32_t>(row);
        found.levels.push_back(
            neighbours_of(segment, found.vector, segment.graph()->neighbours(place)));
        for (uint32_t level = 1; level <= segment.graph()->levels(); ++level) {
            const auto places = segment.graph()->neighbours(place, level);
            if (places.empty()) break;
            found.levels.push_back(neighbours_of(segment, found.vector, places));
        }
    }
    return found;
}

json::object row_json(const DenseSegment& segment, const DenseRow& found) {
    json::object object;
    object["row"] = found.row;
    object["id"] = found.id;
    object["norm"] = found.norm;
    json::array values;
    for (const float v : found.vector) values.push_back(as_printed(v));
    object["vector"] = std::move(values);
    if (segment.hashed() != nullptr) {
        json::array blocks;
        for (const StandsIn& in : found.blocks) {
            json::object entry;
            entry["list"] = in.list;
            entry["block"] = in.block;
            entry["rows"] = in.rows;
            blocks.push_back(std::move(entry));
        }
        object["blocks"] = std::move(blocks);
    }
    if (segment.graph() != nullptr) {
        json::array levels;
        for (const auto& neighbours : found.levels) {
            json::array level;
            for (const Neighbour& n : neighbours) {
                json::object entry;
                entry["id"] = n.id;
                entry["score"] = as_printed(n.score);
                level.push_back(std::move(entry));
            }
            levels.push_back(std::move(level));
        }
        object["neighbours"] = std::move(levels);
    }
    return object;
}

std::string row_text(const DenseSegment& segment, const DenseRow& found) {
    std::string out = fmt::format("row {}, id {}, {} values, length {:.4f}\n ", found.row, found.id,
                                  found.vector.size(), found.norm);
    const size_t shown = std::min(kShownValues, found.vector.size());
    for (size_t i = 0; i < shown; ++i) out += fmt::format(" {:.4f}", found.vector[i]);
    out += shown < found.vector.size() ? fmt::format(" and {} more\n", found.vector.size() - shown)
                                       : "\n";
    for (const StandsIn& in : found.blocks)
        out += fmt::format("  list {:>5}, block {:>5}: {} rows\n", in.list, in.block, in.rows);
    for (size_t level = 0; level < found.levels.size(); ++level) {
        const auto& neighbours = found.levels[level];
        out += fmt::format("level {}: {} neighbours\n", level, neighbours.size());
        for (size_t i = 0; i < std::min(kShownNeighbours, neighbours.size()); ++i)
            out += fmt::format("  {:>9.4f}  {}\n", neighbours[i].score, neighbours[i].id);
        if (neighbours.size() > kShownNeighbours)
            out += fmt::format("  and {} more\n", neighbours.size() - kShownNeighbours);
    }
    if (segment.kind() == DenseIndexKind::kFlat) out += "flat: nothing but the vector\n";
    return out;
}

}  // namespace

Outcome inspect_dense(const DenseInspectTask& task) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto segment, DenseSegment::open(task.index));
    uint64_t row = 0;
    if (task.row) {
        row = *task.row;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(row, find_row(segment->ids(), task.index, task.id.value_or("")));
    }
    TEMBLOR_RETURN_IF_ERROR(check_row(row, segment->rows(), task.index));
    auto found = look_at(*segment, row);
    if (!found.is_ok()) return std::move(found).status().with_context(task.index);
    return task.as_json ? print_json(row_json(*segment, *found))
                        : print(row_text(*segment, *found));
}

}  // namespace temblor::cli
