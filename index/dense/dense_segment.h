#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dense_dataset.h"
#include "data/document_ids.h"
#include "data/io/file_system.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/calibration.h"
#include "index/dense/dense_index_kind.h"
#include "index/dense/distance.h"
#include "index/dense/vector_store.h"
#include "index/graph/graph_parameters.h"
#include "index/graph/neighbour_graph.h"
#include "index/hash/hash_parameters.h"
#include "index/hash/hashed_lists.h"
#include "index/residency.h"
#include "index/section_file.h"

namespace temblor {

/// One immutable, searchable file of dense vectors: the store, what finds its rows, ids, the
/// measured frontier. A section file like a segment of sparse vectors (docs/format.md). Any number
/// of threads may use it.
class DenseSegment {
public:
    /// Maps `path`; checks tables, meta and shapes. Errors: kNotFound, kIoError, kCorruption (names
    /// file and section), kUnimplemented (a newer format).
    static Result<std::shared_ptr<const DenseSegment>> open(
        const std::string& path, Residency residency = Residency::kMapped);
    /// The same over bytes aligned to 64 that `owner` keeps; `name` stands for the path in errors.
    static Result<std::shared_ptr<const DenseSegment>> open_bytes(std::shared_ptr<const void> owner,
                                                                  std::span<const std::byte> bytes,
                                                                  const std::string& name);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t rows() const { return store_.rows(); }
    [[nodiscard]] uint32_t dim() const { return store_.dim(); }
    [[nodiscard]] Distance distance() const { return store_.distance(); }
    [[nodiscard]] DenseIndexKind kind() const { return kind_; }
    [[nodiscard]] const VectorStore& store() const { return store_; }
    /// Null unless kind() is kHashed.
    [[nodiscard]] const HashedLists* hashed() const { return hashed_ ? &*hashed_ : nullptr; }
    /// Null unless kind() is kHnsw.
    [[nodiscard]] const NeighbourGraph* graph() const { return graph_ ? &*graph_ : nullptr; }
    [[nodiscard]] const DocumentIds& ids() const { return ids_; }
    /// How text becomes a query (data/text/encoder_config.h); empty: it does not.
    [[nodiscard]] const std::string& encoder_json() const { return encoder_json_; }
    [[nodiscard]] const std::vector<CalibrationFrontier>& calibration() const {
        return calibration_;
    }
    [[nodiscard]] uint64_t file_bytes() const { return file_.bytes().size(); }
    [[nodiscard]] const SectionFile& file() const { return file_; }

    /// Every checksum and the structure behind them. Reads the whole file.
    [[nodiscard]] Status verify(Progress& progress) const;

private:
    Status parse();

    std::string path_;
    SectionFile file_;
    DenseIndexKind kind_ = DenseIndexKind::kFlat;
    VectorStore store_;
    std::optional<HashedLists> hashed_;
    std::optional<NeighbourGraph> graph_;
    DocumentIds ids_;
    std::string encoder_json_;
    std::vector<CalibrationFrontier> calibration_;
};

/// Whether the file at `path` is a segment of dense vectors; false as well for what is no segment.
bool is_dense_segment(const std::string& path);

/// What a build of one is made from.
struct DenseBuildParameters {
    DenseIndexKind kind = DenseIndexKind::kHashed;
    Distance distance = Distance::kCosine;
    VectorStoreKind store = VectorStoreKind::kF16;
    HashParameters hash;       ///< of kHashed
    GraphParameters graph;     ///< of kHnsw
    HashTraining training{};   ///< what it points to outlives the call
    std::string encoder_json;  ///< section encoder; empty: vectors came from outside
};

struct DenseBuildReport {
    uint64_t rows = 0;
    uint32_t dim = 0;
    uint64_t bytes = 0;  ///< of the file
    double seconds = 0;
};

/// Builds the index of `vectors` and writes it under a temporary name that is renamed at the end;
/// on any error or interruption nothing is left. `ids` has a row a vector. Errors:
/// kInvalidArgument (names the parameter or row), kResourceExhausted, kIoError, kCancelled.
Result<DenseBuildReport> build_dense_segment(const DenseDataset& vectors, const DocumentIds& ids,
                                             const DenseBuildParameters& parameters,
                                             const std::string& path, Progress& progress,
                                             FileSystem& file_system = posix_file_system());

}  // namespace temblor
