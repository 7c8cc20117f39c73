#include "index/graph/neighbour_graph.h"

#include <cstring>
#include <string>

#include "index/graph/graph_meta.h"

namespace temblor {
namespace {

Status wrong_graph_meta(const char* field) {
    return Status::corruption(std::string("section graph_meta: field ") + field +
                              " is out of range");
}

Status wrong_graph_size(const char* section, uint64_t found, uint64_t expected) {
    return Status::corruption(std::string("section ") + section + ": " + std::to_string(found) +
                              " numbers, expected " + std::to_string(expected));
}

}  // namespace

Result<NeighbourGraph> NeighbourGraph::open(const SectionFile& file, uint64_t rows) {
    GraphMeta meta;
    const auto stored = file.section(SectionKind::kGraphMeta);
    if (stored.size() != sizeof(meta)) {
        return Status::corruption("section graph_meta: " + std::to_string(stored.size()) +
                                  " bytes, expected " + std::to_string(sizeof(meta)));
    }
    TEMBLOR_RETURN_IF_ERROR(file.check(SectionKind::kGraphMeta));
    std::memcpy(&meta, stored.data(), sizeof(meta));
    if (meta.rows != rows || rows == 0 || rows >= UINT32_MAX) return wrong_graph_meta("rows");
    if (meta.m < 2 || meta.m > kMostGraphNeighbours) return wrong_graph_meta("m");
    if (meta.entry >= rows) return wrong_graph_meta("entry");
    if (meta.levels > kMostGraphLevels) return wrong_graph_meta("levels");
    NeighbourGraph graph;
    graph.rows_ = rows;
    graph.m_ = meta.m;
    graph.ef_construction_ = meta.ef_construction;
    graph.entry_ = meta.entry;
    graph.levels_ = meta.levels;
    TEMBLOR_ASSIGN_OR_RETURN(graph.base_, file.array<uint32_t>(SectionKind::kGraphBase));
    if (graph.base_.size() != rows * 2 * meta.m)
        return wrong_graph_size("graph_base", graph.base_.size(), rows * 2 * meta.m);
    TEMBLOR_ASSIGN_OR_RETURN(graph.offsets_, file.array<uint32_t>(SectionKind::kGraphOffsets));
    if (graph.offsets_.size() != rows + 1)
        return wrong_graph_size("graph_offsets", graph.offsets_.size(), rows + 1);
    TEMBLOR_ASSIGN_OR_RETURN(graph.upper_, file.array<uint32_t>(SectionKind::kGraphUpper));
    const uint64_t upper = uint64_t{graph.offsets_.back()} * meta.m;
    if (graph.upper_.size() != upper)
        return Status::corruption("section graph_offsets: ends at " + std::to_string(upper) +
                                  ", section graph_upper at " +
                                  std::to_string(graph.upper_.size()));
    return graph;
}

Status NeighbourGraph::validate() const {
    if (offsets_.empty() || offsets_[0] != 0)
        return Status::corruption("section graph_offsets: does not begin with 0");
    for (uint64_t r = 0; r < rows_; ++r) {
        if (offsets_[r] > offsets_[r + 1] || offsets_[r + 1] - offsets_[r] > levels_) {
            return Status::corruption("section graph_offsets: row " + std::to_string(r) +
                                      " has levels that there are not");
        }
    }
    const auto check = [this](std::span<const uint32_t> places, const char* section) {
        for (const uint32_t n : places) {
            if (n < rows_ || n == kNoNeighbour) continue;
            return Status::corruption(std::string("section ") + section + ": neighbour " +
                                      std::to_string(n) + " of " + std::to_string(rows_) + " rows");
        }
        return Status::ok();
    };
    TEMBLOR_RETURN_IF_ERROR(check(base_, "graph_base"));
    return check(upper_, "graph_upper");
}

}  // namespace temblor
