#include "index/collection/dense_matrix.h"

#include <stdexcept>
#include <vector>

#include "index/segment_writer.h"

namespace temblor {

Result<DenseMatrix> DenseMatrix::open(const std::string& path, const DenseVectorSettings& settings,
                                      uint64_t rows) {
    const uint32_t size = settings.size;
    DenseMatrix matrix;
    matrix.size_ = size;
    TEMBLOR_ASSIGN_OR_RETURN(matrix.file_, SectionFile::open(path));
    // Small, and trusted as a bitmap, so it is checked at once.
    TEMBLOR_RETURN_IF_ERROR(matrix.file_.check(SectionKind::kDensePresent).with_context(path));
    const auto stored = matrix.file_.section(SectionKind::kDensePresent);
    try {
        matrix.present_ =
            RowBitmap::readSafe(reinterpret_cast<const char*>(stored.data()), stored.size());
    } catch (const std::exception&) {
        return Status::corruption(path + ": section dense_present: not a bitmap");
    }
    auto values = matrix.file_.array<float>(SectionKind::kDenseValues);
    if (!values.is_ok()) return std::move(values).status().with_context(path);
    matrix.values_ = *values;
    const uint64_t count = matrix.present_.cardinality();
    if (count > 0 && matrix.present_.maximum() >= rows)
        return Status::corruption(path + ": section dense_present: a row past the segment's end");
    if (matrix.values_.size() != count * size) {
        return Status::corruption(
            path + ": section dense_values: " + std::to_string(matrix.values_.size()) +
            " values, expected " + std::to_string(count) + " * " + std::to_string(size));
    }
    matrix.full_ = count == rows;
    auto norms = matrix.file_.array<float>(SectionKind::kVectorNorms);
    if (!norms.is_ok()) return std::move(norms).status().with_context(path);
    if (!norms->empty() && norms->size() != count)
        return Status::corruption(path + ": section vector_norms: not a number a row");
    matrix.store_ = VectorStore::over(matrix.values_, size, settings.distance, *norms);
    if (!matrix.file_.section(SectionKind::kHashMeta).empty()) {
        auto hashed = HashedLists::open(matrix.file_, count, size, settings.distance);
        if (!hashed.is_ok()) return std::move(hashed).status().with_context(path);
        matrix.hashed_ = std::move(*hashed);
    }
    if (!matrix.file_.section(SectionKind::kGraphMeta).empty()) {
        auto graph = NeighbourGraph::open(matrix.file_, count);
        if (!graph.is_ok()) return std::move(graph).status().with_context(path);
        matrix.graph_ = *graph;
    }
    if (matrix.indexed() && settings.distance == Distance::kEuclid && norms->empty())
        return Status::corruption(path + ": section vector_norms: missing");
    return matrix;
}

Status write_dense_matrix(const std::string& path, const DenseVectorSettings& settings,
                          const RowBitmap& present, std::span<const float> values,
                          const DenseIndexing& indexing, FileSystem& files, Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path, files));
    std::vector<char> bytes(present.getSizeInBytes());
    bytes.resize(present.write(bytes.data()));
    TEMBLOR_RETURN_IF_ERROR(
        writer->add_array<char>(SectionKind::kDensePresent, std::span<const char>(bytes)));
    TEMBLOR_RETURN_IF_ERROR(writer->add_array<float>(SectionKind::kDenseValues, values));
    const uint64_t rows = present.cardinality();
    if (settings.index == DenseIndexKind::kFlat || settings.distance == Distance::kManhattan ||
        rows < indexing.fewest_rows)
        return writer->finish();
    if (settings.distance == Distance::kEuclid) {
        const std::vector<float> norms = squared_lengths(values, settings.size);
        TEMBLOR_RETURN_IF_ERROR(writer->add_array<float>(SectionKind::kVectorNorms, norms));
    }
    Status built;
    if (settings.index == DenseIndexKind::kHnsw) {
        GraphParameters graph;
        graph.threads = indexing.hash.threads;
        built = write_neighbour_graph(values, settings.size, settings.distance, graph, *writer,
                                      progress);
    } else {
        built = write_hashed_lists(values, settings.size, settings.distance, {}, rows,
                                   indexing.hash, {}, *writer, progress);
    }
    // Told before anything is written: what cannot be hashed or linked is scanned.
    if (!built.is_ok() && built.code() != StatusCode::kInvalidArgument) return built;
    return writer->finish();
}

}  // namespace temblor
