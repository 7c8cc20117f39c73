#include "index/dense/dense_segment.h"

#include <array>
#include <chrono>
#include <cstring>

#include "index/segment_writer.h"

namespace temblor {
namespace {

/// Section dense_meta.
struct DenseMeta {
    uint64_t rows = 0;
    uint32_t dim = 0;
    uint32_t distance = 0;
    uint32_t store = 0;
    uint32_t index = 0;
    uint32_t id_kind = 0;
    uint32_t reserved = 0;
    std::array<uint64_t, 4> more{};
};
static_assert(sizeof(DenseMeta) == 64);

Status wrong_dense_meta(const char* field) {
    return Status::corruption(std::string("section dense_meta: field ") + field +
                              " is out of range");
}

}  // namespace

Result<std::shared_ptr<const DenseSegment>> DenseSegment::open(const std::string& path,
                                                               Residency residency) {
    TEMBLOR_ASSIGN_OR_RETURN(ResidentBytes file, open_resident(path, residency));
    return open_bytes(std::move(file.owner), file.bytes, path);
}

Result<std::shared_ptr<const DenseSegment>> DenseSegment::open_bytes(
    std::shared_ptr<const void> owner, std::span<const std::byte> bytes, const std::string& name) {
    auto segment = std::make_shared<DenseSegment>();
    segment->path_ = name;
    const auto parsed = [&]() -> Status {
        TEMBLOR_ASSIGN_OR_RETURN(segment->file_, SectionFile::open_bytes(std::move(owner), bytes));
        return segment->parse();
    };
    TEMBLOR_RETURN_IF_ERROR(parsed().with_context(name));
    return std::shared_ptr<const DenseSegment>(std::move(segment));
}

Status DenseSegment::parse() {
    DenseMeta meta;
    const auto stored = file_.section(SectionKind::kDenseMeta);
    if (stored.size() != sizeof(meta)) {
        return Status::corruption("section dense_meta: " + std::to_string(stored.size()) +
                                  " bytes, expected " + std::to_string(sizeof(meta)));
    }
    // The others are judged by it, so its damage would be told of them.
    TEMBLOR_RETURN_IF_ERROR(file_.check(SectionKind::kDenseMeta));
    std::memcpy(&meta, stored.data(), sizeof(meta));
    if (meta.rows >= UINT32_MAX) return wrong_dense_meta("rows");
    if (meta.dim == 0 || meta.dim > kMaxDenseDim) return wrong_dense_meta("dim");
    if (meta.distance < 1 || meta.distance > 3) return wrong_dense_meta("distance");
    if (meta.store < 1 || meta.store > 3) return wrong_dense_meta("store");
    if (meta.index < 1 || meta.index > 3) return wrong_dense_meta("index");
    if (meta.id_kind > static_cast<uint32_t>(IdKind::kString)) return wrong_dense_meta("id_kind");
    kind_ = static_cast<DenseIndexKind>(meta.index);
    const auto distance = static_cast<Distance>(meta.distance);
    TEMBLOR_RETURN_IF_ERROR(file_.check(SectionKind::kVectorSteps));
    TEMBLOR_ASSIGN_OR_RETURN(
        store_, VectorStore::open(file_, static_cast<VectorStoreKind>(meta.store), meta.rows,
                                  meta.dim, distance));
    auto ids = DocumentIds::from_bytes(file_.owner(), static_cast<IdKind>(meta.id_kind), meta.rows,
                                       file_.section(SectionKind::kIds));
    if (!ids.is_ok()) return std::move(ids).status().with_context("section ids");
    ids_ = std::move(ids).value();
    if (const auto encoder = file_.section(SectionKind::kEncoder); !encoder.empty()) {
        encoder_json_.assign(reinterpret_cast<const char*>(encoder.data()), encoder.size());
    }
    if (kind_ == DenseIndexKind::kHashed) {
        TEMBLOR_ASSIGN_OR_RETURN(hashed_, HashedLists::open(file_, meta.rows, meta.dim, distance));
    }
    if (kind_ == DenseIndexKind::kHnsw) {
        TEMBLOR_ASSIGN_OR_RETURN(graph_, NeighbourGraph::open(file_, meta.rows));
    }
    TEMBLOR_ASSIGN_OR_RETURN(calibration_,
                             parse_calibration(file_.section(SectionKind::kCalibration)));
    return Status::ok();
}

Status DenseSegment::verify(Progress& progress) const {
    const auto checked = [&]() -> Status {
        TEMBLOR_RETURN_IF_ERROR(file_.verify(progress));
        TEMBLOR_RETURN_IF_ERROR(ids_.validate().with_context("section ids"));
        if (graph_) return graph_->validate();
        return hashed_ ? hashed_->validate() : Status::ok();
    };
    return checked().with_context(path_);
}

bool is_dense_segment(const std::string& path) {
    const auto file = SectionFile::open(path);
    return file.is_ok() && !file->section(SectionKind::kDenseMeta).empty();
}

Result<DenseBuildReport> build_dense_segment(const DenseDataset& vectors, const DocumentIds& ids,
                                             const DenseBuildParameters& parameters,
                                             const std::string& path, Progress& progress,
                                             FileSystem& file_system) {
    const auto start = std::chrono::steady_clock::now();
    if (vectors.rows() == 0)
        return Status::invalid_argument("vectors: none, expected at least one");
    if (vectors.rows() >= UINT32_MAX) {
        return Status::resource_exhausted("vectors: " + std::to_string(vectors.rows()) +
                                          ", a segment holds at most 2^32 - 2");
    }
    if (ids.count() != vectors.rows()) {
        return Status::invalid_argument("ids: " + std::to_string(ids.count()) + " for " +
                                        std::to_string(vectors.rows()) + " vectors");
    }
    if (parameters.distance == Distance::kManhattan) {
        return Status::invalid_argument("distance: manhattan, expected dot, cosine or euclid");
    }
    const auto dim = static_cast<uint32_t>(vectors.dim());
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path, file_system));
    DenseMeta meta;
    meta.rows = vectors.rows();
    meta.dim = dim;
    meta.distance = static_cast<uint32_t>(parameters.distance);
    meta.store = static_cast<uint32_t>(parameters.store);
    meta.index = static_cast<uint32_t>(parameters.kind);
    meta.id_kind = static_cast<uint32_t>(ids.kind());
    TEMBLOR_RETURN_IF_ERROR(
        writer->add_array<DenseMeta>(SectionKind::kDenseMeta, std::span(&meta, 1)));
    TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kIds, ids.serialize()));
    if (!parameters.encoder_json.empty()) {
        TEMBLOR_RETURN_IF_ERROR(writer->add_array<char>(
            SectionKind::kEncoder, std::span<const char>(parameters.encoder_json)));
    }
    TEMBLOR_RETURN_IF_ERROR(
        write_vector_store(vectors.values(), dim, parameters.distance, parameters.store, *writer));
    if (parameters.kind == DenseIndexKind::kHashed) {
        TEMBLOR_RETURN_IF_ERROR(write_hashed_lists(vectors.values(), dim, parameters.distance, {},
                                                   vectors.rows(), parameters.hash,
                                                   parameters.training, *writer, progress));
    }
    if (parameters.kind == DenseIndexKind::kHnsw) {
        TEMBLOR_RETURN_IF_ERROR(write_neighbour_graph(vectors.values(), dim, parameters.distance,
                                                      parameters.graph, *writer, progress));
    }
    TEMBLOR_RETURN_IF_ERROR(writer->finish());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return DenseBuildReport{vectors.rows(), dim, writer->bytes(), took.count()};
}

}  // namespace temblor
